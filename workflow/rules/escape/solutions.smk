# Part solutions: the zero-error solutions, and which of them is reached (equations 14 to 22, App. 7.4, Figs. 3 and 4).
#
# REQUIRED INPUTS: the section `escape.solutions` of the config, `escape.tolerance` and `seed`
# OUTPUTS, below RESULTS:
#   measurements/escape/solution_set.csv        facts that need no dynamics
#   measurements/escape/solution_selection.csv  which solution the ODE reaches
#   measurements/escape/sgd_selection.csv       which solution SGD reaches from orthonormal sets
#   measurements/escape/fluctuations.csv        SGD against N, from one start
#   measurements/escape/solution_distances.csv  the distances of Figure 3
#   figure_data/escape/{fig3,fig4,convergence}.csv

SOLUTIONS = config["escape"]["solutions"]
FLUCTUATIONS = SOLUTIONS["fluctuations"]


rule solution_set:
    input:
        code("studies.escape.stages.solution_set"),
    output:
        f"{MEASUREMENTS}/escape/solution_set.csv",
    log:
        f"{LOGS}/escape/solution_set.log",
    benchmark:
        f"{BENCHMARKS}/escape/solution_set.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=digest("studies.escape.stages.solution_set"),
        widths=[",".join(map(str, pair)) for pair in SOLUTIONS["widths"]],
        narrow=[",".join(map(str, pair)) for pair in SOLUTIONS["narrow"]],
        N=SOLUTIONS["N"],
        frames=SOLUTIONS["frames"],
        starts=SOLUTIONS["starts"],
        tolerance=config["escape"]["tolerance"],
        seed=config["seed"],
    message:
        "the set of zero-error solutions"
    shell:
        "python -m shallownets.studies.escape.stages.solution_set --widths {params.widths} --narrow {params.narrow}"
        " --N {params.N} --frames {params.frames} --starts {params.starts} --tolerance {params.tolerance}"
        " --seed {params.seed} --out {output} 2>&1 | tee {log}"


rule solution_selection:
    input:
        code("studies.escape.stages.solution_selection"),
    output:
        f"{MEASUREMENTS}/escape/solution_selection.csv",
    log:
        f"{LOGS}/escape/solution_selection.log",
    benchmark:
        f"{BENCHMARKS}/escape/solution_selection.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=digest("studies.escape.stages.solution_selection"),
        widths=[",".join(map(str, pair)) for pair in SOLUTIONS["widths"]],
        N=SOLUTIONS["N"],
        starts=SOLUTIONS["starts"],
        eta_hat=SOLUTIONS["eta_hat"],
        t_max=SOLUTIONS["t_max"],
        unequal=SOLUTIONS["unequal"]["dimensions"],
        pair=",".join(map(str, SOLUTIONS["unequal"]["widths"])),
        tolerance=config["escape"]["tolerance"],
        seed=config["seed"],
    message:
        "which solution the ODE reaches"
    shell:
        "python -m shallownets.studies.escape.stages.solution_selection --widths {params.widths} --N {params.N}"
        " --starts {params.starts} --eta-hat {params.eta_hat} --t-max {params.t_max} --unequal {params.unequal}"
        " --unequal-widths {params.pair} --tolerance {params.tolerance} --seed {params.seed}"
        " --out {output} 2>&1 | tee {log}"


rule sgd_selection:
    input:
        code("studies.escape.stages.sgd_selection"),
    output:
        f"{MEASUREMENTS}/escape/sgd_selection.csv",
    log:
        f"{LOGS}/escape/sgd_selection.log",
    benchmark:
        f"{BENCHMARKS}/escape/sgd_selection.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(30),
    params:
        code=digest("studies.escape.stages.sgd_selection"),
        p=SOLUTIONS["orthonormal"]["p"],
        p_star=SOLUTIONS["orthonormal"]["p_star"],
        cases=[",".join(map(str, case)) for case in SOLUTIONS["orthonormal"]["cases"]],
        t_max=SOLUTIONS["orthonormal"]["t_max"],
        seed=config["seed"],
    message:
        "which solution SGD reaches from orthonormal sets"
    shell:
        "python -m shallownets.studies.escape.stages.sgd_selection --p {params.p} --p-star {params.p_star}"
        " --cases {params.cases} --t-max {params.t_max} --seed {params.seed} --out {output} 2>&1 | tee {log}"


rule fluctuations:
    input:
        code("studies.escape.stages.fluctuations"),
    output:
        measurements=f"{MEASUREMENTS}/escape/fluctuations.csv",
        convergence=f"{FIGURE_DATA}/escape/convergence.csv",
        fig4=f"{FIGURE_DATA}/escape/fig4.csv",
    log:
        f"{LOGS}/escape/fluctuations.log",
    benchmark:
        f"{BENCHMARKS}/escape/fluctuations.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(20),
    params:
        code=digest("studies.escape.stages.fluctuations"),
        p=FLUCTUATIONS["p"],
        p_star=FLUCTUATIONS["p_star"],
        start_dimension=FLUCTUATIONS["start_dimension"],
        eta=FLUCTUATIONS["eta"],
        alpha_max=FLUCTUATIONS["alpha_max"],
        points=FLUCTUATIONS["points"],
        chain=[f"{N},{replicates}" for N, replicates in FLUCTUATIONS["chain"]],
        direct=[f"{N},{replicates}" for N, replicates in FLUCTUATIONS["direct"]],
        fit_from=FLUCTUATIONS["fit_from"],
        shown=FLUCTUATIONS["shown"],
        tolerance=config["escape"]["tolerance"],
        seed=config["seed"],
    message:
        "SGD against the ODE and N"
    shell:
        "python -m shallownets.studies.escape.stages.fluctuations --p {params.p} --p-star {params.p_star}"
        " --start-dimension {params.start_dimension} --eta {params.eta} --alpha-max {params.alpha_max}"
        " --points {params.points} --chain {params.chain} --direct {params.direct} --fit-from {params.fit_from}"
        " --shown {params.shown} --tolerance {params.tolerance} --seed {params.seed}"
        " --measurements {output.measurements} --convergence {output.convergence} --fig4 {output.fig4}"
        " 2>&1 | tee {log}"


rule fig3_data:
    input:
        code("studies.escape.stages.fig3_data"),
    output:
        measurements=f"{MEASUREMENTS}/escape/solution_distances.csv",
        table=f"{FIGURE_DATA}/escape/fig3.csv",
    log:
        f"{LOGS}/escape/fig3_data.log",
    benchmark:
        f"{BENCHMARKS}/escape/fig3_data.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=digest("studies.escape.stages.fig3_data"),
        p=SOLUTIONS["fig3"]["p"],
        p_star=SOLUTIONS["fig3"]["p_star"],
        N=SOLUTIONS["fig3"]["N"],
        eta=SOLUTIONS["fig3"]["eta"],
        alpha_max=SOLUTIONS["fig3"]["alpha_max"],
        points=SOLUTIONS["fig3"]["points"],
        others=SOLUTIONS["fig3"]["others"],
        replicates=SOLUTIONS["fig3"]["replicates"],
        tolerance=config["escape"]["tolerance"],
        seed=config["seed"],
    message:
        "data of Figure 3"
    shell:
        "python -m shallownets.studies.escape.stages.fig3_data --p {params.p} --p-star {params.p_star} --N {params.N}"
        " --eta {params.eta} --alpha-max {params.alpha_max} --points {params.points} --others {params.others}"
        " --replicates {params.replicates} --tolerance {params.tolerance} --seed {params.seed}"
        " --measurements {output.measurements} --figure-data {output.table} 2>&1 | tee {log}"
