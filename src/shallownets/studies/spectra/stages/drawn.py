"""Samples as the stages draw them from the root seed, and weight decays by their names."""

from numpy.random import Generator, default_rng

from shallownets.numerics import seeds
from shallownets.studies.spectra import starts
from shallownets.studies.spectra.starts import Kind, Matrices, Vectors

DECAYS = ("weak", "one", "strong")


def stream(seed: int, purpose: str, replicate: int, **parameters: float | str) -> Generator:
    """Random numbers of one replicate."""
    return default_rng(seeds.sequence(seed, f"spectra, {purpose}", parameters, replicate))


def vectors(seed: int, purpose: str, gamma: float, d: int, n: int, noise: float, replicate: int) -> Vectors:
    """Samples of the diagonal network."""
    rng = stream(seed, purpose, replicate, gamma=float(gamma), d=d, n=n, noise=float(noise))
    return starts.vectors(gamma, d, n, noise, rng)


def matrices(
    seed: int, purpose: str, gamma: float, d: int, n: int, noise: float, replicate: int, kind: Kind = "inputs"
) -> Matrices:
    """Samples of the quadratic network."""
    rng = stream(seed, purpose, replicate, gamma=float(gamma), d=d, n=n, noise=float(noise), kind=kind)
    return starts.matrices(gamma, d, n, noise, rng, kind)
