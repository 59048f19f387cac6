# Part landscape: degrees of freedom, stationary points and their spectra (equations 24 to 30, App. 7.2 and 7.5).
#
# REQUIRED INPUTS: the section `escape.landscape` of the config, and `seed`
# OUTPUTS, below RESULTS:
#   measurements/escape/{dimensions,hessian,null_directions}.csv
#   figure_data/escape/{fig5,fig6,hessian,hessian_ratio,null_counts,null_laws}.csv
#   figures/escape/{fig5,fig6,hessian,hessian_ratio,null_directions}.{pdf,png}

LANDSCAPE = config["escape"]["landscape"]


rule dimensions:
    input:
        code("escape.stages.dimensions"),
    output:
        measurements=f"{RESULTS}/measurements/escape/dimensions.csv",
        fig5=f"{RESULTS}/figure_data/escape/fig5.csv",
        fig6=f"{RESULTS}/figure_data/escape/fig6.csv",
    log:
        f"{LOGS}/dimensions.log",
    benchmark:
        f"{COST}/dimensions.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=1000,
        runtime=5,
    params:
        code=digest("escape.stages.dimensions"),
        N=LANDSCAPE["expressivity"]["N"],
        p_max=LANDSCAPE["expressivity"]["p_max"],
        p_star=LANDSCAPE["manifold"]["p_star"],
        manifold_p_max=LANDSCAPE["manifold"]["p_max"],
        seed=config["seed"],
    message:
        "degrees of freedom of students and solutions"
    shell:
        "python -m shallownets.escape.stages.dimensions --N {params.N} --p-max {params.p_max}"
        " --p-star {params.p_star} --manifold-p-max {params.manifold_p_max} --seed {params.seed}"
        " --measurements {output.measurements} --fig5 {output.fig5} --fig6 {output.fig6} 2>&1 | tee {log}"


rule hessian_data:
    input:
        code("escape.stages.hessian"),
    output:
        measurements=f"{RESULTS}/measurements/escape/hessian.csv",
        spectra=f"{RESULTS}/figure_data/escape/hessian.csv",
        ratios=f"{RESULTS}/figure_data/escape/hessian_ratio.csv",
    log:
        f"{LOGS}/hessian_data.log",
    benchmark:
        f"{COST}/hessian_data.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=1000,
        runtime=5,
    params:
        code=digest("escape.stages.hessian"),
        sizes=["{p},{p_star},{N}".format(**size) for size in LANDSCAPE["spectra"]],
        ratio_sizes=["{p_star},{N}".format(**size) for size in LANDSCAPE["ratio"]],
        seed=config["seed"],
    message:
        "spectra of the Hessian at the stationary points"
    shell:
        "python -m shallownets.escape.stages.hessian --sizes {params.sizes} --ratio-sizes {params.ratio_sizes}"
        " --seed {params.seed} --measurements {output.measurements} --spectra {output.spectra}"
        " --ratios {output.ratios} 2>&1 | tee {log}"


rule null_directions_data:
    input:
        code("escape.stages.null_directions"),
    output:
        measurements=f"{RESULTS}/measurements/escape/null_directions.csv",
        counts=f"{RESULTS}/figure_data/escape/null_counts.csv",
        laws=f"{RESULTS}/figure_data/escape/null_laws.csv",
    log:
        f"{LOGS}/null_directions_data.log",
    benchmark:
        f"{COST}/null_directions_data.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=1000,
        runtime=5,
    params:
        code=digest("escape.stages.null_directions"),
        p=LANDSCAPE["null_directions"]["widths"],
        p_star=LANDSCAPE["null_directions"]["p_star"],
        N=LANDSCAPE["null_directions"]["N"],
        law_p=LANDSCAPE["null_directions"]["p"],
        directions=LANDSCAPE["null_directions"]["directions"],
        steps=[LANDSCAPE["null_directions"][key] for key in ("shortest_step", "longest_step")],
        points=LANDSCAPE["null_directions"]["points"],
        seed=config["seed"],
    message:
        "null directions at a solution"
    shell:
        "python -m shallownets.escape.stages.null_directions --p {params.p} --p-star {params.p_star} --N {params.N}"
        " --law-p {params.law_p} --directions {params.directions} --steps {params.steps} --points {params.points}"
        " --seed {params.seed} --measurements {output.measurements} --counts {output.counts} --laws {output.laws}"
        " 2>&1 | tee {log}"


