"""The replica-symmetric solution at any number of examples and any norm.

With t the margin of an example that was left out, and u what training on it adds, Δ = t + u,

    u = 2 χ/(1 + exp(2 λ (t + u))),   p(t) = 2 φ(t) [(1 - p0) H(-Rt/s) + p0 H(Rt/s)]
    s^2 = α ∫ p u^2 dt,   R = (1 - 2 p0) α/(π s) ∫ exp(-t^2/(2 s^2)) u dt

In the variables x = α t, ρ = α s, c = α χ, ell = λ/α the number of examples enters through δ = 1/α^2 alone, smoothly:

    ρ^2 = ∫ w u^2 dx,   R = (1 - 2 p0)/(π ρ) ∫ exp(-x^2/(2 ρ^2)) u dx,   w = 2 φ(√δ x) [(1 - p0) H(-Rx/ρ) + p0 H(Rx/ρ)]

so that δ = 0 is the second law, and one solver serves both. Unknowns are τ = log(ρ/R) and log c. Integrals are taken
over y = 2 ell (x + u), of which u = 2 c/(1 + exp y) and x = y/(2 ell) - u are explicit functions.
"""

from dataclasses import dataclass
from functools import cache
from math import erfc, exp, log, sqrt

import numpy as np
import scipy
from numpy.typing import ArrayLike

from shallownets.errors import Impossible, in_short
from shallownets.numerics.assign import assign
from shallownets.numerics.jit import kernel
from shallownets.studies.perceptron.model import Array

# Nodes of Gauss & Legendre in each panel, by which all that is returned has ten digits: with few examples u is long
# against the width of the Gaussians, and with turned labels both signs of the margin count.
_NODES, _MORE_NODES, _FEW = 14, 20, 2.0  # the latter below this number of examples over N, or with turned labels
_BENDS = (1.7, 3.9)  # standard deviations where a panel of a Gaussian weight ends
_REACH = 7.2  # and after which it is 5e-12
_LONG = 4.0  # of a panel, in y
_FADES = 14.0  # in 1/ell: then u has fallen by exp(-28)
_FLAT = -36.0  # y below which u = 2 c to 2e-16, so that x is the only scale, and panels may be as long as it allows
_RATIO = 3.0  # of one ell to the next on the way to a larger one
_BEHIND = 4  # norms behind, from which the next is extrapolated
_SMALLEST = 0.02  # λ at which the way begins; α -> infinity: ell
_SHORT = 1e-6  # a step of Newton after which both unknowns are right to 1e-12
_ROUGH = 1e-2  # the same on the way to a norm
_LAST = 1e12  # over α, and of α over λ: beyond them no digits are left


@kernel("f8(f8, f8, f8)")
def _log_u(x, ell, log2c):
    """log u of u (1 + exp(2 ell (x + u))) = 2 c to four digits, by Newton on an increasing convex function of log u."""
    k = log2c / (2 * ell)  # without 1 in front of the exponential u + x = k - log(u)/(2 ell)
    v = log2c
    if k - x > 0:
        near = k - x + 0.5 / ell
        v = min(v, log(near))
        if near > 0.5 / ell:
            better = k - x - v / (2 * ell)
            if better > 0:
                v = min(log2c, log(better))
    elif log2c - 2 * ell * x < 0:
        v = log2c - 2 * ell * x
    for _ in range(60):
        u = exp(v)
        z = 2 * ell * (x + u)
        if z > 0:
            e = exp(-z)
            soft, g = z + np.log1p(e), 1 / (1 + e)
        else:
            e = exp(z)
            soft, g = np.log1p(e), e / (1 + e)
        step = (v + soft - log2c) / (1 + 2 * ell * u * g)
        v -= step
        if abs(step) < 1e-2:  # the next one would be of the order of its square
            break
    return v


