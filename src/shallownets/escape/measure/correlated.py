"""Starts of equally correlated students, and which solution they reach."""

import numpy as np
from numpy.random import Generator

from shallownets.escape.engines import ode
from shallownets.escape.model import polar_factor
from shallownets.escape.starts import Start
from shallownets.escape.theory import frames, solutions
from shallownets.escape.theory.frames import power


def correlated(p: int, p_star: int, N: float, overlap: float, rng: Generator) -> Start:
    """Start of unit student vectors with the same overlap with each other, and M of order N^(-1/2).

    Orthonormal students with M_ir ~ N(0, 1/N) from the left times the root of Q: weights exist, at any N.
    """
    Q = np.full((p, p), overlap) + (1 - overlap) * np.eye(p)
    return Start(power(Q, 0.5) @ (rng.standard_normal((p, p_star)) / np.sqrt(N)), Q)


def reached(start: Start, eta: float, alpha: float, tolerance: float, gradient_flow: bool) -> dict[str, float]:
    """Where the ODE ends at time alpha, seen from the closest solution R_0 and from ``frames.reached_frame``.

    Returns:
        "drift": |R - R_0|; "remainder": |R - predicted|; "predicted drift": |predicted - R_0|, Frobenius norms. "lost
        selectivity": 1 - tr(R^T M_0)/tr(R_0^T M_0), 0 for the closest solution and 1 for a random one; "excess
        distance": relative excess of the squared distance over the least; both with "predicted" in front for the
        predicted frame.
    """
    end = ode.simulate(start, eta, np.array([0.0, alpha]), tolerance, gradient_flow).M[0, -1]
    closest, predicted, R = polar_factor(start.M), frames.reached_frame(start.M, start.Q), polar_factor(end)
    found = {"remainder": float(np.linalg.norm(R - predicted))}
    least = solutions.squared_distance(start.M, start.Q, closest)
    for name, frame in (("", R), ("predicted ", predicted)):
        found |= {
            f"{name}drift": float(np.linalg.norm(frame - closest)),
            f"{name}lost selectivity": float(1 - solutions.selectivity(start.M, frame)),
            f"{name}excess distance": float(solutions.squared_distance(start.M, start.Q, frame) / least - 1),
        }
    return found
