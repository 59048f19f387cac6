# Study perceptron: Implicit bias produces neural scaling laws in learning curves, from perceptrons to deep networks
# (arXiv:2505.13230).


use rule stage as perceptron_norm_curves with:
    output:
        measurements=f"{MEASUREMENTS}/perceptron/norm_curves.csv",
        figure_data=f"{FIGURE_DATA}/perceptron/norm_curves.csv",
    log:
        f"{LOGS}/perceptron/norm_curves.log",
    params:
        **stage("perceptron.norm_curves", "perceptron.norm_curves"),
    message:
        "test error against norm"


use rule stage as perceptron_first_law with:
    output:
        measurements=f"{MEASUREMENTS}/perceptron/first_law.csv",
        figure_data=f"{FIGURE_DATA}/perceptron/first_law.csv",
    log:
        f"{LOGS}/perceptron/first_law.log",
    params:
        **stage("perceptron.first_law", "perceptron.first_law"),
    message:
        "first law, at fixed norm"


use rule stage as perceptron_second_law with:
    output:
        measurements=f"{MEASUREMENTS}/perceptron/second_law.csv",
        figure_data=f"{FIGURE_DATA}/perceptron/second_law.csv",
    log:
        f"{LOGS}/perceptron/second_law.log",
    params:
        **stage("perceptron.second_law", "perceptron.second_law"),
    message:
        "second law, at a norm in proportion to the examples"


use rule stage as perceptron_optimum with:
    output:
        measurements=f"{MEASUREMENTS}/perceptron/optimum.csv",
        figure_data=f"{FIGURE_DATA}/perceptron/optimum.csv",
    log:
        f"{LOGS}/perceptron/optimum.log",
    params:
        **stage("perceptron.optimum", "perceptron.optimum"),
    message:
        "the norm of least error"


use rule stage as perceptron_runs with:
    output:
        data=f"{DATA}/perceptron/runs/{{alpha}}-{{N}}-{{samples}}.npz",
    log:
        f"{LOGS}/perceptron/runs_{{alpha}}-{{N}}-{{samples}}.log",
    params:
        **stage(
            "perceptron.runs",
            "perceptron.free_norm",
            alpha=lambda wildcards: float(wildcards.alpha),
            N=lambda wildcards: int(wildcards.N),
            samples=lambda wildcards: int(wildcards.samples),
        ),
    message:
        "free and fixed norm at alpha = {wildcards.alpha}, N = {wildcards.N}"


PERCEPTRON_RUNS = [
    f"{DATA}/perceptron/runs/{alpha}-{N}-{samples}.npz"
    for alpha, N, samples in config["perceptron"]["free_norm"]["cases"]
]


use rule stage as perceptron_dynamics with:
    output:
        data=f"{DATA}/perceptron/dynamics.npz",
    log:
        f"{LOGS}/perceptron/dynamics.log",
    params:
        **stage("perceptron.dynamics", "perceptron.dynamics"),
    message:
        "dynamical theory of a free norm"


use rule stage as perceptron_free_norm with:
    input:
        runs=PERCEPTRON_RUNS,
        dynamics=rules.perceptron_dynamics.output.data,
    output:
        measurements=f"{MEASUREMENTS}/perceptron/free_norm.csv",
        figure_data=f"{FIGURE_DATA}/perceptron/free_norm.csv",
    log:
        f"{LOGS}/perceptron/free_norm.log",
    params:
        **stage("perceptron.free_norm"),
    message:
        "free norm beside fixed norm"


use rule stage as perceptron_margins with:
    output:
        measurements=f"{MEASUREMENTS}/perceptron/margins.csv",
        figure_data=f"{FIGURE_DATA}/perceptron/margins.csv",
    log:
        f"{LOGS}/perceptron/margins.log",
    params:
        **stage("perceptron.margins", "perceptron.margins"),
    message:
        "margins of the training examples"


use rule stage as perceptron_learning_curves with:
    input:
        runs=PERCEPTRON_RUNS,
    output:
        measurements=f"{MEASUREMENTS}/perceptron/learning_curves.csv",
        figure_data=f"{FIGURE_DATA}/perceptron/learning_curves.csv",
    log:
        f"{LOGS}/perceptron/learning_curves.log",
    params:
        **stage("perceptron.learning_curves", "perceptron.learning_curves"),
    message:
        "error and norm against time"


use rule stage as perceptron_finite_size with:
    output:
        measurements=f"{MEASUREMENTS}/perceptron/finite_size.csv",
        figure_data=f"{FIGURE_DATA}/perceptron/finite_size.csv",
    log:
        f"{LOGS}/perceptron/finite_size.log",
    params:
        **stage("perceptron.finite_size", "perceptron.finite_size"),
    message:
        "the minimiser at several dimensions"


use rule stage as perceptron_label_noise with:
    output:
        measurements=f"{MEASUREMENTS}/perceptron/label_noise.csv",
        figure_data=f"{FIGURE_DATA}/perceptron/label_noise.csv",
    log:
        f"{LOGS}/perceptron/label_noise.log",
    params:
        **stage("perceptron.label_noise", "perceptron.label_noise"),
    message:
        "turned labels"


include: "perceptron/deep.smk"
