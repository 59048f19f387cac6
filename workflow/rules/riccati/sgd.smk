# Part sgd: one-pass SGD on the Stiefel manifold (Phase I), the samples it takes, and the radial fit (Phase II).
#
# REQUIRED INPUTS: the sections `riccati.sgd`, `riccati.samples` and `riccati.phase2` of the config, and `seed`
# OUTPUTS, below RESULTS:
#   data/riccati/sgd/{constant,falling}_{eta_d}.npz     risks of SGD and of both flows at one step size
#   data/riccati/samples/{heavy,far,light_{gamma}}.npz  samples to a risk against d and M*; far: without SGD
#   measurements/riccati/{sgd_checks,sgd_flow,sample_complexity,radial_fit}.csv
#   figure_data/riccati/{sgd_flow,sample_complexity,radial_fit}.csv

SGD = RICCATI["sgd"]
SAMPLES = RICCATI["samples"]
HEAVY, LIGHT = SAMPLES["heavy"], SAMPLES["light"]
PHASE2 = RICCATI["phase2"]
# The series of samples_to_risk; a size is M*,N,d,starts.
HEAVY_WIDTHS = f"{HEAVY['M_star']},{HEAVY['N']}"
SERIES = {
    "heavy": HEAVY | {"gamma": 0, "sizes": [f"{HEAVY_WIDTHS},{d},{starts}" for d, starts in HEAVY["sizes"]]},
    "far": HEAVY | {"gamma": 0, "sizes": [f"{HEAVY_WIDTHS},{d},{HEAVY['far_starts']}" for d in HEAVY["far"]]},
} | {
    f"light_{gamma}": LIGHT | {"gamma": gamma, "kappa": kappa, "sizes": [",".join(map(str, s)) for s in LIGHT["sizes"]]}
    for gamma, kappa in LIGHT["steps"]
}


rule sgd_checks:
    input:
        code("riccati.stages.sgd_checks"),
    output:
        measurements=f"{MEASUREMENTS}/riccati/sgd_checks.csv",
    log:
        f"{LOGS}/riccati/sgd_checks.log",
    benchmark:
        f"{BENCHMARKS}/riccati/sgd_checks.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(5),
    params:
        code=digest("riccati.stages.sgd_checks"),
        d=SGD["checks"]["d"],
        M_star=SGD["checks"]["M_star"],
        N=SGD["checks"]["N"],
        beta=SGD["beta"],
        eta_d=SGD["checks"]["eta_d"],
        samples=SGD["checks"]["samples"],
        replicates=SGD["checks"]["replicates"],
        seed=config["seed"],
    message:
        "the mean step of SGD, and whether its columns stay orthonormal"
    shell:
        "python -m shallownets.riccati.stages.sgd_checks --d {params.d} --M-star {params.M_star} --N {params.N}"
        " --beta {params.beta} --eta-d {params.eta_d} --samples {params.samples}"
        " --replicates {params.replicates} --seed {params.seed} --measurements {output.measurements}"
        " 2>&1 | tee {log}"


rule sgd_curves:
    input:
        code("riccati.stages.sgd_curves"),
    output:
        f"{DATA}/riccati/sgd/{{schedule}}_{{eta_d}}.npz",
    log:
        f"{LOGS}/riccati/sgd_{{schedule}}_{{eta_d}}.log",
    benchmark:
        f"{BENCHMARKS}/riccati/sgd_{{schedule}}_{{eta_d}}.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=digest("riccati.stages.sgd_curves"),
        d=SGD["d"],
        M_star=SGD["M_star"],
        N=SGD["N"],
        beta=SGD["beta"],
        falls=lambda wildcards: f"--falls-from {SGD['falls_from']}" if wildcards.schedule == "falling" else "",
        t_max=SGD["t_max"],
        points=SGD["points"],
        replicates=SGD["replicates"],
        seed=config["seed"],
    message:
        "SGD at eta d = {wildcards.eta_d}, {wildcards.schedule}"
    shell:
        "python -m shallownets.riccati.stages.sgd_curves --d {params.d} --M-star {params.M_star} --N {params.N}"
        " --beta {params.beta} --eta-d {wildcards.eta_d} {params.falls} --t-max {params.t_max}"
        " --points {params.points} --replicates {params.replicates} --seed {params.seed} --out {output}"
        " 2>&1 | tee {log}"


