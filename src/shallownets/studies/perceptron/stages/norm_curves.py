"""Test error against norm at several numbers of examples, between Hebb's rule and maximum stability.

From: numbers of examples and norms.
Makes: a table of measurements, and the data of the figure `norm_curves`.
"""

import numpy as np
import pandas as pd

from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import exact
from shallownets.stage import Table, Tables, stage
from shallownets.studies.perceptron.measure import curves
from shallownets.studies.perceptron.parameters.theory import NormCurves
from shallownets.studies.perceptron.theory import limits, saddle

UNITS = {"alpha": "examples/N", "norm": "1", "error": "test error"}
SLOPED = 1e-6  # of a slope, by ten digits of errors at norms that are 5e-4 apart
# λ κ at which the approach to maximum stability is measured: between the first two, and for what is left out, of order
# log(x)/x, which is about half as large between the last two.
FAR = np.array([1000.0, 2000.0, 4000.0])


def _rows(alpha: float) -> list[dict]:
    """Slope at Hebb's end, exponent at the end of maximum stability."""

    def log_tan(lam: np.ndarray) -> np.ndarray:
        return np.log(np.tan(np.pi * saddle.solve(alpha, lam).error))

    slope, off = curves.slope_at_zero(log_tan, np.log(np.tan(np.pi * limits.hebb(alpha))))
    error, kappa = limits.stability(alpha)
    short = 1 - saddle.solve(alpha, FAR / kappa).error / error
    approach, farther = (curves.exponent(FAR[n : n + 2], short[n : n + 2]) for n in (0, 1))
    return [
        {"quantity": "slope at Hebb", "x": np.nan, "theory": limits.hebb_slope(alpha), "order": off + SLOPED}
        | exact(slope).row(),
        {"quantity": "exponent at maximum stability", "x": FAR[0], "theory": -1.0, "order": 4 * abs(farther - approach)}
        | exact(approach).row(),
    ]


@stage
def norm_curves(given: NormCurves) -> Tables:
    rows, shown = [], []
    with progress("norm curves", len(given.alphas)) as advance:
        for alpha in given.alphas:
            curve = saddle.solve(alpha, np.geomspace(given.least, given.span * alpha, given.points))
            values = {"norm": curve.lam, "error": curve.error, "training": curve.training_error}
            shown.append(pd.DataFrame({"series": "fixed norm", "alpha": alpha} | values))
            rules = {"Hebb": limits.hebb(alpha), "Bayes": limits.bayes(alpha)}
            rules["maximum stability"], _ = limits.stability(alpha)
            best, least = curves.optimum(alpha)
            rules["optimum"] = least
            for name, error in rules.items():
                norm = best if name == "optimum" else np.nan
                shown.append(pd.DataFrame([{"series": name, "alpha": alpha, "norm": norm, "error": error}]))
            rows += [{"alpha": alpha} | row for row in _rows(alpha)]
            stable = {"quantity": "stability", "x": np.nan, "theory": 1.0} | exact(curve.stability.max()).row()
            rows.append({"alpha": alpha} | stable)
            advance(1)
    return Tables(Table(pd.DataFrame(rows), UNITS), Table(pd.concat(shown, ignore_index=True), UNITS))
