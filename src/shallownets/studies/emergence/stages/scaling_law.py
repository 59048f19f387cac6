"""The loss at several widths: its powers of time, of width and of compute, and the frontier of all widths.

From: sizes, a tail and a seed.
Makes: a table of measurements, and the data of the figures `scaling_law` and `compute_frontier`.
"""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import Estimate, exact, mean
from shallownets.stage import Table, Tables, stage
from shallownets.studies.emergence import model, simulate
from shallownets.studies.emergence.engines import deflated, flow
from shallownets.studies.emergence.measure import curves
from shallownets.studies.emergence.measure.curves import Frontier
from shallownets.studies.emergence.model import Array
from shallownets.studies.emergence.parameters.flow import ScalingLaw
from shallownets.studies.emergence.stages import drawn
from shallownets.studies.emergence.starts import Start
from shallownets.studies.emergence.theory import crowding, frontiers, scaling, sequential, times
from shallownets.studies.emergence.trajectory import Run

UNITS = {"t": "time of the flow", "compute": "neurons times time"}
K = 4
ENGINE = 1e-2  # of a learning time, by the deflated flow
DRAWS = 40  # of the sequential law, at all widths
SETS = 4  # of starts at all widths up to the teacher's, for the best width
STARTS = 20  # of greedy choice, at each width
LIMIT_WIDTHS = 60  # of a frontier of infinite size
PARTS = ((1, 10), (10, 100), (100, 300), (300, 600))  # directions whose times are compared


def _median_times(given: ScalingLaw, N: int, a: Array) -> Array:
    """Learning times of the first min(N, P) directions, each from the median of its largest overlap."""
    count = N - np.arange(min(N, a.size))
    x = sequential.largest(np.full(count.size, 0.5), count, given.d, K)
    return times.learning_time(a[: count.size], x / np.sqrt(given.d), given.r0, model.hermite(K))


def _late(run: Run, start: Start, a: Array, given: ScalingLaw) -> tuple[list[dict], pd.DataFrame]:
    """How late directions are against greedy choice, and against greedy choice with crowding."""
    expected = simulate.decoupled(start, a, model.hermite(K))
    T = expected.times
    delayed = T + crowding.delays(start.M, a, expected.owner, T)
    rows = []
    for first, last in PARTS:
        part = slice(first - 1, last)
        if last > a.size:
            continue
        of = {"N": start.r.size, "first": first, "last": last, "theory": 1.0}
        order = (last / given.d) ** 2 + ENGINE
        for name, theory in (("greedy", T), ("crowded", delayed)):
            row = {"quantity": f"time over {name}"} | of | {"order": order}
            rows += [row | found for found in _median_ratio(run.times[part], theory[part])]
    m = np.arange(1, a.size + 1)
    with np.errstate(invalid="ignore"):
        frame = pd.DataFrame({"series": "late", "N": start.r.size, "t": m, "loss": run.times / T, "law": delayed / T})
    return rows, frame[np.isfinite(frame.loss) & np.isfinite(frame.law)]


def _median_ratio(T: Array, theory: Array) -> Iterator[dict]:
    """The median of T/theory, between what it would be if all ratios that are not known were 0, or infinite.

    A time is not known where the direction was not learned, or where theory has none. Nothing, if that is most of them.
    """
    ratio = np.full(T.size, np.nan)
    known = np.isfinite(T) & np.isfinite(theory)
    ratio[known] = T[known] / theory[known]
    low, high = (float(np.median(np.where(known, ratio, other))) for other in (0.0, np.inf))
    if low > 0 and high < np.inf:
        row = {"estimate": float(np.median(ratio[known])), "low": low, "high": high, "n": T.size, "degrees": np.inf}
        yield row | {"left_out": int(T.size - known.sum())}


