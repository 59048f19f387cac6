"""Samples of examples as the stages draw them from the root seed."""

from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.studies.perceptron.starts import Examples, Inputs, draw


def examples(
    seed: int, purpose: str, alpha: float, N: int, replicate: int, inputs: Inputs = "gaussian", noise: float = 0.0
) -> Examples:
    """One sample of alpha N examples, rounded."""
    parameters = {"alpha": float(alpha), "N": N, "inputs": inputs, "noise": float(noise)}
    stream = seeds.sequence(seed, f"perceptron, {purpose}", parameters, replicate)
    return draw(N, round(alpha * N), default_rng(stream), inputs, noise)
