# What the rules of study escape take from the config and from their wildcards.


def escape_run(wildcards):
    """The section of the config that a run's jobs take their parameters from."""
    return f"escape.runs.{wildcards.run}"


def escape_start_index(wildcards):
    """Which of the starts drawn from the seed a run begins at."""
    return config["escape"]["runs"][wildcards.run]["start"]


def escape_batches(wildcards):
    """The batches of a run's replicates on weights."""
    on_weights = config["escape"]["runs"][wildcards.run]["on_weights"]
    return batches(f"{DATA}/escape/{wildcards.run}/sgd", on_weights, config["escape"]["batch"])


def escape_batch_size(wildcards):
    """How many replicates a batch has."""
    return int(wildcards.last) - int(wildcards.first) + 1


def escape_chain_replicates(wildcards):
    """How many runs the overlap chain makes: at the N of SGD those that are not on weights."""
    run = config["escape"]["runs"][wildcards.run]
    at = {run["N"]: run["replicates"] - run["on_weights"], run["chain_N"]: run["chain_replicates"]}
    return at[int(wildcards.N)]


def escape_fig1_sgd():
    """All runs of SGD of Figure 1 at its N: those on weights, then those of the chain, where there are any."""
    run = config["escape"]["runs"]["fig1"]
    by_chain = [f"chain/{run['N']}.npz"] if run["on_weights"] < run["replicates"] else []
    return [f"{DATA}/escape/fig1/{name}" for name in ("sgd.npz", *by_chain)]


def escape_one_start(wildcards):
    """How often SGD is repeated from a single start: at the learning rate whose spread is shown."""
    finite = config["escape"]["finite"]
    shown = float(wildcards.eta_hat) == finite["escape"]["eta_hat"]
    return finite["spread"]["starts"] * finite["spread"]["runs"] if shown else 0
