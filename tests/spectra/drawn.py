"""Samples of both networks at small sizes, for tests of engines."""

from numpy.random import default_rng

from shallownets.studies.spectra import starts


def vectors(n=60, d=40, seed=6201):
    return starts.vectors(1.0, d, n, 0.5, default_rng(seed))


def matrices(n=150, d=16, seed=6202, kind="inputs"):
    return starts.matrices(1.0, d, n, 0.5, default_rng(seed), kind)