rule sgd_flow_data:
    input:
        code("riccati.stages.sgd_flow"),
        runs=[f"{DATA}/riccati/sgd/constant_{eta_d}.npz" for eta_d in SGD["eta_d"]],
        falling=f"{DATA}/riccati/sgd/falling_{SGD['falls_to_match']}.npz",
    output:
        measurements=f"{MEASUREMENTS}/riccati/sgd_flow.csv",
        table=f"{FIGURE_DATA}/riccati/sgd_flow.csv",
    log:
        f"{LOGS}/riccati/sgd_flow_data.log",
    benchmark:
        f"{BENCHMARKS}/riccati/sgd_flow_data.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(2),
    params:
        code=digest("riccati.stages.sgd_flow"),
        fit_to=SGD["fit_to"],
    message:
        "SGD against the exact flow"
    shell:
        "python -m shallownets.riccati.stages.sgd_flow --runs {input.runs} --falling {input.falling}"
        " --fit-to {params.fit_to} --measurements {output.measurements} --figure-data {output.table}"
        " 2>&1 | tee {log}"


rule samples_to_risk:
    input:
        code("riccati.stages.samples_to_risk"),
    output:
        f"{DATA}/riccati/samples/{{series}}.npz",
    log:
        f"{LOGS}/riccati/samples_{{series}}.log",
    benchmark:
        f"{BENCHMARKS}/riccati/samples_{{series}}.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=digest("riccati.stages.samples_to_risk"),
        sizes=lambda wildcards: SERIES[wildcards.series]["sizes"],
        beta=lambda wildcards: SERIES[wildcards.series]["beta"],
        kappa=lambda wildcards: SERIES[wildcards.series]["kappa"],
        gamma=lambda wildcards: SERIES[wildcards.series]["gamma"],
        risk=lambda wildcards: SERIES[wildcards.series]["risk"],
        without=lambda wildcards: "--without-sgd" if wildcards.series == "far" else "",
        seed=config["seed"],
    message:
        "samples to a risk, {wildcards.series}"
    shell:
        "python -m shallownets.riccati.stages.samples_to_risk --sizes {params.sizes} --beta {params.beta}"
        " --kappa {params.kappa} --gamma {params.gamma} --risk {params.risk} {params.without}"
        " --seed {params.seed} --out {output} 2>&1 | tee {log}"


rule sample_complexity_data:
    input:
        code("riccati.stages.sample_complexity"),
        heavy=f"{DATA}/riccati/samples/heavy.npz",
        far=f"{DATA}/riccati/samples/far.npz",
        light=[f"{DATA}/riccati/samples/light_{gamma}.npz" for gamma, _ in LIGHT["steps"]],
    output:
        measurements=f"{MEASUREMENTS}/riccati/sample_complexity.csv",
        table=f"{FIGURE_DATA}/riccati/sample_complexity.csv",
    log:
        f"{LOGS}/riccati/sample_complexity_data.log",
    benchmark:
        f"{BENCHMARKS}/riccati/sample_complexity_data.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(2),
    params:
        code=digest("riccati.stages.sample_complexity"),
        fit_from=LIGHT["fit_from"],
    message:
        "samples to a risk against dimension and width"
    shell:
        "python -m shallownets.riccati.stages.sample_complexity --heavy {input.heavy} --far {input.far}"
        " --light {input.light} --fit-from {params.fit_from} --measurements {output.measurements}"
        " --figure-data {output.table} 2>&1 | tee {log}"


rule radial_fit_data:
    input:
        code("riccati.stages.radial_fit"),
    output:
        measurements=f"{MEASUREMENTS}/riccati/radial_fit.csv",
        table=f"{FIGURE_DATA}/riccati/radial_fit.csv",
    log:
        f"{LOGS}/riccati/radial_fit_data.log",
    benchmark:
        f"{BENCHMARKS}/riccati/radial_fit_data.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(5),
    params:
        code=digest("riccati.stages.radial_fit"),
        d=PHASE2["d"],
        M_star=PHASE2["M_star"],
        N=PHASE2["N"],
        beta=PHASE2["beta"],
        eta_d=PHASE2["eta_d"],
        t_max=PHASE2["t_max"],
        points=PHASE2["points"],
        samples=PHASE2["samples"],
        scan=PHASE2["scan"],
        replicates=PHASE2["replicates"],
        seed=config["seed"],
    message:
        "the radial fit of Phase II"
    shell:
        "python -m shallownets.riccati.stages.radial_fit --d {params.d} --M-star {params.M_star} --N {params.N}"
        " --beta {params.beta} --eta-d {params.eta_d} --t-max {params.t_max} --points {params.points}"
        " --samples {params.samples} --scan {params.scan} --replicates {params.replicates} --seed {params.seed}"
        " --measurements {output.measurements} --figure-data {output.table} 2>&1 | tee {log}"
