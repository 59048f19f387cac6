"""A quadratic student that learns a quadratic teacher whose width grows with the dimension: ``riccati.solve``.

Symbols are those of docs/riccati.md, which has the formulas; they were derived for this project from a talk, and the
paper itself, arXiv:2508.03688, was not read.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.config.keywords import takes
from shallownets.drawing import style
from shallownets.drawing.solved import Solved
from shallownets.numerics import seeds
from shallownets.numerics.progress import MOMENT, progress
from shallownets.studies.riccati import model, starts
from shallownets.studies.riccati.engines import chain
from shallownets.studies.riccati.measure.learning import Learning, follow
from shallownets.studies.riccati.model import Array
from shallownets.studies.riccati.parameters.solve import Solve
from shallownets.studies.riccati.theory import emergence, equivalent

__all__ = ["Solution", "solve"]

_LONGER = 2.0  # the last time over that of the last direction, decoupled
_EARLIER = 0.1  # the first time over that of the first direction
_SHOWN = 4  # directions in the plot


@dataclass(frozen=True, repr=False, eq=False)
class Solution(Solved):
    """One random start, followed by the exact flow, and what theory says of all such starts.

    Attributes:
        given: the parameters.
        lam: (M*,) the teacher's eigenvalues, falling.
        t: (T,) time of the flow, rising; twice the sum of the step sizes for SGD.
        flow: the exact flow from this start: diagonal (T, M*) of the overlaps G, and risk (T,) over E y^2.
        equivalent: (T,) the risk by the deterministic equivalent, at these widths and this dimension.
        decoupled: (T,) the risk of directions learned one by one from equal shares N/d, as the source has it.
        learned_at: (min(M*, N),) the source's times of the directions, log(d/N)/(2 lam).
        sgd: (T,) risk of SGD from the same start, NaN once it has diverged; None unless ``eta_d`` asked for it.
    """

    given: Solve
    lam: Array
    t: Array
    flow: Learning
    equivalent: Array
    decoupled: Array
    learned_at: Array
    sgd: Array | None

    @property
    def risk(self) -> Array:
        """(T,) risk of the exact flow over E y^2, with the best radial part."""
        return self.flow.risk

    @property
    def best_risk(self) -> float:
        """The least risk of a student of this width."""
        return model.best_risk(self.lam, self.given.N)

    def said(self) -> str:
        given = self.given
        return (
            f"M* = {given.M_star}, N = {given.N}, d = {given.d}, beta = {given.beta:g}: risk {self.risk[0]:.3g} to "
            f"{self.risk[-1]:.3g} at t = {self.t[-1]:.3g}; {self.best_risk:.3g} at best"
        )

    def to_pandas(self) -> pd.DataFrame:
        """A row for each time: t, risk (of the exact flow), equivalent, decoupled, and sgd where there is one."""
        columns = {"t": self.t, "risk": self.risk, "equivalent": self.equivalent, "decoupled": self.decoupled}
        return pd.DataFrame(columns | ({} if self.sgd is None else {"sgd": self.sgd}))

    def draw(self) -> style.Picture:
        """Risk, and overlaps of single directions, against time."""
        figure = style.Picture(figsize=(style.PAGE, 2.7))
        left, right = figure.subplots(1, 2)
        left.plot(self.t, self.risk, color="black", label="exact flow")
        left.plot(self.t, self.equivalent, color=style.COLOURS[0], linestyle="--", label="deterministic equivalent")
        left.plot(self.t, self.decoupled, color=style.COLOURS[1], linestyle=":", label="decoupled")
        if self.sgd is not None:
            left.plot(self.t, self.sgd, color=style.COLOURS[2], linewidth=0.9, label="SGD")
        left.axhline(self.best_risk, color=style.GREY, linewidth=0.7, zorder=0)
        left.set(xscale="log", xlabel="time $t$", ylabel=r"risk over $E\,y^2$", ylim=(0, 1.05))
        left.legend()
        last = self.learned_at.size
        for n, j in enumerate(np.unique(np.geomspace(1, last, min(last, _SHOWN)).round().astype(int)) - 1):
            right.plot(self.t, self.flow.diagonal[:, j], color=style.colour(n), label=f"{j + 1}")
            right.plot(self.learned_at[j], 0.5, "o", color=style.colour(n), markerfacecolor="white", zorder=3)
        right.set(xscale="log", xlabel="time $t$", ylabel="overlap $G_{jj}$", ylim=(-0.03, 1.05))
        right.set_title(r"circles: $\log(d/N)/2\lambda_j$")
        right.legend(title="$j$")
        for axes in (left, right):
            axes.set_xlim(self.t[0], self.t[-1])
        return figure


@takes(Solve)
def solve(given: Solve) -> Solution:
    """Follow a student of N directions that learns a teacher of M* in dimension d, from a random start.

    The flow is solved exactly, by the matrix Riccati equation of its overlaps with the teacher, and held against the
    deterministic equivalent of all such starts. With ``eta_d``, SGD on the Stiefel manifold runs from the same start.

    Returns:
        Solution: risk and overlaps against time.

    Raises:
        Impossible: a value that makes no sense, in one line; it is a ValueError.

    Examples:
        >>> from shallownets import riccati
        >>> found = riccati.solve(M_star=16, N=8, d=400, beta=1, seed=0)
        >>> found
        <riccati.Solution M* = 16, N = 8, d = 400, beta = 1: risk 0.999 to 0.0424 at t = 39.4; 0.0359 at best>
        >>> found.flow.diagonal.shape
        (200, 16)
        >>> found.to_pandas().columns.to_list()
        ['t', 'risk', 'equivalent', 'decoupled']
    """
    M_star, N, d = given.M_star, given.N, given.d
    lam = model.spectrum(M_star, given.beta)
    learned_at = emergence.times(lam, N, d)[: min(M_star, N)]
    t = np.geomspace(_EARLIER * learned_at[0], _LONGER * learned_at[-1], given.points)
    sizes = {"M_star": M_star, "N": N, "d": d, "beta": given.beta}
    start = starts.uniform(M_star, N, d, default_rng(seeds.sequence(given.seed, "riccati, library", sizes, 0)))
    return Solution(
        given,
        lam,
        t,
        follow(start, lam, t),
        equivalent.risk(t, lam, N, d),
        emergence.decoupled_risk(t, lam, emergence.equal_shares(M_star, N, d)),
        learned_at,
        _sgd(given, start, lam, t) if given.eta_d else None,
    )


def _sgd(given: Solve, start: starts.Start, lam: Array, t: Array) -> Array:
    """The risk of SGD when it has taken as many samples as make these times, (T,)."""
    eta = given.eta_d / given.d
    samples = np.rint(t / (2 * eta))
    stream = seeds.sequence(given.seed, "riccati, library, samples", {"N": given.N, "eta_d": given.eta_d}, 0)
    with progress(f"SGD, {samples[-1]:.3g} samples", float(samples[-1]), MOMENT) as advance:
        run = chain.simulate(start, lam, given.d, eta, samples, stream, advance)
    return model.risk(run.Z, lam)
