"""Local exponents of the risk well inside each phase, in many dimensions.

From: the dimension, and exponents of the teacher.
Makes: a table of measurements.
"""

from collections.abc import Iterator
from math import log, sqrt

import numpy as np
import pandas as pd

from shallownets.numerics.statistics import exact
from shallownets.stage import Measurements, Table, stage
from shallownets.studies.spectra.measure import curves
from shallownets.studies.spectra.parameters.theory import Exponents
from shallownets.studies.spectra.theory import evolution
from shallownets.studies.spectra.theory import phases as law
from shallownets.studies.spectra.theory.diagonal import Diagonal
from shallownets.studies.spectra.theory.evolution import State
from shallownets.studies.spectra.theory.network import Network
from shallownets.studies.spectra.theory.peak import LAST
from shallownets.studies.spectra.theory.quadratic import Quadratic

UNITS = {"N": "n_eff", "lam": "1", "estimate": "local exponent"}
MODELS = {"diagonal": Diagonal, "quadratic": Quadratic}


def _places(gamma: float, d: int) -> list[tuple[str, float, float]]:
    """(phase, N, lam) in the middle, in logarithm, between the boundaries at several N; chosen before looking."""
    found = [("Ib", d**share, 100 * d ** (share - 0.5)) for share in (0.5, 1.0)]
    for share in (0.75, 1.0, 1.25):
        N = d**share
        low = max(sqrt(N / d), N * d ** (-gamma - 0.5))
        found.append(("II", N, sqrt(low * N / sqrt(d))))
    for share in (1.0, 1.5, 2.0):
        N = d ** (2 * gamma + share)
        found.append(("III", N, sqrt(sqrt(N / d) * N * d ** (-gamma - 0.5))))
    found += [("VIa", d**share, 1e-3) for share in (1.3, 1.5)]
    found += [("VIb", d ** (2 * gamma + share), 1e-3) for share in (1.0, 2.0)]
    return found


def _order(network: Network, name: str, state: State) -> float:
    """Twice the largest relative corrections to a phase's risk."""
    beside = state.v / state.x**2  # noise over threshold, squared
    left = max(float(network.levels.weight @ (network.levels.value > state.x)) * network.d, 1)
    return {
        "Ib": 1e-6,  # no noise reaches the threshold
        "II": 2 / left + 2 * beside + 2 * (left / network.d) ** (2 * network.gamma - 1),  # sums as integrals from 0 on
        "III": 4 * beside,
        "VIb": 4 / beside + 2 * state.risk / network.noise + 1e-9,  # and rounding
    }[name]


def _prefactor(network: Network, name: str, state: State) -> dict:
    """R N/(d Δ) in phase VI; of the quadratic network half of the noise on the K features that stand out is more."""
    share = float(network.levels.weight @ (network.levels.value > np.sqrt(state.v)))  # K/d
    quadratic = isinstance(network, Quadratic)
    theory = LAST[name] * (1 if name == "VIb" else 2 - (1 - share) ** 2) if quadratic else LAST["diagonal"]
    order = (
        2 * state.x / np.sqrt(state.v) + 2 * state.risk / network.noise + (share if name == "VIa" else 1 / network.d)
    )
    measured = exact(state.risk * state.N / (network.d * network.noise)).row()
    of = {"quantity": "prefactor", "N": state.N, "lam": state.lam, "theory": theory, "order": order}
    return of | measured


def _crossovers(network: Network) -> Iterator[dict]:
    """Exponent in the decay of the samples at which phases meet, from two decays; there v/x^2 << 1, and x ~ lam/N."""
    for between, first in (("Ib and II", 100.0), ("II and III", network.d ** (network.gamma + 0.5))):
        ends = [curves.crossover(network, lam, between) for lam in (first, 100 * first)]
        slope = log(ends[1].n / ends[0].n) / log(100)
        # v/x^2 changes the risk by twice itself, and it passes with a slope of 1/(2 gamma) or more; and rounding
        order = sum(4 * network.gamma * end.v / end.x**2 for end in ends) / log(100) + 1e-6
        of = {"quantity": "crossover", "phase": between, "N": ends[0].N, "lam": first, "theory": 1.0, "order": order}
        yield of | exact(slope).row()


@stage
def exponents(given: Exponents) -> Measurements:
    rows = []
    for model, of_model in MODELS.items():
        for gamma in given.gammas:
            network = of_model(gamma, given.d, given.noise, given.singles)
            for name, N, lam in _places(gamma, given.d):
                phase = law.phase(model == "quadratic", gamma, given.d, N, lam)
                if phase.name != name:
                    continue  # this phase is narrower than the step in N
                state = evolution.solve(network, N * network.samples, lam)
                if name.startswith("VI"):
                    rows.append(_prefactor(network, name, state) | {"model": model, "gamma": gamma, "phase": name})
                if name == "VIa":
                    continue  # its exponent has corrections of the order of the features that stand out
                order = _order(network, name, state)
                of = {"model": model, "gamma": gamma, "phase": name, "N": N, "lam": lam, "order": order}
                rows.append(of | {"quantity": "by samples", "theory": phase.by_n} | exact(state.by_n).row())
                rows.append(of | {"quantity": "by decay", "theory": phase.by_lam} | exact(state.by_lam).row())
            rows += [
                {"model": model, "gamma": gamma} | one for one in _crossovers(of_model(gamma, given.d, given.noise))
            ]
    return Measurements(Table(pd.DataFrame(rows), UNITS))
