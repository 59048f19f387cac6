"""Local exponents of the risk over samples and weight decay, of both networks.

From: the dimension and the ranges of both.
Makes: the data of the figure `phases`.
"""

import numpy as np
import pandas as pd

from shallownets.numerics.progress import progress
from shallownets.stage import FigureData, Table, stage
from shallownets.studies.spectra.measure import curves
from shallownets.studies.spectra.parameters.theory import Phases
from shallownets.studies.spectra.theory import phases as law
from shallownets.studies.spectra.theory.diagonal import Diagonal
from shallownets.studies.spectra.theory.quadratic import Quadratic

UNITS = {"samples": "log_d n_eff", "decay": "log_d lam", "by_n": "d log R/d log n", "by_lam": "d log R/d log lam"}


@stage
def phases(given: Phases) -> FigureData:
    samples, decays = (
        np.linspace(*np.log(ends) / np.log(given.d), count)
        for ends, count in zip((given.samples, given.decay), given.points, strict=True)
    )
    shown = []
    with progress("phase diagram", 2 * samples.size) as advance:
        for model, of_model in (("diagonal", Diagonal), ("quadratic", Quadratic)):
            network = of_model(given.gamma, given.d, given.noise)
            for log_N in samples:
                N = float(given.d**log_N)
                states = curves.along_decay(network, N, given.d ** decays[::-1])
                for log_lam, state in zip(decays[::-1], states, strict=True):
                    phase = law.phase(model == "quadratic", given.gamma, given.d, N, state.lam).name
                    of = {"model": model, "samples": log_N, "decay": log_lam, "phase": phase}
                    shown.append(of | {"risk": state.risk, "by_n": state.by_n, "by_lam": state.by_lam})
                advance(1)
    frame = pd.DataFrame(shown)
    frame["line"] = -1
    lines = []
    for model in ("diagonal", "quadratic"):
        for line, ends in enumerate(law.boundaries(model == "quadratic", given.gamma, given.d)):
            lines += [{"model": model, "line": line, "samples": x, "decay": y} for x, y in ends]
    return FigureData(Table(pd.concat([frame, pd.DataFrame(lines)], ignore_index=True), UNITS))