@kernel("i8(f8, f8, f8, f8, f8, f8[::1])")
def _panels(tau, log2c, ell, delta, p0, edges):
    """Fill ``edges`` with values of y = 2 ell (x + u) between which integrands are smooth; returns how many there are.

    x bends at the widths of both Gaussians; in y itself u has no width but 1, however large ell is, and none where
    it is flat. From there on y covers at most some 100; 0 where an unknown is so far off that there is no room.
    """
    R = 1 / sqrt(1 + delta * exp(2 * tau))
    rho = exp(tau) * R
    unit = 1 / sqrt(delta) if delta > 0 else np.inf
    k = max(log2c, 0.0) / (2 * ell)
    low = -_REACH * (unit if p0 > 0 else min(rho, unit))
    high = min(_REACH * unit, k + _FADES / ell)
    edges[0], edges[1], n = low, high, 2
    for place in (0.0, *_BENDS, _REACH):
        for sign in (-1.0, 1.0):
            for scale in (rho, unit):
                edges[n] = sign * place * scale if place > 0 else 0.0
                n += 1
    for i in range(1, n):  # sort
        edge, j = edges[i], i
        while j > 0 and edges[j - 1] > edge:
            edges[j] = edges[j - 1]
            j -= 1
        edges[j] = edge
    kept, last = 0, -np.inf
    for i in range(n):
        edge = edges[i]
        if low <= edge <= high and edge - last > 0.5 * min(rho, unit):
            edges[kept] = last = edge
            kept += 1
    edges[kept - 1] = high
    for i in range(kept):
        edges[i] = 2 * ell * (edges[i] + exp(_log_u(edges[i], ell, log2c)))
    first, n = kept, 0  # those of the y are put in behind, with places between where they are far apart
    whole = edges[first:]
    for i in range(kept - 1):
        begin, end = edges[i], edges[i + 1]
        if begin < _FLAT:
            whole[n] = begin
            n += 1
            if end <= _FLAT:
                continue
            begin = _FLAT
        pieces = (end - begin) / _LONG
        if not pieces < whole.size - n - 4:
            return 0
        parts = int(pieces) + 1
        for part in range(parts):
            whole[n] = begin + (end - begin) * part / parts
            n += 1
    whole[n] = edges[kept - 1]
    for i in range(n + 1):
        edges[i] = whole[i]
    return n + 1


@kernel("void(f8, f8, f8, f8, f8, f8[::1], f8[::1], f8[::1])")
def _equations(tau, logc, ell, delta, p0, nodes, weights, out):
    """Both residuals, their derivatives by τ and log c, and the integrals of multiplier and stability.

    out: F1, F2, F1_τ, F1_c, F2_τ, F2_c; ∫ w u (x + u), and its derivatives by τ and log c; ∫ w (du/dx)^2, and its ones.
    """
    edges = np.empty(400)
    log2c = logc + log(2.0)
    n = _panels(tau, log2c, ell, delta, p0, edges)
    if n == 0:
        out[:] = np.nan
        return
    R = 1 / sqrt(1 + delta * exp(2 * tau))
    rho = exp(tau) * R
    narrow, wide = exp(-tau), 1 / (2 * rho * rho)
    slope, height, length, clear = narrow / sqrt(2.0), sqrt(2 / np.pi), 1 / (2 * ell), 1 - 2 * p0
    small, largest = log2c < 600, exp(min(log2c, 600.0))  # 2 c, where it is a number
    a = at = ac = b = bt = bc = m = mt = mc = q = qt = qc = 0.0
    for panel in range(n - 1):
        half = (edges[panel + 1] - edges[panel]) / 2
        for i in range(nodes.size):
            y = edges[panel] + half * (1 + nodes[i])
            e = exp(-abs(y))
            under = 1 / (1 + e)
            if y < 0:
                rises, falls = e * under, under  # 1/(1 + exp(-y)), 1/(1 + exp(y))
                u = largest * under
            else:
                rises, falls = under, e * under
                u = (largest * e if small else exp(log2c - y)) * under
            x = y * length - u
            D = 2 * ell * u * rises
            kept = 1 / (1 + D)
            step = weights[i] * half * length * (1 + D)
            z = x * slope
            share = erfc(-z) / 2 if z < 5 else 1.0
            broad = step * exp(-x * x * delta / 2)
            w = broad * height * (p0 + clear * share)
            wu = w * u
            a += wu * u
            ac += 2 * wu * u * kept
            m += wu * (x + u)
            mc += wu * kept * (x + 2 * u)
            bend = (D * kept) ** 2  # (du/dx)^2
            q += w * bend
            qc += 2 * w * bend * kept * kept * (1 + 2 * ell * u * falls)
            if x * x * wide < 40:
                narrowed = broad * exp(-z * z)  # of width ρ: 1/ρ^2 = δ + exp(-2 τ)
                eu = narrowed * u
                by_tau = -clear * x * narrow / np.pi * narrowed  # dw/dτ: the two Gaussians make one of width ρ
                at += by_tau * u * u
                mt += by_tau * u * (x + u)
                qt += by_tau * bend
                b += eu
                bt += eu * x * x
                bc += eu * kept
    # d log ρ/dτ = R^2, d log R/dτ = R^2 - 1, and 1/ρ^2 = δ + exp(-2 τ)
    out[0] = log(a) - 2 * log(rho)
    out[1] = log(b * clear / np.pi) - log(rho) - log(R)
    out[2] = at / a - 2 * R * R
    out[3] = ac / a
    out[4] = bt / b * exp(-2 * tau) - R * R - (R * R - 1)
    out[5] = bc / b
    out[6], out[7], out[8] = m, mt, mc
    out[9], out[10], out[11] = q, qt, qc


