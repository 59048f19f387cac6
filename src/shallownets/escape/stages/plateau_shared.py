"""What the stages of the plateau share: Gaussian starts and the rows of a table."""

from numpy.random import default_rng

from shallownets import seeds
from shallownets.escape import starts
from shallownets.escape.starts import Start
from shallownets.statistics import Estimate


def gaussian_starts(seed: int, p: int, p_star: int, N: int, count: int) -> list[Start]:
    """Independent starts Q = I, M_ir ~ N(0, 1/N): the same for everyone who asks for the same widths and N."""
    parameters = {"kind": "gaussian", "p": p, "p_star": p_star, "N": N}
    return [
        starts.gaussian(p, p_star, N, default_rng(seeds.sequence(seed, "plateau start", parameters, index)))
        for index in range(count)
    ]


def row(quantity: str, estimate: Estimate, **keys: float | str) -> dict:
    """One line of a table of measurements."""
    return {"quantity": quantity, **keys, **estimate.row()}


def exact(value: float, n: int = 1) -> Estimate:
    """A value without statistical error."""
    return Estimate(float(value), 0.0, n)
