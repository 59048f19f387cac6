"""Adaptive Runge-Kutta integration of order 8 (Dormand & Prince), compiled.

The tableau and the error estimate are those of SciPy's ``DOP853``. Steps end exactly on the recording times, so nothing
is interpolated. A compiled right-hand side makes this hundreds of times as fast as ``scipy.integrate.solve_ivp``.
"""

import numpy as np
from numba import f8, i8, types, void

from shallownets.errors import Impossible
from shallownets.numerics import dop853
from shallownets.numerics.assign import assign
from shallownets.numerics.jit import kernel

# A right-hand side: (y, parameters, work, out) with dy/dt written to out; work is scratch of its own choosing.
SIGNATURE = void(f8[::1], f8[::1], f8[::1], f8[::1])
_RHS = types.FunctionType(SIGNATURE)
# A scalar to watch: (y, parameters) -> value.
OBSERVABLE = f8(f8[::1], f8[::1])
_WATCHED = types.FunctionType(OBSERVABLE)
# The size of each component beside those that it is coupled to: (y, parameters, out). One that starts tiny may grow by
# any factor before it matters, so that its relative error counts from the start; of one that crosses zero none does.
SIZES = void(f8[::1], f8[::1], f8[::1])
_SIZES = types.FunctionType(SIZES)

DONE, OUT_OF_BOUNDS, STEP_TOO_SMALL = 0, 1, 2

_STAGES = dop853.STAGES
_A, _B, _E3, _E5 = dop853.A, dop853.B, dop853.E3, dop853.E5
_ABSOLUTE = 1e-3  # absolute tolerance over relative tolerance: overlaps start as small as N^(-1/2)
TINY = 1e-9  # size of a component at the start below which errors are relative to sizes
_DIGITS = 1e-13  # of the length of a step that ends where something is crossed
_LEAST = 1e-290  # of an absolute tolerance over the relative one: times the latter it is still a normal number


def require_tolerance(tolerance: float) -> None:
    """Refuse what no error can be held against.

    Raises:
        Impossible: not a finite number above 0.
    """
    if not 0 < tolerance < np.inf:
        raise Impossible(f"tolerance = {tolerance}: expected a finite number above 0")


@kernel(SIZES)
def of_order_one(y, parameters, out):
    """Sizes where no component starts tiny and matters later."""
    for i in range(out.size):
        out[i] = 1.0


@kernel("b1(f8[::1])")
def _any_tiny(sizes):
    return np.any((sizes > 0.0) & (sizes < TINY))


@kernel(void(_SIZES, f8[::1], f8[::1], f8[::1]))
def _set_floor(sizes, y, parameters, floor):
    """Absolute tolerances over the relative one, for components that are in proportion to their sizes."""
    sizes(y, parameters, floor)
    for i in range(floor.size):
        floor[i] = max(_ABSOLUTE * min(floor[i], 1.0), _LEAST)


@kernel(f8(_RHS, f8[::1], f8[::1], f8[::1], f8, f8[:, ::1], f8[::1], f8, f8[::1], f8[::1], f8))
def _attempt(rhs, y, parameters, work, h, k, new, tolerance, floor, trial, bound):
    """One step of size h from y into ``new``: fills the stages k[1:], returns the scaled error (inf where it fails)."""
    n = y.size
    for stage in range(1, _STAGES):
        for i in range(n):
            total = 0.0
            for j in range(stage):
                total += _A[stage, j] * k[j, i]
            trial[i] = y[i] + h * total
        rhs(trial, parameters, work, k[stage])
    for i in range(n):
        total = 0.0
        for j in range(_STAGES):
            total += _B[j] * k[j, i]
        new[i] = y[i] + h * total
    rhs(new, parameters, work, k[_STAGES])

    square5 = 0.0
    square3 = 0.0
    for i in range(n):
        scale = tolerance * (floor[i] + max(abs(y[i]), abs(new[i])))
        e5 = 0.0
        e3 = 0.0
        for j in range(_STAGES + 1):
            e5 += _E5[j] * k[j, i]
            e3 += _E3[j] * k[j, i]
        square5 += (e5 / scale) ** 2
        square3 += (e3 / scale) ** 2
        if not abs(new[i]) <= 10.0 * bound:
            return np.inf
    if square5 == 0.0 and square3 == 0.0:
        return 0.0
    return abs(h) * square5 / np.sqrt((square5 + 0.01 * square3) * n)


