"""The deflated flow of h_k, k > 2, at O(N P) a step: neurons act on each other through what they have learned alone.

The exact flow couples neurons by φ(u_i.u_j). Here u_j acts through its own direction: r_j u_j.. becomes a smaller
strength of each direction,

    s_im = a_m - sum_{j != i} r_j M_jm^k
    dM_im/dt = k s_im M_im^{k-1} - M_im sum_q k s_iq M_iq^k,    dr_i/dt = 4 r_i (sum_q s_iq M_iq^k - r_i)

What is left out are products of small overlaps. Neurons see each other through P strengths alone. So those that act are
brought through all stages of a step first; then each of the others passes through the whole step at once, in the
processor's first cache.
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
_DONE, _FULL = steps.DONE, steps.FULL
_factor, _crossing, _larger, _norm_error = steps.factor, steps.crossing, steps.larger, steps.norm_error
_finish, _power = steps.finish, steps.power


@kernel("void(f8[::1], f8, i8, i8, f8[::1])", fastmath=_FAST)
def _keep_length(M, dot, k, p, dM):
    """dM/dt of a row in place of the pull on it, of which dot = M.pull would make it longer."""
    for m in range(p):
        dM[m] = k * (dM[m] - M[m] * dot)


@kernel("f8(f8[::1], f8, f8[::1], f8, i8, i8, f8[::1])", fastmath=_FAST)
def _slope(M, r, strength, own, p, k, dM):
    """Slopes of one row: dM is written, d log r/dt returned.

    Args:
        strength: a_m less what all neurons that act have learned; own is r where this one is among them, else 0.
    """
    dot = 0.0
    for m in range(p):
        power = _power(M[m], k - 1)
        pull = (strength[m] + own * power * M[m]) * power
        dM[m] = pull
        dot += pull * M[m]
    _keep_length(M, dot, k, p, dM)
    return 4.0 * (dot - r)


@kernel("f8(f8[::1], f8[::1], i8, i8, f8[::1])", fastmath=_FAST)
def _pulled(M, strength, p, k, pull):
    """The pull on a row that does not act, strength M^{k-1}; returns pull.M."""
    dot = 0.0
    for m in range(p):
        pull[m] = strength[m] * _power(M[m], k - 1)
        dot += pull[m] * M[m]
    return dot


@kernel("f8(f8[::1], f8[::1], f8[::1], f8, f8, f8[::1], i8, i8, f8[::1], f8[::1])", fastmath=_FAST)
def _onwards(M, at, dM, dot, h, strength, p, k, ahead, pull):
    """A row that does not act from one stage to the next in one pass, as ``_keep_length``, ``_ahead`` and ``_pulled``.

    Args:
        M: the row at the beginning of the step.
        at: the row at this stage.
        dM: the pull on it; dM/dt from then on.
        dot: at.pull.
        h: from the beginning to the next stage.
        strength: of the directions at the next stage.
        ahead: where the row is then.
        pull: the pull on it then; returned is pull.ahead.
    """
    after = 0.0
    for m in range(p):
        slope = k * (dM[m] - at[m] * dot)
        x = M[m] + h * slope
        value = strength[m] * _power(x, k - 1)
        dM[m], ahead[m], pull[m] = slope, x, value
        after += value * x
    return after


@kernel("void(f8[:, ::1], f8[::1], i8, f8[::1], i8, i8, f8[::1])", fastmath=_FAST)
def _strengths(M, r, n, a, p, k, out):
    """a_m - sum_j r_j M_jm^k over the first n rows."""
    assign(out[:p], a)
    for j in range(n):
        for m in range(p):
            out[m] -= r[j] * _power(M[j, m], k)


@kernel("void(f8[::1], f8[::1], f8, f8[::1], i8)", fastmath=_FAST)
def _ahead(M, slope, h, out, p):
    for m in range(p):
        out[m] = M[m] + h * slope[m]


@kernel("void(f8[:, ::1], f8[::1], i8[::1], i8, i8, i8)")
def _swap_rows(M, r, rows, i, j, p):
    for m in range(p):
        M[i, m], M[j, m] = M[j, m], M[i, m]
    r[i], r[j] = r[j], r[i]
    rows[i], rows[j] = rows[j], rows[i]


@kernel("i8(f8[:, ::1], f8[::1], i8[::1], i8, i8, f8)")
def _front(M, r, rows, n, p, least):
    """Bring the rows with r above `least` to the front; returns how many they are."""
    active = 0
    for i in range(n):
        if r[i] > least:
            if i != active:
                _swap_rows(M, r, rows, i, active, p)
            active += 1
    return active


@kernel(
    "i8(f8[:, ::1], f8[:, ::1], f8[::1], f8[::1], i8[::1], i8[::1], f8[::1], i8[::1], f8[::1], i8,"
    " f8, f8, f8, f8, f8[::1], i8[::1], f8[::1], f8[::1], f8[::1], f8[::1], f8[:, ::1])"
)
def _advance(
    M, new, r, new_r, rows, columns, a, place, state, k,
    floor, tolerance, freeze, least, times, owner, left, since, seen_t, seen_loss, seen_shares,
):  # fmt: skip
    """Steps until the end, or until the buffers of what was seen are full.

    Args:
        M, new: (N, P) overlaps and a second buffer, r, new_r: squared norms; both change places at each step that is
            seen. The first n rows and p columns are in use.
        rows, columns: (N,), (P,) which neurons and directions these are; a in the order of columns.
        place: n, p, number of steps seen, steps in all.
        state: t, h, the end.
        least: squared norm above which a row acts.
    """
    n, p, seen, done = place
    t, h, end = state[0], state[1], state[2]
    P, follow = a.size, seen_shares.shape[1]
    strengths = np.empty((4, P))
    after = np.empty(P)
    buffer = np.empty((6, P))
    smallest = np.min(a)
    acting = np.empty((4, 1, P))
    active = -1
    status = _FULL
    while seen < seen_t.size:
        if t >= end or n == 0 or p == 0:
            status = _DONE
            break
        moved = _front(M, r, rows, n, p, least)
        if moved != active:
            active = moved
            if active > acting.shape[1]:
                acting = np.empty((4, 2 * active, P))
        h = min(h, end - t)
        # the rows that act, stage by stage, for the strengths that all see
        _strengths(M, r, active, a, p, k, strengths[0])
        stage, stage_r = acting[3], new_r  # states of a stage
        slopes_r = np.empty((3, max(active, 1)))
        for i in range(active):
            slopes_r[0, i] = _slope(M[i], r[i], strengths[0], r[i], p, k, acting[0, i])
            _ahead(M[i], acting[0, i], 0.5 * h, stage[i], p)
            stage_r[i] = r[i] * np.exp(0.5 * h * slopes_r[0, i])
        _strengths(stage, stage_r, active, a, p, k, strengths[1])
        for i in range(active):
            slopes_r[1, i] = _slope(stage[i], stage_r[i], strengths[1], stage_r[i], p, k, acting[1, i])
        for i in range(active):
            _ahead(M[i], acting[1, i], 0.75 * h, stage[i], p)
            stage_r[i] = r[i] * np.exp(0.75 * h * slopes_r[1, i])
        _strengths(stage, stage_r, active, a, p, k, strengths[2])
        for i in range(active):
            slopes_r[2, i] = _slope(stage[i], stage_r[i], strengths[2], stage_r[i], p, k, acting[2, i])
        worst = 0.0
        for i in range(active):
            worst = _finish(M[i], acting[0, i], acting[1, i], acting[2, i], h, floor, worst, new[i], buffer[5], p)
            d1, d2, d3 = slopes_r[0, i], slopes_r[1, i], slopes_r[2, i]
            new_r[i] = r[i] * np.exp(h * (2.0 * d1 + 3.0 * d2 + 4.0 * d3) / 9.0)
            worst = _larger(worst, _norm_error(new_r[i], d1, d2, d3, h, smallest))
        _strengths(new, new_r, active, a, p, k, strengths[3])
        # all others, each through the whole step
        one, two, three, at, later, errors = buffer[0], buffer[1], buffer[2], buffer[3], buffer[4], buffer[5]
        for i in range(active, n):
            if not worst <= 20.0 * tolerance:
                break  # the step is refused, and by how much does not matter
            dot = _pulled(M[i], strengths[0], p, k, one)
            d1 = 4.0 * (dot - r[i])
            dot = _onwards(M[i], M[i], one, dot, 0.5 * h, strengths[1], p, k, at, two)
            d2 = 4.0 * (dot - r[i] * np.exp(0.5 * h * d1))
            dot = _onwards(M[i], at, two, dot, 0.75 * h, strengths[2], p, k, later, three)
            d3 = 4.0 * (dot - r[i] * np.exp(0.75 * h * d2))
            _keep_length(later, dot, k, p, three)
            worst = _finish(M[i], one, two, three, h, floor, worst, new[i], errors, p)
            new_r[i] = r[i] * np.exp(h * (2.0 * d1 + 3.0 * d2 + 4.0 * d3) / 9.0)
            worst = _larger(worst, _norm_error(new_r[i], d1, d2, d3, h, smallest))
        longer = _factor(worst, tolerance)
        done += 1
        if not worst <= tolerance:
            h *= longer
            continue
        t += h
        # when directions became learned, and by whom
        for m in range(p):
            share = 1.0 - strengths[3, m] / a[m]
            after[m] = share
            direction = columns[m]
            if share >= 0.5 and times[direction] == np.inf:
                times[direction] = _crossing(1.0 - strengths[0, m] / a[m], share, t, h)
                largest = 0.0
                for i in range(active):
                    part = new_r[i] * new[i, m] ** k
                    if part > largest:
                        largest = part
                        owner[direction] = rows[i]
        loss = 0.0
        for m in range(p):
            loss += (a[m] * (1.0 - after[m])) ** 2
            if columns[m] < follow:
                seen_shares[seen, columns[m]] = after[m]
        seen_t[seen], seen_loss[seen] = t, loss
        seen += 1
        h *= longer
        M, new, r, new_r = new, M, new_r, r
        # learned directions, and the neurons on them, are taken out
        m = 0
        while m < p:
            if abs(1.0 - after[m]) >= freeze:
                m += 1
                continue
            on = 0
            for i in range(active):
                on += M[i, m] ** k > 1.0 - freeze
            if on == 0:
                m += 1
                continue
            direction = columns[m]
            left[direction], since[direction] = 1.0 - after[m], t
            i = 0
            while i < active:
                if M[i, m] ** k > 1.0 - freeze:
                    # the last that acts takes its place, and the last of all the place of that one
                    _swap_rows(M, r, rows, i, active - 1, p)
                    _swap_rows(M, r, rows, active - 1, n - 1, p)
                    active -= 1
                    n -= 1
                else:
                    i += 1
            last = p - 1
            for i in range(n):
                M[i, m] = M[i, last]
            a[m], a[last] = a[last], a[m]
            columns[m], columns[last] = columns[last], columns[m]
            after[m] = after[last]
            p -= 1
    place[0], place[1], place[2], place[3] = n, p, seen, done
    state[0], state[1] = t, h
    return status


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
    """The deflated flow from a start until t_end, or until every direction is learned.

    Args:
        start: overlaps (N, P) and squared norms; what lies outside the teacher's span does not matter here.
        a: (P,) strengths, falling.
        link: one Hermite polynomial h_k, k > 2.
        tolerance: relative error of a step.
        freeze: relative distance from its end at which a learned direction is taken out; at least ten tolerances.
        acting: squared norm over a_P, at least three times that at the start, above which a neuron acts on others.
        follow: shares of so many first directions are kept.

    Raises:
        Impossible: another link, or settings without a meaning.
    """
    k = link.exponent
    if k < 3 or len(link.coefficients) - 1 != k:
        raise Impossible(f"link = {link.coefficients}: expected h_k alone, k > 2: others do not act by one strength")
    start.require(a)
    steps.require(t_end, tolerance, freeze)
    N, P = start.M.shape
    M, r, strengths = start.M.copy(), start.r.copy(), a.astype(float)
    new, new_r = np.empty_like(M), np.empty_like(r)
    rows, columns = np.arange(N), np.arange(P)
    record = steps.Record(a, follow)
    place, state = np.array([N, P, 0, 0]), np.array([0.0, steps.FIRST / a[0], t_end])
    least = max(3 * float(start.r.max()), acting * float(a.min()))
    seen_t, seen_loss = np.empty(steps.BUFFER), np.empty(steps.BUFFER)
    seen_shares = np.empty((steps.BUFFER, follow))
    record.add(np.zeros(1), np.array([float(a @ a)]), np.zeros((1, follow)))
    status = _FULL
    while status == _FULL:
        place[2] = 0
        status = _advance(
            M, new, r, new_r, rows, columns, strengths, place, state, k, 0.1 / np.sqrt(start.d), tolerance, freeze,
            least, record.times, record.owner, record.left, record.since, seen_t, seen_loss, seen_shares,
        )  # fmt: skip
        if place[2] % 2:
            M, new, r, new_r = new, M, new_r, r
        record.add(seen_t[: place[2]], seen_loss[: place[2]], seen_shares[: place[2]])
    if state[0] < t_end:  # nothing is left to integrate
        record.add(np.array([t_end]), record.loss[-1][-1:], record.shares[-1][-1:])
    return record.run(int(place[3]))
