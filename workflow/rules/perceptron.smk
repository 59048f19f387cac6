# Study perceptron: Implicit bias produces neural scaling laws in learning curves, from perceptrons to deep networks
# (arXiv:2505.13230).


use rule stage as perceptron_norm_curves with:
    output:
        **tables("perceptron/norm_curves"),
    log:
        f"{LOGS}/perceptron/norm_curves.log",
    params:
        **stage("perceptron.norm_curves", "perceptron.norm_curves"),
    message:
        "test error against norm"


use rule stage as perceptron_first_law with:
    output:
        **tables("perceptron/first_law"),
    log:
        f"{LOGS}/perceptron/first_law.log",
    params:
        **stage("perceptron.first_law", "perceptron.first_law"),
    message:
        "first law, at fixed norm"


use rule stage as perceptron_second_law with:
    output:
        **tables("perceptron/second_law"),
    log:
        f"{LOGS}/perceptron/second_law.log",
    params:
        **stage("perceptron.second_law", "perceptron.second_law"),
    message:
        "second law, at a norm in proportion to the examples"


use rule stage as perceptron_optimum with:
    output:
        **tables("perceptron/optimum"),
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
        **stage("perceptron.runs", "perceptron.free_norm"),
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
        **tables("perceptron/free_norm"),
    log:
        f"{LOGS}/perceptron/free_norm.log",
    params:
        **stage("perceptron.free_norm"),
    message:
        "free norm beside fixed norm"


use rule stage as perceptron_margins with:
    output:
        **tables("perceptron/margins"),
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
        **tables("perceptron/learning_curves"),
    log:
        f"{LOGS}/perceptron/learning_curves.log",
    params:
        **stage("perceptron.learning_curves", "perceptron.learning_curves"),
    message:
        "error and norm against time"


use rule stage as perceptron_finite_size with:
    output:
        **tables("perceptron/finite_size"),
    log:
        f"{LOGS}/perceptron/finite_size.log",
    params:
        **stage("perceptron.finite_size", "perceptron.finite_size"),
    message:
        "the minimiser at several dimensions"


use rule stage as perceptron_label_noise with:
    output:
        **tables("perceptron/label_noise"),
    log:
        f"{LOGS}/perceptron/label_noise.log",
    params:
        **stage("perceptron.label_noise", "perceptron.label_noise"),
    message:
        "turned labels"


include: "perceptron/deep.smk"
