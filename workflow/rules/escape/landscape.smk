# Part landscape: degrees of freedom, stationary points and their spectra (equations 24 to 30, App. 7.2 and 7.5).
#
# REQUIRED INPUTS: the section `escape.landscape` of the config, and `seed`
# OUTPUTS, below RESULTS:
#   measurements/escape/{dimensions,hessian,null_directions}.csv
#   figure_data/escape/{fig5,fig6,hessian,hessian_ratio,null_directions}.csv

LANDSCAPE = config["escape"]["landscape"]


rule dimensions:
    input:
        code("studies.escape.stages.dimensions"),
    output:
        measurements=f"{MEASUREMENTS}/escape/dimensions.csv",
        fig5=f"{FIGURE_DATA}/escape/fig5.csv",
        fig6=f"{FIGURE_DATA}/escape/fig6.csv",
    log:
        f"{LOGS}/escape/dimensions.log",
    benchmark:
        f"{BENCHMARKS}/escape/dimensions.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(5),
    params:
        code=digest("studies.escape.stages.dimensions"),
        N=LANDSCAPE["expressivity"]["N"],
        p_max=LANDSCAPE["expressivity"]["p_max"],
        p_star=LANDSCAPE["manifold"]["p_star"],
        manifold_p_max=LANDSCAPE["manifold"]["p_max"],
        seed=config["seed"],
    message:
        "degrees of freedom of students and solutions"
    shell:
        "python -m shallownets.studies.escape.stages.dimensions --N {params.N} --p-max {params.p_max}"
        " --p-star {params.p_star} --manifold-p-max {params.manifold_p_max} --seed {params.seed}"
        " --measurements {output.measurements} --fig5 {output.fig5} --fig6 {output.fig6} 2>&1 | tee {log}"


rule hessian_data:
    input:
        code("studies.escape.stages.hessian"),
    output:
        measurements=f"{MEASUREMENTS}/escape/hessian.csv",
        spectra=f"{FIGURE_DATA}/escape/hessian.csv",
        ratios=f"{FIGURE_DATA}/escape/hessian_ratio.csv",
    log:
        f"{LOGS}/escape/hessian_data.log",
    benchmark:
        f"{BENCHMARKS}/escape/hessian_data.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(5),
    params:
        code=digest("studies.escape.stages.hessian"),
        sizes=["{p},{p_star},{N}".format(**size) for size in LANDSCAPE["spectra"]],
        ratio_sizes=["{p_star},{N}".format(**size) for size in LANDSCAPE["ratio"]],
        seed=config["seed"],
    message:
        "spectra of the Hessian at the stationary points"
    shell:
        "python -m shallownets.studies.escape.stages.hessian --sizes {params.sizes} --ratio-sizes {params.ratio_sizes}"
        " --seed {params.seed} --measurements {output.measurements} --spectra {output.spectra}"
        " --ratios {output.ratios} 2>&1 | tee {log}"


rule null_directions_data:
    input:
        code("studies.escape.stages.null_directions"),
    output:
        measurements=f"{MEASUREMENTS}/escape/null_directions.csv",
        table=f"{FIGURE_DATA}/escape/null_directions.csv",
    log:
        f"{LOGS}/escape/null_directions_data.log",
    benchmark:
        f"{BENCHMARKS}/escape/null_directions_data.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(5),
    params:
        code=digest("studies.escape.stages.null_directions"),
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
        "python -m shallownets.studies.escape.stages.null_directions --p {params.p} --p-star {params.p_star} --N {params.N}"
        " --law-p {params.law_p} --directions {params.directions} --steps {params.steps} --points {params.points}"
        " --seed {params.seed} --measurements {output.measurements} --figure-data {output.table} 2>&1 | tee {log}"
