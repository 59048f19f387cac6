"""Learning curves: error and norm of a free norm against time over the square of the number of examples.

From: numbers of examples, and runs of the flow.
Makes: a table of measurements, and the data of the figure `learning_curves`.
"""

import numpy as np
import pandas as pd

from shallownets.numerics.statistics import WIDTH, exact
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.perceptron import model
from shallownets.studies.perceptron.measure import curves
from shallownets.studies.perceptron.model import Array
from shallownets.studies.perceptron.parameters.data import LearningCurves
from shallownets.studies.perceptron.theory import laws, limits, times

UNITS = {
    "alpha": "examples/N",
    "T": "t/alpha^2",
    "norm": "1",
    "error": "alpha times test error",
    "bar": "three standard errors of the error",
    "bar_log_T": "three standard errors of log T, whose mean T has: times of samples differ by a factor",
}
LAST = 3.0  # norm over alpha


def _drawn(of: dict[str, str | float | Array], points: int) -> pd.DataFrame:
    """The points of a curve that are drawn; there may be more between them, which its times need."""
    frame = pd.DataFrame(of)
    return frame.iloc[:: (len(frame) - 1) // (points - 1)]


def _bars(samples: Array) -> Array:
    """Three standard errors of the mean over samples, the first axis."""
    return WIDTH * samples.std(0, ddof=1) / np.sqrt(len(samples))


@stage
def learning_curves(given: LearningCurves, runs: list[Arrays]) -> Tables:
    best, _ = laws.scaled_optimum()
    limit, T = times.scaled_times(LAST, given.points)
    passed = curves.value_at(limit.ell, T, best)
    near, far = (curves.optimum_passed(*times.times(a, LAST * a, given.points)) for a in (20.0, 40.0))
    following = (near - far) / (20.0**-2 - 40.0**-2)  # of order 1/alpha^2; a difference, that does not know the limit
    rows = []
    values = {"T": T, "norm": limit.ell, "error": limit.error}
    shown = [_drawn({"series": "limit", "alpha": np.inf} | values, given.points)]
    farthest = {run.parameters["alpha"]: float(run.arrays["norm"][-1]) for run in runs}
    for alpha in given.alphas:
        curve, t = times.times(alpha, LAST * alpha, given.points)
        of = {"quantity": "optimum passed", "alpha": alpha, "theory": passed}
        rows.append(
            of | {"order": 2 * abs(following) / alpha**2 + times.SPLINED} | exact(curves.optimum_passed(curve, t)).row()
        )
        _, kappa = limits.stability(alpha)
        if farthest.get(alpha, 0.0) > curve.lam[-1]:  # as far as the flow
            curve, t = times.times(alpha, farthest[alpha], given.points)
        values = {"T": t / alpha**2, "norm": curve.lam / alpha, "error": alpha * curve.error}
        shown.append(_drawn({"series": "quasi-static", "alpha": alpha, "kappa": kappa} | values, given.points))
    low, high = given.window
    curve, t = times.times(given.far, high, given.points)
    inside = curve.lam >= low
    orders = laws.in_time(1 / low**2, high / given.far)
    for name, values, theory, order in zip(
        ("exponent of the norm", "exponent of the error"),
        (curve.lam, curve.error),
        (1 / 3, -1 / 6),
        orders,
        strict=True,
    ):
        slope = curves.exponent(t[inside], values[inside])
        rows.append({"quantity": name, "alpha": given.far, "order": 2 * order, "theory": theory} | exact(slope).row())
    for run in runs:
        alpha = run.parameters["alpha"]
        of = {"series": "flow", "alpha": alpha, "norm": run.arrays["norm"] / alpha}
        error, log_T = alpha * model.test_error(run.arrays["free"]), np.log(run.arrays["t"] / alpha**2)
        of |= {"T": np.exp(log_T.mean(0)), "bar_log_T": _bars(log_T), "error": error.mean(0), "bar": _bars(error)}
        shown.append(pd.DataFrame(of))
    return Tables(
        Table(pd.DataFrame(rows), UNITS), Table(pd.concat(shown, ignore_index=True), UNITS, {"passed": passed})
    )
