"""The loss at several widths: its powers of time, of width and of compute, and the frontier of all widths.

From: losses and learning times at several widths.
Makes: a table of measurements, and the data of the figures `scaling_law` and `compute_frontier`.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.errors import UserError
from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import exact, mean
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.emergence import model, simulate
from shallownets.studies.emergence.measure import curves, envelope, kept, laws
from shallownets.studies.emergence.measure.envelope import Frontier
from shallownets.studies.emergence.model import Array
from shallownets.studies.emergence.parameters.flow import ScalingLaw
from shallownets.studies.emergence.stages import drawn
from shallownets.studies.emergence.starts import Start
from shallownets.studies.emergence.theory import crowding, frontiers, scaling, sequential
from shallownets.studies.emergence.trajectory import Run

UNITS = {"t": "time of the flow", "compute": "neurons times time"}
LINK = model.hermite(4)
ENGINE = 1e-2  # of a learning time, by the deflated flow
DRAWS = 40  # of the sequential law, at all widths
STARTS = 20  # of greedy choice, at each width
PARTS = ((1, 10), (10, 100), (100, 300), (300, 600))  # directions whose times are compared


class _Teacher:
    """What all widths share: the teacher, and starts and draws of the law by their seed."""

    def __init__(self, given: ScalingLaw, runs: Arrays) -> None:
        self.P, self.d, self.beta = given.P, given.d, given.beta
        self.r0, self.seed = runs.parameters["r0"], runs.parameters["seed"]
        self.a, self.tail = model.strengths(given.P, given.beta), scaling.tail(given.P, given.beta)

    def start(self, purpose: str, N: int, replicate: int = 0) -> Start:
        return drawn.start(self.seed, purpose, N, self.P, self.d, self.r0, replicate)

    def law(self, t: Array, N: int) -> Array:
        """Expected losses at times t by the sequential law."""
        return sequential.loss(t, self.a, N, self.d, self.r0, LINK)

    def draw(self, t: Array, N: int, number: int) -> Array:
        """Losses at times t by sharp steps, of a draw of the sequential law."""
        rng = default_rng(seeds.sequence(self.seed, "emergence, sequential law", {"N": N, "P": self.P}, number))
        return sequential.drawn_loss(t, self.a, N, self.d, self.r0, LINK, rng)


def _late(run: Run, start: Start, of: _Teacher) -> tuple[list[dict], pd.DataFrame]:
    """How late directions are against greedy choice, and against greedy choice with crowding."""
    expected, N = simulate.decoupled(start, of.a, LINK), start.r.size
    T = expected.times
    delayed = T + crowding.delays(start.M, of.a, expected.owner, T)
    rows = []
    for first, last in PARTS:
        if last > of.P:
            continue
        part, order = slice(first - 1, last), (last / of.d) ** 2 + ENGINE
        for name, theory in (("greedy", T), ("crowded", delayed)):
            row = {"quantity": f"time over {name}", "N": N, "first": first, "last": last, "theory": 1.0, "order": order}
            if found := laws.median_ratio(run.times[part], theory[part]):
                rows.append(row | found.row())
    m = np.arange(1, of.P + 1)
    with np.errstate(invalid="ignore"):
        frame = pd.DataFrame({"series": "late", "N": N, "t": m, "loss": run.times / T, "law": delayed / T})
    return rows, frame[np.isfinite(frame.loss) & np.isfinite(frame.law)]


def _windows(of: _Teacher, N: int, run: Run, t_end: float) -> Iterator[dict]:
    """Exponents in time within the window."""
    T = sequential.median_times(of.a, N, of.d, of.r0, LINK)
    if T.size < of.P:
        return
    t = curves.window(T)
    if t[-1] > t_end:
        return
    exponent = scaling.in_time(of.beta)
    law = curves.power(t, of.law(t, N) + of.tail)
    measured = curves.power(t, curves.loss_at(run, t) + of.tail)
    raw = curves.power(t, curves.loss_at(run, t))
    where = {"N": N, "first": t[0], "last": t[-1]}
    yield (
        {"quantity": "exponent", "theory": exponent, "order": abs(exponent) / np.log(N)} | where | exact(measured).row()
    )
    draws = [curves.power(t, of.draw(t, N, number) + of.tail) for number in range(DRAWS)]
    order = crowding.turned(exponent, of.P / 4, of.d, float(np.log(t[-1] / t[0]))) + 3 * float(np.std(draws, ddof=1))
    yield {"quantity": "exponent, sequential", "theory": law, "order": order} | where | exact(measured).row()
    row = {"quantity": "exponent without the tail", "theory": exponent, "order": abs(exponent) / np.log(N)}
    yield row | where | exact(raw).row()
    m = np.arange(10, of.P // 4 + 1)
    m = m[run.learned[m - 1]]
    if m.size < 2:
        return
    left, width = curves.loss_at(run, run.times[m - 1]) + of.tail, scaling.in_width(of.beta)
    row = {"quantity": "exponent at learning times", "theory": width, "order": abs(width) / np.log(N)}
    yield row | where | exact(curves.power(m, left), m.size).row()


def _engines(N: int, t_end: float, ours: Run, exactly: Run, lost: Lost) -> Iterator[dict]:
    """The largest ratio of learning times by both engines, as a logarithm."""
    ratio = laws.late(exactly, ours)
    both = np.isfinite(ratio)
    if both.any():
        off = np.abs(np.log(ratio[both])).max()
        row = {"quantity": "engine", "N": N, "first": 0, "last": t_end, "theory": 0.0, "order": ENGINE}
        yield row | exact(off, int(both.sum())).row()
    else:
        what = f"exact flow, N = {N}: no direction that the deflated flow learns is learned by t = {t_end:g}"
        lost.note(what, [{"quantity": "engine", "N": N}])


def _plateaus(given: ScalingLaw, of: _Teacher) -> Iterator[dict]:
    """The exponent in the width of what greedy choice leaves, while that is below a quarter of the teacher's."""
    widths = [N for N in given.widths if 4 * N <= given.P]
    if len(widths) < 2:
        return
    slopes = []
    for replicate in range(STARTS):
        ends = [laws.left_by_greedy(of.start("plateaus", N, replicate), of.a, LINK) + of.tail for N in widths]
        slopes.append(curves.power(np.array(widths), np.array(ends)))
    where = {"N": np.sqrt(widths[0] * widths[-1]), "first": widths[0], "last": widths[-1]}
    theory = scaling.in_width(of.beta)
    row = {"quantity": "plateau exponent", "theory": theory, "order": abs(theory) / np.log(where["N"])}
    yield row | where | mean(slopes).row()


