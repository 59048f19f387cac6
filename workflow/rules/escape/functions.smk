# What the rules of study escape take from the config and from their wildcards.


def escape_run(wildcards):
    """The section of the config that a run's jobs take their parameters from."""
    return f"escape.runs.{wildcards.run}"


def escape_run_value(key):
    """A value of that section, as a function of the wildcards."""
    return lambda wildcards: config["escape"]["runs"][wildcards.run][key]


def escape_batches(wildcards):
    """The batches of replicates of a run by an engine."""
    total = escape_run_value("replicates" if wildcards.engine == "sgd" else "chain_replicates")(wildcards)
    size = config["escape"]["batch"]
    return batches(f"{DATA}/escape/{wildcards.run}/{wildcards.engine}", total, size)


def escape_batch_size(wildcards):
    """How many replicates a batch has."""
    return int(wildcards.last) - int(wildcards.first) + 1


def escape_one_start(wildcards):
    """How often SGD is repeated from a single start: at the learning rate whose spread is shown."""
    finite = config["escape"]["finite"]
    shown = float(wildcards.eta_hat) == finite["escape"]["eta_hat"]
    return finite["spread"]["starts"] * finite["spread"]["runs"] if shown else 0
