"""Scan of the learning rate: when the ODE escapes from the plateau, and when it converges, from each of many starts.

From: the widths, the starts and the grid of learning rates.
Makes: (W, 2) pairs of widths, (E,) learning rates, and (W, E, S) times for each of S starts.
"""

import numpy as np

from shallownets.numerics.progress import progress
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.escape.measure.optimum import Levels, scan
from shallownets.studies.escape.parameters.plateau import PlateauScan
from shallownets.studies.escape.stages.plateau_shared import gaussian_starts
from shallownets.studies.escape.theory.plateau import plateau_level

UNITS = {
    "widths": "p, p*",
    "eta_hat": "learning rate per student unit, eta/p",
    "escaped": "samples/N; inf: no convergence; NaN: not tried",
    "converged": "samples/N; inf: no convergence; NaN: not tried",
}


@stage
def plateau_scan(given: PlateauScan) -> Data:
    widths = sorted(given.widths)
    eta_hat = given.step * np.arange(1, round(given.largest / given.step) + 1)
    times = []
    with progress("escape times of the ODE", len(widths)) as advance:
        for p, p_star in widths:
            levels = Levels(*(plateau_level(p, p_star, part) for part in (given.fraction, given.converged)))
            starts = gaussian_starts(given.seed, p, p_star, given.N, given.starts)
            times.append(scan(starts, eta_hat, levels, given.alpha_max, given.tolerance))
            advance(1)
    escaped, converged = np.array(times).swapaxes(0, 1)
    arrays = {"widths": np.array(widths), "eta_hat": eta_hat, "escaped": escaped, "converged": converged}
    return Data(Arrays(arrays, UNITS))
