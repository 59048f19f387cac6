# Study riccati: Learning quadratic neural networks in high dimensions: SGD dynamics and scaling laws (arXiv:2508.03688).
#
# REQUIRED INPUTS: the section `riccati` of the config
# OUTPUTS, below RESULTS:
#   data/riccati/exponents_curves/{beta}.npz   the risk against time at one tail and several dimensions
#   measurements/riccati/{exactness,risk_scaling,emergence,exponents,time_units}.csv
#   figure_data/riccati/{risk_scaling,emergence,exponents,time_units}.csv
#   and what riccati/sgd.smk makes


use rule stage as riccati_exactness with:
    output:
        measurements=f"{MEASUREMENTS}/riccati/exactness.csv",
    log:
        f"{LOGS}/riccati/exactness.log",
    benchmark:
        f"{BENCHMARKS}/riccati/exactness.tsv"
    params:
        **stage("riccati.exactness", "riccati.exactness"),
    message:
        "the exact solutions beside integrations"


use rule stage as riccati_risk_scaling with:
    output:
        measurements=f"{MEASUREMENTS}/riccati/risk_scaling.csv",
        figure_data=f"{FIGURE_DATA}/riccati/risk_scaling.csv",
    log:
        f"{LOGS}/riccati/risk_scaling.log",
    benchmark:
        f"{BENCHMARKS}/riccati/risk_scaling.tsv"
    params:
        **stage("riccati.risk_scaling", "riccati.risk"),
    message:
        "risk against time at several widths"


use rule stage as riccati_emergence with:
    output:
        measurements=f"{MEASUREMENTS}/riccati/emergence.csv",
        figure_data=f"{FIGURE_DATA}/riccati/emergence.csv",
    log:
        f"{LOGS}/riccati/emergence.log",
    benchmark:
        f"{BENCHMARKS}/riccati/emergence.tsv"
    params:
        **stage("riccati.emergence", "riccati.emergence"),
    message:
        "when each direction is learned"


use rule stage as riccati_exponents_curves with:
    output:
        data=f"{DATA}/riccati/exponents_curves/{{beta}}.npz",
    log:
        f"{LOGS}/riccati/exponents_curves_{{beta}}.log",
    benchmark:
        f"{BENCHMARKS}/riccati/exponents_curves_{{beta}}.tsv"
    params:
        **stage("riccati.exponents_curves", "riccati.exponents", beta=lambda wildcards: float(wildcards.beta)),
    message:
        "risk against time at beta = {wildcards.beta}"


use rule stage as riccati_exponents with:
    input:
        curves=expand(rules.riccati_exponents_curves.output.data, beta=config["riccati"]["exponents"]["betas"]),
    output:
        measurements=f"{MEASUREMENTS}/riccati/exponents.csv",
        figure_data=f"{FIGURE_DATA}/riccati/exponents.csv",
    log:
        f"{LOGS}/riccati/exponents.log",
    benchmark:
        f"{BENCHMARKS}/riccati/exponents.tsv"
    params:
        **stage("riccati.exponents"),
    message:
        "exponents of the risk against d"


use rule stage as riccati_time_units with:
    output:
        measurements=f"{MEASUREMENTS}/riccati/time_units.csv",
        figure_data=f"{FIGURE_DATA}/riccati/time_units.csv",
    log:
        f"{LOGS}/riccati/time_units.log",
    benchmark:
        f"{BENCHMARKS}/riccati/time_units.tsv"
    params:
        **stage("riccati.time_units", "riccati.units"),
    message:
        "times against width and dimension"


include: "riccati/sgd.smk"
