"""Phase II: the radial part by least squares, on samples that Phase I has not seen.

With the directions W fixed, f = tr Ω (q q^T - I), q = W^T x, is linear in the symmetric matrix Ω: N(N+1)/2 unknowns.
The best one, W^T T W, has no negative eigenvalue, and a student of final weights W Ω^(1/2) can have none; noise makes
some.
"""

import numpy as np
import scipy
from numpy.random import Generator

from shallownets.studies.riccati.model import Array


def fit(W: Array, lam: Array, samples: int, rng: Generator) -> Array:
    """Ω (N, N), symmetric, by least squares on fresh samples; the best one is W^T T W.

    Args:
        W: (d, N) orthonormal columns, the teacher on the first M* axes.
        lam: (M*,) the teacher's eigenvalues.
        samples: how many are drawn.
        rng: of the samples.

    Raises:
        ValueError: fewer samples than unknowns.
        LinAlgError: features that depend on each other, which fresh samples do with probability 0.
    """
    d, N = W.shape
    rows, columns = np.triu_indices(N)
    if samples < rows.size:
        raise ValueError(f"{samples} samples for {rows.size} unknowns: at least as many are needed")
    x = rng.standard_normal((samples, d))
    y = (x[:, : lam.size] ** 2 - 1) @ lam
    q = (x @ W).T
    features = np.concatenate([q[i] * q[i:] for i in range(N)])  # each pair of directions once, as ``rows`` has them
    diagonal = rows == columns
    features[diagonal] -= 1.0
    features[~diagonal] *= 2.0
    # By the normal equations, in an eighth of the time of a QR of the features. These are uncorrelated, so that the
    # square of their condition costs few digits with several samples for an unknown, and rarely half of them with one.
    solution = scipy.linalg.solve(features @ features.T, features @ y, assume_a="pos", check_finite=False)
    Omega = np.zeros((N, N))
    Omega[rows, columns] = Omega[columns, rows] = solution
    return Omega


def positive_part(Omega: Array) -> Array:
    """The nearest matrix without negative eigenvalues. It is no farther from any other such matrix than Ω was."""
    values, vectors = np.linalg.eigh(Omega)
    return (vectors * np.clip(values, 0, None)) @ vectors.T
