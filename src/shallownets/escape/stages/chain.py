"""Simulate a batch of replicates of SGD from one start as the overlap chain, at any N.

From: a start, of which only the overlaps count. Replicate r has its own stream of samples, whichever batch it is in.
Makes: an .npz artefact with their trajectory.
"""

from shallownets import cli
from shallownets.escape.engines import chain
from shallownets.escape.stages.replicates import simulate_batch

MODULE = "shallownets.escape.stages.chain"


def main() -> None:
    simulate_batch(MODULE, __doc__, "overlap chain", "chain samples", chain.simulate)


if __name__ == "__main__":
    cli.run(main)
