# Study riccati: Learning quadratic neural networks in high dimensions: SGD dynamics and scaling laws (arXiv:2508.03688).
#
# REQUIRED INPUTS: the section `riccati` of the config, `seed`
# OUTPUTS, below RESULTS:
#   measurements/riccati/{exactness,risk_scaling,emergence,exponents,time_units}.csv
#   figure_data/riccati/{risk_scaling,emergence,exponents,time_units}.csv
#   and what riccati/sgd.smk makes

RICCATI = config["riccati"]


rule exactness:
    input:
        code("riccati.stages.exactness"),
    output:
        measurements=f"{MEASUREMENTS}/riccati/exactness.csv",
    log:
        f"{LOGS}/riccati/exactness.log",
    benchmark:
        f"{BENCHMARKS}/riccati/exactness.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(2),
    params:
        code=digest("riccati.stages.exactness"),
        M_star=RICCATI["exactness"]["M_star"],
        N=RICCATI["exactness"]["N"],
        d=RICCATI["exactness"]["d"],
        beta=RICCATI["exactness"]["beta"],
        scale=RICCATI["exactness"]["scale"],
        times=RICCATI["exactness"]["times"],
        starts=RICCATI["exactness"]["starts"],
        tolerance=RICCATI["exactness"]["tolerance"],
        seed=config["seed"],
    message:
        "the exact solutions beside integrations"
    shell:
        "python -m shallownets.riccati.stages.exactness --M-star {params.M_star} --N {params.N} --d {params.d}"
        " --beta {params.beta} --scale {params.scale} --times {params.times} --starts {params.starts}"
        " --tolerance {params.tolerance} --seed {params.seed} --measurements {output.measurements}"
        " 2>&1 | tee {log}"


rule risk_scaling_data:
    input:
        code("riccati.stages.risk_scaling"),
    output:
        measurements=f"{MEASUREMENTS}/riccati/risk_scaling.csv",
        table=f"{FIGURE_DATA}/riccati/risk_scaling.csv",
    log:
        f"{LOGS}/riccati/risk_scaling_data.log",
    benchmark:
        f"{BENCHMARKS}/riccati/risk_scaling_data.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(5),
    params:
        code=digest("riccati.stages.risk_scaling"),
        d=RICCATI["risk"]["d"],
        heavy=RICCATI["risk"]["heavy"],
        heavy_M_star=RICCATI["risk"]["heavy_M_star"],
        heavy_N=RICCATI["risk"]["heavy_N"],
        light=RICCATI["risk"]["light"],
        light_M_star=RICCATI["risk"]["light_M_star"],
        light_N=RICCATI["risk"]["light_N"],
        points=RICCATI["risk"]["points"],
        starts=RICCATI["risk"]["starts"],
        seed=config["seed"],
    message:
        "risk against time at several widths"
    shell:
        "python -m shallownets.riccati.stages.risk_scaling --d {params.d} --heavy {params.heavy}"
        " --heavy-M-star {params.heavy_M_star} --heavy-N {params.heavy_N} --light {params.light}"
        " --light-M-star {params.light_M_star} --light-N {params.light_N} --points {params.points}"
        " --starts {params.starts} --seed {params.seed} --measurements {output.measurements}"
        " --figure-data {output.table} 2>&1 | tee {log}"


rule emergence_data:
    input:
        code("riccati.stages.emergence"),
    output:
        measurements=f"{MEASUREMENTS}/riccati/emergence.csv",
        table=f"{FIGURE_DATA}/riccati/emergence.csv",
    log:
        f"{LOGS}/riccati/emergence_data.log",
    benchmark:
        f"{BENCHMARKS}/riccati/emergence_data.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(5),
    params:
        code=digest("riccati.stages.emergence"),
        beta=RICCATI["emergence"]["beta"],
        M_star=RICCATI["emergence"]["M_star"],
        N=RICCATI["emergence"]["N"],
        d=RICCATI["emergence"]["d"],
        directions=RICCATI["emergence"]["directions"],
        points=RICCATI["emergence"]["points"],
        starts=RICCATI["emergence"]["starts"],
        resamples=RICCATI["resamples"],
        seed=config["seed"],
    message:
        "when each direction is learned"
    shell:
        "python -m shallownets.riccati.stages.emergence --beta {params.beta} --M-star {params.M_star}"
        " --N {params.N} --d {params.d} --directions {params.directions} --points {params.points}"
        " --starts {params.starts} --resamples {params.resamples} --seed {params.seed}"
        " --measurements {output.measurements} --figure-data {output.table} 2>&1 | tee {log}"


rule exponents_data:
    input:
        code("riccati.stages.exponents"),
    output:
        measurements=f"{MEASUREMENTS}/riccati/exponents.csv",
        table=f"{FIGURE_DATA}/riccati/exponents.csv",
    log:
        f"{LOGS}/riccati/exponents_data.log",
    benchmark:
        f"{BENCHMARKS}/riccati/exponents_data.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=digest("riccati.stages.exponents"),
        betas=RICCATI["exponents"]["betas"],
        M_star=RICCATI["exponents"]["M_star"],
        d=RICCATI["exponents"]["d"],
        first=RICCATI["exponents"]["window"][0],
        share=RICCATI["exponents"]["window"][1],
        points=RICCATI["exponents"]["points"],
        starts=RICCATI["exponents"]["starts"],
        seed=config["seed"],
    message:
        "exponents of the risk against d"
    shell:
        "python -m shallownets.riccati.stages.exponents --betas {params.betas} --M-star {params.M_star}"
        " --d {params.d} --first {params.first} --share {params.share} --points {params.points}"
        " --starts {params.starts} --seed {params.seed} --measurements {output.measurements}"
        " --figure-data {output.table} 2>&1 | tee {log}"


rule time_units_data:
    input:
        code("riccati.stages.time_units"),
    output:
        measurements=f"{MEASUREMENTS}/riccati/time_units.csv",
        table=f"{FIGURE_DATA}/riccati/time_units.csv",
    log:
        f"{LOGS}/riccati/time_units_data.log",
    benchmark:
        f"{BENCHMARKS}/riccati/time_units_data.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(5),
    params:
        code=digest("riccati.stages.time_units"),
        light=RICCATI["units"]["light"],
        M_star=RICCATI["units"]["M_star"],
        light_d=RICCATI["units"]["light_d"],
        heavy=RICCATI["units"]["heavy"],
        heavy_M_star=RICCATI["units"]["heavy_M_star"],
        N=RICCATI["units"]["N"],
        direction=RICCATI["units"]["direction"],
        d=RICCATI["units"]["d"],
        starts=RICCATI["units"]["starts"],
        seed=config["seed"],
    message:
        "times against width and dimension"
    shell:
        "python -m shallownets.riccati.stages.time_units --light {params.light} --M-star {params.M_star}"
        " --light-d {params.light_d} --heavy {params.heavy} --heavy-M-star {params.heavy_M_star}"
        " --N {params.N} --direction {params.direction} --d {params.d} --starts {params.starts}"
        " --seed {params.seed} --measurements {output.measurements} --figure-data {output.table}"
        " 2>&1 | tee {log}"


include: "riccati/sgd.smk"
