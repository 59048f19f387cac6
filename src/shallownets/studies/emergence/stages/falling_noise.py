"""Noise that falls as directions are learned, noise that stays, and a step size that falls.

From: learning times with and without label noise, and with a falling step size, from the same starts as the flow.
Makes: a table of measurements, and the data of the figure `falling_noise`. Lost runs count as infinitely late.
"""

import numpy as np
import pandas as pd

from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import Estimate
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.emergence import model
from shallownets.studies.emergence.measure import against_flow, laws
from shallownets.studies.emergence.parameters.sgd import FallingNoise
from shallownets.studies.emergence.theory import noise

UNITS = {"value": "T/T_flow, or kappa; inf where a direction was not learned"}
COMMON = ("k", "d", "P", "N", "beta", "kappa", "label_noise", "scale", "patience")
SERIES = ("quiet", "noisy", "falling")
NAMES = {"quiet": "no label noise", "noisy": "label noise", "falling": "label noise, falling step"}
LATE = 2.0  # times of the flow up to which a direction counts as learned


@stage
def falling_noise(given: FallingNoise, runs: Arrays) -> Tables:
    common = {name: runs.parameters[name] for name in COMMON}
    a = model.strengths(common["P"], common["beta"])
    eta = common["kappa"] / (common["d"] ** (common["k"] / 2) * float(a @ a))
    rows, shown, lost = [], [], Lost()
    if passed := against_flow.passed_over(runs.arrays["start"], runs.parameters["within"]):
        lost.note(passed, [{"series": name} for name in SERIES])
    for number, name in enumerate(SERIES):
        ran = ~np.isnan(runs.arrays["lost"][:, number])
        gone = np.isfinite(runs.arrays["lost"][ran, number])
        lost.enough(~gone, NAMES[name], "were lost, and count as infinitely late", [{"series": name}])
        ratios = runs.arrays[name][ran] / runs.arrays["T_flow"][ran]
        variance = 0.0 if name == "quiet" else common["label_noise"] * float(a @ a)
        kappas = noise.kappas(eta, common["d"], common["k"], a, variance)
        if name == "falling":
            kappas = kappas / (1 + np.median(runs.arrays["T_flow"], 0) / common["scale"])
        noisy = runs.arrays["noisy"][ran] / runs.arrays["T_flow"][ran]
        for m, values in enumerate(ratios.T):
            within = np.mean(values <= LATE)
            error = float(np.sqrt(0.25 / values.size))
            of = {"series": name, "m": m + 1, "kappa_m": kappas[m], "last": m + 1 == a.size}
            row = Estimate(float(within), error, values.size, np.inf).row()
            rows.append({"quantity": "learned in time"} | of | row)
            if name != "noisy":
                here, there = values <= LATE, noisy[:, m] <= LATE
                rows.append({"quantity": "of pairs that differ"} | of | laws.sign_test(here, there))
            shown += [{"panel": "times", "start": start, "value": value} | of for start, value in enumerate(values)]
            shown.append({"panel": "kappa", "value": kappas[m]} | of)
    frames = pd.DataFrame(rows), pd.DataFrame(shown)
    return Tables(*(Table(frame, UNITS, common, lost.notes) for frame in frames))
