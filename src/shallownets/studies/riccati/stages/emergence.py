"""Emergence: when each direction of the teacher is learned, how sharply, and the risk as the sum of these steps.

From: sizes, a tail and a seed.
Makes: a table of measurements and the data of the figure `emergence`. Starts from which a direction is not learned in
time are left out of what is said of it, and noted.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds, statistics
from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.stage import Table, Tables, stage
from shallownets.studies.riccati import model
from shallownets.studies.riccati.measure import curves
from shallownets.studies.riccati.measure.learning import Learned, Learning, learned
from shallownets.studies.riccati.model import Array, Places
from shallownets.studies.riccati.parameters.flow import Emergence
from shallownets.studies.riccati.stages import drawn
from shallownets.studies.riccati.starts import Start
from shallownets.studies.riccati.theory import emergence as theory

UNITS = {"t": "time of the flow"}


def starts(given: Emergence) -> Iterator[Start]:
    """The starts in turn, with a word on the progress."""
    with progress("emergence", given.starts) as advance:
        for replicate in range(given.starts):
            yield drawn.start(given.seed, "emergence", given.M_star, given.N, given.d, replicate, beta=given.beta)
            advance(1)


def measurements(given: Emergence, lam: Array, chosen: Places, found: Learned, late: str, lost: Lost) -> list[dict]:
    """Rows: time, spread and slope of each direction, the exponent of the times, the risk's part that is not additive.

    Args:
        given: of the stage.
        lam: (M*,) the teacher's eigenvalues.
        chosen: (n,) the directions, counted from 0.
        found: of all starts and these directions.
        late: what a start did that did not learn one.
        lost: notes such starts.
    """
    T = theory.times(lam, given.N, given.d)
    mean, deviation = theory.deflated_times(lam, given.N, given.d)
    key = {"beta": given.beta, "M_star": given.M_star, "N": given.N, "d": given.d}
    rows, measured = [], []
    in_time = np.isfinite(found.times)
    for column, j in enumerate(chosen):
        used = in_time[:, column]
        if not lost.enough(used, f"direction {j + 1}", late, [{"j": int(j) + 1}, {"quantity": "exponent of times"}]):
            continue
        measured.append(column)
        of = key | {"j": j + 1, "source": T[j], "theory": mean[j]}
        times = found.times[used, column]
        rows.append({"quantity": "time"} | of | statistics.mean(times).row())
        rng = default_rng(seeds.sequence(given.seed, "riccati, emergence, bootstrap", {"j": int(j)}, 0))
        spread = statistics.bootstrap(times, lambda x: x.std(ddof=1), rng, given.resamples)
        rows.append({"quantity": "spread of times"} | of | {"theory": deviation[j]} | spread.row())
        rows.append({"quantity": "slope"} | of | {"theory": 1.0} | statistics.mean(found.slopes[used, column]).row())
    whole = in_time[:, measured].all(1)
    if len(measured) < 2 or whole.sum() < 2:
        lost.note("exponent of times: too few directions or starts are left")
    else:
        j = chosen[measured]
        exponents = [curves.power(j + 1, times) for times in found.times[whole][:, measured]]
        of = key | {"j": 0, "source": given.beta, "theory": curves.power(j + 1, mean[j])}
        rows.append({"quantity": "exponent of times"} | of | statistics.mean(exponents).row())
    of = key | {"j": 0, "source": 0.0, "theory": 0.0}
    return [*rows, {"quantity": "mixed part"} | of | statistics.mean(found.mixed).row()]


def figure_data(given: Emergence, lam: Array, chosen: Places, t: Array, first: Learning) -> pd.DataFrame:
    """The overlaps of these directions and the risk from the first start, beside theory."""
    T = theory.times(lam, given.N, given.d)
    mean, _ = theory.deflated_times(lam, given.N, given.d)
    decoupled = theory.logistic(t, lam, theory.equal_shares(given.M_star, given.N, given.d))
    frames = [
        pd.DataFrame(
            {"curve": "overlap", "j": j + 1, "t": t, "exact": first.diagonal[:, j], "theory": decoupled[:, j]}
            | {"T": T[j], "T_deflated": mean[j]}
        )
        for j in chosen
    ]
    steps = theory.stepwise_risk(t, T, lam, given.N)
    for curve, exact, by_theory in (("risk", first.risk, first.additive), ("steps", steps, steps)):
        frames.append(pd.DataFrame({"curve": curve, "j": 0, "t": t, "exact": exact, "theory": by_theory, "T": 0.0}))
    return pd.concat(frames, ignore_index=True)


@stage
def emergence(given: Emergence) -> Tables:
    lam = model.spectrum(given.M_star, given.beta)
    T = theory.times(lam, given.N, given.d)
    chosen = np.array(sorted(given.directions)) - 1
    t = np.geomspace(T[0] / 3, 3 * T[chosen[-1]], given.points)
    found, lost = learned(starts(given), lam, t, chosen), Lost()
    late = f"do not pass 1/2 between t = {t[0]:.3g} and {t[-1]:.3g}"
    rows = measurements(given, lam, chosen, found, late, lost)
    data = figure_data(given, lam, chosen, t, found.first)
    return Tables(Table(pd.DataFrame(rows), UNITS, notes=lost.notes), Table(data, UNITS, notes=lost.notes))
