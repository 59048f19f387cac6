"""The exact population flow, closed on overlaps: any link, any dimension, at a cost without d.

    dr_i/dt = 4 r_i [sum_m a_m φ(M_im) - sum_j r_j φ(G_ij)]
    du_i/dt = (1 - u_i u_i^T) [sum_m a_m φ'(M_im) θ_m - sum_j r_j φ'(G_ij) u_j]

u_i is kept as its P coordinates on the teacher and at most as many others as there are neurons. Neurons whose squared
norm is above a threshold act; all feel. A direction that is learned is taken out with the neurons on it: its axis
becomes one of the others, whose number an LQ decomposition brings down again, which the overlaps do not see. With h_2
in the link nothing is taken out: there neurons that share a direction turn to others together.
"""

import numpy as np

from shallownets.errors import Impossible
from shallownets.numerics.assign import assign
from shallownets.numerics.jit import kernel
from shallownets.studies.emergence.engines import steps
from shallownets.studies.emergence.model import Array, Link
from shallownets.studies.emergence.starts import Start
from shallownets.studies.emergence.trajectory import Run

_FAST = {"reassoc", "contract", "nsz"}  # sums may be reordered, so that they vectorise
_DONE, _FULL, _SHRUNK = steps.DONE, steps.FULL, steps.SHRUNK
_factor, _crossing, _larger, _norm_error = steps.factor, steps.crossing, steps.larger, steps.norm_error
_finish = steps.finish
_DEGREES = 8  # of a link, at most
_SPARE = 1.15  # axes outside the teacher's, over the neurons, above which their number is brought down


@kernel("f8(f8, f8[::1])", inline="always")
def _polynomial(x, coefficients):
    value = 0.0
    for j in range(coefficients.size - 1, -1, -1):
        value = value * x + coefficients[j]
    return value


@kernel("void(f8[::1], f8[::1], f8[::1], f8[::1], i8)", fastmath=_FAST)
def _phi(x, c, value, slope, n):
    """φ and φ' of n numbers, from the coefficients c_0 .. c_8 of φ; written out, so that it vectorises."""
    c0, c1, c2, c3, c4, c5, c6, c7, c8 = c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8]
    for m in range(n):
        z = x[m]
        value[m] = c0 + z * (c1 + z * (c2 + z * (c3 + z * (c4 + z * (c5 + z * (c6 + z * (c7 + z * c8)))))))
        high = 5.0 * c5 + z * (6.0 * c6 + z * (7.0 * c7 + z * 8.0 * c8))
        slope[m] = c1 + z * (2.0 * c2 + z * (3.0 * c3 + z * (4.0 * c4 + z * high)))


@kernel(
    "void(f8[:, ::1], f8[::1], i8, i8, i8, f8[::1], f8[::1], f8[::1], f8[::1], f8[:, ::1], f8[::1], f8[::1])",
    fastmath=_FAST,
)
def _slopes(U, r, n, active, p, a, squares, space, weight, dU, dr, shares):
    """Slopes of n rows, of u and of log r, of which the first act; and of p directions the shares times a_m.

    Args:
        squares: coefficients of φ.
        space, weight: scratch, at least n times active each.
    """
    C = U.shape[1]
    value, slope = np.empty(max(p, active)), np.empty(p)
    shares[:p] = 0.0
    if active:
        G = space[: n * active].reshape(n, active)
        W = weight[: n * active].reshape(n, active)
        np.dot(U[:n], U[:active].T, G)
        for i in range(n):
            felt = 0.0
            _phi(G[i], squares, value, W[i], active)
            for j in range(active):
                felt += r[j] * value[j]
                W[i, j] *= -r[j]
            dr[i] = -felt if i < active else -felt - r[i]
        np.dot(W, U[:active], dU[:n])
    else:
        dU[:n] = 0.0
        for i in range(n):
            dr[i] = -r[i]
    for i in range(n):
        u, du = U[i], dU[i]
        _phi(u, squares, value, slope, p)
        pulled = 0.0
        for m in range(p):
            pulled += a[m] * value[m]
            du[m] += a[m] * slope[m]
        if i < active:
            for m in range(p):
                shares[m] += r[i] * value[m]
        dr[i] = 4.0 * (dr[i] + pulled)
        dot = 0.0
        for c in range(C):
            dot += u[c] * du[c]
        for c in range(C):
            du[c] -= dot * u[c]


@kernel("f8(f8[:, ::1], f8[::1], i8, f8[::1], f8[::1])", fastmath=_FAST)
def _among(U, r, active, squares, space):
    """sum r_i r_j φ(G_ij) over the neurons that act."""
    if active == 0:
        return 0.0
    G = space[: active * active].reshape(active, active)
    np.dot(U[:active], U[:active].T, G)
    total = 0.0
    for i in range(active):
        for j in range(active):
            total += r[i] * r[j] * _polynomial(G[i, j], squares)
    return total


