r"""The model: labels y = w\* x + noise of Gaussian inputs x, and a student w that learns from each sample once.

SGD on the square loss (y - w x)^2 / 2 changes the error e = w - w\* by one sample as ``step`` says.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def step(error: Array, eta: float, x: Array, noise: Array) -> Array:
    """The error after one sample, e + eta x (noise - x e); all arrays have the same shape."""
    return error + eta * x * (noise - x * error)
