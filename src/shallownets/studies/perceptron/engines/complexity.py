"""Spectral complexity of a network (Bartlett, Foster & Telgarsky, 2017), with reference matrices zero; as a logarithm.

    R = prod s_i [sum (t_i/s_i)^(2/3)]^(3/2)

s_i is the spectral norm of layer i, t_i = |A_i^T|_{2,1} the sum of the norms of its rows. It is the bound's own for the
linear maps of the layers. The authors of arXiv:2505.13230 take another one for CNN and ResNet, ``authors``. A product
of many norms overflows float32; logarithms do not.
"""

import numpy as np

from shallownets.studies.perceptron.engines.network import Network, Weights
from shallownets.studies.perceptron.model import Array


def spectral_norm(A: Array) -> float:
    """Largest singular value, by the eigenvalues of the smaller of A A^T and A^T A."""
    A = np.asarray(A, float)
    square = A @ A.T if A.shape[0] < A.shape[1] else A.T @ A
    return float(np.sqrt(np.linalg.eigvalsh(square)[-1]))


def _logarithm(spectral: Array, other: Array) -> float:
    return float(np.log(spectral).sum() + 1.5 * np.log(((other / spectral) ** (2 / 3)).sum()))


def bartlett(network: Network, weights: Weights) -> float:
    """log R as defined, of the layers' linear maps: a convolution is the matrix of all its windows."""
    maps = [layer.operator(A) for layer, A in zip(network, weights, strict=True)]
    rows = [np.linalg.norm(A, axis=1).sum() for A in maps]
    return _logarithm(np.array([spectral_norm(A) for A in maps]), np.array(rows))


def authors(weights: Weights) -> float:
    """log R as the authors' code has it for CNN and ResNet.

    Of a convolution they take the matrix of one window, and in place of t_i the sums of the norms of the columns of all
    *later* layers, so that the last layer has none.
    """
    columns = np.array([np.linalg.norm(A.astype(float), axis=0).sum() for A in weights])
    later = np.append(np.cumsum(columns[::-1])[::-1][1:], 0.0)
    return _logarithm(np.array([spectral_norm(A) for A in weights]), later)