rule fig5:
    input:
        code("escape.figures.fig5"),
        table=f"{RESULTS}/figure_data/escape/fig5.csv",
    output:
        report(
            multiext(f"{RESULTS}/figures/escape/fig5", ".pdf", ".png"),
            caption="../../report/fig5.rst",
            category="escape",
            labels={"figure": "5", "shows": "what a student can express"},
        ),
    log:
        f"{LOGS}/fig5.log",
    benchmark:
        f"{COST}/fig5.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=500,
        runtime=2,
    params:
        code=digest("escape.figures.fig5"),
    message:
        "Figure 5"
    shell:
        "python -m shallownets.escape.figures.fig5 --table {input.table} --out {output} 2>&1 | tee {log}"


rule fig6:
    input:
        code("escape.figures.fig6"),
        table=f"{RESULTS}/figure_data/escape/fig6.csv",
    output:
        report(
            multiext(f"{RESULTS}/figures/escape/fig6", ".pdf", ".png"),
            caption="../../report/fig6.rst",
            category="escape",
            labels={"figure": "6", "shows": "dimension of the manifold of solutions"},
        ),
    log:
        f"{LOGS}/fig6.log",
    benchmark:
        f"{COST}/fig6.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=500,
        runtime=2,
    params:
        code=digest("escape.figures.fig6"),
    message:
        "Figure 6"
    shell:
        "python -m shallownets.escape.figures.fig6 --table {input.table} --out {output} 2>&1 | tee {log}"


rule hessian:
    input:
        code("escape.figures.hessian"),
        table=f"{RESULTS}/figure_data/escape/hessian.csv",
    output:
        report(
            multiext(f"{RESULTS}/figures/escape/hessian", ".pdf", ".png"),
            caption="../../report/hessian.rst",
            category="escape",
            labels={"figure": "hessian", "shows": "spectra at the stationary points"},
        ),
    log:
        f"{LOGS}/hessian.log",
    benchmark:
        f"{COST}/hessian.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=500,
        runtime=2,
    params:
        code=digest("escape.figures.hessian"),
    message:
        "figure of the spectra"
    shell:
        "python -m shallownets.escape.figures.hessian --table {input.table} --out {output} 2>&1 | tee {log}"


rule hessian_ratio:
    input:
        code("escape.figures.hessian_ratio"),
        table=f"{RESULTS}/figure_data/escape/hessian_ratio.csv",
    output:
        report(
            multiext(f"{RESULTS}/figures/escape/hessian_ratio", ".pdf", ".png"),
            caption="../../report/hessian_ratio.rst",
            category="escape",
            labels={"figure": "hessian_ratio", "shows": "negative over null eigenvalues on the plateau"},
        ),
    log:
        f"{LOGS}/hessian_ratio.log",
    benchmark:
        f"{COST}/hessian_ratio.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=500,
        runtime=2,
    params:
        code=digest("escape.figures.hessian_ratio"),
    message:
        "figure of the ratio of eigenvalues"
    shell:
        "python -m shallownets.escape.figures.hessian_ratio --table {input.table} --out {output} 2>&1 | tee {log}"


rule null_directions:
    input:
        code("escape.figures.null_directions"),
        counts=f"{RESULTS}/figure_data/escape/null_counts.csv",
        laws=f"{RESULTS}/figure_data/escape/null_laws.csv",
    output:
        report(
            multiext(f"{RESULTS}/figures/escape/null_directions", ".pdf", ".png"),
            caption="../../report/null_directions.rst",
            category="escape",
            labels={"figure": "null_directions", "shows": "null directions at a solution"},
        ),
    log:
        f"{LOGS}/null_directions.log",
    benchmark:
        f"{COST}/null_directions.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=500,
        runtime=2,
    params:
        code=digest("escape.figures.null_directions"),
    message:
        "figure of the null directions"
    shell:
        "python -m shallownets.escape.figures.null_directions --counts {input.counts} --laws {input.laws}"
        " --out {output} 2>&1 | tee {log}"
