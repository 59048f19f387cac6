"""Starts as the stages draw them from the root seed."""

from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.studies.riccati.starts import Start, uniform


def start(seed: int, purpose: str, M_star: int, N: int, d: int, replicate: int, **more: float) -> Start:
    """One start; ``more`` tells experiments of the same sizes apart.

    Raises:
        Impossible: d < M* + N.
    """
    parameters = {"M_star": M_star, "N": N, "d": d} | more
    return uniform(M_star, N, d, default_rng(seeds.sequence(seed, f"riccati, {purpose}", parameters, replicate)))
