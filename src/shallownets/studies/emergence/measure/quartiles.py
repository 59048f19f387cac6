"""Numbers of samples and times of many runs, some of which never arrive: those count as infinite, and nowhere less."""

from collections.abc import Mapping, Sequence

import numpy as np

from shallownets.numerics.statistics import Estimate, exponent_beside, fit_power_law
from shallownets.studies.emergence.model import Array

LEVELS = (0.25, 0.5, 0.75)


def quartiles(values: Array) -> Array:
    """The three quartiles of (R,) values, each one of them; infinite where too few have arrived."""
    return np.quantile(values, LEVELS, method="inverted_cdf")


def arrived_by(values: Array, times: Array, levels: Sequence[float] = LEVELS) -> list[Estimate]:
    """Which share of the runs has arrived by the times at which these shares should have.

    The errors are those of binomial numbers if they do.
    """
    n = values.size
    return [
        Estimate(float(np.mean(values <= time)), float(np.sqrt(level * (1 - level) / n)), n, np.inf)
        for time, level in zip(times, levels, strict=True)
    ]


def median(values: Array) -> Estimate | None:
    """The median's logarithm, its error by ranks a standard deviation off; None where one of them is infinite, or 0.

    The number of values below the true median is binomial, whatever their law.
    """
    n, ranked = values.size, np.sort(values)
    off = np.sqrt(n) / 2
    low, high = ranked[int(np.floor(n / 2 - off))], ranked[min(int(np.ceil(n / 2 + off)), n - 1)]
    if not (low > 0 and high < np.inf):
        return None
    return Estimate(float(np.log(np.median(values))), float(np.log(high / low) / 2), n)


def exponent(medians: Mapping[int, Estimate], theory: Mapping[int, float]) -> tuple[Estimate, float]:
    """The exponent of medians in d, and of theory in the same weighted fit.

    Args:
        medians: logarithms by d, of at least three d.
        theory: by d.
    """
    d = np.array(list(medians), float)
    errors = [one.error for one in medians.values()]
    fit = fit_power_law(
        d, np.exp([one.value for one in medians.values()]), errors, [one.freedom for one in medians.values()]
    )
    return fit.coefficients[1], exponent_beside(d, [theory[int(one)] for one in d], 1 / np.array(errors))