@kernel("void(f8[:, ::1], f8[::1], f8[:, ::1], f8[::1], f8, i8, f8[:, ::1], f8[::1])", fastmath=_FAST)
def _ahead(U, r, dU, dr, h, n, out, out_r):
    for i in range(n):
        for c in range(U.shape[1]):
            out[i, c] = U[i, c] + h * dU[i, c]
        out_r[i] = r[i] * np.exp(h * dr[i])


@kernel("void(f8[::1])", fastmath=_FAST)
def _normalise(u):
    square = 0.0
    for c in range(u.size):
        square += u[c] * u[c]
    over = 1.0 / np.sqrt(square)
    for c in range(u.size):
        u[c] *= over


@kernel("void(f8[:, ::1], f8[::1], i8[::1], i8, i8)")
def _swap_rows(U, r, rows, i, j):
    for c in range(U.shape[1]):
        U[i, c], U[j, c] = U[j, c], U[i, c]
    r[i], r[j] = r[j], r[i]
    rows[i], rows[j] = rows[j], rows[i]


@kernel(
    "i8(f8[:, ::1], f8[:, :, ::1], f8[::1], f8[:, ::1], i8[::1], i8[::1], f8[::1], f8[::1], i8[::1],"
    " f8[::1], f8, f8, f8, f8, f8[::1], i8[::1], f8[::1], f8[::1], f8[::1], f8[::1], f8[:, ::1])"
)
def _advance(
    U, buffers, r, slopes_r, rows, columns, a, squares, place,
    state, floor, tolerance, freeze, least, times, owner, left, since, seen_t, seen_loss, seen_shares,
):  # fmt: skip
    """Steps until the end, until the buffers of what was seen are full, or until there are too many axes.

    Args:
        U: (N, C) rows u_i, the first p columns on the teacher; the first n rows are in use.
        buffers: (4, N, C), slopes_r (4, N): three slopes, and the state of a stage.
        rows, columns: (N,), (P,) which neurons and directions these are; a in the order of columns.
        place: n, p, number of steps seen, steps in all.
        state: t, h, the end.
        least: squared norm above which a row acts.
    """
    n, p, seen, done = place
    t, h, end = state
    C, follow = U.shape[1], seen_shares.shape[1]
    before, after, ignored = np.empty(a.size), np.empty(a.size), np.empty(a.size)
    k1, k2, k3, at = buffers[0], buffers[1], buffers[2], buffers[3]
    d1, d2, d3, at_r = slopes_r[0], slopes_r[1], slopes_r[2], slopes_r[3]
    space, weight, errors = np.empty(n), np.empty(n), np.empty(C)
    smallest = np.min(a)
    status = _FULL
    while seen < seen_t.size:
        if t >= end or n == 0 or p == 0:
            status = _DONE
            break
        if C - p > _SPARE * n + 8:
            status = _SHRUNK
            break
        active = 0
        for i in range(n):
            if r[i] > least:
                if i != active:
                    _swap_rows(U, r, rows, i, active)
                active += 1
        if n * active > space.size:
            space, weight = np.empty(2 * n * active), np.empty(2 * n * active)
        h = min(h, end - t)
        _slopes(U, r, n, active, p, a, squares, space, weight, k1, d1, before)
        _ahead(U, r, k1, d1, 0.5 * h, n, at, at_r)
        _slopes(at, at_r, n, active, p, a, squares, space, weight, k2, d2, ignored)
        _ahead(U, r, k2, d2, 0.75 * h, n, at, at_r)
        _slopes(at, at_r, n, active, p, a, squares, space, weight, k3, d3, ignored)
        worst = 0.0
        for i in range(n):
            worst = _finish(U[i], k1[i], k2[i], k3[i], h, floor, worst, at[i], errors, C)
            at_r[i] = r[i] * np.exp(h * (2.0 * d1[i] + 3.0 * d2[i] + 4.0 * d3[i]) / 9.0)
            worst = _larger(worst, _norm_error(at_r[i], d1[i], d2[i], d3[i], h, smallest))
        longer = _factor(worst, tolerance)
        done += 1
        if not worst <= tolerance:
            h *= longer
            continue
        for i in range(n):
            assign(U[i], at[i])
            r[i] = at_r[i]
            _normalise(U[i])
        t += h
        # when directions became learned, by whom, and the loss
        after[:p] = 0.0
        for i in range(active):
            for m in range(p):
                after[m] += r[i] * _polynomial(U[i, m], squares)
        loss = _among(U, r, active, squares, space)
        for m in range(p):
            loss += a[m] * (a[m] - 2.0 * after[m])
            after[m] /= a[m]
            direction = columns[m]
            if after[m] >= 0.5 and times[direction] == np.inf:
                times[direction] = _crossing(before[m] / a[m], after[m], t, h)
                largest = 0.0
                for i in range(active):
                    part = r[i] * _polynomial(U[i, m], squares)
                    if part > largest:
                        largest = part
                        owner[direction] = rows[i]
            if direction < follow:
                seen_shares[seen, direction] = after[m]
        seen_t[seen], seen_loss[seen] = t, loss
        seen += 1
        h *= longer
        # learned directions, and the neurons on them, are taken out
        m = 0
        while m < p:
            on = 0
            if abs(1.0 - after[m]) < freeze:
                for i in range(active):
                    on += _polynomial(U[i, m], squares) > 1.0 - freeze
            if on == 0:
                m += 1
                continue
            direction = columns[m]
            left[direction], since[direction] = 1.0 - after[m], t
            i = 0
            while i < active:
                if _polynomial(U[i, m], squares) > 1.0 - freeze:
                    # the last that acts takes its place, and the last of all the place of that one
                    _swap_rows(U, r, rows, i, active - 1)
                    _swap_rows(U, r, rows, active - 1, n - 1)
                    active -= 1
                    n -= 1
                else:
                    i += 1
            last = p - 1
            for i in range(n):
                U[i, m], U[i, last] = U[i, last], U[i, m]
            a[m], a[last] = a[last], a[m]
            columns[m], columns[last] = columns[last], columns[m]
            after[m] = after[last]
            p -= 1
    place[0], place[1], place[2], place[3] = n, p, seen, done
    state[0], state[1] = t, h
    return status


