"""The least loss at each compute over several widths: the slope of this frontier, and the best width.

From: losses at several widths.
Makes: a table of measurements, and the data of the figure `compute_frontier`.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import exact
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.emergence.measure import envelope
from shallownets.studies.emergence.measure.envelope import Frontier
from shallownets.studies.emergence.model import Array
from shallownets.studies.emergence.parameters.flow import ComputeFrontier
from shallownets.studies.emergence.stages import at_widths
from shallownets.studies.emergence.stages.at_widths import AtWidths
from shallownets.studies.emergence.theory import crowding, frontiers, scaling

UNITS = {"t": "time of the flow; of frontiers and best widths compute, neurons times time"}
SLOPES = ("frontier", "frontier, sequential", "frontier with the tail")


def _fronts(name: str, found: Frontier, **more) -> pd.DataFrame:
    """A frontier for the figure."""
    return pd.DataFrame({"series": name, "N": found.width, "t": found.compute, "loss": found.loss} | more)


def _passages(name: str, found: Frontier, **more) -> pd.DataFrame:
    """Passages of the best width for the figure: the mean of both widths, compute and loss."""
    C, narrower, wider = found.passages()
    return pd.DataFrame({"series": name, "N": np.sqrt(narrower * wider), "t": C, "loss": found.loss_at(C)} | more)


def _slopes(of: AtWidths, ours: Frontier, with_tail: Frontier, by_draws: list[Frontier], lost: Lost) -> Iterator[dict]:
    """Slopes of the frontier at this size."""
    P, d, beta, t_end = (of.given[name] for name in ("P", "d", "beta", "t_end"))
    low = of.widths[0]
    # up to a quarter of the teacher's width, beyond which its end shows, as for times; and all widths
    for high in sorted({P // 4, of.widths[-1]}):
        if sum(high >= N for N in of.widths) < 3:
            continue
        found = envelope.slopes(ours, with_tail, by_draws, low, high)
        if found is None:
            what = f"frontier, widths to {high}: none but the first and the last is the best by t = {t_end:g}"
            lost.note(what, [{"quantity": name, "last": high} for name in SLOPES])
            continue
        middle = float(np.sqrt(low * high))
        # at most as far as crowding delays the middle direction of the widest student
        late = crowding.turned(scaling.in_time(beta), min(high, P) / 2, d, found.length)
        limits = scaling.in_compute(beta), found.expected, frontiers.slope(beta, middle)
        orders = abs(limits[0]) / np.log(middle), 3 * found.spread + late, frontiers.growth(middle) ** 2 + late
        values = found.measured, found.measured, found.with_tail
        for name, theory, order, value in zip(SLOPES, limits, orders, values, strict=True):
            row = {"quantity": name, "theory": theory, "order": order, "N": middle, "first": low, "last": high}
            yield row | exact(value).row()


def _best_widths(
    of: AtWidths, found: list[Frontier], by_draws: list[Frontier], lost: Lost
) -> tuple[list[dict], dict[str, list[float]]]:
    """Exponents of the best width, up to that of the teacher; and what the figure needs of them.

    A finite teacher lacks the same of all of these widths, so that the best one is that of an infinite teacher.
    """
    low, d, beta, t_end = of.widths[0], *(of.given[name] for name in ("d", "beta", "t_end"))
    most = max(of.narrow, default=low)
    measured = envelope.best_widths(found, by_draws, most, t_end)
    if measured is None:
        what = f"best width, to {most}: passes from one to the next less than twice by t = {t_end:g}"
        lost.note(what, [{"quantity": name} for name in ("best width", "best width, sequential")])
        return [], {}
    ours, expected, shortest = measured
    limit, middle = scaling.best_width(beta), float(np.sqrt(low * most))
    where = {"N": middle, "first": low, "last": most}
    row = {"quantity": "best width", "theory": limit, "order": limit / np.log(middle)} | where
    rows = [row | ours.row()]
    # at most as far as crowding delays the last direction of the widest student
    late = crowding.turned(ours.value, most, d, shortest)
    row = {"quantity": "best width, sequential", "theory": expected, "order": 3 * ours.error + late} | where
    rows.append(row | exact(ours.value, len(found)).row())
    return rows, {"best_width": [middle, ours.value, ours.error]}


def _in_ranges(below: str, change: str, limit: float, values: list[float], given: ComputeFrontier) -> Iterator[dict]:
    """An exponent in each range of widths beside its limit, and by what it differs from that in the range before."""
    for n, (first, last) in enumerate(given.limit):
        of = {"order": 0.0, "N": float(np.sqrt(first * last)), "first": first, "last": last}
        yield {"quantity": below, "theory": limit} | of | exact(values[n]).row()
        if n:
            yield {"quantity": change, "theory": 0.0} | of | exact(values[n] - values[n - 1]).row()


def _limits(given: ComputeFrontier, beta: float) -> tuple[list[dict], list[pd.DataFrame], list[pd.DataFrame]]:
    """Slopes of frontiers without limits of size, and exponents of the best width; frontiers and passages."""
    ranges = [envelope.over(beta, first, last) for first, last in given.limit]
    fronts, passages = [], []
    for one, (first, _) in zip(ranges, given.limit, strict=True):
        fronts.append(_fronts("limit", one.frontier, first=first))
        frame = _passages("best width, limit", one.frontier, first=first)
        passages.append(frame.assign(law=[frontiers.best_width(beta, N) for N in frame.N]))
    slopes, exponents = [one.slope for one in ranges], [one.best_width for one in ranges]
    rows = [
        *_in_ranges("frontier below its limit", "frontier rises", scaling.in_compute(beta), slopes, given),
        *_in_ranges("best width above its limit", "best width falls", scaling.best_width(beta), exponents, given),
    ]
    of = {"order": 0.0, "N": 0.0, "first": given.limit[0][0], "last": given.limit[-1][1]}
    left = envelope.orders(ranges)
    for quantity, theory, order in (
        ("frontier beyond first order", 2.0, left.slope),
        ("best width beyond second order", 3.0, left.best_width),
    ):
        rows.append({"quantity": quantity, "theory": theory} | of | exact(order, len(ranges)).row())
    return rows, fronts, passages


@stage
def compute_frontier(given: ComputeFrontier, runs: Arrays) -> Tables:
    of, lost = at_widths.read(runs), Lost()
    beta, t = of.given["beta"], of.times(given.points)
    measured = of.losses(t, of.widths)

    def frontier(losses: Mapping[int, Array], tail: float = 0.0) -> Frontier:
        return envelope.frontier({N: (t, loss + tail) for N, loss in losses.items()})

    ours, by_law = frontier(measured), frontier({N: of.law.loss(t, N) for N in of.widths})
    others = sorted({replicate for _, replicate in of.deflated} - {0})
    more = [frontier(of.losses(t, of.narrow, replicate)) for replicate in others]
    least = of.law.a[-1] ** 2
    by_draws = [
        frontier({N: np.maximum(of.law.drawn_loss(t, N, of.stream(N, number)), least) for N in of.widths})
        for number in range(at_widths.DRAWS)
    ]
    slopes = list(_slopes(of, ours, frontier(measured, of.tail), by_draws, lost))
    widths, needed = _best_widths(of, [ours, *more], by_draws, lost)
    limits, limit_fronts, limit_passages = _limits(given, beta)
    passages = [("best width", ours), *(("best width, other starts", one) for one in more)]
    passages.append(("best width, sequential", by_law))
    shown = [pd.DataFrame({"series": "deflated", "N": N, "t": t, "loss": loss}) for N, loss in measured.items()]
    shown += [_fronts("frontier", ours), _fronts("frontier, sequential", by_law), *limit_fronts]
    shown += [*(_passages(name, one) for name, one in passages), *limit_passages]
    found = {name: of.given[name] for name in at_widths.COMMON}
    drawn = found | needed | {"slope": scaling.in_compute(beta), "width": scaling.best_width(beta)}
    return Tables(
        Table(pd.DataFrame([*slopes, *limits, *widths]), UNITS, found, lost.notes),
        Table(pd.concat(shown, ignore_index=True), UNITS, drawn, lost.notes),
    )