@kernel(types.Tuple((f8[::1], f8[::1], f8[::1], f8[::1], f8[:, ::1], f8))(_RHS, f8[::1], f8[::1], i8))
def _begin(rhs, start, parameters, scratch):
    """(y, new, trial, work, k, h): y at the start, arrays to work in with the slope at y in k[0], and a first step.

    That step changes y by about a hundredth; the controller corrects it at once.
    """
    n = start.size
    y = start.copy()
    work = np.empty(scratch)
    k = np.empty((_STAGES + 1, n))
    rhs(y, parameters, work, k[0])
    size = 0.0
    steepest = 0.0
    for i in range(n):
        size = max(size, abs(y[i]))
        steepest = max(steepest, abs(k[0, i]))
    return y, np.empty(n), np.empty(n), work, k, 0.01 * (size + _ABSOLUTE) / (steepest + 1e-12)


@kernel(f8(f8, f8))
def _next_step(step, error):
    """Size of the step after one with this scaled error; from an error of 1 on, of the same step taken again."""
    if error == 0.0:
        return 10.0 * step
    if error == np.inf:
        return 0.1 * step
    factor = 0.9 * error**-0.125
    return step * (min(10.0, factor) if error < 1.0 else max(0.2, factor))


@kernel(i8(f8[::1], f8, f8, f8, f8))
def _stuck(y, bound, t, h, end):
    """Why no step of size h can be taken, DONE if one can.

    Late in a run, a solution that blows up gets there before it reaches the bound. One that does not, and still needs
    steps that would not end before the resolution of ``end``, has a tolerance out of reach.
    """
    large = False
    for i in range(y.size):
        large |= not abs(y[i]) <= np.sqrt(bound)
    if large:
        return OUT_OF_BOUNDS if t + h == t else DONE
    return STEP_TOO_SMALL if t + h == t or end + h == end else DONE


@kernel(types.Tuple((i8, f8, i8))(_RHS, _SIZES, f8[::1], f8[::1], f8[::1], i8, f8, f8, f8[:, ::1]))
def integrate(rhs, sizes, start, times, parameters, scratch, tolerance, bound, out):
    """Integrate dy/dt = rhs(y) from time 0 and record y at the given times.

    Args:
        rhs: compiled right-hand side of type ``SIGNATURE``.
        sizes: compiled function of type ``SIZES``, such as ``of_order_one``.
        start: (n,) y at time 0.
        times: (T,) at least 0, increasing.
        parameters: passed to rhs.
        scratch: length of the work array handed to rhs.
        tolerance: error of a step, relative to |y| + 1e-3, root mean square over components; where one starts tiny, to
            |y| + 1e-3 of the component's size.
        bound: stop as soon as any |y| exceeds it.
        out: (T, n), written up to the last time reached.

    Returns:
        (status, time, records): DONE, OUT_OF_BOUNDS or STEP_TOO_SMALL; the time reached; the records written.
    """
    n = start.size
    y, new, trial, work, k, h = _begin(rhs, start, parameters, scratch)
    floor = np.empty(n)
    sizes(y, parameters, floor)
    tiny = _any_tiny(floor)
    floor[:] = _ABSOLUTE
    t = 0.0
    for record in range(times.size):
        end = times[record]
        while t < end:
            if tiny:
                _set_floor(sizes, y, parameters, floor)
            step = min(h, end - t)
            last = step == end - t
            error = _attempt(rhs, y, parameters, work, step, k, new, tolerance, floor, trial, bound)
            if error < 1.0:
                t = end if last else t + step
                assign(y, new)
                assign(k[0], k[_STAGES])
                for i in range(n):
                    if not abs(y[i]) <= bound:
                        return OUT_OF_BOUNDS, t, record
            # A step cut short by a recording time says little about the next one: never shrink for it.
            h = max(h, _next_step(step, error)) if last and error < 1.0 else _next_step(step, error)
            if not error < 1.0:
                stuck = _stuck(y, bound, t, h, times[-1])
                if stuck != DONE:
                    return stuck, t, record
        assign(out[record], y)
    return DONE, t, times.size