@kernel("b1(f8[::1], f8, f8, f8, f8[::1], f8[::1], f8)")
def _newton(y, ell, delta, p0, nodes, weights, short):
    """Solve at one ell from y = τ, log c, in place; y[2:4] become the integrals of multiplier and stability.

    The last step is below ``short``, and what is left of the order of its square.
    """
    out = np.empty(12)
    for _ in range(40):
        _equations(y[0], y[1], ell, delta, p0, nodes, weights, out)
        det = out[2] * out[5] - out[3] * out[4]
        first = (out[5] * out[0] - out[3] * out[1]) / det
        second = (out[2] * out[1] - out[4] * out[0]) / det
        if not (np.isfinite(first) and np.isfinite(second)):
            return False
        large = max(1.0, 1e-4 * abs(y[1]))  # log c, which is then 2 ell κ, has so many digits fewer
        shrink = 1 / max(1.0, abs(first), abs(second) / (2 * large))
        y[0] -= shrink * first
        y[1] -= shrink * second
        if (
            max(abs(first), abs(second) / large) < short
        ):  # the error squares with each step, and so do those of the integrals
            y[2] = out[6] - first * out[7] - second * out[8]
            y[3] = out[9] - first * out[10] - second * out[11]
            return True
    return False


@kernel("void(f8, f8[:, ::1], f8[::1])")
def _ahead(ell, last, y):
    """y[0] and y[1], τ and log c at an ell, by the polynomial through those of the last ell, given as rows.

    The variable is log ell; that of log c is ell itself where it grows as 2 ell κ.
    """
    by_ell = last[0, 2] + log(2.0) > 2.0
    y[0] = y[1] = 0.0
    for i in range(len(last)):
        tau, log_c = last[i, 1], last[i, 2]
        for j in range(len(last)):
            if j != i:
                share = log(ell / last[j, 0]) / log(last[i, 0] / last[j, 0])
                tau *= share
                log_c *= (ell - last[j, 0]) / (last[i, 0] - last[j, 0]) if by_ell else share
        y[0] += tau
        y[1] += log_c


