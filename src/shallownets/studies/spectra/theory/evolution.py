"""State evolution of training in many dimensions, at any number of samples and any weight decay, without iteration.

Both equations, v = scale (Δ + R)/n and x (1 - Df/n) = lam penalty/n, are explicit in (v, x): each pair is the solution
for one (n, lam). For a given (n, lam), two monotone roots: at a fixed threshold over noise, k = x/√v, v is that of a
concave map, which Newton's method finds from above; and lam rises with k. Damped iterations stall near n = d instead.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log, sqrt

import numpy as np
import scipy

from shallownets.errors import Impossible
from shallownets.studies.spectra.model import Array
from shallownets.studies.spectra.theory.network import Network, Response

_NO_ROOT = 1e12  # times the noise of zero weights: none is larger
_EXPANSIONS = 80
_STEPS = 25
_NOTHING = 1e-26  # of the noise of zero weights
_RATIOS = (-10.0, 3.0)  # logarithm of the threshold over noise, among which the best is looked for
_LOOKS = 25  # coarse, and fine ones
_EDGE = 1e-9  # relative, within which a threshold over noise is the least one
_FLAT = 1e-9  # d log R/d log x that rounding can make where no weight is left
_LONGEST = 20.0  # step, beyond which Newton's method has lost its way
_DIGITS = 1e-12  # to which solutions are found, where rounding does not hide them
_HIDDEN = 1e-5  # of the risk: rounding that is refused


@dataclass(frozen=True)
class State:
    """The solution at one number of samples and one weight decay.

    Attributes:
        n, lam: samples, and the paper's weight decay.
        N: n_eff.
        v, x: variance of the noise, and threshold, in units of levels of mean square one.
        risk: R.
        freedom: Df, effective parameters.
        by_n, by_lam: local exponents of the risk, d log R/d log n at fixed lam and d log R/d log lam at fixed n.
    """

    n: float
    lam: float
    N: float
    v: float
    x: float
    risk: float
    freedom: float
    by_n: float
    by_lam: float


def state(network: Network, v: float, x: float) -> State:
    """The explicit map: which (n, lam) have noise of variance v and threshold x. lam < 0 where Df > n."""
    found = network.at(v, x)
    n = network.scale * (network.noise + found.risk) / v
    return _state(network, n, v, x, found)


def _state(network: Network, n: float, v: float, x: float, found: Response) -> State:
    left = n - found.freedom
    slopes = _slopes(network, n, v, x, found)
    moves = _solved(slopes, -1, -n / left), _solved(slopes, 0, 1)  # of log v and log x by log n, and by log lam
    by_n, by_lam = ((found.risk_v * v * a + found.risk_x * x * b) / found.risk for a, b in moves)
    return State(n, x * left / network.penalty, n / network.samples, v, x, found.risk, found.freedom, by_n, by_lam)


def _slopes(network: Network, n: float, v: float, x: float, found: Response) -> tuple[float, float, float, float]:
    """Derivatives of log v - log(Δ + R) and log x + log(n - Df), each by log v and log x."""
    total, left = network.noise + found.risk, n - found.freedom
    return (
        1 - found.risk_v * v / total,
        -found.risk_x * x / total,
        -found.freedom_v * v / left,
        1 - found.freedom_x * x / left,
    )


def _solved(slopes: tuple[float, float, float, float], first: float, second: float) -> tuple[float, float]:
    """Both unknowns of two linear equations."""
    a, b, c, d = slopes
    det = a * d - b * c
    return (d * first - b * second) / det, (a * second - c * first) / det


def solve(network: Network, n: float, lam: float, near: State | None = None) -> State:
    """The solution at n samples and weight decay lam.

    Args:
        near: a solution nearby, from which Newton's method starts in both unknowns.

    Raises:
        Impossible: n or lam is not above 0, or n is so small that rounding hides the risk.
    """
    if not (n > 0 and lam > 0):
        raise Impossible(f"n = {n}, lam = {lam}: expected numbers above 0")
    _digits(network, n)
    if near is not None and (found := _newton(network, n, lam, near.v, near.x)):
        return found
    goal = log(lam * network.penalty)

    def gap(log_k: float) -> float:
        v = _variance(network, n, exp(log_k))
        if v is None:
            return -np.inf
        x = exp(log_k) * sqrt(v)
        left = n - network.at(v, x).freedom
        return log(x * left) - goal if left > 0 else -np.inf

    log_k = _crossing(gap, goal - log(n) - log(network.scale * (network.noise + network.zero) / n) / 2)
    v = _variance(network, n, exp(log_k))
    if v is None:
        raise Impossible(f"n = {n}, lam = {lam}: no solution was found")
    x = exp(log_k) * sqrt(v)
    return _newton(network, n, lam, v, x) or _state(network, n, v, x, network.at(v, x))


def _digits(network: Network, n: float) -> float:
    """Relative size of the steps that are the last ones at n samples."""
    rounding = network.rounding(n)
    if not rounding <= _HIDDEN:
        least = n * rounding / _HIDDEN  # where there are so few, rounding goes as 1/n
        raise Impossible(f"n = {n}: expected at least {least:.3g}, below which rounding hides the risk")
    return max(_DIGITS, rounding)


def _newton(network: Network, n: float, lam: float, v: float, x: float) -> State | None:
    """Newton's method in log v and log x; None where it does not arrive."""
    noise, decay, last = log(network.scale / n), log(lam * network.penalty), _digits(network, n)
    for _ in range(_STEPS):
        found = network.at(v, x)
        left = n - found.freedom
        if not left > 0:
            return None
        first = log(v) - log(network.noise + found.risk) - noise
        second = log(x) + log(left) - decay
        of_v, of_x = _solved(_slopes(network, n, v, x, found), first, second)
        size = max(abs(of_v), abs(of_x))
        if size < last:
            return _state(network, n, v, x, found)
        if not size < _LONGEST:
            return None
        shrink = max(1.0, size)
        v, x = v * exp(-of_v / shrink), x * exp(-of_x / shrink)
    return None


