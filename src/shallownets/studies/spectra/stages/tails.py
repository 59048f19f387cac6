"""How heavy the trained spectrum's tail looks, beside the risk, over weight decay and samples; by theory.

From: the dimension, teachers' exponents and samples.
Makes: a table of measurements, and the data of the figure `tails`.
"""

import numpy as np
import pandas as pd
import scipy

from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import Estimate, exact
from shallownets.stage import Table, Tables, stage
from shallownets.studies.spectra.measure import spectrum
from shallownets.studies.spectra.parameters.theory import Tails
from shallownets.studies.spectra.theory import evolution, law
from shallownets.studies.spectra.theory.evolution import State
from shallownets.studies.spectra.theory.quadratic import Quadratic

UNITS = {"N": "n/d", "lam": "1", "scaled": "lam over the best", "risk": "R", "hill": "exponent of the density"}
SPAN = (0.01, 5.0)  # weight decay over the best
TOLD = 1.2  # risk at the weakest decay over the least, from which the risk says where the tail is the teacher's


def _hill(network: Quadratic, state: State) -> float:
    """Hill's exponent of the trained spectrum; nan where fewer than four eigenvalues are left."""
    left = spectrum.quantiles(law.law(network.levels, state.v), network.d) - state.x
    return spectrum.hill(left) if (left > 0).sum() >= 4 else np.nan


def _discordant(frame: pd.DataFrame) -> float:
    """Share of pairs of decays of which the one with the heavier tail does not have the lower risk."""
    first, second = np.triu_indices(len(frame), 1)
    tail, risk = (np.sign(values[first] - values[second]) for values in (frame.hill.to_numpy(), frame.risk.to_numpy()))
    return float((tail != risk).mean())


def _by_chance(m: int) -> float:
    """Standard deviation of the share of discordant pairs of two unrelated orders of m places, a half in the mean.

    Kendall's rank correlation, one less twice that share, has the variance 2 (2 m + 5)/(9 m (m - 1)) then.
    """
    return float(np.sqrt(2 * (2 * m + 5) / (9 * m * (m - 1))) / 2)


def _first_crossing(network: Quadratic, frame: pd.DataFrame, heavy: float) -> State | None:
    """The state at which, from weak decay on, the exponent first falls to the teacher's; None where it never does."""
    below = np.flatnonzero(frame.hill.to_numpy() <= heavy)
    if not below.size or not below[0]:
        return None
    n = frame.N.iloc[0] * network.samples

    def gap(log_lam: float) -> float:
        return _hill(network, evolution.solve(network, n, float(np.exp(log_lam)))) - heavy

    ends = np.log(frame.lam.to_numpy()[[below[0] - 1, below[0]]])
    return evolution.solve(network, n, float(np.exp(scipy.optimize.brentq(gap, *ends, xtol=1e-4))))


@stage
def tails(given: Tails) -> Tables:
    rows, shown = [], []
    with progress("tails", len(given.gammas) * len(given.samples) * given.points) as advance:
        for gamma in given.gammas:
            network, heavy = Quadratic(gamma, given.d, given.noise, given.d), 1 + 1 / gamma
            for N in given.samples:
                best = evolution.best(network, N * network.samples)
                found, near = [], best
                for share in np.geomspace(*SPAN, given.points):
                    near = evolution.solve(network, N * network.samples, float(share * best.lam), near)
                    at = {"gamma": gamma, "N": N, "lam": near.lam, "scaled": share}
                    found.append(at | {"risk": near.risk, "hill": _hill(network, near)})
                    advance(1)
                frame = pd.DataFrame(found)
                shown.append(frame)
                of = {"gamma": gamma, "N": N, "theory": heavy}
                rows.append(of | {"quantity": "weakest"} | exact(frame.hill.iloc[0]).row())
                below = frame[(frame.scaled <= 1) & frame.hill.notna()]
                share = Estimate(_discordant(below), _by_chance(len(below)), len(below), np.inf)
                rows.append(of | {"quantity": "discordant below the best"} | share.row())
                crossing = _first_crossing(network, frame, heavy)
                if crossing is not None:
                    measured = {"log of crossing over best": np.log(crossing.lam / best.lam)}
                    if frame.risk.iloc[0] > TOLD * best.risk:
                        measured["risk at the crossing over the best"] = crossing.risk / best.risk
                    rows += [of | {"quantity": name} | exact(value).row() for name, value in measured.items()]
    return Tables(Table(pd.DataFrame(rows), UNITS), Table(pd.concat(shown, ignore_index=True), UNITS))
