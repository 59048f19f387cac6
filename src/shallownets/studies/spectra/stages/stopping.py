"""Gradient descent on W without weight decay, stopped where its risk is least, beside the best weight decay.

From: dimension, sizes, the first weights' size and the number of steps.
Makes: a table of measurements, and the data of the figure `stopping`. Sizes without a best decay above 0, and draws
whose minima are not certified, are noted.
"""

import numpy as np
import pandas as pd

from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import mean
from shallownets.stage import Table, Tables, stage
from shallownets.studies.spectra.measure.stopping import along_descent, least_over_decays
from shallownets.studies.spectra.parameters.training import Stopping
from shallownets.studies.spectra.stages import drawn
from shallownets.studies.spectra.theory import evolution
from shallownets.studies.spectra.theory.quadratic import Quadratic

UNITS = {"N": "n/d", "steps": "of gradient descent", "risk": "R", "estimate": "see quantity"}
RECORDS = 80  # steps that are recorded, equally spaced in logarithm
SPAN = (0.3, 3.0)  # weight decays over the best of theory


@stage
def stopping(given: Stopping) -> Tables:
    network = Quadratic(given.gamma, given.d, given.noise, given.d)
    rows, shown, lost = [], [], Lost()
    records = np.unique(np.geomspace(1, given.steps, RECORDS).astype(int))
    with progress("early stopping", sum(draws for _, draws in given.sizes)) as advance:
        for N, draws in given.sizes:
            n = round(N * given.d)
            theory = evolution.best(network, n)
            of = {"N": N, "d": given.d}
            touched = [of | {"quantity": ["stopped over best decay", "best decay"]}]
            if not theory.lam:
                lost.note(f"N = {N:g}: no weight decay above 0 is the best", touched)
            curves, least = [], []
            for draw in range(draws):
                samples = drawn.matrices(given.seed, "early stopping", given.gamma, given.d, n, given.noise, draw)
                rng = drawn.stream(given.seed, "small first weights", draw, d=given.d, n=n)
                start = given.start * rng.standard_normal((given.d, given.d))
                curves.append(along_descent(samples, start, records))
                if theory.lam:
                    least.append(least_over_decays(samples, theory.lam * np.geomspace(*SPAN[::-1], given.points)))
                advance(1)
            stopped = np.array(curves).min(1)
            kept = np.isfinite(least)
            decayed = lost.enough(kept, f"N = {N:g}", "have a minimum that is not certified", touched)
            best = np.array(least)[kept]
            if decayed:
                rows.append(of | {"quantity": "stopped over best decay"} | mean(stopped[kept] / best).row())
            rows.append(of | {"quantity": "stopped"} | mean(stopped).row())
            if decayed:
                rows.append(of | {"quantity": "best decay", "theory": theory.risk} | mean(best).row())
            for count, risk in zip(records, np.array(curves).mean(0), strict=True):
                shown.append(of | {"series": "descent", "steps": count, "risk": risk})
            if decayed:
                shown.append(of | {"series": "best decay", "steps": 1, "risk": float(np.mean(best))})
            shown.append(of | {"series": "theory", "steps": 1, "risk": theory.risk})
    frames = pd.DataFrame(rows), pd.DataFrame(shown)
    return Tables(*(Table(frame, UNITS, notes=lost.notes) for frame in frames))