def _variance(network: Network, n: float, k: float) -> float | None:
    """v at a fixed threshold over noise k: the largest root of scale (Δ + R)/n = v; None where there is none."""
    v = network.scale * (network.noise + network.zero) / n
    largest, last = _NO_ROOT * v, _digits(network, n)
    for _ in range(400):
        x = k * sqrt(v)
        found = network.at(v, x)
        value = network.scale * (network.noise + found.risk) / n - v
        slope = network.scale * (found.risk_v + found.risk_x * x / (2 * v)) / n - 1
        if value > 0 and slope > -1e-3:  # below the root, or there is none
            v *= 4
            if v > largest:
                return None
            continue
        step = -value / slope
        v = max(v + step, v / 16)
        if abs(step) < last * v:
            return v
    return v


def _crossing(gap: Callable[[float], float], start: float) -> float:
    """Where an increasing function crosses 0, of log k; it may be -infinity on the left."""

    def bounded(y: float) -> float:
        return max(gap(y), -1e3)

    low = high = start
    value = bounded(start)
    step = 0.5
    for _ in range(_EXPANSIONS):
        if value < 0:
            low, high = high, high + step
            value = bounded(high)
            if value >= 0:
                break
        else:
            high, low = low, low - step
            value = bounded(low)
            if value < 0:
                break
        step *= 1.5
    return float(scipy.optimize.brentq(bounded, low, high, xtol=1e-13, rtol=1e-14))


