"""When a wide network learns each of many tasks: ``emergence.run``.

Symbols and formulas are those of docs/emergence.md; the paper is arXiv:2504.19983.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter
from numpy.random import default_rng

from shallownets.config.keywords import takes
from shallownets.drawing import style
from shallownets.drawing.solved import Solved
from shallownets.errors import Impossible
from shallownets.numerics import seeds
from shallownets.numerics.progress import MOMENT, progress
from shallownets.studies.emergence import model, simulate, starts, trajectory
from shallownets.studies.emergence.engines import chain, deflated, flow
from shallownets.studies.emergence.engines.sgd import SgdRun
from shallownets.studies.emergence.engines.step_sizes import Steps
from shallownets.studies.emergence.measure import curves
from shallownets.studies.emergence.model import Array, Link, Places
from shallownets.studies.emergence.parameters.learn import Learn
from shallownets.studies.emergence.theory import sequential

__all__ = ["Run", "run"]

_LONGER = 3.0  # the last time over that of greedy's last direction
_RECORDS = 400  # of theory and of SGD, for the plot


@dataclass(frozen=True, repr=False, eq=False)
class Run(Solved):
    """What theory says of a start, and what flow and SGD do from it.

    Attributes:
        given: the parameters.
        a: (P,) strengths of the teacher's directions, falling.
        link: of teacher and student, with its information exponent.
        theory: what greedy choice says: the decoupled dynamics, a run as the flow is.
        flow: the flow, with its times t (S,), loss (S,), shares (S, P), and the times (P,) and owners (P,) of the
            directions.
        sgd: the same of SGD, whose times are sums of its steps; None unless ``kappa`` asked for it.
    """

    given: Learn
    a: Array
    link: Link
    theory: trajectory.Run
    flow: trajectory.Run
    sgd: SgdRun | None

    def said(self) -> str:
        given, flow = self.given, self.flow
        return (
            f"{given.link}, P = {given.P}, N = {given.N}, d = {given.d}, beta = {given.beta:g}: {flow.learned.sum()} "
            f"of {given.P} directions learned by t = {flow.t[-1]:.3g}, loss {flow.loss[0]:.3g} to {flow.loss[-1]:.3g}"
        )

    def to_pandas(self) -> pd.DataFrame:
        """A row for each direction: direction (from 1), strength, when theory, flow and SGD learn it, and the neuron
        that theory and the flow see take it (-1: none). Times are infinite where it is not learned.
        """
        columns = {
            "direction": np.arange(1, self.given.P + 1),
            "strength": self.a,
            "theory": self.theory.times,
            "flow": self.flow.times,
            **({"sgd": self.sgd.times} if self.sgd else {}),
            "foreseen": self.theory.owner,
            "neuron": self.flow.owner,
        }
        return pd.DataFrame(columns)

    def draw(self) -> style.Picture:
        """Shares and loss against time, beside theory."""
        given = self.given
        figure = style.Picture(figsize=(style.PAGE, 2.9))
        left, right = figure.subplots(1, 2)
        run, T = self.flow, self.theory.times
        first = float(T[np.isfinite(T)].min()) / 4
        shown = chosen(given.P, len(style.COLOURS))
        for n, m in enumerate(shown):
            left.plot(run.t, run.shares[:, m], color=style.colour(n), label=f"{m + 1}")
            if self.sgd:
                left.plot(self.sgd.t, self.sgd.shares[:, m], color=style.colour(n), linestyle=":")
            if np.isfinite(T[m]):
                left.plot(T[m], 0.5, "o", color=style.colour(n), markerfacecolor="white", zorder=3)
        left.set(xscale="log", xlabel="time $t$", ylabel="share of a direction", ylim=(-0.03, 1.1))
        sgd = (
            "; dotted: SGD, which ends when it has learned all"
            if self.sgd and np.isnan(self.sgd.loss[-1]) and np.isinf(self.sgd.lost_at)
            else "; dotted: SGD"
        )
        left.set_title(f"flow{sgd if self.sgd else ''}; circles: theory")
        title = "$m$" if shown.size == given.P else f"$m$, of {given.P}"
        left.legend(title=title, loc="upper left", bbox_to_anchor=(1, 1), handlelength=1)  # curves are everywhere
        t = np.geomspace(first, run.t[-1], 300)
        right.plot(t, curves.loss_at(run, t), color="black", label=given.engine)
        if self.sgd:
            right.plot(self.sgd.t, self.sgd.loss, color="black", linestyle=":", label="SGD")
        right.plot(self.theory.t, self.theory.loss, color=style.COLOURS[1], linestyle="--", label="theory")
        if self.link.exponent > 2:
            law = sequential.loss(t, self.a, given.N, given.d, given.r0, self.link)
            right.plot(t, law, color=style.COLOURS[0], linestyle="--", label="theory, mean over starts")
        least = min(float(one.loss[np.isfinite(one.loss)].min()) for one in (run, self.sgd) if one)
        low = max(least, 1e-5 * float(run.loss[0]))
        right.set(xscale="log", yscale="log", xlabel="time $t$", ylabel=r"loss $2L$", ylim=(low / 2, 2 * run.loss[0]))
        right.legend(loc="best")
        for axes in (left, right):
            axes.set_xlim(first, run.t[-1])
            axes.xaxis.set_minor_formatter(NullFormatter())
            if run.t[-1] < 300 * first:
                axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
                axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        return figure


@takes(Learn)
def run(given: Learn) -> Run:
    """Say when a student learns each direction of its teacher, by theory, gradient flow and SGD.

    Theory knows the start alone: which neuron takes which direction, and when. The flow is integrated from the same
    start, `flow` in all directions at once, `deflated` by what neurons have learned alone. So is SGD, where ``kappa``
    says so, as a chain that is exact in law.

    Returns:
        Run: times of the directions, shares and losses.

    Raises:
        Impossible: a value that makes no sense, in one line, or a start of which no neuron can learn anything; it is a
            ValueError.

    Examples:
        >>> from shallownets import emergence
        >>> run = emergence.run(P=4, N=8, d=400, link="h4", seed=3)
        >>> run
        <emergence.Run h4, P = 4, N = 8, d = 400, beta = 1: 4 of 4 directions learned by t = 399, loss 1.42 to 2.08e-06>
        >>> run.flow.times.shape, run.flow.shares.shape[1]
        ((4,), 4)
        >>> run.to_pandas().columns.to_list()
        ['direction', 'strength', 'theory', 'flow', 'foreseen', 'neuron']
    """
    a, link = model.strengths(given.P, given.beta), model.named(given.link)
    widths = {"N": given.N, "P": given.P}
    start = starts.uniform(
        given.N, given.P, given.d, given.r0, default_rng(seeds.sequence(given.seed, "emergence, command", widths, 0))
    )
    theory = simulate.decoupled(start, a, link)
    if not theory.learned.any():
        raise Impossible(f"N = {given.N}: no neuron of this start can learn; expected more of them, or another seed")
    known = theory.times[theory.learned]
    engine, end = flow if given.engine == "flow" else deflated, _LONGER * float(known.max())
    t = np.append(0.0, np.geomspace(float(known.min()) / 4, end, _RECORDS))
    theory = simulate.decoupled(start, a, link, t, follow=given.P)
    with progress(f"{given.engine}, N = {given.N}, P = {given.P}", 1, MOMENT) as advance:
        flowed = engine.simulate(start, a, link, end, follow=given.P)
        advance(1)
    return Run(given, a, link, theory, flowed, _samples(given, start, a, link, end))


def step_size(given: Learn, a: Array, link: Link) -> float:
    """η of SGD."""
    return given.kappa / (given.d ** (link.exponent / 2) * float(a @ a))


def _samples(given: Learn, start: starts.Start, a: Array, link: Link, t_end: float) -> SgdRun | None:
    """SGD from a start, up to a time of the flow or until all is learned."""
    if not given.kappa:
        return None
    steps = Steps(step_size(given, a, link))
    records = np.unique(np.rint(steps.samples(np.geomspace(t_end / 1000, t_end, _RECORDS))))
    stream = seeds.sequence(given.seed, "emergence, command, samples", {"N": given.N, "P": given.P}, 0)
    with progress(f"SGD, {records[-1]:.3g} samples at most", float(records[-1]), MOMENT) as advance:
        return chain.simulate(start, a, link, steps, records, stream, enough=min(given.N, given.P), progress=advance)


def chosen(P: int, most: int) -> Places:
    """Directions that are shown, counted from 0: all, or at most so many in about equal ratios."""
    return np.arange(P) if most >= P else np.unique(np.geomspace(1, P, most).round().astype(int)) - 1
