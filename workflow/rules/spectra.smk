# Study spectra: Scaling laws and spectra of shallow neural networks in the feature learning regime (arXiv:2509.24882).

SPECTRA_DECAYS = ("weak", "one", "strong")
SPECTRA_KINDS = ("inputs", "gaussian", "apart")


use rule stage as spectra_phases with:
    output:
        figure_data=f"{FIGURE_DATA}/spectra/phases.csv",
    log:
        f"{LOGS}/spectra/phases.log",
    params:
        **stage("spectra.phases", "spectra.phases"),
    message:
        "phase diagram of both networks"


use rule stage as spectra_exponents with:
    output:
        measurements=f"{MEASUREMENTS}/spectra/exponents.csv",
    log:
        f"{LOGS}/spectra/exponents.log",
    params:
        **stage("spectra.exponents", "spectra.exponents"),
    message:
        "exponents inside the phases"


use rule stage as spectra_lasso_runs with:
    output:
        data=f"{DATA}/spectra/lasso_runs/{{decay}}.npz",
    log:
        f"{LOGS}/spectra/lasso_runs_{{decay}}.log",
    params:
        **stage(
            "spectra.lasso_runs",
            "spectra.risk_curves.lasso",
            sizes=lambda wildcards: config["spectra"]["risk_curves"]["lasso"][wildcards.decay],
        ),
    message:
        "trainings of the diagonal network, {wildcards.decay} weight decay"


use rule stage as spectra_matrix_runs with:
    output:
        data=f"{DATA}/spectra/matrix_runs/{{decay}}.npz",
    log:
        f"{LOGS}/spectra/matrix_runs_{{decay}}.log",
    params:
        **stage(
            "spectra.matrix_runs",
            "spectra.risk_curves.matrix",
            sizes=lambda wildcards: config["spectra"]["risk_curves"]["matrix"][wildcards.decay],
        ),
    message:
        "trainings of the quadratic network, {wildcards.decay} weight decay"


use rule stage as spectra_risk_curves with:
    input:
        lasso=expand(rules.spectra_lasso_runs.output.data, decay=SPECTRA_DECAYS),
        matrix=expand(rules.spectra_matrix_runs.output.data, decay=SPECTRA_DECAYS),
    output:
        **tables("spectra/risk_curves"),
    log:
        f"{LOGS}/spectra/risk_curves.log",
    params:
        **stage("spectra.risk_curves", "spectra.risk_curves"),
    message:
        "risk against samples"


use rule stage as spectra_weight_spectra with:
    output:
        **tables("spectra/weight_spectra"),
    log:
        f"{LOGS}/spectra/weight_spectra.log",
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        **stage("spectra.weight_spectra", "spectra.weight_spectra"),
    message:
        "spectra of trained weights"


use rule stage as spectra_decomposition with:
    output:
        **tables("spectra/decomposition"),
    log:
        f"{LOGS}/spectra/decomposition.log",
    params:
        **stage("spectra.decomposition", "spectra.decomposition"),
    message:
        "parts of the risk"


use rule stage as spectra_equivalence_runs with:
    output:
        data=f"{DATA}/spectra/equivalence_runs.npz",
    log:
        f"{LOGS}/spectra/equivalence_runs.log",
    params:
        **stage("spectra.equivalence_runs", "spectra.equivalence"),
    message:
        "training of weights at several widths"


use rule stage as spectra_equivalence with:
    input:
        runs=rules.spectra_equivalence_runs.output.data,
    output:
        **tables("spectra/equivalence"),
    log:
        f"{LOGS}/spectra/equivalence.log",
    params:
        **stage("spectra.equivalence"),
    message:
        "trained weights beside convex minima"


use rule stage as spectra_optimal with:
    output:
        **tables("spectra/optimal"),
    log:
        f"{LOGS}/spectra/optimal.log",
    params:
        **stage("spectra.optimal", "spectra.optimal"),
    message:
        "the best weight decay"


use rule stage as spectra_peak with:
    output:
        **tables("spectra/peak"),
    log:
        f"{LOGS}/spectra/peak.log",
    params:
        **stage("spectra.peak", "spectra.peak"),
    message:
        "the interpolation peak"


use rule stage as spectra_universality_runs with:
    output:
        data=f"{DATA}/spectra/universality_runs/{{kind}}_{{d}}.npz",
    log:
        f"{LOGS}/spectra/universality_runs_{{kind}}_{{d}}.log",
    params:
        **stage("spectra.universality_runs", "spectra.universality"),
    message:
        "measurements of kind {wildcards.kind}, d = {wildcards.d}"


use rule stage as spectra_universality with:
    input:
        runs=expand(
            rules.spectra_universality_runs.output.data,
            kind=SPECTRA_KINDS,
            d=config["spectra"]["universality"]["dimensions"],
        ),
    output:
        **tables("spectra/universality"),
    log:
        f"{LOGS}/spectra/universality.log",
    params:
        **stage("spectra.universality"),
    message:
        "what is not Gaussian in the measurements"


use rule stage as spectra_tails with:
    output:
        **tables("spectra/tails"),
    log:
        f"{LOGS}/spectra/tails.log",
    params:
        **stage("spectra.tails", "spectra.tails"),
    message:
        "tails of the spectrum"


use rule stage as spectra_stopping with:
    output:
        **tables("spectra/stopping"),
    log:
        f"{LOGS}/spectra/stopping.log",
    params:
        **stage("spectra.stopping", "spectra.stopping"),
    message:
        "early stopping"


use rule stage as spectra_noiseless with:
    output:
        **tables("spectra/noiseless"),
    log:
        f"{LOGS}/spectra/noiseless.log",
    params:
        **stage("spectra.noiseless", "spectra.noiseless"),
    message:
        "labels without noise"
