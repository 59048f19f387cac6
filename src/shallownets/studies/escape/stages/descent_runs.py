"""When gradient flow falls to shares of the plateau's risk: the escape, and then the final descent.

From: widths, dimensions, shares of the plateau's risk and a seed.
Makes: for each pair of widths, (W,), and each N the times t = eta_hat alpha from each start, that of the escape first;
the risk against time from the first start at the first N.
"""

import numpy as np

from shallownets.numerics.progress import progress
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.escape.engines import spectral
from shallownets.studies.escape.measure.descent import times_to
from shallownets.studies.escape.model import Array, plateau_risk, population_risk
from shallownets.studies.escape.parameters.plateau import DescentRuns
from shallownets.studies.escape.stages.plateau_shared import gaussian_starts, rescaled
from shallownets.studies.escape.starts import Start

UNITS = {
    "times": "eta_hat samples/N, by widths, N, share and start",
    "t": "eta_hat samples/N, of the curve at each pair of widths",
    "risk": "of the plateau's",
}
BEYOND = 1.1  # a curve goes on this much longer than its descent


def curve(start: Start, last: float, given: DescentRuns) -> tuple[Array, Array]:
    """Times from 0 to somewhat after the last one, and the risk there over the plateau's."""
    p, p_star = start.M.shape
    t = np.linspace(0, BEYOND * last, given.points)
    run = spectral.simulate(start, p, t, given.tolerance, gradient_flow=True)
    return t, population_risk(run.M[0], run.Q[0]) / plateau_risk(p, p_star)


@stage
def descent_runs(given: DescentRuns) -> Data:
    times, curves = [], []
    with progress("gradient flow to small risk", len(given.widths)) as advance:
        for p, p_star in given.widths:
            drawn = gaussian_starts(given.seed, p, p_star, given.drawn_at, given.starts)
            by_size = [rescaled(drawn, given.drawn_at, N) for N in given.N]
            times.append([times_to(begun, [given.fraction, *given.shares], given.tolerance) for begun in by_size])
            curves.append(curve(by_size[0][0], times[-1][0][-1, 0], given))
            advance(1)
    t, risk = np.array(curves).swapaxes(0, 1)
    return Data(Arrays({"times": np.array(times), "t": t, "risk": risk}, UNITS))