def best_threshold(network: Network, v: float, least_ratio: float = 0.0) -> float:
    """Threshold of least risk at noise of variance v, where the risk's derivative vanishes, or at ``least_ratio``.

    There can be several minima: where a feature is about to be learned two are close together, and one beside zero
    weights can be narrow. So all minima of a coarse look are compared, with its ends, then those of a fine look around
    the least.

    Args:
        least_ratio: threshold over noise, below which none is looked for.
    """
    bottom = log(least_ratio) if least_ratio else -np.inf

    def at(log_k: float) -> Response:
        return network.at(v, exp(log_k) * sqrt(v))

    def slope(y: float, found: Response) -> float:
        return found.risk_x * exp(y) * sqrt(v) / found.risk

    def least(places: Array) -> float:
        """log k of the least risk among the places and the minima between them."""
        found = [at(y) for y in places]
        slopes = [slope(y, one) for y, one in zip(places, found, strict=True)]
        values = [(one.risk, float(y)) for y, one in zip(places, found, strict=True)]
        for (low, left), (high, right) in pairwise(zip(places, slopes, strict=True)):
            if left < -_FLAT and abs(right) <= _FLAT:  # no weight is left there, and the slope's sign is rounding
                high, right = rising(low, high)
            if left < 0 and right > _FLAT:
                root = scipy.optimize.brentq(lambda y: at(y).risk_x, low, high, xtol=1e-13)
                values.insert(0, (at(root).risk, root))
        return min(values, key=lambda value: value[0])[1]

    def rising(low: float, high: float) -> tuple[float, float]:
        """A place at which the risk rises, and its slope, between one where it falls and one where it is flat."""
        place, found = high, 0.0
        for _ in range(_EXPANSIONS):
            place = (low + high) / 2
            found = slope(place, at(place))
            if found > _FLAT or high - low < _DIGITS:
                break
            low, high = (place, high) if found < -_FLAT else (low, place)
        return place, found

    low, high = max(_RATIOS[0], bottom), max(_RATIOS[1], bottom + 1)
    coarse = np.linspace(low, high, _LOOKS)
    center, near = least(coarse), 1.5 * (coarse[1] - coarse[0])
    return exp(least(np.linspace(max(center - near, bottom), center + near, _LOOKS))) * sqrt(v)


def best(network: Network, n: float) -> State:
    """The solution at n samples and the weight decay of least risk; lam = 0 where no decay above 0 is the best.

    R and v are tied by v = scale (Δ + R)/n, so that R is least where v is, and that is where R is least at fixed v: the
    threshold follows from v alone, and n from both. The least R over thresholds is concave in v, as a minimum of the
    concave maps of fixed k, so that there is one such v, to which Newton's steps go down from above. The slope of the
    least R is that at a fixed threshold.

    With little labels' noise that threshold can have Df > n, and would take lam < 0. Then the thresholds that a decay
    allows are those from k_0 on, where Df = n, for lam rises with k; the least R over them is as concave in v. Where it
    is that of k_0 itself, the risk falls as lam falls to 0, and the solution is the limit.

    Raises:
        Impossible: n is not above 0, or so small that rounding hides the risk.
    """
    _digits(network, n)
    v, x = _least(network, n, 0.0)
    found = network.at(v, x)
    if found.freedom < n:
        return state(network, v, x)

    def left(log_k: float) -> float:
        at = _variance(network, n, exp(log_k))
        return -1.0 if at is None else 1 - network.at(at, exp(log_k) * sqrt(at)).freedom / n

    least_ratio = exp(_crossing(left, log(x / sqrt(v))))
    v, x = _least(network, n, least_ratio)
    found = network.at(v, x)
    return state(network, v, x) if x > least_ratio * sqrt(v) * (1 + _EDGE) else _limit(network, n, v, x, found)


def _limit(network: Network, n: float, v: float, x: float, found: Response) -> State:
    """The limit lam -> 0 where Df = n: there the risk no longer depends on lam, and x (n - Df) = 0 is Df = n."""
    a, b, _, _ = _slopes(network, 2 * n, v, x, found)  # the first equation, which n is not in
    slopes = a, b, found.freedom_v * v, found.freedom_x * x
    of_v, of_x = _solved(slopes, -1, n)
    by_n = (found.risk_v * v * of_v + found.risk_x * x * of_x) / found.risk
    return State(n, 0.0, n / network.samples, v, x, found.risk, found.freedom, by_n, 0.0)


def _least(network: Network, n: float, least_ratio: float) -> tuple[float, float]:
    """v and x of least risk at n samples among thresholds over noise of at least ``least_ratio``."""
    last = _digits(network, n)
    highest = v = network.scale * (network.noise + network.zero) / n
    x = best_threshold(network, v, least_ratio)
    while v > _NOTHING * highest:  # without labels' noise nothing may be left
        found = network.at(v, x)
        step = (v - network.scale * (network.noise + found.risk) / n) / (1 - network.scale * found.risk_v / n)
        if not step > last * v:  # rounding alone goes up
            break
        v -= step
        x = best_threshold(network, v, least_ratio)
    return v, x
