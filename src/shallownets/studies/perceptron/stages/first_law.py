"""First law: at fixed norm the error over Hebb's is a function of the norm alone.

From: numbers of examples and norms.
Makes: a table of measurements, and the data of the figure `first_law`.
"""

import numpy as np
import pandas as pd

from shallownets.numerics.statistics import exact
from shallownets.stage import Table, Tables, stage
from shallownets.studies.perceptron.measure import curves
from shallownets.studies.perceptron.model import Array
from shallownets.studies.perceptron.parameters.theory import LEAST, FirstLaw
from shallownets.studies.perceptron.theory import laws, limits, saddle

UNITS = {"alpha": "examples/N", "norm": "1", "ratio": "error over Hebb's"}
SLOPED = 1e-6  # of a slope, by the digits of the flow at norms that are 5e-4 apart
DIGITS = 1e-8  # of the flow
FARTHER = np.array([1.0, 2.0, 4.0])  # norms at which the flow is held against its limit, over the smallest of the fit


def _mirrored(fit: Array, free: Array, g1: float) -> list[dict]:
    """A free norm, its error at the norms of a fit, beside the fixed one, whose exponent is given.

    Their ratio is 1 + FLOW_NEXT/λ^2 + O(λ^-4).
    """
    norm = fit[0] * FARTHER
    rest = norm**2 * (laws.flow(norm) / laws.ghat(norm) - 1)
    following = 4 / 3 * np.abs(np.diff(rest))  # of order 1/λ^2: what is left of it at twice the norm is a quarter
    rows = [
        {"quantity": "free over fixed", "alpha": np.inf, "norm": lam, "theory": laws.FLOW_NEXT}
        | {"order": 2 * off + DIGITS * lam**2}
        | exact(value).row()
        for lam, value, off in zip(norm, rest, following, strict=False)
    ]
    apart = -curves.exponent(fit, free) - g1
    of = {"quantity": "g1, free less fixed", "alpha": np.inf, "norm": fit[0], "theory": 0.0}
    return [*rows, of | {"order": 4 * laws.FLOW_NEXT / fit[0] ** 2} | exact(apart).row()]


@stage
def first_law(given: FirstLaw) -> Tables:
    lam = np.geomspace(LEAST, given.window[1], given.points)
    fit = np.geomspace(*given.window, 50)
    rows, shown = [], []
    both = np.union1d(lam, fit)
    flow = dict(zip(both, laws.flow(both), strict=True))
    free = np.array([flow[one] for one in lam])
    limit = {"limit": laws.ghat(lam), "flow": free, "asymptote": laws.GHAT / np.sqrt(lam)}
    for name, ratio in limit.items():
        shown.append(pd.DataFrame({"series": name, "alpha": np.inf, "norm": lam, "ratio": ratio}))
    # the local exponent of λ^(-1/2) (1 + g/λ^2) is -1/2 - 2 g/λ^2
    left_out = 2 * abs(2 * laws.GHAT_NEXT) / given.window[0] ** 2
    g1 = {"quantity": "g1", "alpha": np.inf, "norm": given.window[0], "theory": 0.5, "order": left_out}
    rows.append(g1 | exact(-curves.exponent(fit, laws.ghat(fit))).row())
    rows += _mirrored(fit, np.array([flow[one] for one in fit]), float(rows[0]["estimate"]))
    small = {"quantity": "slope of the flow", "alpha": np.inf, "norm": 0.0, "theory": -1 / np.sqrt(2 * np.pi)}
    slope, off = curves.slope_at_zero(lambda lam: np.log(laws.flow(lam)), 0.0)
    rows.append(small | {"order": off + SLOPED} | exact(slope).row())
    at = np.array(given.judged_at)
    following = [laws.second_correction(norm) for norm in at]
    for alpha in given.alphas:
        ratio = saddle.solve(alpha, lam[lam < alpha]).error / limits.hebb(alpha)
        shown.append(pd.DataFrame({"series": "fixed norm", "alpha": alpha, "norm": lam[lam < alpha], "ratio": ratio}))
        order = alpha * (saddle.solve(alpha, at).error / limits.hebb(alpha) / laws.ghat(at) - 1)
        for norm, value, left in zip(at, order, following, strict=True):
            of = {"quantity": "first order", "alpha": alpha, "norm": norm, "theory": laws.first_correction(norm)}
            rows.append(of | {"order": 2 * abs(left) / alpha} | exact(value).row())
    return Tables(Table(pd.DataFrame(rows), UNITS), Table(pd.concat(shown, ignore_index=True), UNITS))
