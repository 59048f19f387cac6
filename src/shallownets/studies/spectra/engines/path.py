"""The LASSO's path in its penalty: piecewise linear, followed down from zero weights (Osborne et al., 2000)."""

import numpy as np

from shallownets.numerics.jit import kernel
from shallownets.studies.spectra.model import Array

_LEAST = 1e-12  # of a curvature: less is rounding


@kernel("i8(f8[:, ::1], f8[::1], f8, i8, f8[::1])")
def _follow(gram, moment, penalty, most, theta):
    """Fill θ with the minimum at ``penalty``; returns the number of pieces, or -1 where rounding ended the path.

    Between two events weights move along u = (X_S^T X_S)^-1 sign, S those that are not zero, as the penalty falls. An
    event is a weight that becomes zero or one that joins; the inverse follows by bordering.
    """
    d = theta.size
    force, falls = moment.copy(), np.empty(d)
    on, place, sign = np.empty(d, np.int64), np.full(d, -1), np.zeros(d)
    inverse, u, column = np.zeros((most, most)), np.zeros(most), np.zeros(most)
    theta[:] = 0
    first = int(np.argmax(np.abs(force)))
    now, size, joins = abs(force[first]), 0, first
    left, side_left = (
        -1,
        0.0,
    )  # a weight that has just become zero is still at the bound, on this side, and goes inwards
    for piece in range(50 * d + 100):
        if now <= penalty:
            return piece
        if joins >= 0:
            if size == most:
                return -1
            sign[joins] = 1.0 if force[joins] > 0 else -1.0
            column[:size] = 0
            for b in range(size):
                with_b = gram[on[b], joins]
                for a in range(size):
                    column[a] += inverse[b, a] * with_b
            rest = gram[joins, joins]
            for a in range(size):
                rest -= column[a] * gram[on[a], joins]
            if rest <= _LEAST * gram[joins, joins]:
                return -1
            for a in range(size):
                share = column[a] / rest
                for b in range(size):
                    inverse[a, b] += share * column[b]
                inverse[a, size] = inverse[size, a] = -column[a] / rest
            inverse[size, size] = 1 / rest
            on[size], place[joins] = joins, size
            size += 1
        u[:size] = 0
        for b in range(size):
            for a in range(size):
                u[a] += inverse[b, a] * sign[on[b]]
        falls[:] = 0
        for a in range(size):
            for j in range(d):
                falls[j] += u[a] * gram[on[a], j]
        step, joins, goes = now - penalty, -1, -1
        for j in range(d):
            if place[j] >= 0:
                if u[place[j]] * sign[j] < 0:
                    reach = -theta[j] / u[place[j]]
                    if reach < step:
                        step, joins, goes = reach, -1, j
            else:
                for side in (1.0, -1.0):
                    speed = 1 - side * falls[j]
                    if speed > 0 and not (j == left and side == side_left):
                        reach = max((now - side * force[j]) / speed, 0.0)
                        if reach < step:
                            step, joins, goes = reach, j, -1
        for a in range(size):
            theta[on[a]] += step * u[a]
        for j in range(d):
            force[j] -= step * falls[j]
        now -= step
        left, side_left = goes, sign[max(goes, 0)]
        if goes >= 0:  # out of the inverse: the last takes its place
            theta[goes] = 0.0
            at, last = place[goes], size - 1
            if at != last:
                for a in range(size):
                    inverse[at, a], inverse[last, a] = inverse[last, a], inverse[at, a]
                for a in range(size):
                    inverse[a, at], inverse[a, last] = inverse[a, last], inverse[a, at]
                on[at] = on[last]
                place[on[at]] = at
            for a in range(last):
                share = inverse[a, last] / inverse[last, last]
                for b in range(last):
                    inverse[a, b] -= share * inverse[last, b]
            place[goes], sign[goes] = -1, 0.0
            size = last
        elif joins < 0:
            return piece + 1
    return -1


def follow(gram: Array, moment: Array, penalty: float, samples: int) -> tuple[Array, bool]:
    """The minimum of (1/2) |y - X θ|^2 + penalty |θ|_1, and whether the path arrived there.

    Args:
        gram: (d, d) X^T X.
        moment: (d,) X^T y.
        samples: rows of X: no more weights than this can be away from zero.
    """
    theta = np.zeros(moment.size)
    arrived = _follow(gram, moment, penalty, min(samples, moment.size), theta) >= 0
    return theta, arrived
