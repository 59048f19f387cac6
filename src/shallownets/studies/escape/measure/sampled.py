"""The risk [23] and the equations of the overlaps [33, 34] against means over samples of the pre-activations [7]."""

import numpy as np
from numpy.random import Generator

from shallownets.numerics.statistics import Estimate, mean
from shallownets.studies.escape.model import drift, drift_Q, population_risk
from shallownets.studies.escape.starts import Start


def over_samples(start: Start, eta: float, samples: int, rng: Generator) -> dict[str, Estimate]:
    """Means over samples, each over its formula: for N -> infinity, where a sample's length is known.

    A matrix is compared by its component along the formula's.

    Args:
        start: overlaps.
        eta: learning rate.
        samples: how many.
        rng: of the pre-activations.

    Returns:
        "risk": of the squared error; "drift of M", "drift of Q": of the changes per unit of α; "linear drift of Q": of
        the part that is linear in η alone.
    """
    M, Q = start.M, start.Q
    p, p_star = M.shape
    teacher = rng.standard_normal((samples, p_star))
    student = teacher @ M.T + rng.standard_normal((samples, p)) @ start.residual_factor().T
    error = (student**2).sum(1) / p - (teacher**2).sum(1) / p_star
    amplitude = -2 / p * error[:, None] * student  # [5]
    of_M, of_Q = drift(M, Q, eta)
    linear = drift_Q(M, Q, eta)

    def along(law: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """(samples,) component of a b^T along a law."""
        return np.einsum("si,ij,sj->s", a, law, b) / (law**2).sum()

    moved = 2 * eta * along(of_Q, amplitude, student) + eta**2 * along(of_Q, amplitude, amplitude)
    return {
        "risk": mean(error**2 / 2 / population_risk(M, Q)),
        "drift of M": mean(eta * along(of_M, amplitude, teacher)),
        "drift of Q": mean(moved),
        "linear drift of Q": mean(2 * eta * along(linear, amplitude, student)),
    }
