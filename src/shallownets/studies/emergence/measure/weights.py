"""The flow of the weights themselves in R^d, against which the flow closed on overlaps is held."""

import numpy as np
import scipy

from shallownets.studies.emergence.model import Array, Link
from shallownets.studies.emergence.starts import Start


def gradient(w: Array, a: Array, link: Link) -> Array:
    """(N, d) -∂L/∂w_i of weights whose teacher is on the first axes.

    With |w|^2 φ(w.θ/|w|) the overlap of a neuron and a direction, and |w|^2 |v|^2 φ(w.v/|w||v|) that of two neurons.
    """
    P = a.size
    q = np.sqrt((w**2).sum(1))
    u = w / q[:, None]
    M, G = u[:, :P], u @ u.T
    s = link.phi(M) @ a - link.phi(G) @ q**2
    force = -(link.dphi(G) * q**2) @ u
    force[:, :P] += link.dphi(M) * a
    across = force - (force * u).sum(1)[:, None] * u
    return 2 * s[:, None] * w + q[:, None] * across


def times(start: Start, a: Array, link: Link, t_end: float, accuracy: float = 1e-9) -> tuple[Array, Array]:
    """Learning times of the weights' flow, by SciPy's integration of order 8, and how far neurons have turned by then.

    Returns:
        (P,) times, infinite where there is none; and (P,) 1 - M^2 at that time of the neuron with the largest part of
        the direction, NaN where there is none.
    """
    w0 = start.weights()
    P = a.size

    def excess(y: Array, m: int) -> float:
        """By how much the share of direction m exceeds one half."""
        w = y.reshape(w0.shape)
        r = (w**2).sum(1)
        return float(r @ link.phi(w[:, m] / np.sqrt(r)) / a[m]) - 0.5

    solved = scipy.integrate.solve_ivp(
        lambda _, y: gradient(y.reshape(w0.shape), a, link).ravel(),
        (0, t_end),
        w0.ravel(),
        method="DOP853",
        rtol=accuracy,
        atol=accuracy * float(np.sqrt(start.r.min())),
        dense_output=True,
    )
    out, astray = np.full(P, np.inf), np.full(P, np.nan)
    for m in range(P):
        passed = np.flatnonzero([excess(y, m) >= 0 for y in solved.y.T])
        if passed.size:
            low, high = solved.t[passed[0] - 1], solved.t[passed[0]]
            out[m] = scipy.optimize.brentq(lambda t, m=m: excess(solved.sol(t), m), low, high)
            w = solved.sol(out[m]).reshape(w0.shape)
            r = (w**2).sum(1)
            i = int((r * link.phi(w[:, m] / np.sqrt(r))).argmax())
            astray[m] = (np.delete(w[i], m) ** 2).sum() / r[i]
    return out, astray
