"""The spectrum of M = S* + √t GOE in many dimensions (free convolution): what lies above a point x, in closed form.

With levels s_i of weights w_i (sum one), G(z) = sum w_i/(z - s_i), each real x has one z = u + iv, v >= 0, with

    x = z + t G(z);   spectral density v/(π t) at x, mean <v|S*|v> over eigenvectors there c = x - 2 t g, g = Re G(z)

(Biane's curve; v = 0 outside the bands). All averages over eigenvalues above x are integrals of functions that are
analytic above the curve, so that their path is free: here straight up from z, where nothing is close, whatever the
number of bands. Places are kept as a distance from the nearest level: isolated bands are as narrow as √(t w_i), which
may be less than the last digit of s_i.
"""

from dataclasses import dataclass
from math import asinh, atan2, cosh, hypot, sinh, sqrt

import numpy as np

from shallownets.numerics.jit import kernel
from shallownets.studies.spectra.theory.levels import Levels

_X, _W = np.polynomial.legendre.leggauss(20)  # 12 leave an error of 1e-11 beside the edge of a bulk
_LONG = 2.0  # of a panel, in the logarithm of the height above z
_FAR = 4.0  # times the largest distance to a level: from there on the height is replaced by its inverse
REORDERED = {"reassoc", "contract", "nsz"}  # sums over levels may be reordered, so that they vectorise


@kernel("f8(f8[::1], i8, i8, f8)")
def apart(value, near, level, offset):
    """u - value[level] at u = value[near] + offset.

    A kernel of its own, whose sum is not reordered: the offset may be less than the last digit of the level, and
    has to be added to what is left of the two levels, which is 0 where they are one. A kernel whose sums may be
    reordered may multiply and divide by it, but neither add nor subtract: LLVM asks the outer sum alone.
    """
    return value[near] - value[level] + offset


@kernel("f8(f8[::1], f8[::1], i8, f8, f8, f8)", fastmath=REORDERED)
def _height2(value, weight, near, offset, t, V):
    """v^2 at u = value[near] + offset, from a first guess V of it or 0; 0 outside the bands.

    By Newton on the weighted harmonic mean of (u - s_i)^2 + V, which is increasing and concave in V and must be t: from
    the first step on it approaches the root from below.
    """
    V = max(V, t * weight[near] - offset * offset)
    for _ in range(60):
        f = df = 0.0
        for i in range(value.size):
            r = apart(value, near, i, offset)
            r2 = r * r + V
            if r2 == 0.0:  # on a level: the mean is 0, and what the level alone makes of V is at least t w
                r2 = 1e-300
            r2 = 1 / r2
            q = weight[i] * r2
            f += q
            df += q * r2
        step = (t * f - 1) * f / df
        if V == 0.0 and step <= 0:
            return 0.0
        V = max(V + step, 0.0)
        if abs(step) < 1e-8 * V:  # the next one would be its square
            break
    return V


@kernel("void(f8[::1], f8[::1], i8, f8, f8, f8, f8[::1])", fastmath=REORDERED)
def _at(value, weight, near, offset, t, guess, out):
    """x - value[near], its derivative by u, and v, at u = value[near] + offset; v^2 from a first guess, or 0."""
    V = _height2(value, weight, near, offset, t, guess)
    g = a0 = a1 = a2 = 0.0
    for i in range(value.size):
        r = apart(value, near, i, offset)
        q = 1 / (r * r + V)
        g += weight[i] * r * q
        a0 += weight[i] * q * q
        a1 += weight[i] * q * q * r
        a2 += weight[i] * q * q * r * r
    out[0] = offset + t * g
    out[1] = 1 + t * (V * a0 - a2 + 2 * a1 * a1 / a0) if V > 0 else 1 - t * a2
    out[2] = sqrt(V)


@kernel("i8(f8[::1], f8[::1], f8, f8, f8[::1])")
def place(value, weight, t, x, out):
    """The z of a real x: returns the index of the level near it; out[0], out[1] = u less this level, v.

    x rises with u, in bands and between them. First the cell between midpoints of levels, then, inside it, Newton in
    asinh(distance/√(t w)), kept between ends that close in.
    """
    first, last, out[2] = 0, value.size - 1, 0.0
    while first < last:  # the level whose lower midpoint is the highest below u
        middle = (first + last) // 2
        half = (value[middle] - value[middle + 1]) / 2
        _at(value, weight, middle, -half, t, 0.0, out)
        if out[0] > x - value[middle]:
            first = middle + 1
        else:
            last = middle
    near = first
    goal = x - value[near]
    scale = sqrt(t * weight[near])
    high = (value[near - 1] - value[near]) / 2 if near > 0 else max(goal, 0.0) + scale
    low = -(value[near] - value[near + 1]) / 2 if near < value.size - 1 else min(goal, 0.0) - scale
    low, high = asinh(low / scale), asinh(high / scale)
    y = asinh(goal / scale)
    if not low < y < high:
        y = (low + high) / 2
    for _ in range(100):
        _at(value, weight, near, scale * sinh(y), t, out[2] ** 2, out)
        gap = out[0] - goal
        if gap > 0:
            high = y
        else:
            low = y
        slope = out[1] * scale * cosh(y)
        step = gap / slope if slope > 0 else np.inf
        if low < y - step < high:
            y -= step
            if abs(step) < 1e-14 * max(1.0, abs(y)):
                break
        else:
            y = (low + high) / 2
            if high - low < 1e-15 * max(1.0, abs(y)):
                break
    offset = scale * sinh(y)
    _at(value, weight, near, offset, t, out[2] ** 2, out)
    out[0], out[1] = offset, out[2]
    return near