def _fronts(name: str, found: Frontier, **more) -> pd.DataFrame:
    """A frontier for the figure."""
    return pd.DataFrame({"series": name, "N": found.width, "t": found.compute, "loss": found.loss} | more)


def _passages(name: str, found: Frontier, **more) -> pd.DataFrame:
    """Passages of the best width for the figure: the mean of both widths, compute and loss."""
    C, narrower, wider = found.passages()
    return pd.DataFrame({"series": name, "N": np.sqrt(narrower * wider), "t": C, "loss": found.loss_at(C)} | more)


def _best_widths(
    given: ScalingLaw, found: list[Frontier], by_draws: list[Frontier], lost: Lost
) -> tuple[list[dict], dict]:
    """Exponents of the best width, up to that of the teacher; and what the figure needs of them.

    A finite teacher lacks the same of all of these widths, so that the best one is that of an infinite teacher.
    """
    low = given.widths[0]
    most = max((N for N in given.widths if given.P >= N), default=low)
    measured = envelope.best_widths(found, by_draws, most, given.t_end)
    if measured is None:
        lost.note(f"best width, to {most}: passes from one to the next less than twice by t = {given.t_end:g}")
        return [], {}
    ours, expected, shortest = measured
    limit, middle = scaling.best_width(given.beta), float(np.sqrt(low * most))
    of = {"N": middle, "first": low, "last": most}
    row = {"quantity": "best width", "theory": limit, "order": limit / np.log(middle)} | of
    rows = [row | ours.row()]
    late = crowding.turned(ours.value, most, given.d, shortest)  # by the last direction of the widest student
    row = {"quantity": "best width, sequential", "theory": expected, "order": 3 * ours.error + late} | of
    rows.append(row | exact(ours.value, len(found)).row())
    return rows, {"best_width": [middle, ours.value, ours.error]}


