"""The model: a student perceptron learns a teacher's labels by a logistic loss, at a fixed norm or with a free one.

    data      P = α N examples x in R^N, labels y = sign(w*.x), each of them turned with probability p0
    student   w on the sphere |w|^2 = N; margins Δ = y w.x/√N
    loss      sum V(Δ), V = log(1 + exp(-2 λ Δ))/λ, minimised over w at a given norm λ
    free      W = λ w: loss sum log(1 + exp(-2 z.W)) with rows z = y x/√N; flow dW/dt = sum f z from W = 0
    overlap   R = w.w*/N, s = √(1 - R^2); test error ε = atan2(s, R)/π, the angle between student and teacher over π

Inputs are Gaussian or ±1; both have the same limit N -> infinity. Symbols are those of docs/perceptron.md.
"""

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def test_error(R: ArrayLike) -> Array:
    """ε = atan2(√(1 - R^2), R)/π: how often student and teacher of overlap R disagree on a new example."""
    R = np.asarray(R, float)
    return np.arctan2(np.sqrt((1 - R) * (1 + R)), R) / np.pi


def loss(margin: ArrayLike, lam: float) -> Array:
    """V(Δ) = log(1 + exp(-2 λ Δ))/λ; no overflow at any margin."""
    return np.logaddexp(0, -2 * lam * np.asarray(margin, float)) / lam


def force(margin: ArrayLike, lam: float) -> Array:
    """f(Δ) = -dV/dΔ = 2/(1 + exp(2 λ Δ)), between 0 and 2."""
    return 2 * scipy.special.expit(-2 * lam * np.asarray(margin, float))
