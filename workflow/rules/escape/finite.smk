# Part finite: SGD at finite N, its escape time, spread and divergence, and strong overparameterisation.
#
# REQUIRED INPUTS: the section `escape.finite` of the config, `escape.tolerance` and `seed`
# OUTPUTS, below RESULTS:
#   data/escape/escape_times/{chain,direct}_{N}.npz   escape times at one N
#   measurements/escape/{finite_escape,finite_divergence,overparameterisation}.csv
#   figure_data/escape/{escape_finite,finite_divergence,overparameterisation}.csv

FINITE = config["escape"]["finite"]
ESCAPE_RUNS = {"chain": dict(FINITE["escape"]["sizes"]), "direct": dict([FINITE["escape"]["direct"]])}


rule escape_times:
    input:
        code("studies.escape.stages.escape_times"),
    output:
        f"{DATA}/escape/escape_times/{{engine}}_{{N}}.npz",
    log:
        f"{LOGS}/escape/escape_times_{{engine}}_{{N}}.log",
    benchmark:
        f"{BENCHMARKS}/escape/escape_times_{{engine}}_{{N}}.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(20),
    params:
        code=digest("studies.escape.stages.escape_times"),
        replicates=lambda wildcards: ESCAPE_RUNS[wildcards.engine][int(wildcards.N)],
        p=FINITE["escape"]["p"],
        p_star=FINITE["escape"]["p_star"],
        eta_hat=FINITE["escape"]["eta_hat"],
        fraction=FINITE["fraction"],
        alpha_max=FINITE["escape"]["alpha_max"],
        points=FINITE["escape"]["points"],
        tolerance=config["escape"]["tolerance"],
        seed=config["seed"],
    message:
        "escape times of SGD at N = {wildcards.N}, engine {wildcards.engine}"
    shell:
        "python -m shallownets.studies.escape.stages.escape_times --engine {wildcards.engine} --p {params.p}"
        " --p-star {params.p_star} --N {wildcards.N} --replicates {params.replicates} --eta-hat {params.eta_hat}"
        " --fraction {params.fraction} --alpha-max {params.alpha_max} --points {params.points}"
        " --tolerance {params.tolerance} --seed {params.seed} --out {output} 2>&1 | tee {log}"


rule finite_escape:
    input:
        code("studies.escape.stages.finite_escape"),
        sgd=[f"{DATA}/escape/escape_times/chain_{N}.npz" for N in ESCAPE_RUNS["chain"]],
        direct=[f"{DATA}/escape/escape_times/direct_{N}.npz" for N in ESCAPE_RUNS["direct"]],
    output:
        measurements=f"{MEASUREMENTS}/escape/finite_escape.csv",
        figure=f"{FIGURE_DATA}/escape/escape_finite.csv",
    log:
        f"{LOGS}/escape/finite_escape.log",
    benchmark:
        f"{BENCHMARKS}/escape/finite_escape.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(20),
    params:
        code=digest("studies.escape.stages.finite_escape"),
        fit_from=FINITE["escape"]["fit_from"],
        limit_from=FINITE["escape"]["limit_from"],
        N=FINITE["spread"]["N"],
        eta_hat=FINITE["spread"]["eta_hat"],
        starts=FINITE["spread"]["starts"],
        runs=FINITE["spread"]["runs"],
        ode_starts=FINITE["escape"]["ode_starts"],
        t_max=FINITE["spread"]["t_max"],
        points=FINITE["spread"]["points"],
        resamples=FINITE["resamples"],
        tolerance=config["escape"]["tolerance"],
        seed=config["seed"],
    message:
        "escape times of SGD against N, and their spread"
    shell:
        "python -m shallownets.studies.escape.stages.finite_escape --sgd {input.sgd} --direct {input.direct}"
        " --fit-from {params.fit_from} --limit-from {params.limit_from} --N {params.N} --eta-hat {params.eta_hat}"
        " --starts {params.starts} --runs {params.runs} --ode-starts {params.ode_starts}"
        " --t-max {params.t_max} --points {params.points}"
        " --resamples {params.resamples} --tolerance {params.tolerance} --seed {params.seed}"
        " --measurements {output.measurements} --figure-data {output.figure} 2>&1 | tee {log}"


rule finite_divergence_data:
    input:
        code("studies.escape.stages.finite_divergence"),
    output:
        measurements=f"{MEASUREMENTS}/escape/finite_divergence.csv",
        figure=f"{FIGURE_DATA}/escape/finite_divergence.csv",
    log:
        f"{LOGS}/escape/finite_divergence_data.log",
    benchmark:
        f"{BENCHMARKS}/escape/finite_divergence_data.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(20),
    params:
        code=digest("studies.escape.stages.finite_divergence"),
        widths=[f"{p},{p_star}" for p, p_star in FINITE["divergence"]["widths"]],
        sizes=[f"{N},{replicates}" for N, replicates in FINITE["divergence"]["sizes"]],
        first=FINITE["divergence"]["first"],
        step=FINITE["divergence"]["step"],
        last=FINITE["divergence"]["last"],
        t_max=FINITE["divergence"]["t_max"],
        resamples=FINITE["resamples"],
        tolerance=config["escape"]["tolerance"],
        seed=config["seed"],
    message:
        "divergence of SGD against the learning rate"
    shell:
        "python -m shallownets.studies.escape.stages.finite_divergence --widths {params.widths} --sizes {params.sizes}"
        " --first {params.first} --step {params.step} --last {params.last} --t-max {params.t_max}"
        " --resamples {params.resamples} --tolerance {params.tolerance} --seed {params.seed}"
        " --measurements {output.measurements} --figure-data {output.figure} 2>&1 | tee {log}"


rule overparameterisation_data:
    input:
        code("studies.escape.stages.overparameterisation"),
    output:
        measurements=f"{MEASUREMENTS}/escape/overparameterisation.csv",
        figure=f"{FIGURE_DATA}/escape/overparameterisation.csv",
    log:
        f"{LOGS}/escape/overparameterisation_data.log",
    benchmark:
        f"{BENCHMARKS}/escape/overparameterisation_data.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(20),
    params:
        code=digest("studies.escape.stages.overparameterisation"),
        cases=[",".join(map(str, case)) for case in FINITE["widths"]["cases"]],
        N=FINITE["widths"]["N"],
        eta_hat=FINITE["widths"]["eta_hat"],
        fraction=FINITE["fraction"],
        starts=FINITE["widths"]["starts"],
        t_max=FINITE["widths"]["t_max"],
        points=FINITE["widths"]["points"],
        tolerance=config["escape"]["tolerance"],
        seed=config["seed"],
    message:
        "escape time of SGD against the student's width"
    shell:
        "python -m shallownets.studies.escape.stages.overparameterisation --cases {params.cases} --N {params.N}"
        " --eta-hat {params.eta_hat} --fraction {params.fraction} --starts {params.starts} --t-max {params.t_max}"
        " --points {params.points} --tolerance {params.tolerance} --seed {params.seed}"
        " --measurements {output.measurements} --figure-data {output.figure} 2>&1 | tee {log}"