def _fewer_axes(U: Array, n: int, p: int) -> Array:
    """The first n rows with as few axes outside the teacher's as their overlaps need."""
    rest = np.linalg.qr(U[:n, p:].T)[1].T
    return np.ascontiguousarray(np.hstack([U[:n, :p], rest]))


def simulate(
    start: Start,
    a: Array,
    link: Link,
    t_end: float,
    *,
    tolerance: float = steps.TOLERANCE,
    freeze: float = steps.FREEZE,
    acting: float = steps.ACTIVE,
    follow: int = 0,
) -> Run:
    """The exact flow from a start until t_end, or until every direction is learned.

    Args:
        start: overlaps and squared norms.
        a: (P,) strengths, falling.
        link: any of degree 8 and below.
        tolerance: relative error of a step.
        freeze: relative distance from its end at which a learned direction is taken out; at least ten tolerances.
        acting: squared norm over a_P, at least three times that at the start, above which a neuron acts on others.
        follow: shares of so many first directions are kept.

    Raises:
        Impossible: a link of higher degree, or settings without a meaning.
    """
    start.require(a)
    steps.require(t_end, tolerance, freeze)
    if len(link.coefficients) > _DEGREES + 1:
        raise Impossible(f"link = {link.coefficients}: expected degrees up to {_DEGREES}")
    squares = np.zeros(_DEGREES + 1)
    squares[: len(link.coefficients)] = link.squares
    if link.exponent == 2:
        freeze = 0.0
    N, P = start.M.shape
    U, r, strengths = np.hstack([start.M, start.rest]), start.r.copy(), a.astype(float)
    rows, columns = np.arange(N), np.arange(P)
    record = steps.Record(a, follow)
    place, state = np.array([N, P, 0, 0]), np.array([0.0, steps.FIRST / a[0], t_end])
    least = max(3 * float(start.r.max()), acting * float(a.min()))
    seen_t, seen_loss = np.empty(steps.BUFFER), np.empty(steps.BUFFER)
    seen_shares = np.empty((steps.BUFFER, follow))
    record.add(np.zeros(1), np.array([float(a @ a)]), np.zeros((1, follow)))
    status = _SHRUNK
    while status != _DONE:
        if status == _SHRUNK:
            n, p = int(place[0]), int(place[1])
            if p < P:
                U, r, rows = _fewer_axes(U, n, p), r[:n].copy(), rows[:n].copy()
            buffers, slopes_r = np.empty((4, *U.shape)), np.empty((4, U.shape[0]))
        place[2] = 0
        status = _advance(
            U, buffers, r, slopes_r, rows, columns, strengths, squares, place,
            state, 0.1 / np.sqrt(start.d), tolerance, freeze, least, record.times, record.owner, record.left,
            record.since, seen_t, seen_loss, seen_shares,
        )  # fmt: skip
        record.add(seen_t[: place[2]], seen_loss[: place[2]], seen_shares[: place[2]])
    if state[0] < t_end:  # nothing is left to integrate
        record.add(np.array([t_end]), record.loss[-1][-1:], record.shares[-1][-1:])
    return record.run(int(place[3]))