@kernel(f8(_RHS, _WATCHED, f8, f8[::1], f8[::1], f8[::1], f8, f8[:, ::1], f8[::1], f8[::1], f8[::1]))
def _length_to(rhs, observable, level, y, parameters, work, step, k, new, floor, trial):
    """Length of a step from y at whose end an observable is at a level, below which it is at the end of a whole step.

    Steps of other lengths are taken from y, each where a straight line through the ends of the bracket says (Illinois).
    """
    left, right, side = 0.0, step, 0
    above, under = observable(y, parameters) - level, observable(new, parameters) - level
    if not above > 0.0:
        return 0.0
    length = step
    for _ in range(60):
        previous = length
        length = right - under * (right - left) / (under - above)
        if abs(length - previous) <= _DIGITS * step:
            break
        _attempt(rhs, y, parameters, work, length, k, new, 1.0, floor, trial, np.inf)
        here = observable(new, parameters) - level
        if here < 0.0:
            above *= 0.5 if side == 1 else 1.0
            right, under, side = length, here, 1
        else:
            under *= 0.5 if side == -1 else 1.0
            left, above, side = length, here, -1
    return length


@kernel(types.Tuple((i8, f8))(_RHS, _SIZES, _WATCHED, f8[::1], f8[::1], f8, f8[::1], i8, f8, f8, f8[::1]))
def _cross(rhs, sizes, observable, start, levels, end, parameters, scratch, tolerance, bound, out):
    """``first_crossings`` from one start (n,) into a row (L,) of the times."""
    y, new, trial, work, k, h = _begin(rhs, start, parameters, scratch)
    floor = np.empty(y.size)
    sizes(y, parameters, floor)
    tiny = _any_tiny(floor)
    floor[:] = _ABSOLUTE
    t = 0.0
    below = 0  # so many of the levels
    while t < end:
        if tiny:
            _set_floor(sizes, y, parameters, floor)
        step = min(h, end - t)
        error = _attempt(rhs, y, parameters, work, step, k, new, tolerance, floor, trial, bound)
        if error < 1.0:
            for i in range(y.size):
                if not abs(new[i]) <= bound:
                    return OUT_OF_BOUNDS, t + step
            while observable(new, parameters) < levels[below]:
                out[below] = t + _length_to(
                    rhs, observable, levels[below], y, parameters, work, step, k, new, floor, trial
                )
                below += 1
                if below == levels.size:
                    return DONE, out[-1]
                _attempt(rhs, y, parameters, work, step, k, new, tolerance, floor, trial, bound)
            t = end if step == end - t else t + step
            assign(y, new)
            assign(k[0], k[_STAGES])
        h = _next_step(step, error)
        if not error < 1.0:
            stuck = _stuck(y, bound, t, h, end)
            if stuck != DONE:
                return stuck, t
    return DONE, end


@kernel(types.Tuple((i8, f8))(_RHS, _SIZES, _WATCHED, f8[:, ::1], f8[::1], f8, f8[::1], i8, f8, f8, f8[:, ::1]))
def first_crossings(rhs, sizes, observable, starts, levels, end, parameters, scratch, tolerance, bound, out):
    """Integrate from each of many starts, from time 0 until an observable has fallen below all of some levels.

    A step in which it falls below one is taken again with other lengths until it ends there, so that the time is as
    accurate as the integration itself.

    Args:
        rhs, sizes, parameters, scratch, tolerance, bound: as for ``integrate``.
        observable: compiled function of type ``OBSERVABLE``.
        starts: (R, n) y at time 0.
        levels: (L,) falling, at least one.
        end: when to give up.
        out: (R, L), written: when the observable first falls below each level; inf where it does not.

    Returns:
        (status, time): DONE; or STEP_TOO_SMALL, with the time reached from the first start where it is.
    """
    out[:] = np.inf
    for place in range(starts.shape[0]):
        start, row = starts[place], out[place]
        status, time = _cross(rhs, sizes, observable, start, levels, end, parameters, scratch, tolerance, bound, row)
        if status == STEP_TOO_SMALL:
            return status, time
    return DONE, end
