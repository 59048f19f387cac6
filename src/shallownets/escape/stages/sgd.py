"""Simulate a batch of replicates of one-pass SGD from one start.

From: a start. Replicate r has its own stream of samples, whichever batch it is in.
Makes: an .npz artefact with their trajectory.
"""

from shallownets import cli
from shallownets.escape.engines import direct
from shallownets.escape.stages.replicates import simulate_batch

MODULE = "shallownets.escape.stages.sgd"


def main() -> None:
    simulate_batch(MODULE, __doc__, "direct SGD", "samples", direct.simulate)


if __name__ == "__main__":
    cli.run(main)
