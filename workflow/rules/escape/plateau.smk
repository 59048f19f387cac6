# Part plateau: norm learning, the plateau and the escape from it (equations 9 to 13, 35, 36, Figure 2).


use rule stage as escape_plateau_scan with:
    output:
        data=f"{DATA}/escape/plateau_scan.npz",
    log:
        f"{LOGS}/escape/plateau_scan.log",
    params:
        **stage("escape.plateau_scan", "escape.plateau.optimum"),
    message:
        "escape times of the ODE over learning rates"


use rule stage as escape_plateau_optimum with:
    input:
        scan=rules.escape_plateau_scan.output.data,
    output:
        measurements=f"{MEASUREMENTS}/escape/plateau_optimum.csv",
        figure_data=f"{FIGURE_DATA}/escape/fig2.csv",
    log:
        f"{LOGS}/escape/plateau_optimum.log",
    params:
        **stage("escape.plateau_optimum", "escape.plateau"),
    message:
        "learning rate of the fastest escape"


use rule stage as escape_plateau_rates with:
    output:
        measurements=f"{MEASUREMENTS}/escape/plateau_rates.csv",
    log:
        f"{LOGS}/escape/plateau_rates.log",
    params:
        **stage("escape.plateau_rates", "escape.plateau.rates"),
    message:
        "rates of norms and overlaps on the plateau"


use rule stage as escape_norm_learning_runs with:
    output:
        data=f"{DATA}/escape/norm_learning_runs.npz",
    log:
        f"{LOGS}/escape/norm_learning_runs.log",
    params:
        **stage("escape.norm_learning_runs", "escape.plateau.norms"),
    message:
        "SGD and the ODE from different norms"


use rule stage as escape_norm_learning with:
    input:
        runs=rules.escape_norm_learning_runs.output.data,
    output:
        **tables("escape/norm_learning"),
    log:
        f"{LOGS}/escape/norm_learning.log",
    params:
        **stage("escape.norm_learning", "escape.plateau.norms"),
    message:
        "norm learning, SGD and ODE"


use rule stage as escape_overlap_growth_runs with:
    output:
        data=f"{DATA}/escape/overlap_growth_runs.npz",
    log:
        f"{LOGS}/escape/overlap_growth_runs.log",
    params:
        **stage("escape.overlap_growth_runs", "escape.plateau.growth"),
    message:
        "SGD and the ODE from one start on the plateau"


use rule stage as escape_overlap_growth with:
    input:
        runs=rules.escape_overlap_growth_runs.output.data,
    output:
        **tables("escape/overlap_growth"),
    log:
        f"{LOGS}/escape/overlap_growth.log",
    params:
        **stage("escape.overlap_growth", "escape.plateau.growth"),
    message:
        "growth of the overlaps on the plateau, SGD and ODE"


use rule stage as escape_escape_law with:
    output:
        **tables("escape/escape_law"),
    log:
        f"{LOGS}/escape/escape_law.log",
    params:
        **stage("escape.escape_law", "escape.plateau.law"),
    message:
        "the escape law"


use rule stage as escape_descent_runs with:
    output:
        data=f"{DATA}/escape/descent_runs.npz",
    log:
        f"{LOGS}/escape/descent_runs.log",
    params:
        **stage("escape.descent_runs", "escape.plateau.descent"),
    message:
        "times of the final descent"


use rule stage as escape_descent with:
    input:
        runs=rules.escape_descent_runs.output.data,
    output:
        **tables("escape/descent"),
    log:
        f"{LOGS}/escape/descent.log",
    params:
        **stage("escape.descent", "escape.plateau"),
    message:
        "the final descent beside the escape"


use rule stage as escape_escape_time with:
    input:
        sgd=[f"{DATA}/escape/escape_times/chain_{N}.npz" for N, _ in config["escape"]["finite"]["escape"]["sizes"]],
    output:
        **tables("escape/escape_time"),
    log:
        f"{LOGS}/escape/escape_time.log",
    params:
        **stage("escape.escape_time", "escape.plateau.times"),
    message:
        "escape times of the ODE, and those of SGD beside them"
