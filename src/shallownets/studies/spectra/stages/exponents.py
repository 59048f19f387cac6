"""Local exponents of the risk well inside each phase, in many dimensions.

From: the dimension, and exponents of the teacher.
Makes: a table of measurements.
"""

from collections.abc import Iterator
from math import log, sqrt

import numpy as np
import pandas as pd

from shallownets.errors import Impossible
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
APART = 1 / 6  # half of the least distance between the exponents of teachers: a row that allows more tells nothing
WEAK = 1e-3  # decay over that at which threshold and noise meet, where it is called weak


def _places(quadratic: bool, gamma: float, d: int) -> list[tuple[str, float, float]]:
    """(phase, N, lam) in the middle, in logarithm, between the boundaries at several N; chosen before looking."""
    harmful, peak = law.harmful_from(quadratic, gamma, d), law.peak_at(quadratic, d)
    found = [(name, N, WEAK * sqrt(N / d)) for name, N in (("IV", sqrt(harmful)), ("V", sqrt(harmful * peak)))]
    found += [("Ib", d**share, 100 * d ** (share - 0.5)) for share in (0.5, 1.0)]
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
    left = max(_left(network, state.x), 1)
    free = (1 - state.freedom / state.n) * (1 + state.risk / network.noise)
    return {
        "Ib": 1e-6,  # no noise reaches the threshold
        "II": 2 / left + 2 * beside + 2 * (left / network.d) ** (2 * network.gamma - 1),  # sums as integrals from 0 on
        "III": 4 * beside,
        "IV": 2 * free,  # samples that decay leaves unfitted, and how the risk feeds the noise
        "V": 2 * free,
        "VIa": 4 / sqrt(beside),
        "VIb": 4 / beside + 2 * state.risk / network.noise + 1e-9,  # and rounding
    }[name]


def _left(network: Network, x: float) -> float:
    """K: features above x."""
    return network.d * float(network.levels.weight @ (network.levels.value > x))


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
        try:
            ends = [curves.crossover(network, lam, between) for lam in (first, 100 * first)]
        except Impossible:
            continue
        slope = log(ends[1].n / ends[0].n) / log(100)
        # v/x^2 changes the risk by twice itself, and it passes with a slope of 1/(2 gamma) or more; and rounding
        order = sum(4 * network.gamma * end.v / end.x**2 for end in ends) / log(100) + 1e-6
        of = {"quantity": "crossover", "phase": between, "N": ends[0].N, "lam": first, "theory": 1.0, "order": order}
        yield of | exact(slope).row()


def _by_noise(network: Network) -> Iterator[dict]:
    """Exponent in the decay of the samples at which noise takes over, from two decays: there x and √v meet.

    From IV on, in its sense, is also VIa, which has the same boundary. In fewer samples II is no phase yet.
    """
    d, gamma, fall = network.d, network.gamma, 1 - 1 / (2 * network.gamma)
    for between, exponent, shares in (
        ("II and IV", 2 - 1 / gamma, (0.8, 1.1)),
        ("III and VIb", 2.0, (2 * gamma + 1, 2 * gamma + 4 / 3)),
    ):
        decays = [sqrt(d ** (share - 1)) for share in shares]
        try:
            ends = [curves.by_noise(network, lam, exponent / 2) for lam in decays]
        except Impossible:
            continue
        apart = log(decays[1] / decays[0])
        slope = log(ends[1].n / ends[0].n) / apart
        fitted = [end.risk / (network.noise + end.risk) + end.freedom / end.n for end in ends]
        if between == "II and IV":
            few = [max(_left(network, end.x), 1) for end in ends]
            if max(few) == d:  # noise hides none of the features
                continue
            # k at which they meet: its square is 2 log(d/K), or it is near the edge of a bulk
            turn = [(K / d) ** (2 / 7) if isinstance(network, Quadratic) else 1 / log(d / K) for K in few]
            order = 2 * (max(turn) / gamma + 2 * fall * max(fitted) + sum(1 / K for K in few) / apart)
        else:
            order = 2 * sum(fitted) / apart + 2 * sum(end.x for end in ends) / network.levels.value[-1] / apart
        of = {"quantity": "crossover by noise", "phase": between, "N": ends[0].N, "lam": decays[0]}
        yield of | {"theory": 2.0, "order": order} | exact(slope).row()


def _line(network: Network, lumped: Network, quadratic: bool) -> Iterator[dict]:
    """Local exponents in the samples at one decay, at which all of Ib, II, III and VIb are passed.

    In the middle of II a threshold without noise leaves of the order of √d features: each is to be a level of its own.
    """
    d, gamma = network.d, network.gamma
    lam = d ** (gamma + 0.5)
    enters = {"Ib": lam * sqrt(d), "II": lam * d ** (gamma + 0.5), "III": lam**2 * d}  # N at which each ends
    middle = {"II": sqrt(enters["Ib"] * enters["II"]), "III": sqrt(enters["II"] * enters["III"])}
    for name, N in ({"Ib": enters["Ib"] / 100} | middle | {"VIb": enters["III"] * sqrt(d)}).items():
        of_levels = network if name == "II" else lumped
        state = evolution.solve(of_levels, N * network.samples, lam)
        phase = law.phase(quadratic, gamma, d, N, lam)
        of = {"quantity": "on one line", "phase": phase.name, "N": N, "lam": lam, "theory": phase.by_n}
        yield of | {"order": _order(of_levels, name, state)} | exact(state.by_n).row()


@stage
def exponents(given: Exponents) -> Measurements:
    rows = []
    for model, of_model in MODELS.items():
        for gamma in given.gammas:
            network, lumped = (of_model(gamma, given.d, given.noise, *of) for of in ((given.singles,), ()))
            for name, N, lam in _places(model == "quadratic", gamma, given.d):
                phase = law.phase(model == "quadratic", gamma, given.d, N, lam)
                if phase.name != name:
                    continue  # this phase is narrower than the step in N
                of_levels = lumped if name in ("IV", "V") else network  # noise hides which of their levels are lumped
                state = evolution.solve(of_levels, N * network.samples, lam)
                if name.startswith("VI"):
                    rows.append(_prefactor(network, name, state) | {"model": model, "gamma": gamma, "phase": name})
                order = _order(of_levels, name, state)
                if name == "II" and order > APART:
                    continue
                of = {"model": model, "gamma": gamma, "phase": name, "N": N, "lam": lam, "order": order}
                rows.append(of | {"quantity": "by decay", "theory": phase.by_lam} | exact(state.by_lam).row())
                if name not in ("IV", "V", "VIa"):  # in the samples these have logarithms or powers of features
                    rows.append(of | {"quantity": "by samples", "theory": phase.by_n} | exact(state.by_n).row())
            more = [*_crossovers(lumped), *_by_noise(lumped), *_line(network, lumped, model == "quadratic")]
            rows += [{"model": model, "gamma": gamma} | one for one in more]
    return Measurements(Table(pd.DataFrame(rows), UNITS))