def _law_drawn(given: ScalingLaw, a: Array, N: int, t: Array, draw: int) -> Array:
    """Losses at times t by sharp steps, of a draw of the sequential law."""
    rng = default_rng(seeds.sequence(given.seed, "emergence, sequential law", {"N": N, "P": given.P}, draw))
    count = N - np.arange(min(N, given.P))
    x, first = sequential.largest(rng.random(count.size), count, given.d, K), a[: count.size]
    T = np.full(given.P, np.inf)
    T[: count.size] = times.sharp(times.learning_time(first, x / np.sqrt(given.d), given.r0, model.hermite(K)), first)
    return times.steps_loss(t, T, a)


def _windows(given: ScalingLaw, a: Array, N: int, run: Run) -> Iterator[dict]:
    """Exponents in time within the window."""
    T = _median_times(given, N, a)
    if T.size < a.size:
        return
    t = curves.window(T)
    if t[-1] > given.t_end:
        return
    tail, exponent = scaling.tail(given.P, given.beta), scaling.in_time(given.beta)
    law = curves.power(t, sequential.loss(t, a, N, given.d, given.r0, model.hermite(K)) + tail)
    measured = curves.power(t, curves.loss_at(run, t) + tail)
    raw = curves.power(t, curves.loss_at(run, t))
    of = {"N": N, "first": t[0], "last": t[-1]}
    yield {"quantity": "exponent", "theory": exponent, "order": abs(exponent) / np.log(N)} | of | exact(measured).row()
    late = given.P / (4 * given.d)  # relative, of direction P/4
    draws = [curves.power(t, _law_drawn(given, a, N, t, draw) + tail) for draw in range(DRAWS)]
    order = abs(exponent) * np.log1p(late) / np.log(t[-1] / t[0]) + 3 * float(np.std(draws, ddof=1))
    yield {"quantity": "exponent, sequential", "theory": law, "order": order} | of | exact(measured).row()
    row = {"quantity": "exponent without the tail", "theory": exponent, "order": abs(exponent) / np.log(N)}
    yield row | of | exact(raw).row()
    m = np.arange(10, given.P // 4 + 1)
    m = m[run.learned[m - 1]]
    if m.size < 2:
        return
    left, width = curves.loss_at(run, run.times[m - 1]) + tail, scaling.in_width(given.beta)
    row = {"quantity": "exponent at learning times", "theory": width, "order": abs(width) / np.log(N)}
    yield row | of | exact(curves.power(m, left), m.size).row()


def _plateaus(given: ScalingLaw, a: Array) -> Iterator[dict]:
    """The exponent in the width of what greedy choice leaves, while that is below a quarter of the teacher's."""
    widths = np.array([N for N in given.widths if 4 * N <= given.P])
    if widths.size < 2:
        return
    slopes = []
    for replicate in range(STARTS):
        ends = np.empty(widths.size)
        for n, N in enumerate(widths.tolist()):
            start = drawn.start(given.seed, "plateaus", N, given.P, given.d, given.r0, replicate)
            left = simulate.decoupled(start, a, model.hermite(K)).owner < 0
            ends[n] = (a[left] ** 2).sum() + scaling.tail(given.P, given.beta)
        slopes.append(curves.power(widths, ends))
    of = {"N": np.sqrt(widths[0] * widths[-1]), "first": widths[0], "last": widths[-1]}
    theory = scaling.in_width(given.beta)
    row = {"quantity": "plateau exponent", "theory": theory, "order": abs(theory) / np.log(of["N"])}
    yield row | of | mean(slopes).row()


def _slope(found: Frontier, low: float, high: float) -> tuple[float, float]:
    """The exponent of the frontier while the best width passes between these, and the logarithm of that range.

    NaN where no width between them is the best at any compute.
    """
    C, loss = found.between(low, high)
    if C.size < 2:
        return np.nan, np.nan
    return curves.power(C, loss), float(np.log(C[-1] / C[0]))


def _best_width(found: Frontier, most: float, t_end: float = np.inf) -> tuple[float, float]:
    """The exponent of the best width in compute, by its passages up to the width `most`, and the log of their range.

    A passage counts while the curve of the narrower width has not come to its end. NaN for fewer than two.
    """
    C, narrower, wider = found.passages()
    kept = (wider <= most) & (narrower * t_end > C)
    if kept.sum() < 2:
        return np.nan, np.nan
    return curves.power(C[kept], np.sqrt(narrower * wider)[kept]), float(np.log(C[kept][-1] / C[kept][0]))


def _passages(name: str, found: Frontier, **more) -> pd.DataFrame:
    """Passages of the best width for the figure: the mean of both widths, compute and loss."""
    C, narrower, wider = found.passages()
    loss = np.exp(np.interp(np.log(C), np.log(found.compute), np.log(found.loss)))
    return pd.DataFrame({"series": name, "N": np.sqrt(narrower * wider), "t": C, "loss": loss} | more)


def _drawn_frontiers(given: ScalingLaw, t: Array) -> list[Frontier]:
    """Frontiers by the sequential law, each of one draw at each width."""
    a, found = model.strengths(given.P, given.beta), []
    for draw in range(DRAWS):
        losses = {float(N): (t, np.maximum(_law_drawn(given, a, N, t, draw), a[-1] ** 2)) for N in given.widths}
        found.append(curves.frontier(losses))
    return found


def _over_draws(exponents: Iterable[float]) -> tuple[float, float]:
    """Mean and standard deviation of exponents of draws.

    Draws in which no width between the ends is the best are left out; NaN where fewer than two are kept.
    """
    known = [one for one in exponents if np.isfinite(one)]
    return (float(np.mean(known)), float(np.std(known, ddof=1))) if len(known) > 1 else (np.nan, np.nan)


def _more_frontiers(
    given: ScalingLaw, widths: list[int], a: Array, t: Array, advance: Callable[[float], None]
) -> list[Frontier]:
    """Frontiers of further starts of these widths."""
    found = []
    for replicate in range(1, SETS):
        losses = {}
        for N in widths:
            start = drawn.start(given.seed, "scaling law", N, given.P, given.d, given.r0, replicate)
            run = deflated.simulate(start, a, model.hermite(K), given.t_end, tolerance=given.tolerance)
            losses[float(N)] = (t, curves.loss_at(run, t))
            advance(N)
        if widths:
            found.append(curves.frontier(losses))
    return found


def _best_widths(
    given: ScalingLaw, found: list[Frontier], by_draws: list[Frontier], lost: Lost
) -> tuple[list[dict], dict]:
    """Exponents of the best width, up to that of the teacher; and what the figure needs of them.

    A finite teacher lacks the same of all of these widths, so that the best one is that of an infinite teacher.
    """
    low = given.widths[0]
    most = max((N for N in given.widths if given.P >= N), default=low)
    exponents, lengths = np.array([_best_width(one, most, given.t_end) for one in found]).T
    expected, spread = _over_draws(_best_width(one, most, given.t_end)[0] for one in by_draws)
    if not np.isfinite([*exponents, expected]).all():
        lost.note(f"best width, to {most}: passes from one to the next less than twice by t = {given.t_end:g}")
        return [], {}
    limit, middle = scaling.best_width(given.beta), float(np.sqrt(low * most))
    of = {"N": middle, "first": low, "last": most}
    ours = Estimate(float(exponents.mean()), spread / np.sqrt(exponents.size), len(by_draws))
    row = {"quantity": "best width", "theory": limit, "order": limit / np.log(middle)} | of
    rows = [row | ours.row()]
    # crowding makes the last direction of the widest student later by at most m/d
    late = ours.value * np.log1p(most / given.d) / lengths.min()
    row = {"quantity": "best width, sequential", "theory": expected, "order": 3 * ours.error + late} | of
    rows.append(row | exact(ours.value, exponents.size).row())
    return rows, {"best_width": [middle, ours.value, ours.error]}


def _frontiers(
    given: ScalingLaw, measured: dict, law: dict, by_draws: list[Frontier], lost: Lost
) -> tuple[list[dict], Frontier, Frontier]:
    """Slopes of the frontier at this size, and the frontiers, measured and by the law."""
    rows = []
    low = given.widths[0]
    limit, tail = scaling.in_compute(given.beta), scaling.tail(given.P, given.beta)
    ours, by_law = curves.frontier(measured), curves.frontier(law)
    with_tail = curves.frontier({N: (t, loss + tail) for N, (t, loss) in measured.items()})
    # up to a quarter of the teacher's width, beyond which its end shows, as for times; and all widths
    for high in sorted({given.P // 4, given.widths[-1]}):
        if sum(high >= N for N in given.widths) < 3:
            continue
        middle = float(np.sqrt(low * high))
        of = {"N": middle, "first": low, "last": high}
        slope, length = _slope(ours, low, high)
        expected, spread = _over_draws(_slope(one, low, high)[0] for one in by_draws)
        tailed, _ = _slope(with_tail, low, high)
        if not np.isfinite([slope, expected, tailed]).all():
            lost.note(f"frontier, widths to {high}: none but the first and the last is the best by t = {given.t_end:g}")
            continue
        row = {"quantity": "frontier", "theory": limit, "order": abs(limit) / np.log(middle)} | of
        rows.append(row | exact(slope).row())
        # crowding makes the last of the half of the largest width later by at most m/d
        late = abs(scaling.in_time(given.beta)) * np.log1p(min(high, given.P) / (2 * given.d)) / length
        row = {"quantity": "frontier, sequential", "theory": expected, "order": 3 * spread + late} | of
        rows.append(row | exact(slope).row())
        row = {"quantity": "frontier with the tail", "theory": frontiers.slope(given.beta, middle)} | of
        row |= {"order": frontiers.growth(middle) ** 2 + late}
        rows.append(row | exact(tailed).row())
    return rows, ours, by_law


def _in_ranges(below: str, change: str, limit: float, values: list[float], given: ScalingLaw) -> Iterator[dict]:
    """An exponent in each range of widths beside its limit, and by what it differs from that in the range before."""
    for n, (first, last) in enumerate(given.limit):
        of = {"order": 0.0, "N": float(np.sqrt(first * last)), "first": first, "last": last}
        yield {"quantity": below, "theory": limit} | of | exact(values[n]).row()
        if n:
            yield {"quantity": change, "theory": 0.0} | of | exact(values[n] - values[n - 1]).row()


def _limits(given: ScalingLaw) -> tuple[list[dict], list[pd.DataFrame], list[pd.DataFrame]]:
    """Slopes of frontiers without limits of size, and exponents of the best width; frontiers and passages."""
    slopes, exponents, off, fronts, passages = [], [], [], [], []
    for first, last in given.limit:
        widths = np.unique(np.geomspace(first, last, LIMIT_WIDTHS).astype(np.int64))
        s = frontiers.times(given.beta, first, last)
        found = curves.frontier({int(N): (s, sequential.limit_loss(s, given.beta, int(N))) for N in widths}, 1500)
        slopes.append(_slope(found, widths[0], widths[-1])[0])
        exponents.append(_best_width(found, last)[0])
        middle = float(np.sqrt(first * last))
        by_slope, by_width = frontiers.slope(given.beta, middle), frontiers.best_width(given.beta, middle)
        off.append((frontiers.growth(middle), abs(slopes[-1] - by_slope), abs(exponents[-1] - by_width)))
        frame = {"series": "limit", "N": found.width, "t": found.compute, "loss": found.loss, "first": first}
        fronts.append(pd.DataFrame(frame))
        frame = _passages("best width, limit", found, first=first)
        passages.append(frame.assign(law=[frontiers.best_width(given.beta, N) for N in frame.N]))
    rows = [
        *_in_ranges("frontier below its limit", "frontier rises", scaling.in_compute(given.beta), slopes, given),
        *_in_ranges("best width above its limit", "best width falls", scaling.best_width(given.beta), exponents, given),
    ]
    xi, of_slopes, of_widths = np.array(off).T
    of = {"order": 0.0, "N": 0.0, "first": given.limit[0][0], "last": given.limit[-1][1]}
    for quantity, order, left in (
        ("frontier beyond first order", 2.0, of_slopes),
        ("best width beyond second order", 3.0, of_widths),
    ):
        rows.append({"quantity": quantity, "theory": order} | of | exact(curves.power(xi, left), xi.size).row())
    return rows, fronts, passages


@stage
def scaling_law(given: ScalingLaw) -> Tables:
    a, link = model.strengths(given.P, given.beta), model.hermite(K)
    t = np.geomspace(1.0, given.t_end, given.points)
    rows, shown, runs = [], [], {}
    measured, law, lost = {}, {}, Lost()
    narrow = [N for N in given.widths if given.P >= N]
    work = sum(given.widths) + 4 * sum(N for N, _ in given.exact) + (SETS - 1) * sum(narrow)
    with progress("loss at several widths", work) as advance:
        for N in given.widths:
            start = drawn.start(given.seed, "scaling law", N, given.P, given.d, given.r0)
            run = runs[N] = deflated.simulate(start, a, link, given.t_end, tolerance=given.tolerance)
            measured[N] = (t, curves.loss_at(run, t))
            law[N] = (t, sequential.loss(t, a, N, given.d, given.r0, link))
            shown.append(pd.DataFrame({"series": "deflated", "N": N, "t": t, "loss": measured[N][1], "law": law[N][1]}))
            rows += _windows(given, a, N, run)
            advance(N)
            if max(narrow, default=given.widths[0]) == N:
                late, frame = _late(run, start, a, given)
                rows += late
                shown.append(frame)
        for N, t_end in given.exact:
            start = drawn.start(given.seed, "scaling law", N, given.P, given.d, given.r0)
            run = flow.simulate(start, a, link, t_end, tolerance=given.tolerance)
            both = run.learned & runs[N].learned
            if both.any():
                off = np.abs(np.log(run.times[both] / runs[N].times[both]))
                of = {"N": N, "first": 0, "last": t_end, "theory": 0.0}
                rows.append({"quantity": "engine"} | of | {"order": ENGINE} | exact(off.max(), int(both.sum())).row())
            else:
                what = f"exact flow, N = {N}: no direction that the deflated flow learns is learned by t = {t_end:g}"
                lost.note(what, [{"quantity": "engine", "N": N}])
            inside = t[t <= t_end]
            shown.append(pd.DataFrame({"series": "flow", "N": N, "t": inside, "loss": curves.loss_at(run, inside)}))
            advance(4 * N)
        more = _more_frontiers(given, narrow, a, t, advance)
    rows += _plateaus(given, a)
    by_draws = _drawn_frontiers(given, t)
    fronts, ours, by_law = _frontiers(given, measured, law, by_draws, lost)
    widths, needed = _best_widths(given, [ours, *more], by_draws, lost)
    limits, limit_fronts, limit_passages = _limits(given)
    for name, one in (("frontier", ours), ("frontier, sequential", by_law)):
        shown.append(pd.DataFrame({"series": name, "N": one.width, "t": one.compute, "loss": one.loss}))
    others = [("best width, other starts", one) for one in more]
    passages = [("best width", ours), *others, ("best width, sequential", by_law)]
    shown += [*limit_fronts, *(_passages(name, one) for name, one in passages), *limit_passages]
    found = {
        "exponent": scaling.in_time(given.beta),
        "slope": scaling.in_compute(given.beta),
        "tail": scaling.tail(given.P, given.beta),
        "width": scaling.best_width(given.beta),
    } | needed
    frame = pd.concat(shown, ignore_index=True)
    measurements = pd.DataFrame([*rows, *fronts, *limits, *widths])
    return Tables(Table(measurements, UNITS, notes=lost.notes), Table(frame, UNITS, found, notes=lost.notes))
