"""Random orthonormal frames, uniform over all of them (Haar), and their overlaps at any dimension."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from shallownets.errors import Impossible


def block(rows: int, columns: int, dimension: int, rng: Generator) -> tuple[NDArray, NDArray]:
    """The top rows of a Haar frame of `columns` orthonormal vectors, at a cost that does not grow with the dimension.

    With G = (G_1, G_2) Gaussian and G_1 its top rows, the frame is G R^{-1}, where R^T R = G_1^T G_1 + G_2^T G_2;
    Bartlett's triangular factor T of the Wishart matrix G_2^T G_2 stands for all other rows.

    Returns:
        (top, rest): the top rows (rows, columns), exact in law, and a triangular (columns, columns) matrix of the other
        rows' Gram matrix: top^T top + rest^T rest = I.

    Raises:
        Impossible: dimension < rows + columns.
    """
    if dimension < rows + columns:
        raise Impossible(
            f"dimension {dimension} is too small for {rows} rows and {columns} columns: their sum is needed"
        )
    G = rng.standard_normal((rows, columns))
    T = np.triu(rng.standard_normal((columns, columns)), 1)
    T[np.diag_indices(columns)] = np.sqrt(rng.chisquare(float(dimension - rows) - np.arange(columns)))
    Q, R = np.linalg.qr(np.vstack([G, T]))
    Q *= np.sign(np.diag(R))
    return Q[:rows], Q[rows:]
