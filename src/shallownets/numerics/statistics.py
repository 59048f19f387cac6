"""Estimates with their standard errors.

A table says an error as three standard errors to either side of the estimate, and how many samples are behind it. What
interval that makes at which level is said once, by Student's t in ``claims.significance``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, SupportsFloat

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

WIDTH = 3.0  # standard errors to either side


@dataclass(frozen=True)
class Estimate:
    """A measured value, its standard error (0 where it is exact), and the number of independent samples behind it.

    Attributes:
        degrees: degrees of freedom of the error where they are not n - 1, as those of a fit, whose n counts its points.
    """

    value: float
    error: float
    n: int
    degrees: float | None = None

    def row(self) -> dict[str, float]:
        """The columns by which a measurement's table says it: estimate, low, high, n, and degrees where it has them."""
        said = {
            "estimate": self.value,
            "low": self.value - WIDTH * self.error,
            "high": self.value + WIDTH * self.error,
            "n": self.n,
        }
        return said if self.degrees is None else said | {"degrees": self.degrees}

    @property
    def freedom(self) -> float:
        """Degrees of freedom of the error."""
        return self.n - 1 if self.degrees is None else self.degrees


def errors_of(row: Any) -> Any:
    """Standard errors from the columns ``low`` and ``high`` of a table, or of one row, as ``Estimate.row`` has them."""
    return (row["high"] - row["low"]) / (2 * WIDTH)


def exact(value: SupportsFloat, n: int = 1) -> Estimate:
    """A value without statistical error, from n samples."""
    return Estimate(float(value), 0.0, n)


def mean(samples: ArrayLike) -> Estimate:
    """Mean of independent samples with its standard error.

    Raises:
        ValueError: fewer than two samples.
    """
    samples = np.asarray(samples, float)
    if samples.size < 2:
        raise ValueError("a standard error needs at least two samples")
    return Estimate(float(samples.mean()), float(samples.std(ddof=1) / np.sqrt(samples.size)), samples.size)


def standard_errors(samples: NDArray) -> NDArray:
    """(...) standard errors of the means of (S, ...) independent samples, at least two, such as S curves."""
    return samples.std(0, ddof=1) / np.sqrt(len(samples))


def bootstrap(
    samples: NDArray, estimator: Callable[[NDArray], float], rng: Generator, resamples: int = 400
) -> Estimate:
    """An estimator's value on samples (first axis: independent) with its bootstrap standard error (Efron, 1979)."""
    n = len(samples)
    draws = [estimator(samples[rng.integers(n, size=n)]) for _ in range(resamples)]
    return Estimate(float(estimator(samples)), float(np.std(draws, ddof=1)), n)


def difference(a: Estimate, b: Estimate | float, of: Estimate | None = None) -> Estimate:
    """a - b, independent of each other; b may be a number without error.

    Args:
        of: the one whose samples and degrees of freedom count, where the error is nearly all its own; without it the
            one that has fewer of them.
    """
    if not isinstance(b, Estimate):
        return Estimate(a.value - b, a.error, a.n, a.degrees)
    fewer = of or min(a, b, key=lambda one: one.freedom)
    return Estimate(a.value - b.value, float(np.hypot(a.error, b.error)), fewer.n, fewer.degrees)


def quotient(a: Estimate, b: Estimate) -> Estimate:
    """a/b, independent of each other and many errors from 0: to first order in their relative errors.

    Samples and degrees of freedom are those of the one that has fewer of them.
    """
    value, fewer = a.value / b.value, min(a, b, key=lambda one: one.freedom)
    error = float(np.hypot(a.error, value * b.error)) / abs(b.value)
    return Estimate(value, error, fewer.n, fewer.degrees)


@dataclass(frozen=True)
class PolynomialFit:
    """A weighted least-squares polynomial: coefficients from the constant term up, each an estimate."""

    coefficients: tuple[Estimate, ...]
    chi2_per_degree: float


def fit_polynomial(
    x: ArrayLike, y: ArrayLike, errors: ArrayLike, degree: int = 1, degrees: ArrayLike = np.inf
) -> PolynomialFit:
    """Fit y = c_0 + c_1 x + ... by weighted least squares; the coefficients' errors follow from those given.

    Args:
        x: (n,) abscissae without error.
        y: (n,) independent values.
        errors: (n,) standard errors of y, above 0.
        degree: of the polynomial, below n - 1.
        degrees: (n,) degrees of freedom of these errors, or one for all; infinite where the errors are known. Those of
            the coefficients are by Welch (1947) and Satterthwaite (1946).

    Raises:
        ValueError: too few points, or an error that is not above 0.
    """
    x, y, errors = (np.asarray(values, float) for values in (x, y, errors))
    if x.size < degree + 2:
        raise ValueError(f"a fit of degree {degree} needs at least {degree + 2} points")
    if not np.all(errors > 0):
        raise ValueError("each point needs a standard error above 0")
    design = np.vander(x, degree + 1, increasing=True) / errors[:, None]
    covariance = np.linalg.inv(design.T @ design)
    shares = covariance @ design.T  # of each point's deviation, in its errors, in each coefficient
    values = shares @ (y / errors)
    chi2 = float((((y - np.vander(x, degree + 1, increasing=True) @ values) / errors) ** 2).sum())
    variances = np.diag(covariance)
    with np.errstate(divide="ignore"):
        effective = variances**2 / (shares**4 / np.broadcast_to(degrees, x.shape)).sum(1)
    estimates = tuple(
        Estimate(float(v), float(np.sqrt(s)), x.size, float(d))
        for v, s, d in zip(values, variances, effective, strict=True)
    )
    return PolynomialFit(estimates, chi2 / (x.size - degree - 1))


def fit_power_law(x: ArrayLike, y: ArrayLike, relative_errors: ArrayLike, degrees: ArrayLike = np.inf) -> PolynomialFit:
    """Fit y = exp(c_0) x^c_1 through logarithms; ``relative_errors`` are the standard errors of log y."""
    return fit_polynomial(np.log(np.asarray(x, float)), np.log(np.asarray(y, float)), relative_errors, degrees=degrees)


def exponent_beside(x: ArrayLike, y: ArrayLike, weights: ArrayLike) -> float:
    """The exponent of exact values in x with the weights of a measured power law: that of theory over the same range.

    Args:
        x, y: (n,) above 0.
        weights: (n,) of logarithms, one over the relative errors of what was measured there.
    """
    return float(np.polyfit(np.log(x), np.log(y), 1, w=np.asarray(weights, float))[0])


def line_through(x: ArrayLike, estimates: Sequence[Estimate]) -> PolynomialFit:
    """The straight line in x through independent estimates, as ``fit_polynomial``.

    With x = 1/N of sizes N its constant is the limit of large N; with x = log N its slope is the growth with log N.

    Args:
        x: (n,) abscissae without error.
        estimates: n of them, at least three, each with an error above 0.
    """
    values, errors, degrees = zip(*((one.value, one.error, one.freedom) for one in estimates), strict=True)
    return fit_polynomial(x, values, errors, degrees=degrees)


def power_law_through(x: ArrayLike, estimates: Sequence[Estimate]) -> PolynomialFit:
    """The power law of x through independent estimates above 0, as ``fit_power_law``; relative errors weigh them.

    Args:
        x: (n,) abscissae above 0, without error.
        estimates: n of them, at least three, each with an error above 0.
    """
    values, errors, degrees = zip(*((one.value, one.error / one.value, one.freedom) for one in estimates), strict=True)
    return fit_power_law(x, values, errors, degrees)
