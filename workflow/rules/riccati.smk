# Study riccati: Learning quadratic neural networks in high dimensions: SGD dynamics and scaling laws (arXiv:2508.03688).


use rule stage as riccati_exactness with:
    output:
        measurements=f"{MEASUREMENTS}/riccati/exactness.csv",
    log:
        f"{LOGS}/riccati/exactness.log",
    params:
        **stage("riccati.exactness", "riccati.exactness"),
    message:
        "the exact solutions beside integrations"


use rule stage as riccati_risk_scaling_curves with:
    output:
        data=f"{DATA}/riccati/risk_scaling_curves.npz",
    log:
        f"{LOGS}/riccati/risk_scaling_curves.log",
    params:
        **stage("riccati.risk_scaling_curves", "riccati.risk_scaling"),
    message:
        "risk against time at several widths"


use rule stage as riccati_risk_scaling with:
    input:
        curves=rules.riccati_risk_scaling_curves.output.data,
    output:
        **tables("riccati/risk_scaling"),
    log:
        f"{LOGS}/riccati/risk_scaling.log",
    params:
        **stage("riccati.risk_scaling"),
    message:
        "the risk's power of time, and its plateaus"


use rule stage as riccati_emergence with:
    output:
        **tables("riccati/emergence"),
    log:
        f"{LOGS}/riccati/emergence.log",
    params:
        **stage("riccati.emergence", "riccati.emergence"),
    message:
        "when each direction is learned"


use rule stage as riccati_exponents_curves with:
    output:
        data=f"{DATA}/riccati/exponents_curves/{{beta}}.npz",
    log:
        f"{LOGS}/riccati/exponents_curves_{{beta}}.log",
    params:
        **stage("riccati.exponents_curves", "riccati.exponents"),
    message:
        "risk against time at beta = {wildcards.beta}"


use rule stage as riccati_exponents with:
    input:
        curves=expand(rules.riccati_exponents_curves.output.data, beta=config["riccati"]["exponents"]["betas"]),
    output:
        **tables("riccati/exponents"),
    log:
        f"{LOGS}/riccati/exponents.log",
    params:
        **stage("riccati.exponents"),
    message:
        "exponents of the risk against d"


use rule stage as riccati_time_units_runs with:
    output:
        data=f"{DATA}/riccati/time_units_runs.npz",
    log:
        f"{LOGS}/riccati/time_units_runs.log",
    params:
        **stage("riccati.time_units_runs", "riccati.time_units"),
    message:
        "times to half the risk, and of one direction"


use rule stage as riccati_time_units with:
    input:
        runs=rules.riccati_time_units_runs.output.data,
    output:
        **tables("riccati/time_units"),
    log:
        f"{LOGS}/riccati/time_units.log",
    params:
        **stage("riccati.time_units"),
    message:
        "times against width and dimension"


use rule stage as riccati_powers with:
    output:
        measurements=f"{MEASUREMENTS}/riccati/powers.csv",
    log:
        f"{LOGS}/riccati/powers.log",
    params:
        **stage("riccati.powers", "riccati.powers"),
    message:
        "times where the width is a power of the dimension"


include: "riccati/sgd.smk"
