# Part plateau: norm learning, the plateau and the escape from it (equations 9 to 13, 35, 36, Figure 2).
#
# REQUIRED INPUTS: the section `escape.plateau` of the config, the escape times of part finite, `escape.tolerance` and `seed`
# OUTPUTS, below RESULTS:
#   measurements/escape/plateau_{optimum,rates,norms,growth,law,times}.csv
#   figure_data/escape/{fig2,norm_learning,overlap_growth,escape_law,escape_time}.csv

PLATEAU = config["escape"]["plateau"]


rule plateau_rates:
    input:
        code("escape.stages.plateau_rates"),
    output:
        measurements=f"{MEASUREMENTS}/escape/plateau_rates.csv",
    log:
        f"{LOGS}/escape/plateau_rates.log",
    benchmark:
        f"{BENCHMARKS}/escape/plateau_rates.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(5),
    params:
        code=digest("escape.stages.plateau_rates"),
        widths=[f"{p},{p_star}" for p, p_star in PLATEAU["rates"]["widths"]],
        norms=PLATEAU["rates"]["norms"],
        eta_hat=PLATEAU["rates"]["eta_hat"],
        tolerance=PLATEAU["rates"]["tolerance"],
    message:
        "rates of norms and overlaps on the plateau"
    shell:
        "python -m shallownets.escape.stages.plateau_rates --widths {params.widths} --norms {params.norms}"
        " --eta-hat {params.eta_hat} --tolerance {params.tolerance}"
        " --measurements {output.measurements} 2>&1 | tee {log}"


rule plateau_optimum:
    input:
        code("escape.stages.plateau_optimum"),
    output:
        measurements=f"{MEASUREMENTS}/escape/plateau_optimum.csv",
        figure=f"{FIGURE_DATA}/escape/fig2.csv",
    log:
        f"{LOGS}/escape/plateau_optimum.log",
    benchmark:
        f"{BENCHMARKS}/escape/plateau_optimum.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=digest("escape.stages.plateau_optimum"),
        N=PLATEAU["optimum"]["N"],
        starts=PLATEAU["optimum"]["starts"],
        fraction=PLATEAU["optimum"]["fraction"],
        converged=PLATEAU["optimum"]["converged"],
        step=PLATEAU["optimum"]["step"],
        largest=PLATEAU["optimum"]["largest"],
        alpha_max=PLATEAU["optimum"]["alpha_max"],
        tolerance=PLATEAU["optimum"]["tolerance"],
        widths=[f"{p},{p_star}" for p, p_star in PLATEAU["optimum"]["widths"]],
        resamples=PLATEAU["resamples"],
        seed=config["seed"],
    message:
        "learning rate of the fastest escape"
    shell:
        "python -m shallownets.escape.stages.plateau_optimum --widths {params.widths} --N {params.N}"
        " --starts {params.starts} --fraction {params.fraction} --converged {params.converged}"
        " --step {params.step} --largest {params.largest} --alpha-max {params.alpha_max}"
        " --tolerance {params.tolerance} --resamples {params.resamples}"
        " --seed {params.seed} --measurements {output.measurements} --figure-data {output.figure} 2>&1 | tee {log}"


rule plateau_norms:
    input:
        code("escape.stages.plateau_norms"),
    output:
        measurements=f"{MEASUREMENTS}/escape/plateau_norms.csv",
        figure=f"{FIGURE_DATA}/escape/norm_learning.csv",
    log:
        f"{LOGS}/escape/plateau_norms.log",
    benchmark:
        f"{BENCHMARKS}/escape/plateau_norms.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=digest("escape.stages.plateau_norms"),
        p_star=PLATEAU["norms"]["p_star"],
        N=PLATEAU["norms"]["N"],
        eta_hat=PLATEAU["norms"]["eta_hat"],
        t_max=PLATEAU["norms"]["t_max"],
        points=PLATEAU["norms"]["points"],
        compared=PLATEAU["norms"]["compared"],
        replicates=PLATEAU["norms"]["replicates"],
        tolerance=config["escape"]["tolerance"],
        norms=PLATEAU["norms"]["initial"],
        seed=config["seed"],
    message:
        "norm learning, SGD and ODE"
    shell:
        "python -m shallownets.escape.stages.plateau_norms --norms {params.norms}"
        " --p-star {params.p_star} --N {params.N} --eta-hat {params.eta_hat}"
        " --t-max {params.t_max} --points {params.points} --compared {params.compared}"
        " --replicates {params.replicates} --tolerance {params.tolerance}"
        " --seed {params.seed} --measurements {output.measurements} --figure-data {output.figure} 2>&1 | tee {log}"


