"""Starts from orthonormal sets at any dimension: the overlaps alone, without the weights that have them.

The overlaps of two independent Haar frames, p student and p* teacher vectors in N dimensions, are a p x p* block of a
Haar matrix. With G = (G_1, G_2) Gaussian, G_1 its p* rows along the teacher, the block is (G_1 R^{-1})^T, where
R^T R = G_1^T G_1 + G_2^T G_2; Bartlett's triangular factor T of the Wishart matrix G_2^T G_2 stands for all N - p*
other rows.
"""

import numpy as np
from numpy.random import Generator

from shallownets.escape.starts import Start, require_dimension


def orthonormal_overlaps(p: int, p_star: int, N: int, rng: Generator) -> Start:
    """A start with the law of ``starts.orthonormal``, Q = I and M exact in law, at a cost that does not grow with N.

    Raises:
        ValueError: N < p + p*.
    """
    require_dimension(p, p_star, N)
    G = rng.standard_normal((p_star, p))
    T = np.triu(rng.standard_normal((p, p)), 1)
    T[np.diag_indices(p)] = np.sqrt(rng.chisquare(N - p_star - np.arange(p)))
    Q, R = np.linalg.qr(np.vstack([G, T]))
    return Start(np.ascontiguousarray((Q[:p_star] * np.sign(np.diag(R))).T), np.eye(p))
