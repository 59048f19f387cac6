"""The norm of least error and that error, beside Hebb, Bayes and maximum stability.

From: numbers of examples.
Makes: a table of measurements, and the data of the figure `optimum`.
"""

import numpy as np
import pandas as pd

from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import exact
from shallownets.stage import Table, Tables, stage
from shallownets.studies.perceptron.measure import curves
from shallownets.studies.perceptron.parameters.theory import Optimum
from shallownets.studies.perceptron.theory import laws, limits

UNITS = {"alpha": "examples/N", "norm": "1", "error": "test error"}


@stage
def optimum(given: Optimum) -> Tables:
    shown = []
    with progress("norm of least error", len(given.alphas)) as advance:
        for alpha in given.alphas:
            norm, error = curves.optimum(alpha)
            stable, _ = limits.stability(alpha)
            rules = {"hebb": limits.hebb(alpha), "bayes": limits.bayes(alpha), "stability": stable}
            shown.append({"alpha": alpha, "norm": norm, "error": error} | rules)
            advance(1)
    frame = pd.DataFrame(shown)
    ell, Phi = laws.scaled_optimum()
    by_l, by_Phi = laws.optimum_corrections()
    rows = []
    for row in frame.itertuples():
        excess, far = row.error / row.bayes - 1, row.alpha**-2
        for name, value, theory in (
            ("excess over Bayes", excess, Phi / limits.bayes_limit() - 1),
            ("norm over alpha", row.norm / row.alpha, ell + by_l * far),
            ("alpha times error", row.alpha * row.error, Phi + by_Phi * far),
        ):
            rows.append({"quantity": name, "alpha": row.alpha, "theory": theory} | exact(value).row())
    late = frame[frame.alpha >= given.fit_from]
    least = float(late.alpha.min())
    for name, values, theory in (
        ("exponent of the norm", late.norm, 1.0),
        ("exponent of the error", late.error, -1.0),
        ("exponent of error over Hebb's", late.error / late.hebb, -0.5),
    ):
        slope = curves.exponent(late.alpha.to_numpy(), np.asarray(values))
        rows.append({"quantity": name, "alpha": least, "theory": theory} | exact(slope, len(late)).row())
    found = {"ell": ell, "Phi": Phi, "bayes": limits.bayes_limit()}
    return Tables(Table(pd.DataFrame(rows), UNITS), Table(frame, UNITS, found))
