"""The loss at several widths against time: its powers of time and of width, its plateaus, and how late directions are.

From: losses and learning times at several widths.
Makes: a table of measurements, and the data of the figure `scaling_law`.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import exact
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.emergence.measure import curves, laws
from shallownets.studies.emergence.measure.lateness import lateness
from shallownets.studies.emergence.measure.windows import in_window
from shallownets.studies.emergence.parameters.flow import ScalingLaw
from shallownets.studies.emergence.stages import at_widths
from shallownets.studies.emergence.stages.at_widths import AtWidths
from shallownets.studies.emergence.theory import scaling

UNITS = {"t": "time of the flow"}
ENGINE = 1e-2  # of a learning time, by the deflated flow
STARTS = 20  # of greedy choice, at each width
PARTS = ((1, 10), (10, 100), (100, 300), (300, 600))  # directions whose times are compared


def _exponents(of: AtWidths, N: int) -> Iterator[dict]:
    """Exponents of the loss within the window, in time and at learning times."""
    beta = of.given["beta"]
    found = in_window(of.deflated[N, 0], of.law, N, beta, of.streams(N))
    if found is None:
        return
    limit, width, logarithm = scaling.in_time(beta), scaling.in_width(beta), np.log(N)
    for name, theory, order, value in (
        ("exponent", limit, abs(limit) / logarithm, exact(found.measured)),
        ("exponent, sequential", found.law, found.apart, exact(found.measured)),
        ("exponent without the tail", limit, abs(limit) / logarithm, exact(found.alone)),
        ("exponent at learning times", width, abs(width) / logarithm, found.at_learning),
    ):
        if value is not None:
            row = {"quantity": name, "theory": theory, "order": order, "N": N}
            yield row | {"first": found.first, "last": found.last} | value.row()


def _late(of: AtWidths, N: int) -> tuple[list[dict], pd.DataFrame]:
    """How late directions are against greedy choice, without and with crowding: measurements, and the figure's data."""
    found = lateness(of.deflated[N, 0], of.start("scaling law", N), of.law.a, of.law.link)
    rows = [
        {"quantity": f"time over {part.theory}", "N": N, "first": part.first, "last": part.last, "theory": 1.0}
        | {"order": part.order + ENGINE}
        | part.ratio.row()
        for part in found.parts(PARTS, of.given["d"])
    ]
    m, measured, expected = found.over_greedy()
    return rows, pd.DataFrame({"series": "late", "N": N, "t": m, "loss": measured, "law": expected})


def _engines(of: AtWidths, lost: Lost) -> Iterator[dict]:
    """The largest ratio of learning times by both engines, as a logarithm."""
    for (N, t_end), run in zip(of.given["exact"], of.exact, strict=True):
        if found := laws.apart(run, of.deflated[N, 0]):
            row = {"quantity": "engine", "N": N, "first": 0, "last": t_end, "theory": 0.0, "order": ENGINE}
            yield row | found.row()
        else:
            what = f"exact flow, N = {N}: no direction that the deflated flow learns is learned by t = {t_end:g}"
            lost.note(what, [{"quantity": "engine", "N": N}])


def _plateaus(of: AtWidths) -> Iterator[dict]:
    """The exponent in the width of what greedy choice leaves, while that is below a quarter of the teacher's."""
    widths = [N for N in of.widths if of.given["P"] >= 4 * N]
    if len(widths) < 2:
        return
    sets = ([of.start("plateaus", N, replicate) for N in widths] for replicate in range(STARTS))
    where = {"N": np.sqrt(widths[0] * widths[-1]), "first": widths[0], "last": widths[-1]}
    theory = scaling.in_width(of.given["beta"])
    row = {"quantity": "plateau exponent", "theory": theory, "order": abs(theory) / np.log(where["N"])}
    yield row | where | laws.plateau_exponent(sets, of.law.a, of.law.link, of.tail).row()


@stage
def scaling_law(given: ScalingLaw, runs: Arrays) -> Tables:
    of, lost = at_widths.read(runs), Lost()
    t, rows, shown = of.times(given.points), [], []
    for N, loss in of.losses(t, of.widths).items():
        shown.append(pd.DataFrame({"series": "deflated", "N": N, "t": t, "loss": loss, "law": of.law.loss(t, N)}))
        rows += _exponents(of, N)
        if max(of.narrow, default=of.widths[0]) == N:
            late, frame = _late(of, N)
            rows += late
            shown.append(frame)
    for (N, t_end), run in zip(of.given["exact"], of.exact, strict=True):
        inside = t[t <= t_end]
        shown.append(pd.DataFrame({"series": "flow", "N": N, "t": inside, "loss": curves.loss_at(run, inside)}))
    rows += [*_engines(of, lost), *_plateaus(of)]
    found = {name: of.given[name] for name in at_widths.COMMON}
    drawn = found | {"exponent": scaling.in_time(of.given["beta"]), "tail": of.tail}
    return Tables(
        Table(pd.DataFrame(rows or {"quantity": []}), UNITS, found, lost.notes),
        Table(pd.concat(shown, ignore_index=True), UNITS, drawn, lost.notes),
    )
