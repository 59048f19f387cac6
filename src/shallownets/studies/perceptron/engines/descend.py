"""Gradient flow with a free norm, dW/dt = sum f z from W = 0, by Heun's method with steps that grow.

The curvature falls with the forces, so that the step may grow as they fade: a step is a share of the largest that is
stable, and moves the student by a share of its norm, whichever is shorter.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shallownets.errors import Impossible
from shallownets.numerics.jit import kernel
from shallownets.studies.perceptron.model import Array
from shallownets.studies.perceptron.starts import Examples

STABLE, SHARE, FLOOR = 0.4, 0.04, 0.05  # of the largest stable step; of the norm; and in place of a norm that is small
_MOST = 10**6  # steps


@kernel("f8(f8[:, ::1], f8[::1], f8[::1])", fastmath=True)
def force(z, W, out):
    """out = sum f z over the examples, f = 2/(1 + exp(2 z.W)), four rows a pass; returns sum f."""
    P, N = z.shape
    out[:] = 0.0
    total = 0.0
    f = np.empty(4)
    for first in range(0, P, 4):
        rows = min(4, P - first)
        for r in range(rows):
            row, margin = z[first + r], 0.0
            for j in range(N):
                margin += row[j] * W[j]
            f[r] = 2 / (1 + np.exp(min(2 * margin, 700.0)))
            total += f[r]
        if rows == 4:
            a, b, c, d = z[first], z[first + 1], z[first + 2], z[first + 3]
            for j in range(N):
                out[j] += f[0] * a[j] + f[1] * b[j] + f[2] * c[j] + f[3] * d[j]
        else:
            for r in range(rows):
                for j in range(N):
                    out[j] += f[r] * z[first + r, j]
    return total


@dataclass(frozen=True)
class Flow:
    """The flow at the moments when its norm is given.

    Attributes:
        lam: (n,) norms |W|/√N.
        W: (n, N) the student.
        t: (n,) time; the loss is summed over examples.
        steps: until each moment.
    """

    lam: Array
    W: Array
    t: Array
    steps: Array


def _heun(z: Array, W: Array, first: Array, eta: float) -> Array:
    """The student after a step of this length; ``first`` is the force at its beginning."""
    second = np.empty(W.size)
    force(z, W + eta * first, second)
    return W + eta / 2 * (first + second)


def follow(examples: Examples, eta: Array) -> Flow:
    """Heun's method from W = 0 with steps of given lengths; the flow's moments are those behind each step."""
    z, found = examples.z, [np.zeros(examples.teacher.size)]
    first = np.empty(examples.teacher.size)
    for one in eta:
        force(z, found[-1], first)
        found.append(_heun(z, found[-1], first, one))
    W = np.array(found[1:])
    return Flow(np.linalg.norm(W, axis=1) / np.sqrt(W.shape[1]), W, np.cumsum(eta), np.arange(1.0, len(eta) + 1))


def descend(
    examples: Examples, lam: Array, fineness: float = 1.0, advance: Callable[[float], None] = lambda share: None
) -> Flow:
    """Follow the flow until its norm has been each of these.

    Args:
        examples: what the student sees.
        lam: norms λ, above 0, rising.
        fineness: 2 for steps half as long.
        advance: is told after each step which share of the way to the last norm it was, by the squares of norms.

    Raises:
        Impossible: the norm does not get there, because the loss has its minimum at a smaller one.
    """
    z, N = examples.z, examples.teacher.size
    P, root = len(z), np.sqrt(N)
    curvature = (1 + np.sqrt(P / N)) ** 2 / P
    W, t, norm, steps = np.zeros(N), 0.0, 0.0, 0
    first = np.empty(N)

    def heun(eta: float) -> tuple[Array, float]:
        """The student after a step of this length, and its norm; ``first`` is the force at its beginning."""
        new = _heun(z, W, first, eta)
        return new, float(np.linalg.norm(new)) / root

    total, found = force(z, W, first), []
    for goal in lam:
        while norm < goal:
            size = max(np.linalg.norm(first), 1e-300)  # where its square is no number
            eta = min(STABLE / (curvature * total), SHARE * (FLOOR + norm) * root / size) / fineness
            new, new_norm = heun(eta)
            if steps > _MOST or new_norm < norm * (1 + 1e-9):
                raise Impossible(f"norm = {goal:g}: the flow stops at about {norm:.4g}, where the loss is least")
            if new_norm > goal:  # a shorter step, so that it ends there; the norm is nearly linear in its length
                short = (0.0, norm)
                long = (eta, new_norm)
                while abs(new_norm - goal) > 1e-12 * goal:
                    eta = short[0] + (goal - short[1]) / (long[1] - short[1]) * (long[0] - short[0])
                    if not short[0] < eta < long[0]:
                        break
                    new, new_norm = heun(eta)
                    short, long = (short, (eta, new_norm)) if new_norm > goal else ((eta, new_norm), long)
                new_norm = goal
            advance((new_norm**2 - norm**2) / lam[-1] ** 2)
            W, t, norm, steps = new, t + eta, new_norm, steps + 1
            total = force(z, W, first)
        found.append((W, t, steps))
    students, times, taken = zip(*found, strict=True)
    return Flow(np.asarray(lam, float), np.array(students), np.array(times), np.array(taken))
