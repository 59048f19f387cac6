# Study escape: Escape dynamics and implicit bias of one-pass SGD (arXiv:2604.03068).
#
# REQUIRED INPUTS: the section `escape` of the config
# OUTPUTS, below RESULTS:
#   data/escape/{run}/start.npz          a start
#   data/escape/{run}/sgd/{batch}.npz    replicates of SGD from it, in batches
#   data/escape/{run}/sgd.npz            all replicates
#   data/escape/{run}/ode.npz            the ODE from it
#   figure_data/escape/{figure}.csv      what a figure shows

RUNS = config["escape"]["runs"]


rule start:
    input:
        code("escape.stages.start"),
    output:
        f"{DATA}/escape/{{run}}/start.npz",
    log:
        f"{LOGS}/escape/{{run}}/start.log",
    benchmark:
        f"{BENCHMARKS}/escape/{{run}}/start.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(2),
    params:
        code=digest("escape.stages.start"),
        p=lambda wildcards: RUNS[wildcards.run]["p"],
        p_star=lambda wildcards: RUNS[wildcards.run]["p_star"],
        N=lambda wildcards: RUNS[wildcards.run]["N"],
        index=lambda wildcards: RUNS[wildcards.run]["start"],
        seed=config["seed"],
    message:
        "start of {wildcards.run}"
    shell:
        "python -m shallownets.escape.stages.start --kind orthonormal"
        " --p {params.p} --p-star {params.p_star} --N {params.N} --seed {params.seed} --index {params.index}"
        " --out {output} 2>&1 | tee {log}"


rule sgd:
    input:
        code("escape.stages.sgd"),
        start=f"{DATA}/escape/{{run}}/start.npz",
    output:
        f"{DATA}/escape/{{run}}/sgd/{{first}}-{{last}}.npz",
    log:
        f"{LOGS}/escape/{{run}}/sgd_{{first}}-{{last}}.log",
    benchmark:
        f"{BENCHMARKS}/escape/{{run}}/sgd_{{first}}-{{last}}.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(20),
    params:
        code=digest("escape.stages.sgd"),
        N=lambda wildcards: RUNS[wildcards.run]["N"],
        eta=lambda wildcards: RUNS[wildcards.run]["eta"],
        alpha_max=lambda wildcards: RUNS[wildcards.run]["alpha_max"],
        points=lambda wildcards: RUNS[wildcards.run]["points"],
        replicates=lambda wildcards: int(wildcards.last) - int(wildcards.first) + 1,
        seed=config["seed"],
    message:
        "SGD of {wildcards.run}, replicates {wildcards.first} to {wildcards.last}"
    shell:
        "python -m shallownets.escape.stages.sgd --start {input.start} --N {params.N} --eta {params.eta}"
        " --alpha-max {params.alpha_max} --points {params.points} --seed {params.seed}"
        " --first {wildcards.first} --replicates {params.replicates} --out {output} 2>&1 | tee {log}"


rule gather:
    input:
        code("escape.stages.gather"),
        batches=lambda wildcards: [
            f"{DATA}/escape/{wildcards.run}/sgd/{batch}.npz"
            for batch in batches(RUNS[wildcards.run]["replicates"], config["escape"]["batch"])
        ],
    output:
        f"{DATA}/escape/{{run}}/sgd.npz",
    log:
        f"{LOGS}/escape/{{run}}/gather.log",
    benchmark:
        f"{BENCHMARKS}/escape/{{run}}/gather.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(2),
    params:
        code=digest("escape.stages.gather"),
    message:
        "SGD of {wildcards.run}, all replicates"
    shell:
        "python -m shallownets.escape.stages.gather --batches {input.batches} --out {output} 2>&1 | tee {log}"


rule ode:
    input:
        code("escape.stages.ode"),
        start=f"{DATA}/escape/{{run}}/start.npz",
    output:
        f"{DATA}/escape/{{run}}/ode.npz",
    log:
        f"{LOGS}/escape/{{run}}/ode.log",
    benchmark:
        f"{BENCHMARKS}/escape/{{run}}/ode.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(2),
    params:
        code=digest("escape.stages.ode"),
        N=lambda wildcards: RUNS[wildcards.run]["N"],
        eta=lambda wildcards: RUNS[wildcards.run]["eta"],
        alpha_max=lambda wildcards: RUNS[wildcards.run]["alpha_max"],
        points=lambda wildcards: RUNS[wildcards.run]["points"],
        tolerance=config["escape"]["tolerance"],
    message:
        "ODE of {wildcards.run}"
    shell:
        "python -m shallownets.escape.stages.ode --start {input.start} --N {params.N} --eta {params.eta}"
        " --alpha-max {params.alpha_max} --points {params.points} --tolerance {params.tolerance}"
        " --out {output} 2>&1 | tee {log}"


rule fig1_data:
    input:
        code("escape.stages.fig1_data"),
        sgd=f"{DATA}/escape/fig1/sgd.npz",
        chain=f"{DATA}/escape/fig1/chain.npz",
        ode=f"{DATA}/escape/fig1/ode.npz",
    output:
        f"{FIGURE_DATA}/escape/fig1.csv",
    log:
        f"{LOGS}/escape/fig1_data.log",
    benchmark:
        f"{BENCHMARKS}/escape/fig1_data.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(2),
    params:
        code=digest("escape.stages.fig1_data"),
    message:
        "data of Figure 1"
    shell:
        "python -m shallownets.escape.stages.fig1_data --sgd {input.sgd} --chain {input.chain} --ode {input.ode}"
        " --out {output} 2>&1 | tee {log}"


include: "escape/solutions.smk"
include: "escape/landscape.smk"
include: "escape/plateau.smk"
include: "escape/finite.smk"
include: "escape/beyond.smk"
