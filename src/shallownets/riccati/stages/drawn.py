"""Starts as the stages draw them from the root seed."""

from numpy.random import default_rng

from shallownets import seeds
from shallownets.errors import UserError
from shallownets.riccati.starts import Start, uniform


def start(seed: int, purpose: str, M_star: int, N: int, d: int, replicate: int, **more: float) -> Start:
    """One start; ``more`` tells experiments of the same sizes apart.

    Raises:
        UserError: d < M* + N.
    """
    require_room(d, M_star, N)
    parameters = {"M_star": M_star, "N": N, "d": d} | more
    return uniform(M_star, N, d, default_rng(seeds.sequence(seed, f"riccati, {purpose}", parameters, replicate)))


def require_several(starts: int) -> None:
    """Refuse a number of starts without a standard error.

    Raises:
        UserError: fewer than 2.
    """
    if starts < 2:
        raise UserError(f"--starts {starts}: at least 2 are needed")


def require_room(d: int, M_star: int, N: int) -> None:
    """Refuse a dimension without room for independent directions of teacher and student.

    Raises:
        UserError: d < M* + N.
    """
    if d < M_star + N:
        raise UserError(f"d = {d}: a number of at least M* + N = {M_star + N} is right")
