"""Averages over the semicircle of variance one: what a threshold leaves of noise without a signal."""

from math import asin, pi, sqrt

EDGE = 2.0


def mass(x: float) -> float:
    """Share of the semicircle above x."""
    x = min(max(x, -EDGE), EDGE)
    return 0.5 - (x * sqrt(4 - x * x) / 4 + asin(x / 2)) / pi


def first(x: float) -> float:
    """m1 = ∫ (u - x)_+ over the semicircle; 4/(3π) at x = 0."""
    if x < -EDGE:
        return -x
    x = min(x, EDGE)
    return (4 - x * x) ** 1.5 / (6 * pi) - x * mass(x)


def second(x: float) -> float:
    """m2 = ∫ (u - x)_+^2 over the semicircle; 1/2 at x = 0."""
    if x < -EDGE:
        return 1 + x * x
    x = min(x, EDGE)
    root = sqrt(4 - x * x)
    square = (pi - x * (2 * x * x - 4) * root / 8 - 2 * asin(x / 2)) / (2 * pi)
    return max(square - x * root**3 / (3 * pi) + x * x * mass(x), 0.0)
