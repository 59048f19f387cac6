"""The exact flow against time for a heavy and a light tail, at several student widths.

From: sizes, tails, the single times at which the risk is judged, and a seed.
Makes: at each width and from each start the risk, and how many directions are outside the teacher.
"""

import numpy as np

from shallownets.numerics.progress import progress
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.riccati import model
from shallownets.studies.riccati.measure import risk_curves
from shallownets.studies.riccati.parameters.flow import RiskScalingCurves
from shallownets.studies.riccati.stages import drawn

UNITS = {
    "t": "time of the flow: the curve's, then the single ones that are judged, rising, then one at the end",
    "risk": "E y^2",
    "missing": "directions",
}


@stage
def risk_scaling_curves(given: RiskScalingCurves) -> Data:
    judged_at = sorted(given.judged_at)
    tails = (
        (given.heavy, given.heavy_M_star, given.heavy_N, max(given.heavy_N)),
        (given.light, given.light_M_star, given.light_N, given.light_M_star),
    )
    widths = [(beta, M_star, N, 3.0 * learned**beta) for beta, M_star, of, learned in tails for N in of]
    t = np.empty((len(widths), given.points + len(judged_at) + 1))
    risk, missing = np.empty((2, len(widths), given.starts, t.shape[1]))
    with progress("risk curves", len(widths) * given.starts) as advance:
        for place, (beta, M_star, N, last) in enumerate(widths):
            lam = model.spectrum(M_star, beta)
            t[place] = risk_curves.times(M_star, beta, N, given.d, last, given.points, judged_at)
            for replicate in range(given.starts):
                start = drawn.start(given.seed, "risk curves", M_star, N, given.d, replicate, beta=beta)
                curve = risk_curves.follow(start, lam, t[place])
                risk[place, replicate], missing[place, replicate] = curve.risk, curve.missing
                advance(1)
    beta, M_star, N, _ = (np.array(column) for column in zip(*widths, strict=True))
    return Data(Arrays({"beta": beta, "M_star": M_star, "N": N, "t": t, "risk": risk, "missing": missing}, UNITS))
