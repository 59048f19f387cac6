"""SGD against the flow: how learning times spread around those of the flow, and how that falls with the step size.

From: learning times and losses of both, from the same starts.
Makes: a table of measurements, and the data of the figure `sgd_against_flow`. Lost runs count as infinitely late.
"""

from functools import partial

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import Estimate, bootstrap, fit_power_law
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.emergence import model
from shallownets.studies.emergence.measure import against_flow, laws
from shallownets.studies.emergence.model import Array
from shallownets.studies.emergence.parameters.sgd import SgdAgainstFlow
from shallownets.studies.emergence.theory import noise

UNITS = {"t": "time of the flow over that of its last direction", "value": "of a loss, E (f* - f)^2; else T/T_flow"}
FITTED = 3  # step sizes that enter the median at none, the smallest
COMMON = ("k", "d", "P", "N", "beta")


@stage
def sgd_against_flow(given: SgdAgainstFlow, runs: Arrays) -> Tables:
    common = {name: runs.parameters[name] for name in COMMON}
    k, d, a = common["k"], common["d"], model.strengths(common["P"], common["beta"])
    link, unit = model.hermite(k), d ** (k / 2) * float(a @ a)
    ratios = np.swapaxes(runs.arrays["T"], 0, 1) / runs.arrays["T_flow"]  # (kappas, starts, P)
    rows, shown, widths, lost = [], [], {}, Lost()
    if passed := against_flow.passed_over(runs.arrays["start"], runs.parameters["within"]):
        lost.note(passed, [{"k": k}])
    for number, kappa in enumerate(runs.arrays["kappa"].tolist()):
        of = common | {"kappa": kappa}
        over = kappa / unit / noise.largest_step(a[0], d, link)
        gone = np.isfinite(runs.arrays["lost"][:, number])
        lost.enough(~gone, f"SGD at kappa = {kappa:g}", "were lost, and count as infinitely late", [{"kappa": kappa}])
        rows.append({"quantity": "lost"} | of | {"step over largest": over} | laws.share(gone))
        for name, estimator in (("median", against_flow.centre), ("half width", against_flow.half_width)):
            found = _bootstrap(given, ratios[number], estimator, kappa, name)
            if np.isfinite([found.value, found.error]).all():
                rows.append({"quantity": name} | of | {"step over largest": over} | found.row())
                if name == "half width":
                    widths[kappa] = found
        for m, values in enumerate(ratios[number].T):
            for replicate, value in enumerate(values):
                shown.append({"panel": "times", "kappa": kappa, "m": m + 1, "start": replicate, "value": value})
    first = runs.arrays["kappa"][:FITTED]
    rng = default_rng(seeds.sequence(given.seed, "emergence, bootstrap, no step", {}, 0))
    limit = bootstrap(np.swapaxes(ratios[:FITTED], 0, 1), partial(against_flow.at_zero, first), rng, given.resamples)
    if np.isfinite([limit.value, limit.error]).all():
        rows.append({"quantity": "median at kappa = 0"} | common | limit.row())
    if len(widths) >= 3:
        errors = [one.error / one.value for one in widths.values()]
        fit = fit_power_law(list(widths), [one.value for one in widths.values()], errors)
        rows.append({"quantity": "exponent of the half width"} | common | fit.coefficients[1].row())
    t = runs.arrays["t"]
    curves = [pd.DataFrame({"panel": "loss", "kappa": 0.0, "t": t, "value": runs.arrays["loss_flow"][0]})]
    for number, kappa in enumerate(runs.arrays["kappa"]):
        loss = runs.arrays["loss"][0, number]
        curves.append(pd.DataFrame({"panel": "loss", "kappa": kappa, "t": t, "value": loss}))
    frame = pd.concat([pd.DataFrame(shown), *curves], ignore_index=True)
    return Tables(
        Table(pd.DataFrame(rows), UNITS, common, lost.notes),
        Table(frame[frame.value.notna()], UNITS, common, lost.notes),
    )


def _bootstrap(given: SgdAgainstFlow, ratios: Array, estimator, kappa: float, name: str) -> Estimate:
    """An estimate from ratios (starts, P), resampled by starts: those of one start share its overlaps and samples."""
    rng = default_rng(seeds.sequence(given.seed, f"emergence, bootstrap, {name}", {"kappa": kappa}, 0))
    with np.errstate(invalid="ignore"):
        return bootstrap(ratios, estimator, rng, given.resamples)