def _frontiers(
    given: ScalingLaw, ours: Frontier, with_tail: Frontier, by_draws: list[Frontier], lost: Lost
) -> Iterator[dict]:
    """Slopes of the frontier at this size."""
    low, limit = given.widths[0], scaling.in_compute(given.beta)
    # up to a quarter of the teacher's width, beyond which its end shows, as for times; and all widths
    for high in sorted({given.P // 4, given.widths[-1]}):
        if sum(high >= N for N in given.widths) < 3:
            continue
        middle = float(np.sqrt(low * high))
        of = {"N": middle, "first": low, "last": high}
        slope, length = ours.slope(low, high)
        expected, spread = envelope.scatter(one.slope(low, high).exponent for one in by_draws)
        tailed = with_tail.slope(low, high).exponent
        if not np.isfinite([slope, expected, tailed]).all():
            lost.note(f"frontier, widths to {high}: none but the first and the last is the best by t = {given.t_end:g}")
            continue
        row = {"quantity": "frontier", "theory": limit, "order": abs(limit) / np.log(middle)} | of
        yield row | exact(slope).row()
        # by the last of the half of the largest width
        late = crowding.turned(scaling.in_time(given.beta), min(high, given.P) / 2, given.d, length)
        row = {"quantity": "frontier, sequential", "theory": expected, "order": 3 * spread + late} | of
        yield row | exact(slope).row()
        row = {"quantity": "frontier with the tail", "theory": frontiers.slope(given.beta, middle)} | of
        row |= {"order": frontiers.growth(middle) ** 2 + late}
        yield row | exact(tailed).row()


def _in_ranges(below: str, change: str, limit: float, values: list[float], given: ScalingLaw) -> Iterator[dict]:
    """An exponent in each range of widths beside its limit, and by what it differs from that in the range before."""
    for n, (first, last) in enumerate(given.limit):
        of = {"order": 0.0, "N": float(np.sqrt(first * last)), "first": first, "last": last}
        yield {"quantity": below, "theory": limit} | of | exact(values[n]).row()
        if n:
            yield {"quantity": change, "theory": 0.0} | of | exact(values[n] - values[n - 1]).row()


def _limits(given: ScalingLaw) -> tuple[list[dict], list[pd.DataFrame], list[pd.DataFrame]]:
    """Slopes of frontiers without limits of size, and exponents of the best width; frontiers and passages."""
    ranges = [envelope.over(given.beta, first, last) for first, last in given.limit]
    fronts, passages = [], []
    for one, (first, _) in zip(ranges, given.limit, strict=True):
        fronts.append(_fronts("limit", one.frontier, first=first))
        frame = _passages("best width, limit", one.frontier, first=first)
        passages.append(frame.assign(law=[frontiers.best_width(given.beta, N) for N in frame.N]))
    slopes, exponents = [one.slope for one in ranges], [one.best_width for one in ranges]
    rows = [
        *_in_ranges("frontier below its limit", "frontier rises", scaling.in_compute(given.beta), slopes, given),
        *_in_ranges("best width above its limit", "best width falls", scaling.best_width(given.beta), exponents, given),
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
def scaling_law(given: ScalingLaw, runs: Arrays) -> Tables:
    for name in ("d", "P", "beta", "widths", "t_end", "exact"):
        wanted, there = getattr(given, name), runs.parameters[name]
        if not np.array_equal(wanted, there):
            raise UserError(f"--{name.replace('_', '-')} {wanted}: expected that of the runs, {there}")
    of, lost = _Teacher(given, runs), Lost()
    t = np.geomspace(1.0, given.t_end, given.points)
    keys = zip(*(runs.arrays[name].tolist() for name in ("N", "replicate", "exact")), strict=True)
    deflated, flow = {}, []
    for (N, replicate, exactly), run in zip(keys, kept.unpacked(runs.arrays), strict=True):
        if exactly:
            flow.append(run)
        else:
            deflated[N, replicate] = run
    first = {N: run for (N, replicate), run in deflated.items() if not replicate}
    measured, rows, shown = {N: curves.loss_at(run, t) for N, run in first.items()}, [], []
    law = {N: of.law(t, N) for N in given.widths}
    narrow = [N for N in given.widths if given.P >= N]
    for N, run in first.items():
        shown.append(pd.DataFrame({"series": "deflated", "N": N, "t": t, "loss": measured[N], "law": law[N]}))
        rows += _windows(of, N, run, given.t_end)
        if max(narrow, default=given.widths[0]) == N:
            late, frame = _late(run, of.start("scaling law", N), of)
            rows += late
            shown.append(frame)
    for (N, t_end), run in zip(given.exact, flow, strict=True):
        rows += _engines(N, t_end, first[N], run, lost)
        inside = t[t <= t_end]
        shown.append(pd.DataFrame({"series": "flow", "N": N, "t": inside, "loss": curves.loss_at(run, inside)}))
    rows += _plateaus(given, of)

    def frontier(losses: dict[int, Array], tail: float = 0.0) -> Frontier:
        return envelope.frontier({N: (t, loss + tail) for N, loss in losses.items()})

    ours, by_law = frontier(measured), frontier(law)
    more = [
        frontier({N: curves.loss_at(deflated[N, replicate], t) for N in narrow})
        for replicate in sorted({replicate for _, replicate in deflated} - {0})
    ]
    least = of.a[-1] ** 2
    by_draws = [
        frontier({N: np.maximum(of.draw(t, N, number), least) for N in given.widths}) for number in range(DRAWS)
    ]
    rows += _frontiers(given, ours, frontier(measured, of.tail), by_draws, lost)
    widths, needed = _best_widths(given, [ours, *more], by_draws, lost)
    limits, limit_fronts, limit_passages = _limits(given)
    others = [("best width, other starts", one) for one in more]
    passages = [("best width", ours), *others, ("best width, sequential", by_law)]
    shown += [_fronts("frontier", ours), _fronts("frontier, sequential", by_law), *limit_fronts]
    shown += [*(_passages(name, one) for name, one in passages), *limit_passages]
    found = {name: runs.parameters[name] for name in ("r0", "tolerance")}
    exponents = {
        "exponent": scaling.in_time(given.beta),
        "slope": scaling.in_compute(given.beta),
        "tail": of.tail,
        "width": scaling.best_width(given.beta),
    }
    frame = pd.concat(shown, ignore_index=True)
    return Tables(
        Table(pd.DataFrame([*rows, *limits, *widths]), UNITS, found, lost.notes),
        Table(frame, UNITS, found | exponents | needed, lost.notes),
    )
