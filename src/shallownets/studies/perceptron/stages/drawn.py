"""Samples of examples as the stages draw them from the root seed, and what is said where a norm is not one of them."""

from collections.abc import Generator
from contextlib import contextmanager

from numpy.random import default_rng

from shallownets.errors import Impossible, UserError, in_short
from shallownets.numerics import seeds
from shallownets.studies.perceptron.model import Array
from shallownets.studies.perceptron.starts import Examples, Inputs, draw


def examples(
    seed: int, purpose: str, alpha: float, N: int, replicate: int, inputs: Inputs = "gaussian", noise: float = 0.0
) -> Examples:
    """One sample of alpha N examples, rounded."""
    parameters = {"alpha": float(alpha), "N": N, "inputs": inputs, "noise": float(noise)}
    stream = seeds.sequence(seed, f"perceptron, {purpose}", parameters, replicate)
    return draw(N, round(alpha * N), default_rng(stream), inputs, noise)


@contextmanager
def asked(norms: Array, examples: Examples) -> Generator[None]:
    """Context in which students of a sample are made at the norms that the config asks for.

    Raises:
        UserError: one of them cannot be made.
    """
    try:
        yield
    except Impossible as why:
        size = f"alpha = {examples.alpha:g}, N = {examples.teacher.size}"
        raise UserError(f"norms = {in_short(norms.tolist())}: expected smaller ones at {size}; {why}") from None
