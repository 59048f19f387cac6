# Study emergence: Emergence and scaling laws in SGD learning of shallow neural networks (arXiv:2504.19983).


use rule stage as emergence_staircase with:
    output:
        **tables("emergence/staircase"),
    log:
        f"{LOGS}/emergence/staircase.log",
    params:
        **stage("emergence.staircase", "emergence.staircase"),
    message:
        "one start of the flow in detail"


use rule stage as emergence_scaling_law_runs with:
    output:
        data=f"{DATA}/emergence/scaling_law_runs.npz",
    log:
        f"{LOGS}/emergence/scaling_law_runs.log",
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        **stage("emergence.scaling_law_runs", "emergence.scaling_law"),
    message:
        "the flow at several widths"


use rule stage as emergence_scaling_law with:
    input:
        runs=rules.emergence_scaling_law_runs.output.data,
    output:
        **tables("emergence/scaling_law"),
    log:
        f"{LOGS}/emergence/scaling_law.log",
    params:
        **stage("emergence.scaling_law", "emergence.scaling_law"),
    message:
        "loss at several widths"


use rule stage as emergence_compute_frontier with:
    input:
        runs=rules.emergence_scaling_law_runs.output.data,
    output:
        **tables("emergence/compute_frontier"),
    log:
        f"{LOGS}/emergence/compute_frontier.log",
    params:
        **stage("emergence.compute_frontier", "emergence.compute_frontier"),
    message:
        "least loss at each compute"


use rule stage as emergence_learning_times with:
    output:
        **tables("emergence/learning_times"),
    log:
        f"{LOGS}/emergence/learning_times.log",
    params:
        **stage("emergence.learning_times", "emergence.learning_times"),
    message:
        "when directions are learned"


use rule stage as emergence_link with:
    output:
        **tables("emergence/link"),
    log:
        f"{LOGS}/emergence/link.log",
    params:
        **stage("emergence.link", "emergence.link"),
    message:
        "learning times of several links against the dimension"


use rule stage as emergence_coverage with:
    output:
        **tables("emergence/coverage"),
    log:
        f"{LOGS}/emergence/coverage.log",
    params:
        **stage("emergence.coverage", "emergence.coverage"),
    message:
        "how many directions neurons find"


use rule stage as emergence_light_tail with:
    output:
        **tables("emergence/light_tail"),
    log:
        f"{LOGS}/emergence/light_tail.log",
    params:
        **stage("emergence.light_tail", "emergence.light_tail"),
    message:
        "light tails"


include: "emergence/sgd.smk"
