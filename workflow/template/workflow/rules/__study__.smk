# Study __study__: one-pass SGD of a single weight on noisy linear data.


use rule stage as __study___start with:
    output:
        data=f"{DATA}/__study__/start.npz",
    log:
        f"{LOGS}/__study__/start.log",
    params:
        **stage("__study__.start"),
    message:
        "start"


use rule stage as __study___sgd with:
    input:
        start=rules.__study___start.output.data,
    output:
        data=f"{DATA}/__study__/sgd/{{first}}-{{last}}.npz",
    log:
        f"{LOGS}/__study__/sgd_{{first}}-{{last}}.log",
    params:
        **stage("__study__.sgd", "__study__.runs", replicates=batch_size),
    message:
        "SGD, replicates {wildcards.first} to {wildcards.last}"


use rule stage as __study___relaxation with:
    input:
        start=rules.__study___start.output.data,
        batches=batches(
            f"{DATA}/__study__/sgd",
            config["__study__"]["runs"]["replicates"],
            config["__study__"]["batch"],
        ),
    output:
        **tables("__study__/relaxation"),
    log:
        f"{LOGS}/__study__/relaxation.log",
    params:
        **stage("__study__.relaxation"),
    message:
        "error of SGD against time"
