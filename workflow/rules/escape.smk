# Study escape: Escape dynamics and implicit bias of one-pass SGD (arXiv:2604.03068).
#
# REQUIRED INPUTS: the section `escape` of the config
# OUTPUTS, below RESULTS:
#   data/escape/{run}/start.npz          a start
#   data/escape/{run}/sgd/{batch}.npz    replicates of SGD from it, in batches
#   data/escape/{run}/sgd.npz            all replicates
#   data/escape/{run}/ode.npz            the ODE from it
#   figure_data/escape/{figure}.csv      what a figure shows
#   figures/escape/{figure}.{pdf,png}    the figure

DATA = f"{RESULTS}/data/escape"
LOGS = f"{RESULTS}/logs/escape"
COST = f"{RESULTS}/benchmarks/escape"


RUNS = config["escape"]["runs"]
FIGURES = [f"{RESULTS}/figures/escape/{name}.{kind}" for name in config["escape"]["figures"] for kind in ("pdf", "png")]
TARGETS += FIGURES
CLAIMS += [f"workflow/claims/escape/{part}.yaml" for part in ("plateau", "solutions", "landscape", "beyond", "finite")]


rule escape:
    input:
        FIGURES,


rule start:
    input:
        code("escape.stages.start"),
    output:
        f"{DATA}/{{run}}/start.npz",
    log:
        f"{LOGS}/{{run}}/start.log",
    benchmark:
        f"{COST}/{{run}}/start.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=500,
        runtime=2,
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
        start=f"{DATA}/{{run}}/start.npz",
    output:
        f"{DATA}/{{run}}/sgd/{{first}}-{{last}}.npz",
    log:
        f"{LOGS}/{{run}}/sgd_{{first}}-{{last}}.log",
    benchmark:
        f"{COST}/{{run}}/sgd_{{first}}-{{last}}.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=500,
        runtime=20,
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
            f"{DATA}/{wildcards.run}/sgd/{batch}.npz"
            for batch in batches(RUNS[wildcards.run]["replicates"], config["escape"]["batch"])
        ],
    output:
        f"{DATA}/{{run}}/sgd.npz",
    log:
        f"{LOGS}/{{run}}/gather.log",
    benchmark:
        f"{COST}/{{run}}/gather.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=500,
        runtime=2,
    params:
        code=digest("escape.stages.gather"),
    message:
        "SGD of {wildcards.run}, all replicates"
    shell:
        "python -m shallownets.escape.stages.gather --batches {input.batches} --out {output} 2>&1 | tee {log}"


rule ode:
    input:
        code("escape.stages.ode"),
        start=f"{DATA}/{{run}}/start.npz",
    output:
        f"{DATA}/{{run}}/ode.npz",
    log:
        f"{LOGS}/{{run}}/ode.log",
    benchmark:
        f"{COST}/{{run}}/ode.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=500,
        runtime=2,
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
        sgd=f"{DATA}/fig1/sgd.npz",
        chain=f"{DATA}/fig1/chain.npz",
        ode=f"{DATA}/fig1/ode.npz",
    output:
        f"{RESULTS}/figure_data/escape/fig1.csv",
    log:
        f"{LOGS}/fig1_data.log",
    benchmark:
        f"{COST}/fig1_data.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=500,
        runtime=2,
    params:
        code=digest("escape.stages.fig1_data"),
    message:
        "data of Figure 1"
    shell:
        "python -m shallownets.escape.stages.fig1_data --sgd {input.sgd} --chain {input.chain} --ode {input.ode}"
        " --out {output} 2>&1 | tee {log}"


rule fig1:
    input:
        code("escape.figures.fig1"),
        table=f"{RESULTS}/figure_data/escape/fig1.csv",
    output:
        report(
            multiext(f"{RESULTS}/figures/escape/fig1", ".pdf", ".png"),
            caption="../report/fig1.rst",
            category="escape",
            labels={"figure": "1", "shows": "order parameters, SGD over ODE"},
        ),
    log:
        f"{LOGS}/fig1.log",
    benchmark:
        f"{COST}/fig1.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=500,
        runtime=2,
    params:
        code=digest("escape.figures.fig1"),
    message:
        "Figure 1"
    shell:
        "python -m shallownets.escape.figures.fig1 --table {input.table} --out {output} 2>&1 | tee {log}"


include: "escape/solutions.smk"
include: "escape/landscape.smk"
include: "escape/plateau.smk"
include: "escape/finite.smk"
include: "escape/beyond.smk"