@kernel("i8(f8[::1], f8[::1], i8, f8, f8, f8[::1], f8[::1], f8[::1], f8[::1])")
def _ray(value, weight, near, offset, v, x, w, heights, steps):
    """Nodes and weights of heights above z, from 0 to infinity: linear up to the nearest level's distance, then in the
    logarithm, and beyond all levels in the inverse; returns their number."""
    u = value[near] + offset
    close = hypot(offset, v)
    for i in (near - 1, near + 1):
        if 0 <= i < value.size:
            close = min(close, hypot(apart(value, near, i, offset), v))
    far = _FAR * max(abs(value[0] - u), abs(u - value[-1]), close)
    panels = int(np.log(far / close) / _LONG) + 1
    ratio = (far / close) ** (1 / panels)
    n, edge = 0, 0.0
    for panel in range(panels + 2):
        if panel == 0:
            start, end = 0.0, close
        elif panel <= panels:
            start, end = edge, edge * ratio
        else:
            start, end = 0.0, 1 / edge
        for k in range(x.size):
            share = (1 + x[k]) / 2
            if 0 < panel <= panels:
                heights[n] = start * ratio**share
                steps[n] = w[k] / 2 * np.log(ratio) * heights[n]
            else:
                place = start + (end - start) * share
                heights[n] = place if panel == 0 else 1 / place
                steps[n] = w[k] / 2 * (end - start) * (1.0 if panel == 0 else heights[n] ** 2)
            n += 1
        edge = end
    return n


@kernel("void(f8[::1], f8[::1], f8, f8, f8[::1], f8[::1], f8[::1])")
def _above(value, weight, t, x, nodes, weights, out):
    """Averages over the eigenvalues above x; see ``Above``, whose order out has."""
    near = place(value, weight, t, x, out)
    offset, v = out[0], out[1]
    heights, steps = np.empty(nodes.size * 400), np.empty(nodes.size * 400)
    n = _ray(value, weight, near, offset, v, nodes, weights, heights, steps)
    re, im, dre, dim = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)  # G and -dG/dz on the ray
    g = h = angle = rest = first = 0.0  # G = g + ih at z, and averages of the angles of z - s_i
    for i in range(value.size):
        r = apart(value, near, i, offset)
        q = weight[i] / (r * r + v * v) if r != 0 or v != 0 else 0.0
        g += q * r
        h -= q * v
        angle += weight[i] * atan2(v, r)
        rest += weight[i] * atan2(v, -r) * value[i] ** 2  # of the angle's complement, small where little is left
        first += weight[i] * value[i]
        for k in range(n):
            b = v + heights[k]
            q = 1 / (r * r + b * b)
            a, b = r * q, -b * q
            re[k] += weight[i] * a
            im[k] += weight[i] * b
            dre[k] += weight[i] * (a * a - b * b)
            dim[k] += weight[i] * 2 * a * b
    z, G = complex(value[near] + offset, v), complex(g, h)
    s2 = s3 = sx = 0j
    for k in range(n):
        here, slope = complex(re[k], im[k]), 1 - t * complex(dre[k], dim[k])
        square = here * here
        s2 += steps[k] * square
        s3 += steps[k] * square * here
        sx += steps[k] * (1j * heights[k] + t * (here - G)) * square * slope
    s2, s3, sx = 1j * s2, 1j * s3, 1j * sx
    C = z * G - 1
    rest -= first * v + t * (C * C).imag / 2 + t * t * ((C / 3 - 1 / 6) * G * G + s3 / 3).imag
    out[0] = (angle + t * (G * G).imag / 2) / np.pi
    out[1] = -(s2 - t * G**3 / 3).imag / (2 * np.pi)
    out[2] = 0.25 - sx.imag / (2 * np.pi)
    out[3] = rest / np.pi
    out[4] = -(s3 - t * G**4 / 4).imag / (3 * np.pi)


@dataclass(frozen=True)
class Above:
    """Averages over the spectrum of M: of eigenvalues above x alone, but for one.

    Attributes:
        mass: their share.
        g: of g, which is also the derivative of the average of (y - x)_+ by t.
        gap: of (y - x) g, y the eigenvalue; its derivative by x is -g.
        unlearned: of y c, over those below x.
        growth: derivative of ``gap`` by t.
    """

    mass: float
    g: float
    gap: float
    unlearned: float
    growth: float


def above(levels: Levels, t: float, x: float) -> Above:
    """Averages over the eigenvalues of M = S* + √t GOE above x.

    Args:
        levels: of S*.
        t: variance of the noise, above 0; its GOE has entries of variance 1/d.
        x: any real number.
    """
    out = np.empty(5)
    _above(levels.value, levels.weight, t, x, _X, _W, out)
    return Above(*out.tolist())
