# Part solutions: the zero-error solutions, and which of them is reached (equations 14 to 22, App. 7.4, Figs. 3 and 4).

ESCAPE_SOLUTIONS = config["escape"]["solutions"]
ESCAPE_FLUCTUATIONS = {engine: dict(ESCAPE_SOLUTIONS["fluctuations"][engine]) for engine in ("chain", "direct")}


use rule stage as escape_solution_set with:
    output:
        measurements=f"{MEASUREMENTS}/escape/solution_set.csv",
    log:
        f"{LOGS}/escape/solution_set.log",
    params:
        **stage("escape.solution_set", "escape.solutions"),
    message:
        "the set of zero-error solutions"


use rule stage as escape_solution_selection with:
    output:
        measurements=f"{MEASUREMENTS}/escape/solution_selection.csv",
    log:
        f"{LOGS}/escape/solution_selection.log",
    params:
        **stage("escape.solution_selection", "escape.solutions"),
    message:
        "which solution the ODE reaches"


use rule stage as escape_sgd_selection_runs with:
    output:
        data=f"{DATA}/escape/sgd_selection_runs/{{N}}_{{eta_hat}}_{{replicates}}.npz",
    log:
        f"{LOGS}/escape/sgd_selection_{{N}}_{{eta_hat}}_{{replicates}}.log",
    params:
        **stage("escape.sgd_selection_runs", "escape.solutions.orthonormal"),
    message:
        "SGD from orthonormal sets at N = {wildcards.N}, eta/p = {wildcards.eta_hat}"


use rule stage as escape_sgd_selection with:
    input:
        runs=[
            f"{DATA}/escape/sgd_selection_runs/{N}_{eta_hat}_{replicates}.npz"
            for N, eta_hat, replicates in ESCAPE_SOLUTIONS["orthonormal"]["cases"]
        ],
    output:
        measurements=f"{MEASUREMENTS}/escape/sgd_selection.csv",
    log:
        f"{LOGS}/escape/sgd_selection.log",
    params:
        **stage("escape.sgd_selection", "escape.solutions.orthonormal"),
    message:
        "which solution SGD reaches from orthonormal sets"


use rule stage as escape_fluctuations_runs with:
    output:
        data=f"{DATA}/escape/fluctuations_runs/{{engine}}_{{N}}.npz",
    log:
        f"{LOGS}/escape/fluctuations_{{engine}}_{{N}}.log",
    params:
        **stage(
            "escape.fluctuations_runs",
            "escape.solutions.fluctuations",
            replicates=lambda wildcards: ESCAPE_FLUCTUATIONS[wildcards.engine][int(wildcards.N)],
        ),
    message:
        "SGD beside the ODE at N = {wildcards.N}, engine {wildcards.engine}"


use rule stage as escape_fluctuations_own with:
    output:
        data=f"{DATA}/escape/fluctuations_own.npz",
    log:
        f"{LOGS}/escape/fluctuations_own.log",
    params:
        **stage(
            "escape.fluctuations_runs",
            "escape.solutions.fluctuations",
            engine="chain",
            N=ESCAPE_SOLUTIONS["fluctuations"]["own"],
            start_dimension=ESCAPE_SOLUTIONS["fluctuations"]["own"],
            replicates=2,
        ),
    message:
        "SGD beside the ODE from overlaps of order N^(-1/2)"


use rule stage as escape_fluctuations with:
    input:
        own=rules.escape_fluctuations_own.output.data,
        runs=[
            f"{DATA}/escape/fluctuations_runs/{engine}_{N}.npz"
            for engine, sizes in ESCAPE_FLUCTUATIONS.items()
            for N in sizes
        ],
    output:
        measurements=f"{MEASUREMENTS}/escape/fluctuations.csv",
        convergence=f"{FIGURE_DATA}/escape/convergence.csv",
        fig4=f"{FIGURE_DATA}/escape/fig4.csv",
    log:
        f"{LOGS}/escape/fluctuations.log",
    params:
        **stage("escape.fluctuations", "escape.solutions.fluctuations"),
    message:
        "SGD against the ODE and N"


use rule stage as escape_fig3 with:
    output:
        **tables("escape/fig3"),
    log:
        f"{LOGS}/escape/fig3.log",
    params:
        **stage("escape.fig3", "escape.solutions.fig3"),
    message:
        "data of Figure 3"
