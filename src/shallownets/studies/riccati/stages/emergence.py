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
from shallownets.studies.riccati.theory import equivalent, scaling

UNITS = {"t": "time of the flow"}


def starts(given: Emergence) -> Iterator[Start]:
    """The starts in turn, with a word on the progress."""
    with progress("emergence", given.starts) as advance:
        for replicate in range(given.starts):
            yield drawn.start(given.seed, "emergence", given.M_star, given.N, given.d, replicate, beta=given.beta)
            advance(1)


def predicted(given: Emergence, lam: Array, j: int) -> dict[str, float]:
    """Times of direction j by the source, by deflation, and by the equivalent with the spread, the slope and n."""
    of = equivalent.emergence(lam, given.N, given.d, j)
    columns = {"theory": of.time, "deviation": of.deviation, "rate": of.slope, "freedom": of.freedom}
    columns["source"] = theory.times(lam, given.N, given.d)[j]
    return columns | {"deflated": theory.deflated_times(lam, given.N, given.d)[0][j]}


def measurements(given: Emergence, lam: Array, chosen: Places, found: Learned, late: str, lost: Lost) -> list[dict]:
    """Rows: time, spread and slope of each direction, exponents of the times, the risk's part that is not additive.

    Args:
        given: of the stage.
        lam: (M*,) the teacher's eigenvalues.
        chosen: (n,) the directions, counted from 0.
        found: of all starts and these directions.
        late: what a start did that did not learn one.
        lost: notes such starts.
    """
    key = {"beta": given.beta, "M_star": given.M_star, "N": given.N, "d": given.d}
    rows, measured = [], []
    in_time = np.isfinite(found.times)
    exponents = ["exponent of times", "exponent of times, first half"]
    for column, j in enumerate(chosen):
        used = in_time[:, column]
        if not lost.enough(used, f"direction {j + 1}", late, [{"j": int(j) + 1}, {"quantity": exponents}]):
            continue
        measured.append(column)
        of = key | {"j": j + 1} | predicted(given, lam, j)
        times = found.times[used, column]
        rows.append({"quantity": "time"} | of | statistics.mean(times).row())
        rng = default_rng(seeds.sequence(given.seed, "riccati, emergence, bootstrap", {"j": int(j)}, 0))
        spread = statistics.bootstrap(times, lambda x: x.std(ddof=1), rng, given.resamples)
        rows.append({"quantity": "spread of times"} | of | spread.row())
        rows.append({"quantity": "slope"} | of | statistics.mean(found.slopes[used, column]).row())
    half = [column for column in measured if chosen[column] < min(given.N, given.M_star) / 2]
    for quantity, columns in zip(exponents, (measured, half), strict=True):
        whole = in_time[:, columns].all(1)
        if len(columns) < 2 or whole.sum() < 2:
            lost.note(f"{quantity}: too few directions or starts are left", [{"quantity": quantity}])
            continue
        values = [curves.power(chosen[columns] + 1, times) for times in found.times[whole][:, columns]]
        rows.append({"quantity": quantity} | key | {"j": 0, "source": given.beta} | statistics.mean(values).row())
    of = key | {"j": 0, "source": 0.0}
    return [*rows, {"quantity": "mixed part"} | of | statistics.mean(found.mixed).row()]


def figure_data(
    given: Emergence, lam: Array, chosen: Places, t: Array, mean: Learning, rows: list[dict]
) -> pd.DataFrame:
    """Mean overlaps of these directions, the mean risk and the times, each beside theory.

    Args:
        given, lam, chosen: as for ``measurements``.
        t: (T,) the times.
        mean: of all starts.
        rows: of ``measurements``.
    """
    T = theory.times(lam, given.N, given.d)
    decoupled = theory.logistic(t, lam, theory.equal_shares(given.M_star, given.N, given.d))
    shares = np.array([equivalent.shares(time, lam, given.N, given.d).g for time in t])
    frames = [
        pd.DataFrame(
            {"curve": "overlap", "j": j + 1, "t": t, "exact": mean.diagonal[:, j], "theory": shares[:, j]}
        ).assign(decoupled=decoupled[:, j], T=T[j])
        for j in chosen
    ]
    risks = pd.DataFrame({"curve": "risk", "j": 0, "t": t, "exact": mean.risk, "additive": mean.additive})
    risks["theory"] = equivalent.risk(t, lam, given.N, given.d)
    risks["decoupled"] = theory.stepwise_risk(t, T, lam, given.N)
    times = [row for row in rows if row["quantity"] == "time"]
    names = {"j": "j", "source": "T", "deflated": "deflated", "theory": "theory", "estimate": "exact"}
    columns = pd.DataFrame(times, columns=[*names, "low", "high"]).rename(columns=names)
    return pd.concat([*frames, risks, columns.assign(curve="time")], ignore_index=True)


@stage
def emergence(given: Emergence) -> Tables:
    lam = model.spectrum(given.M_star, given.beta)
    T = theory.times(lam, given.N, given.d)
    chosen = np.array(sorted(given.directions)) - 1
    t = np.geomspace(T[0] / 3, max(3 * T[chosen[-1]], scaling.settled(lam, given.N, given.d)), given.points)
    found, lost = learned(starts(given), lam, t, chosen), Lost()
    late = f"do not pass 1/2 between t = {t[0]:.3g} and {t[-1]:.3g}"
    rows = measurements(given, lam, chosen, found, late, lost)
    data = figure_data(given, lam, chosen, t, found.mean, rows)
    return Tables(Table(pd.DataFrame(rows), UNITS, notes=lost.notes), Table(data, UNITS, notes=lost.notes))