rule plateau_growth:
    input:
        code("escape.stages.plateau_growth"),
    output:
        measurements=f"{MEASUREMENTS}/escape/plateau_growth.csv",
        figure=f"{FIGURE_DATA}/escape/overlap_growth.csv",
    log:
        f"{LOGS}/escape/plateau_growth.log",
    benchmark:
        f"{BENCHMARKS}/escape/plateau_growth.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=digest("escape.stages.plateau_growth"),
        p=PLATEAU["growth"]["p"],
        p_star=PLATEAU["growth"]["p_star"],
        N=PLATEAU["growth"]["N"],
        eta_hat=PLATEAU["growth"]["eta_hat"],
        t_max=PLATEAU["growth"]["t_max"],
        t_fit=PLATEAU["growth"]["t_fit"],
        points=PLATEAU["growth"]["points"],
        replicates=PLATEAU["growth"]["replicates"],
        tolerance=config["escape"]["tolerance"],
        resamples=PLATEAU["resamples"],
        seed=config["seed"],
    message:
        "growth of the overlaps on the plateau, SGD and ODE"
    shell:
        "python -m shallownets.escape.stages.plateau_growth --p {params.p} --p-star {params.p_star}"
        " --N {params.N} --eta-hat {params.eta_hat} --t-max {params.t_max}"
        " --t-fit {params.t_fit} --points {params.points} --replicates {params.replicates}"
        " --resamples {params.resamples} --tolerance {params.tolerance}"
        " --seed {params.seed} --measurements {output.measurements} --figure-data {output.figure} 2>&1 | tee {log}"


rule plateau_law:
    input:
        code("escape.stages.plateau_law"),
    output:
        measurements=f"{MEASUREMENTS}/escape/plateau_law.csv",
        figure=f"{FIGURE_DATA}/escape/escape_law.csv",
    log:
        f"{LOGS}/escape/plateau_law.log",
    benchmark:
        f"{BENCHMARKS}/escape/plateau_law.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=digest("escape.stages.plateau_law"),
        sigma=PLATEAU["law"]["sigma"],
        starts=PLATEAU["law"]["starts"],
        points=PLATEAU["law"]["points"],
        reduction_max=PLATEAU["law"]["reduction_max"],
        reduction=PLATEAU["law"]["reduction"],
        eta_hat=PLATEAU["law"]["eta_hat"],
        widths=[f"{p},{p_star}" for p, p_star in PLATEAU["law"]["widths"]],
        tolerance=config["escape"]["tolerance"],
        resamples=PLATEAU["resamples"],
        seed=config["seed"],
    message:
        "the escape law"
    shell:
        "python -m shallownets.escape.stages.plateau_law --widths {params.widths}"
        " --sigma {params.sigma} --starts {params.starts} --points {params.points}"
        " --reduction-max {params.reduction_max} --reduction {params.reduction}"
        " --eta-hat {params.eta_hat} --resamples {params.resamples}"
        " --tolerance {params.tolerance}"
        " --seed {params.seed} --measurements {output.measurements} --figure-data {output.figure} 2>&1 | tee {log}"


rule plateau_times:
    input:
        code("escape.stages.plateau_times"),
        sgd=[f"{DATA}/escape/escape_times/chain_{N}.npz" for N, _ in config["escape"]["finite"]["escape"]["sizes"]],
    output:
        measurements=f"{MEASUREMENTS}/escape/plateau_times.csv",
        figure=f"{FIGURE_DATA}/escape/escape_time.csv",
    log:
        f"{LOGS}/escape/plateau_times.log",
    benchmark:
        f"{BENCHMARKS}/escape/plateau_times.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=digest("escape.stages.plateau_times"),
        N=PLATEAU["times"]["N"],
        eta_hat=PLATEAU["times"]["eta_hat"],
        starts=PLATEAU["times"]["starts"],
        at=PLATEAU["times"]["at"],
        at_eta_hat=PLATEAU["times"]["at_eta_hat"],
        widths=[f"{p},{p_star}" for p, p_star in PLATEAU["times"]["widths"]],
        tolerance=config["escape"]["tolerance"],
        aligned=",".join(map(str, PLATEAU["times"]["aligned"])),
        resamples=PLATEAU["resamples"],
        seed=config["seed"],
    message:
        "escape times of the ODE, and those of SGD beside them"
    shell:
        "python -m shallownets.escape.stages.plateau_times --sgd {input.sgd} --N {params.N} --eta-hat {params.eta_hat} --starts {params.starts}"
        " --widths {params.widths} --aligned {params.aligned} --at {params.at}"
        " --at-eta-hat {params.at_eta_hat} --resamples {params.resamples}"
        " --tolerance {params.tolerance}"
        " --seed {params.seed} --measurements {output.measurements} --figure-data {output.figure} 2>&1 | tee {log}"
