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


def _rows(alpha: float) -> list[dict]:
    """Slope at Hebb's end, exponent at the end of maximum stability."""
    found = curves.ends(alpha)
    hebb = {"quantity": "slope at Hebb", "x": np.nan, "theory": limits.hebb_slope(alpha)}
    stable = {"quantity": "exponent at maximum stability", "x": curves.FAR[0], "theory": -1.0}
    return [
        hebb | {"order": found.slope_off + SLOPED} | exact(found.slope).row(),
        stable | {"order": found.approach_off} | exact(found.approach).row(),
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
