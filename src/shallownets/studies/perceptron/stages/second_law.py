"""Second law: alpha times the error is a function of the norm over alpha alone, up to 1/alpha^2.

From: numbers of examples and norms over them.
Makes: a table of measurements, and the data of the figure `second_law`.
"""

import numpy as np
import pandas as pd

from shallownets.numerics.statistics import exact
from shallownets.stage import Table, Tables, stage
from shallownets.studies.perceptron.parameters.theory import SMALLEST, SecondLaw
from shallownets.studies.perceptron.theory import laws, saddle

UNITS = {"alpha": "examples/N", "scaled": "norm over alpha", "error": "alpha times test error"}
DIGITS = 1e-10  # of an error, which the solver promises


@stage
def second_law(given: SecondLaw) -> Tables:
    ell = np.geomspace(*given.window, given.points)
    at = np.array(given.judged_at)
    Phi, slope, following = saddle.scaled(at).error, laws.by_delta(at), laws.next_by_delta(at)
    rows, shown = [], []
    ends = {"limit": saddle.scaled(ell).error, "small": laws.PHI / np.sqrt(ell)}
    for name, error in ends.items():
        shown.append(pd.DataFrame({"series": name, "alpha": np.inf, "scaled": ell, "error": error}))
    for alpha in given.alphas:
        shown.append(
            pd.DataFrame(
                {
                    "series": "fixed norm",
                    "alpha": alpha,
                    "scaled": ell,
                    "error": alpha * saddle.solve(alpha, alpha * ell).error,
                }
            )
        )
        order = alpha**2 * (alpha * saddle.solve(alpha, alpha * at).error - Phi)
        for n, value in enumerate(order):
            left_out = 2 * abs(following[n]) / alpha**2 + DIGITS * Phi[n] * alpha**2
            of = {"quantity": "first order", "alpha": alpha, "scaled": at[n], "theory": slope[n], "order": left_out}
            rows.append(of | exact(value).row())
        wide = np.geomspace(SMALLEST / alpha, given.window[1], given.points)
        off = laws.uniform(alpha, alpha * wide, saddle.scaled(wide).error) / saddle.solve(alpha, alpha * wide).error - 1
        of = {"quantity": "uniform", "alpha": alpha, "scaled": np.nan, "theory": laws.UNIFORM}
        rows.append(of | exact(alpha * np.abs(off).max()).row())
        uniform = {"series": "uniform", "alpha": alpha, "scaled": wide, "error": alpha * off}
        shown.append(pd.DataFrame(uniform))
    return Tables(Table(pd.DataFrame(rows), UNITS), Table(pd.concat(shown, ignore_index=True), UNITS))