@kernel("b1(f8[::1], f8, f8, f8[::1], f8[::1], f8[:, ::1], f8[::1])")
def _continue(ls, delta, p0, nodes, weights, out, start):
    """Solve at each ell of a rising list, each from those before, with steps between as far as they are needed.

    Args:
        start: (3,) an ell not above the first, with τ and log c close to the solution there.
        out: (n, 4) τ, log c and both integrals.

    Returns:
        whether all of them were found.
    """
    y, last, known = np.empty(4), np.empty((_BEHIND, 3)), 1  # rows ell, τ, log c; the newest first
    y[0], y[1] = start[1], start[2]
    if not _newton(y, start[0], delta, p0, nodes, weights, _SHORT):
        return False
    last[0, 0], last[0, 1], last[0, 2] = start[0], y[0], y[1]
    for n in range(ls.size):
        reach = _RATIO
        while True:
            ell = min(ls[n], last[0, 0] * reach)
            if ell > last[0, 0] or n == 0:
                _ahead(ell, last[:known], y)
                if not _newton(y, ell, delta, p0, nodes, weights, _SHORT if ell == ls[n] else _ROUGH):
                    reach = sqrt(reach)
                    if reach < 1.0001:
                        return False
                    continue
                if ell > last[0, 0]:
                    known = min(known + 1, _BEHIND)
                    for row in range(known - 1, 0, -1):
                        assign(last[row], last[row - 1])
                    last[0, 0], last[0, 1], last[0, 2] = ell, y[0], y[1]
            if ell == ls[n]:
                assign(out[n], y)
                break
    return True


@dataclass(frozen=True)
class Curve:
    """The solution at one number of examples and several norms; arrays over the norms.

    Attributes:
        lam: norm λ.
        R, s: overlap with the teacher, and √(1 - R^2) to full relative accuracy.
        log_chi: log χ.
        multiplier: m, the force along w that the norm holds: a ridge μ = m/λ has the same minimiser.
        stability: α ∫ p (du/dt)^2 dt, below 1 where the solution is stable (de Almeida & Thouless).
        alpha, noise: examples over N, and the share p0 of labels that are turned.
    """

    alpha: float
    noise: float
    lam: Array
    R: Array
    s: Array
    log_chi: Array
    multiplier: Array
    stability: Array

    @property
    def error(self) -> Array:
        """Test error ε = atan2(s, R)/π."""
        return np.arctan2(self.s, self.R) / np.pi

    @property
    def training_error(self) -> Array:
        """Share of the examples with a margin below 0: those with t < -χ, in closed form by Owen's T."""
        x, a = -np.exp(np.minimum(self.log_chi, 700)), self.R / self.s
        return scipy.special.ndtr(x) - 2 * (1 - 2 * self.noise) * scipy.special.owens_t(x, a)


@cache
def _rule(nodes: int) -> tuple[Array, Array]:
    return np.polynomial.legendre.leggauss(nodes)


def _nodes(alpha: float, noise: float, nodes: int | None) -> int:
    """The number of nodes that was asked for, or as many as are needed."""
    return nodes or (_MORE_NODES if alpha < _FEW or noise > 0 else _NODES)


def _rising(values: ArrayLike, name: str) -> Array:
    values = np.atleast_1d(np.asarray(values, float))
    if values.ndim != 1 or not np.isfinite(values).all() or values[0] <= 0 or np.any(np.diff(values) <= 0):
        raise Impossible(f"{name} = {in_short(values.tolist())}: expected finite numbers above 0 that rise")
    return values


def _solved(ls: Array, delta: float, noise: float, start: list[float], nodes: int) -> Array:
    out = np.empty((ls.size, 4))
    if not _continue(ls, delta, noise, *_rule(nodes), out, np.array(start)):
        place = f"alpha = {delta**-0.5:g}, norm = {ls[-1] * delta**-0.5:g}" if delta > 0 else f"norm/alpha = {ls[-1]:g}"
        raise Impossible(f"{place}, noise = {noise:g}: no solution found, expected a smaller norm")
    return out


