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

DIGITS = 1e-10  # of an error, which the solver promises
PLACED = 15 * DIGITS / (0.2 * 0.19)  # of the norm: DIGITS times the degree of the interpolation, over its half width in
# log norm and over the curvature of log error there


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
    ell, Phi = laws.optimum_series()
    limit = Phi[0] / limits.bayes_limit() - 1
    above = curves.excess_next()
    rows = []
    for row in frame.itertuples():
        far = row.alpha**-2
        for name, value, theory, order in (
            ("excess over Bayes", row.error / row.bayes - 1, limit, 2 * abs(above) * far + DIGITS),
            ("norm over alpha", row.norm / row.alpha, ell[0] + ell[1] * far, 2 * abs(ell[2]) * far**2 + PLACED),
            ("alpha times error", row.alpha * row.error, Phi[0] + Phi[1] * far, 2 * abs(Phi[2]) * far**2 + DIGITS),
        ):
            rows.append({"quantity": name, "alpha": row.alpha, "theory": theory, "order": order} | exact(value).row())
    late = frame[frame.alpha >= given.fit_from]
    least = float(late.alpha.min())
    # the slope of log(1 + c/alpha^2) is -2 c/alpha^2, and that of Hebb's error is -1/2 + pi/(6 alpha)
    by_norm, by_error = (2 * abs(series[1] / series[0]) / least**2 for series in (ell, Phi))
    for name, values, theory, order in (
        ("exponent of the norm", late.norm, 1.0, by_norm),
        ("exponent of the error", late.error, -1.0, by_error),
        ("exponent of error over Hebb's", late.error / late.hebb, -0.5, by_error + np.pi / (6 * least)),
        ("exponent at maximum stability", late.stability, -1.0, 2 * abs(laws.stability_next()) / least**2),
    ):
        slope = curves.exponent(late.alpha.to_numpy(), np.asarray(values))
        row = {"quantity": name, "alpha": least, "theory": theory, "order": order}
        rows.append(row | exact(slope, len(late)).row())
    found = {"ell": ell[0], "Phi": Phi[0], "bayes": limits.bayes_limit()}
    return Tables(Table(pd.DataFrame(rows), UNITS), Table(frame, UNITS, found))
