# Part sgd: one-pass SGD against the flow, samples against dimension and step size, noise that falls or stays, checks.


use rule stage as emergence_sgd_checks with:
    output:
        measurements=f"{MEASUREMENTS}/emergence/sgd_checks.csv",
    log:
        f"{LOGS}/emergence/sgd_checks.log",
    params:
        **stage("emergence.sgd_checks", "emergence.sgd.checks"),
    message:
        "two engines of one law, and what noise does to neurons"


use rule stage as emergence_sgd_runs with:
    output:
        data=f"{DATA}/emergence/sgd_runs.npz",
    log:
        f"{LOGS}/emergence/sgd_runs.log",
    params:
        **stage("emergence.sgd_runs", "emergence.sgd.flow"),
    message:
        "SGD and the flow from the same starts"


use rule stage as emergence_sgd_against_flow with:
    input:
        runs=rules.emergence_sgd_runs.output.data,
    output:
        **tables("emergence/sgd_against_flow"),
    log:
        f"{LOGS}/emergence/sgd_against_flow.log",
    params:
        **stage("emergence.sgd_against_flow", "emergence.sgd.flow"),
    message:
        "SGD against the flow"


use rule stage as emergence_samples_runs with:
    output:
        data=f"{DATA}/emergence/samples_runs.npz",
    log:
        f"{LOGS}/emergence/samples_runs.log",
    params:
        **stage("emergence.samples_runs", "emergence.sgd.samples"),
    message:
        "samples until a direction is learned"


use rule stage as emergence_samples with:
    input:
        runs=rules.emergence_samples_runs.output.data,
    output:
        **tables("emergence/samples"),
    log:
        f"{LOGS}/emergence/samples.log",
    params:
        **stage("emergence.samples"),
    message:
        "samples against dimension and step size, beside first passages"


use rule stage as emergence_falling_runs with:
    output:
        data=f"{DATA}/emergence/falling_runs.npz",
    log:
        f"{LOGS}/emergence/falling_runs.log",
    params:
        **stage("emergence.falling_runs", "emergence.sgd.falling"),
    message:
        "SGD with and without label noise, and at a step size that falls"


use rule stage as emergence_falling_noise with:
    input:
        runs=rules.emergence_falling_runs.output.data,
    output:
        **tables("emergence/falling_noise"),
    log:
        f"{LOGS}/emergence/falling_noise.log",
    params:
        **stage("emergence.falling_noise"),
    message:
        "noise that falls as directions are learned, and noise that stays"
