"""Figure 3: distances to the solution predicted from one start, and the risks, for that start and for others.

From: widths, a learning rate and a seed; all starts are orthonormal sets at one N.
Makes: a table of measurements, and the data of Figure 3.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import statistics
from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import exact
from shallownets.stage import Table, Tables, stage
from shallownets.studies.escape import model, starts
from shallownets.studies.escape.engines import chain, ode
from shallownets.studies.escape.measure.late import slowest
from shallownets.studies.escape.model import Array
from shallownets.studies.escape.parameters.solutions import Fig3
from shallownets.studies.escape.stages.streams import streams
from shallownets.studies.escape.theory import late as late_times
from shallownets.studies.escape.theory import solutions as theory
from shallownets.studies.escape.trajectory import Trajectory, concatenate, recording_times

UNITS = {"alpha": "samples/N", "distance": "N", "risk": "1", "estimate": "1", "delay": "eta samples/N"}


def simulated(given: Fig3) -> tuple[Array, Trajectory, Array]:
    """(R of the predicted solution; all runs; (runs,) kind of each: matching, other, SGD)."""
    key = {"p": given.p, "p_star": given.p_star, "N": given.N}
    drawn = streams(given.seed, "Figure 3 start", key, given.others + 1)
    begun = [starts.orthonormal(given.p, given.p_star, given.N, default_rng(stream)) for stream in drawn]
    samples = streams(given.seed, "Figure 3 samples", key | {"eta": given.eta}, given.replicates)
    alpha = recording_times(given.alpha_max, given.points, given.N)
    with progress(f"SGD N = {given.N}", given.replicates * alpha[-1]) as advance:
        sgd = chain.simulate(begun[0], given.N, given.eta, alpha, samples, advance)
    limits = [ode.simulate(start, given.eta, alpha, given.tolerance) for start in begun]
    kinds = np.array(["matching", *["other"] * given.others, *["SGD"] * given.replicates])
    return model.polar_factor(begun[0].M), concatenate([*limits, sgd]), kinds


def late_law(given: Fig3, alpha: Array) -> pd.DataFrame:
    """Distance and risk of the matching start at late times, for p > p*."""
    p, p_star, eta = given.p, given.p_star, given.eta
    excess = np.array([late_times.excess_norm(p, p_star, eta, time) for time in alpha])
    tail = {"kind": "theory", "curve": -1, "alpha": alpha, "distance": late_times.late_distance(p, p_star, excess)}
    return pd.DataFrame(tail | {"risk": [late_times.late_risk(p, p_star, eta, q_0) for q_0 in excess]})


@stage
def fig3(given: Fig3) -> Tables:
    R, runs, kinds = simulated(given)
    distance, risk = theory.squared_distance(runs.M, runs.Q, R), model.population_risk(runs.M, runs.Q)
    curves = []
    for curve, (kind, seen) in enumerate(zip(kinds, runs.valid, strict=True)):
        columns = {"alpha": runs.alpha[seen], "distance": distance[curve, seen], "risk": risk[curve, seen]}
        curves.append(pd.DataFrame({"kind": kind, "curve": curve} | columns))
    curves.append(late_law(given, runs.alpha[len(runs.alpha) // 10 :]))

    kept, lost = runs.valid[:, -1], Lost()
    ends = {kind: distance[kept & (kinds == kind), -1] for kind in ("matching", "other", "SGD")}
    found, q_0, delay = {}, 0.0, 0.0
    if lost.enough(kept[kinds == "matching"], "ODE, start of the prediction", "diverged", least=1):
        q_0, matched = np.linalg.eigvalsh(runs.Q[0, -1])[0], ends["matching"][0]
        found["matching distance"] = exact(matched)
        over_tail = matched / late_times.late_distance(given.p, given.p_star, q_0)
        found["matching distance over tail"] = exact(over_tail)
        rows = [{"quantity": ["least other distance", "other distance", "slowest exponent of the risk"]}]
        if lost.enough(kept[kinds == "other"], "ODE, other starts", "diverged", rows):
            others = ends["other"]
            found["least other distance"] = exact(others.min(), others.size)
            found["other distance"] = statistics.mean(others)
            limits = risk[kept & (kinds != "SGD"), 1:]
            late = slowest(given.eta * runs.alpha[1:], limits)
            delay = late.delay
            found["slowest exponent of the risk"] = exact(late.exponent, len(limits))
    if lost.enough(kept[kinds == "SGD"], "SGD", "diverged", [{"quantity": "SGD distance"}]):
        found["SGD distance"] = statistics.mean(ends["SGD"])
    shared = {"p": given.p, "p_star": given.p_star, "N": given.N, "eta": given.eta}
    shared |= {"alpha": runs.alpha[-1], "q_0": q_0, "delay": delay, "fit_from": given.eta * runs.alpha[-1] / 10}
    rows = [{"quantity": name} | shared | estimate.row() for name, estimate in found.items()]
    measured = pd.DataFrame(rows, columns=["quantity", *shared, *exact(0, 0).row()])
    diverged = {"diverged": int((~kept[kinds == "SGD"]).sum())}
    data = pd.concat(curves, ignore_index=True)
    return Tables(Table(measured, UNITS, diverged, lost.notes), Table(data, UNITS, diverged, lost.notes))
