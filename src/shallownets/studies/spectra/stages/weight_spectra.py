"""Eigenvalues of trained weights in every phase, beside the law of the thresholded matrix.

From: the phases' sizes and decays.
Makes: a table of measurements, and the data of the figure `weight_spectra`. Minima that are not certified are noted.
"""

import numpy as np
import pandas as pd

from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import exact, mean
from shallownets.stage import Table, Tables, stage
from shallownets.studies.spectra import model
from shallownets.studies.spectra.engines import nuclear
from shallownets.studies.spectra.measure import spectrum
from shallownets.studies.spectra.parameters.training import WeightSpectra
from shallownets.studies.spectra.stages import drawn
from shallownets.studies.spectra.theory import evolution, law
from shallownets.studies.spectra.theory import phases as diagram
from shallownets.studies.spectra.theory.quadratic import Quadratic

UNITS = {"N": "n/d", "lam": "1", "value": "eigenvalue of S", "density": "of all d eigenvalues"}
SPIKES = 4  # largest eigenvalues that are compared one by one


@stage
def weight_spectra(given: WeightSpectra) -> Tables:
    rows, shown, lost = [], [], Lost()
    with progress("spectra of weights", given.draws * len(given.cases)) as advance:
        for name, gamma, d, N, lam in given.cases:
            network = Quadratic(gamma, d, given.noise, d)
            state = evolution.solve(network, N * d, lam)
            of_law = law.law(network.levels, state.v, state.x)
            left = network.rank(state.v, state.x)
            of = {"case": name, "gamma": gamma, "d": d, "N": N, "lam": lam}
            values, overlaps, ranks, risks, certified = [], [], [], [], []
            for replicate in range(given.draws):
                samples = drawn.matrices(
                    given.seed, "spectra of weights", gamma, d, round(N * d), given.noise, replicate
                )
                made = nuclear.minimise(samples, nuclear.penalty_of(lam, d))
                found = spectrum.of_weights(made.S, samples.teacher)
                values.append(found.values)
                overlaps.append(found.overlaps)
                ranks.append(made.factor.shape[1])
                risks.append(model.quadratic_risk(made.S, samples.teacher))
                certified.append(made.certified)
                advance(1)
            order = np.argsort(of_law.x)
            curve = {"value": of_law.x[order] - state.x, "density": of_law.density[order], "band": of_law.band[order]}
            of_theory = pd.DataFrame(of | {"series": "law", "threshold": state.x} | curve)
            if not lost.enough(certified, f"{name}, N = {N:g}, lam = {lam:g}", "are not certified minima", [of]):
                shown.append(of_theory)
                continue
            values, overlaps, ranks, risks = (
                [one for one, good in zip(every, certified, strict=True) if good]
                for every in (values, overlaps, ranks, risks)
            )
            eigenvalues = np.array(values)
            rows.append(of | {"quantity": "rank", "theory": left} | mean(ranks).row())
            rows.append(of | {"quantity": "risk", "theory": state.risk} | mean(risks).row())
            positive = eigenvalues[eigenvalues > 1e-9 * eigenvalues.max()] if eigenvalues.max() > 0 else np.empty(0)
            if left >= 5:
                far = spectrum.distance(positive, of_law, state.x) * left / d
                rows.append(of | {"quantity": "distance"} | exact(far, len(values)).row())
            for spike, (center, learned) in enumerate(of_law.spikes(d)[:SPIKES]):
                if center <= state.x:
                    break
                noise = float(np.sqrt(2 * state.v / d))
                place = of | {"spike": spike + 1, "order": 3 * noise}
                spikes = mean(eigenvalues[:, spike])
                rows.append(place | {"quantity": "spike", "theory": center - state.x} | spikes.row())
                seen = mean([overlap[spike] for overlap in overlaps])
                rows.append(place | {"quantity": "overlap", "theory": learned} | seen.row())
            phase = diagram.phase(True, gamma, d, N, lam).name
            shown.append(
                pd.DataFrame(of | {"series": "trained", "value": positive, "draws": len(values), "phase": phase})
            )
            shown.append(of_theory)
    lost.require(rows, "more weight decay")
    frames = pd.DataFrame(rows), pd.concat(shown, ignore_index=True)
    return Tables(*(Table(frame, UNITS, notes=lost.notes) for frame in frames))