def solve(alpha: float, lam: ArrayLike, noise: float = 0.0, nodes: int | None = None) -> Curve:
    """The replica-symmetric solution at each norm.

    Args:
        alpha: examples over N, above 0.
        lam: norms λ, above 0, rising.
        noise: share p0 of the labels that are turned, at least 0 and below 1/2.
        nodes: of the quadrature, in each panel; as many as ten digits need, if None.

    Raises:
        Impossible: a value without a meaning, or no solution.
    """
    lam = _rising(lam, "lam")
    if not (np.isfinite(alpha) and 0 < alpha < _LAST) or not 0 <= noise < 0.5:
        raise Impossible(f"alpha = {alpha}, noise = {noise}: expected a number above 0, and one from 0 to below 1/2")
    tau, log_c, m, q = _from_hebb(lam / alpha, alpha, noise, _nodes(alpha, noise, nodes)).T
    tangent = np.exp(tau) / alpha
    R = 1 / np.sqrt(1 + tangent**2)
    return Curve(
        alpha=alpha,
        noise=noise,
        lam=lam,
        R=R,
        s=tangent * R,
        log_chi=log_c - np.log(alpha),
        multiplier=m * np.exp(-log_c) / alpha,
        stability=q,
    )


def _from_hebb(ell: Array, alpha: float, noise: float, nodes: int) -> Array:
    """From the solution at λ = 0: tan(π ε) = √(π/(2 α))/(1 - 2 p0), χ = s/√α."""
    tangent = np.sqrt(np.pi / (2 * alpha)) / (1 - 2 * noise)
    c = np.sqrt(alpha) * tangent / np.sqrt(1 + tangent**2)
    start = [min(_SMALLEST / alpha, ell[0]), np.log(alpha * tangent), np.log(c)]
    return _solved(ell, alpha**-2.0, noise, start, nodes)


def _from_first_law(ell: Array, nodes: int) -> Array:
    """δ = 0, from the asymptote of small ell: ρ^2 = √(π/2) (2 log 2 - 1)/ell, c = √(π/2)."""
    first = min(1e-3, ell[0])
    rho = np.sqrt(np.sqrt(np.pi / 2) * (2 * np.log(2) - 1) / first)
    return _solved(ell, 0.0, 0.0, [first, np.log(rho), np.log(np.pi / 2) / 2], nodes)


@dataclass(frozen=True)
class Scaled:
    """The solution in the variables of the second law; arrays over ell = λ/α.

    Attributes:
        ell: λ/α.
        error: α ε.
        rate: dl/dT of a free norm in the time T = t/α^2, quasi-static.
        delta: 1/α^2; 0 is the limit.
    """

    ell: Array
    error: Array
    rate: Array
    delta: float


def scaled(ell: ArrayLike, delta: float = 0.0, nodes: int | None = None) -> Scaled:
    """The solution at given ell = λ/α; α -> infinity where δ = 1/α^2 is 0.

    It is a smooth function of δ, also at small δ below 0, from which its derivative at 0 is taken.

    Raises:
        Impossible: a value without a meaning.
    """
    ell = _rising(ell, "ell")
    nodes = _nodes(abs(delta) ** -0.5 if delta else np.inf, 0.0, nodes)
    if delta > 0:
        solution = _from_hebb(ell, delta**-0.5, 0.0, nodes)
    elif delta == 0:
        solution = _from_first_law(ell, nodes)
    else:
        (tau, log_c, *_), *_ = _from_first_law(ell[:1], nodes)
        solution = _solved(ell, delta, 0.0, [ell[0], tau, log_c], nodes)
    tau, log_c, m, _ = solution.T
    tangent = np.exp(tau)
    if delta > 0:
        angle = np.arctan(tangent * np.sqrt(delta)) / np.sqrt(delta)
    else:
        angle = tangent * (1 - delta * tangent**2 / 3)  # no angle at all below 0: its series
    return Scaled(ell, angle / np.pi, m * np.exp(-log_c), delta)
