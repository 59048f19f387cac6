"""How heavy the trained spectrum's tail looks, beside the risk, over weight decay: by theory, and of trained networks.

From: the dimension, teachers' exponents and samples; size and decays of the trained networks.
Makes: a table of measurements, and the data of the figure `tails`. Places where no decay above 0 is the best,
spectra of too few eigenvalues, and draws whose minima are not certified, are noted.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import exact, mean
from shallownets.stage import Table, Tables, stage
from shallownets.studies.spectra import model
from shallownets.studies.spectra.measure import minima, spectrum, tail
from shallownets.studies.spectra.parameters.theory import Tails
from shallownets.studies.spectra.stages import drawn
from shallownets.studies.spectra.theory import evolution
from shallownets.studies.spectra.theory.quadratic import Quadratic

UNITS = {"N": "n/d", "lam": "1", "scaled": "lam over the best", "risk": "R", "hill": "exponent of the density"}
SPAN = (0.01, 5.0)  # weight decay over the best
TOLD = 1.2  # risk at the weakest decay over the least, from which the risk says where the tail is the teacher's

FEWEST = 8  # eigenvalues that theory leaves where networks are trained: four of them are the upper half
DRAWN = 400  # thresholded matrices that stand for theory at the size of the trained networks


def _trained(given: Tails, gamma: float, advance: Callable[[int], None], lost: Lost) -> tuple[list[dict], list[dict]]:
    """Rows of both tables on networks that are trained at several decays on the same samples, from strong to weak.

    They are none where no decay above 0 is the best, or none leaves FEWEST eigenvalues.
    """
    d, N = given.trained_d, given.trained_N
    network, n = Quadratic(gamma, d, given.noise, d), round(N * d)
    of, what = {"gamma": gamma, "N": N}, f"trained, gamma = {gamma:g}, N = {N:g}"
    touched = [of | {"quantity": ["trained", "departure", "ordered as by theory", "nearer is better"]}]
    least = evolution.best(network, n)
    if not least.lam:
        lost.note(f"{what}: no weight decay above 0 is the best", touched)
        return [], []
    states = [evolution.solve(network, n, share * least.lam) for share in given.trained_decays]
    kept = [
        (share, state)
        for share, state in zip(given.trained_decays, states, strict=True)
        if network.rank(state.v, state.x) >= FEWEST
    ]
    if not kept:
        lost.note(f"{what}: no weight decay leaves {FEWEST} eigenvalues", touched)
        return [], []
    rng = drawn.stream(given.seed, "tails of theory", 0, gamma=gamma, d=d, N=N)
    by_theory = [network.spectra(state.v, state.x, DRAWN, rng) for _, state in kept]
    hills = np.array([[spectrum.hill(one) for one in values] for values in by_theory])
    departures = np.array([[tail.departure(one, network.levels.value) for one in values] for values in by_theory])
    found, certified = np.empty((3, given.draws, len(kept))), np.ones(given.draws, bool)
    for replicate in range(given.draws):
        samples = drawn.matrices(given.seed, "tails of trained spectra", gamma, d, n, given.noise, replicate)
        falling = minima.in_turn(samples, [state.lam for _, state in reversed(kept)])
        for place, made in zip(reversed(range(len(kept))), falling, strict=True):
            certified[replicate] = made.certified
            if not made.certified:
                break
            values = np.asarray(np.linalg.eigvalsh(made.factor.T @ made.factor), float)
            away = tail.departure(values, samples.teacher)
            found[:, replicate, place] = spectrum.hill(values), away, model.quadratic_risk(made.S, samples.teacher)
        advance(1)
    if not lost.enough(certified, what, "have a minimum that is not certified", touched):
        return [], []
    found = found[:, certified]
    rows, shown = [], []
    for place, (share, state) in enumerate(kept):
        left = round((by_theory[place] > 0).sum(1).mean())
        of = {"gamma": gamma, "N": N, "scaled": share, "side": tail.side(network.levels.value, left, state.v, state.x)}
        hill, away, risk = (mean(samples) for samples in found[:, :, place])
        rows.append(of | {"quantity": "trained", "theory": hills[place].mean()} | hill.row())
        rows.append(of | {"quantity": "departure", "theory": departures[place].mean()} | away.row())
        at = {"gamma": gamma, "N": N, "lam": state.lam, "scaled": share}
        shown.append(at | {"series": "drawn", "risk": state.risk, "hill": hills[place].mean()})
        ends = {"hill": hill.row(), "risk": risk.row()}
        bars = {f"{name}_{end}": row[end] for name, row in ends.items() for end in ("low", "high")}
        shown.append(at | {"series": "trained", "risk": risk.value, "hill": hill.value} | bars)
    theory = tail.Places(np.array([state.risk for _, state in kept]), departures.mean(1))
    ordered = tail.orders(theory, tail.Places(found[2], found[1]))
    if ordered.pairs:
        of = {"gamma": gamma, "N": N, "pairs": ordered.pairs}
        shares = {"ordered as by theory": (1.0, ordered.as_theory)}
        shares["nearer is better"] = ordered.nearer_by_theory, ordered.nearer
        rows += [
            of | {"quantity": name, "theory": expected} | exact(value, found.shape[1]).row()
            for name, (expected, value) in shares.items()
        ]
    return rows, shown


@stage
def tails(given: Tails) -> Tables:
    rows, shown, lost = [], [], Lost()
    work = len(given.gammas) * (len(given.samples) * given.points + given.draws)
    with progress("tails", work) as advance:
        for gamma in given.gammas:
            network, heavy = Quadratic(gamma, given.d, given.noise, given.d), 1 + 1 / gamma
            for N in given.samples:
                best = evolution.best(network, N * network.samples)
                of, what = {"gamma": gamma, "N": N, "theory": heavy}, f"theory, gamma = {gamma:g}, N = {N:g}"
                if not best.lam:
                    lost.note(f"{what}: no weight decay above 0 is the best", [of])
                    advance(given.points)
                    continue
                found, near = [], best
                for share in np.geomspace(*SPAN, given.points):
                    near = evolution.solve(network, N * network.samples, float(share * best.lam), near)
                    at = {"series": "law", "gamma": gamma, "N": N, "lam": near.lam, "scaled": share}
                    found.append(at | {"risk": near.risk, "hill": tail.exponent(network, near)})
                    advance(1)
                frame = pd.DataFrame(found)
                shown.append(frame)
                below = frame[(frame.scaled <= 1) & frame.hill.notna()]
                if frame.hill.isna().iloc[0] or len(below) < 2:
                    touched = [of | {"quantity": ["weakest", "discordant below the best"]}]
                    lost.note(f"{what}: weak decay leaves too few eigenvalues for an exponent", touched)
                    continue
                rows.append(of | {"quantity": "weakest"} | exact(frame.hill.iloc[0]).row())
                share = tail.discordant(below.hill.to_numpy(), below.risk.to_numpy())
                rows.append(of | {"quantity": "discordant below the best"} | share.row())
                lam, hill = frame.lam.to_numpy(), frame.hill.to_numpy()
                crossing = tail.first_crossing(network, N * network.samples, lam, hill, heavy)
                if crossing is not None:
                    measured = {"log of crossing over best": np.log(crossing.lam / best.lam)}
                    if frame.risk.iloc[0] > TOLD * best.risk:
                        measured["risk at the crossing over the best"] = crossing.risk / best.risk
                    rows += [of | {"quantity": name} | exact(value).row() for name, value in measured.items()]
            measured, points = _trained(given, gamma, advance, lost)
            rows += measured
            shown.append(pd.DataFrame(points))
    lost.require(rows, "more noise or other samples")
    frames = pd.DataFrame(rows), pd.concat(shown, ignore_index=True)
    return Tables(*(Table(frame, UNITS, notes=lost.notes) for frame in frames))
