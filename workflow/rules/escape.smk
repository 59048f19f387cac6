# Study escape: Escape dynamics and implicit bias of one-pass SGD (arXiv:2604.03068).

ESCAPE_FIG1 = config["escape"]["runs"]["fig1"]
# How many runs the overlap chain makes at each N: at that of SGD those that are not on weights.
ESCAPE_BESIDE = ESCAPE_FIG1["replicates"] - ESCAPE_FIG1["on_weights"]
ESCAPE_CHAIN = {ESCAPE_FIG1["N"]: ESCAPE_BESIDE, ESCAPE_FIG1["chain_N"]: ESCAPE_FIG1["chain_replicates"]}


use rule stage as escape_start with:
    output:
        data=f"{DATA}/escape/fig1/start.npz",
    log:
        f"{LOGS}/escape/fig1/start.log",
    params:
        **stage("escape.start", "escape.runs.fig1", kind="orthonormal", index=ESCAPE_FIG1["start"]),
    message:
        "start of fig1"


use rule stage as escape_sgd with:
    input:
        start=rules.escape_start.output.data,
    output:
        data=f"{DATA}/escape/fig1/sgd/{{first}}-{{last}}.npz",
    log:
        f"{LOGS}/escape/fig1/sgd_{{first}}-{{last}}.log",
    params:
        **stage("escape.sgd", "escape.runs.fig1", replicates=batch_size),
    message:
        "SGD of fig1, replicates {wildcards.first} to {wildcards.last}"


use rule stage as escape_chain with:
    input:
        start=rules.escape_start.output.data,
    output:
        data=f"{DATA}/escape/fig1/chain/{{N}}.npz",
    log:
        f"{LOGS}/escape/fig1/chain_{{N}}.log",
    params:
        **stage("escape.chain", "escape.runs.fig1", replicates=lambda wildcards: ESCAPE_CHAIN[int(wildcards.N)]),
    message:
        "overlap chain of fig1 at N = {wildcards.N}"


use rule stage as escape_gather with:
    input:
        batches=batches(f"{DATA}/escape/fig1/sgd", ESCAPE_FIG1["on_weights"], config["escape"]["batch"]),
    output:
        data=f"{DATA}/escape/fig1/sgd.npz",
    log:
        f"{LOGS}/escape/fig1/gather.log",
    params:
        **stage("escape.gather"),
    message:
        "SGD of fig1, all replicates on weights"


use rule stage as escape_ode with:
    input:
        start=rules.escape_start.output.data,
    output:
        data=f"{DATA}/escape/fig1/ode.npz",
    log:
        f"{LOGS}/escape/fig1/ode.log",
    params:
        **stage("escape.ode", "escape.runs.fig1"),
    message:
        "ODE of fig1"


use rule stage as escape_fig1 with:
    input:
        sgd=[
            rules.escape_gather.output.data,
            branch(ESCAPE_BESIDE > 0, then=f"{DATA}/escape/fig1/chain/{ESCAPE_FIG1['N']}.npz", otherwise=[]),
        ],
        chain=f"{DATA}/escape/fig1/chain/{ESCAPE_FIG1['chain_N']}.npz",
        ode=rules.escape_ode.output.data,
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
