# Study escape: Escape dynamics and implicit bias of one-pass SGD (arXiv:2604.03068).


include: "escape/functions.smk"


use rule stage as escape_start with:
    output:
        data=f"{DATA}/escape/{{run}}/start.npz",
    log:
        f"{LOGS}/escape/{{run}}/start.log",
    params:
        **stage("escape.start", escape_run, kind="orthonormal", index=escape_run_value("start")),
    message:
        "start of {wildcards.run}"


use rule stage as escape_sgd with:
    input:
        start=rules.escape_start.output.data,
    output:
        data=f"{DATA}/escape/{{run}}/sgd/{{first}}-{{last}}.npz",
    log:
        f"{LOGS}/escape/{{run}}/sgd_{{first}}-{{last}}.log",
    params:
        **stage("escape.sgd", escape_run, replicates=escape_batch_size),
    message:
        "SGD of {wildcards.run}, replicates {wildcards.first} to {wildcards.last}"


use rule stage as escape_chain with:
    input:
        start=rules.escape_start.output.data,
    output:
        data=f"{DATA}/escape/{{run}}/chain/{{first}}-{{last}}.npz",
    log:
        f"{LOGS}/escape/{{run}}/chain_{{first}}-{{last}}.log",
    params:
        **stage("escape.chain", escape_run, N=escape_run_value("chain_N"), replicates=escape_batch_size),
    message:
        "overlap chain of {wildcards.run}, replicates {wildcards.first} to {wildcards.last}"


use rule stage as escape_gather with:
    input:
        batches=escape_batches,
    output:
        data=f"{DATA}/escape/{{run}}/{{engine,sgd|chain}}.npz",
    log:
        f"{LOGS}/escape/{{run}}/gather_{{engine}}.log",
    params:
        **stage("escape.gather"),
    message:
        "{wildcards.engine} of {wildcards.run}, all replicates"


use rule stage as escape_ode with:
    input:
        start=rules.escape_start.output.data,
    output:
        data=f"{DATA}/escape/{{run}}/ode.npz",
    log:
        f"{LOGS}/escape/{{run}}/ode.log",
    params:
        **stage("escape.ode", escape_run),
    message:
        "ODE of {wildcards.run}"


use rule stage as escape_fig1 with:
    input:
        sgd=f"{DATA}/escape/fig1/sgd.npz",
        chain=f"{DATA}/escape/fig1/chain.npz",
        ode=f"{DATA}/escape/fig1/ode.npz",
    output:
        measurements=f"{MEASUREMENTS}/escape/fig1.csv",
        figure_data=f"{FIGURE_DATA}/escape/fig1.csv",
    log:
        f"{LOGS}/escape/fig1.log",
    params:
        **stage("escape.fig1"),
    message:
        "data of Figure 1"


use rule stage as escape_equations with:
    output:
        measurements=f"{MEASUREMENTS}/escape/equations.csv",
    log:
        f"{LOGS}/escape/equations.log",
    params:
        **stage("escape.equations", "escape.equations"),
    message:
        "the equations of motion against means over samples"


include: "escape/landscape.smk"
include: "escape/plateau.smk"
include: "escape/solutions.smk"
include: "escape/finite.smk"
include: "escape/beyond.smk"
