"""Exact gradient flow from orthonormal starts: the order parameters at small η from three scalars, whatever p and p*.

With t = η α, A = 4/(p p*), B = 4/p^2, and m_r the singular values of M(0), the matrix Riccati equation for
S = W^T W/N is solved by

    s_r^2 = m_r^2 e^{2At} g/P_r,   q_r = g [(1 - m_r^2) + m_r^2 e^{2At}]/P_r,   q_0 = g/(1 + 2 B φ_0),
    P_r = 1 + 2 B [(1 - m_r^2) φ_0 + m_r^2 φ_T],   φ_0 = ∫ g ds,   φ_T = ∫ g e^{2As} ds,   dg/dt = -(4/p) τ g.

What is integrated is g, φ_0, and φ_T e^{-2At}, which stays bounded at any time; e^{-2At} goes along as a clock. It must
be told from m_r^2, so that from singular values whose square is lost in rounding the spectral ODE, where each has a
scalar of its own, takes over.
"""

import numpy as np

from shallownets.errors import Impossible, OutOfReach
from shallownets.escape.engines import spectral
from shallownets.escape.model import Array
from shallownets.escape.starts import Start
from shallownets.escape.trajectory import Trajectory, require_run
from shallownets.integrate import SIGNATURE, STEP_TOO_SMALL, TINY, integrate, of_order_one, require_tolerance
from shallownets.jit import kernel


@kernel("UniTuple(f8, 2)(f8[::1], f8, f8, f8)")
def _mode(y, p, p_star, square):
    """(s^2, q) of a direction whose singular value at the start was the root of ``square``."""
    g, phi_0, phi_T, decay = y[0], y[1], y[2], y[3]
    B = 4.0 / (p * p)
    # numerator and denominator over e^{2At}
    P = decay * (1.0 + 2.0 * B * (1.0 - square) * phi_0) + 2.0 * B * square * phi_T
    return g * square / P, g * (decay * (1.0 - square) + square) / P


@kernel(SIGNATURE)
def _drift(y, parameters, work, out):
    """dy/dα of y = (g, φ_0, φ_T e^{-2At}, e^{-2At}); parameters = (η, p, p*, m_1^2, .., m_k^2)."""
    eta, p, p_star = parameters[0], parameters[1], parameters[2]
    A = 4.0 / (p * p_star)
    k = parameters.size - 3
    trace = (p - k) * y[0] / (1.0 + 8.0 / (p * p) * y[1])
    for r in range(k):
        trace += _mode(y, p, p_star, parameters[3 + r])[1]
    out[0] = -eta * (4.0 / p) * (trace / p - 1.0) * y[0]
    out[1] = eta * y[0]
    out[2] = eta * (y[0] - 2.0 * A * y[2])
    out[3] = -eta * 2.0 * A * y[3]


def simulate(start: Start, eta: float, alpha: Array, tolerance: float) -> Trajectory:
    """Gradient flow from a start; arguments and result are those of ``ode.simulate`` with ``gradient_flow``.

    Raises:
        ValueError: a start whose student vectors are not orthonormal, or what
            ``require_run`` and ``require_tolerance`` refuse.
        ArithmeticError: the tolerance cannot be reached.
    """
    alpha = require_run(eta, alpha)
    require_tolerance(tolerance)
    p, p_star = start.M.shape
    if not np.allclose(start.Q, np.eye(p), rtol=0, atol=1e-12):
        raise Impossible("the exact gradient flow needs an orthonormal start, Q = I")
    U, m, Vt = np.linalg.svd(start.M, full_matrices=False)
    if np.any((m > 0) & (m < TINY)):
        return spectral.simulate(start, eta, alpha, tolerance, gradient_flow=True)
    parameters = np.array([eta, p, p_star, *m**2])
    y = np.empty((alpha.size, 4))
    y0 = np.array([1.0, 0.0, 0.0, 1.0])
    # φ_0 grows without limit and is no sign of divergence
    status, time, _ = integrate(_drift, of_order_one, y0, alpha, parameters, 0, tolerance, np.inf, y)
    if status == STEP_TOO_SMALL:
        raise OutOfReach(f"the step became too small at alpha = {time:g}: tolerance {tolerance:g} is out of reach")
    modes = np.array([[_mode(row, p, p_star, square) for square in m**2] for row in y])
    rest = (y[:, 0] / (1.0 + 8.0 / p**2 * y[:, 1]))[:, None, None]
    M = (U * np.sqrt(modes[:, None, :, 0])) @ Vt
    Q = (U * modes[:, None, :, 1]) @ U.T + rest * (np.eye(p) - U @ U.T)
    return Trajectory(alpha, M[None], Q[None], np.array([np.inf]))
