# Part sgd: one-pass SGD on the Stiefel manifold (Phase I), the samples it takes, and the radial fit (Phase II).

RICCATI_SGD_FLOW = config["riccati"]["sgd_flow"]


include: "series.smk"


use rule stage as riccati_sgd_checks with:
    output:
        measurements=f"{MEASUREMENTS}/riccati/sgd_checks.csv",
    log:
        f"{LOGS}/riccati/sgd_checks.log",
    params:
        **stage("riccati.sgd_checks", "riccati.sgd_checks"),
    message:
        "the mean step of SGD, and whether its columns stay orthonormal"


use rule stage as riccati_sgd_flow_curves with:
    output:
        data=f"{DATA}/riccati/sgd_flow_curves/{{schedule}}_{{eta_d}}.npz",
    log:
        f"{LOGS}/riccati/sgd_flow_curves_{{schedule}}_{{eta_d}}.log",
    params:
        **stage(
            "riccati.sgd_flow_curves",
            "riccati.sgd_flow",
            falls_from=lambda wildcards: RICCATI_SGD_FLOW["falls_from"] if wildcards.schedule == "falling" else None,
        ),
    message:
        "SGD at eta d = {wildcards.eta_d}, {wildcards.schedule}"


use rule stage as riccati_sgd_flow with:
    input:
        runs=expand(rules.riccati_sgd_flow_curves.output.data, schedule="constant", eta_d=RICCATI_SGD_FLOW["eta_d"]),
        falling=f"{DATA}/riccati/sgd_flow_curves/falling_{RICCATI_SGD_FLOW['falls_to_match']}.npz",
    output:
        **tables("riccati/sgd_flow"),
    log:
        f"{LOGS}/riccati/sgd_flow.log",
    params:
        **stage("riccati.sgd_flow", "riccati.sgd_flow"),
    message:
        "SGD against the exact flow"


use rule stage as riccati_sgd_emergence_runs with:
    output:
        data=f"{DATA}/riccati/sgd_emergence_runs/{{eta_d}}.npz",
    log:
        f"{LOGS}/riccati/sgd_emergence_runs_{{eta_d}}.log",
    params:
        **stage("riccati.sgd_emergence_runs", "riccati.sgd_emergence"),
    message:
        "how SGD learns each direction at eta d = {wildcards.eta_d}"


use rule stage as riccati_sgd_emergence with:
    input:
        runs=expand(rules.riccati_sgd_emergence_runs.output.data, eta_d=config["riccati"]["sgd_emergence"]["eta_d"]),
    output:
        **tables("riccati/sgd_emergence"),
    log:
        f"{LOGS}/riccati/sgd_emergence.log",
    params:
        **stage("riccati.sgd_emergence"),
    message:
        "when SGD learns each direction"


use rule stage as riccati_sample_complexity_runs with:
    output:
        data=f"{DATA}/riccati/sample_complexity_runs/{{series}}.npz",
    log:
        f"{LOGS}/riccati/sample_complexity_runs_{{series}}.log",
    params:
        **stage(
            "riccati.sample_complexity_runs",
            lambda wildcards: f"riccati.sample_complexity.{RICCATI_SERIES[wildcards.series]['section']}",
            **{key: riccati_series(key) for key in ("sizes", "beta", "gamma", "kappa", "risks", "from_best", "sgd")},
        ),
    message:
        "samples to a risk, {wildcards.series}"


use rule stage as riccati_sample_complexity with:
    input:
        heavy=f"{DATA}/riccati/sample_complexity_runs/heavy.npz",
        far=f"{DATA}/riccati/sample_complexity_runs/far.npz",
        one=f"{DATA}/riccati/sample_complexity_runs/one.npz",
        light=expand(rules.riccati_sample_complexity_runs.output.data, series=RICCATI_OF_LIGHT),
    output:
        **tables("riccati/sample_complexity"),
    log:
        f"{LOGS}/riccati/sample_complexity.log",
    params:
        **stage("riccati.sample_complexity", "riccati.sample_complexity.light"),
    message:
        "samples to a risk against dimension and width"


use rule stage as riccati_radial_fit with:
    output:
        **tables("riccati/radial_fit"),
    log:
        f"{LOGS}/riccati/radial_fit.log",
    params:
        **stage("riccati.radial_fit", "riccati.radial_fit"),
    message:
        "the radial fit of Phase II"


use rule stage as riccati_radial_widths with:
    output:
        measurements=f"{MEASUREMENTS}/riccati/radial_widths.csv",
    log:
        f"{LOGS}/riccati/radial_widths.log",
    params:
        **stage("riccati.radial_widths", "riccati.radial_widths"),
    message:
        "the radial fit at several widths"


use rule stage as riccati_resolved_steps with:
    output:
        measurements=f"{MEASUREMENTS}/riccati/resolved_steps.csv",
    log:
        f"{LOGS}/riccati/resolved_steps.log",
    params:
        **stage("riccati.resolved_steps", "riccati.resolved_steps"),
    message:
        "SGD at steps that fall with the direction"
