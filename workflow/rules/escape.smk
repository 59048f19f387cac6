# Study escape: Escape dynamics and implicit bias of one-pass SGD (arXiv:2604.03068).


include: "escape/functions.smk"


use rule stage as escape_start with:
    output:
        data=f"{DATA}/escape/{{run}}/start.npz",
    log:
        f"{LOGS}/escape/{{run}}/start.log",
    params:
        **stage("escape.start", escape_run, kind="orthonormal", index=escape_start_index),
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
        data=f"{DATA}/escape/{{run}}/chain/{{N}}.npz",
    log:
        f"{LOGS}/escape/{{run}}/chain_{{N}}.log",
    params:
        **stage("escape.chain", escape_run, replicates=escape_chain_replicates),
    message:
        "overlap chain of {wildcards.run} at N = {wildcards.N}"


use rule stage as escape_gather with:
    input:
        batches=escape_batches,
    output:
        data=f"{DATA}/escape/{{run}}/sgd.npz",
    log:
        f"{LOGS}/escape/{{run}}/gather.log",
    params:
        **stage("escape.gather"),
    message:
        "SGD of {wildcards.run}, all replicates on weights"


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
        sgd=escape_fig1_sgd(),
        chain=f"{DATA}/escape/fig1/chain/{config['escape']['runs']['fig1']['chain_N']}.npz",
        ode=f"{DATA}/escape/fig1/ode.npz",
    output:
        **tables("escape/fig1"),
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
