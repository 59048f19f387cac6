"""Local exponents of the risk well inside each phase, in many dimensions.

From: the dimension, and exponents of the teacher.
Makes: a table of measurements.
"""

from collections.abc import Iterator

import pandas as pd

from shallownets.numerics.statistics import exact
from shallownets.stage import Measurements, Table, stage
from shallownets.studies.spectra.measure import crossovers
from shallownets.studies.spectra.parameters.theory import Exponents
from shallownets.studies.spectra.theory import corrections, evolution, peak
from shallownets.studies.spectra.theory import phases as law
from shallownets.studies.spectra.theory.diagonal import Diagonal
from shallownets.studies.spectra.theory.network import Network
from shallownets.studies.spectra.theory.quadratic import Quadratic

UNITS = {"N": "n_eff", "lam": "1", "estimate": "local exponent"}
MODELS = {"diagonal": Diagonal, "quadratic": Quadratic}
APART = 1 / 6  # half of the least distance between the exponents of teachers: a row that allows more tells nothing


def _crossovers(network: Network) -> list[dict]:
    """Exponents in the decay of the samples at which phases meet."""
    measured = (("crossover", 1.0, crossovers.of_thresholds), ("crossover by noise", 2.0, crossovers.to_noise))
    return [
        {"quantity": quantity, "phase": one.between, "N": one.N, "lam": one.lam, "theory": theory, "order": one.order}
        | exact(one.exponent).row()
        for quantity, theory, of in measured
        for one in of(network)
    ]


def _line(network: Network, lumped: Network, quadratic: bool) -> Iterator[dict]:
    """Local exponents in the samples at one decay.

    In the middle of II a threshold without noise leaves of the order of √d features: each is to be a level of its own.
    """
    for name, N, lam in law.on_one_line(network.gamma, network.d):
        of_levels = network if name == "II" else lumped
        state = evolution.solve(of_levels, N * network.samples, lam)
        phase = law.phase(quadratic, network.gamma, network.d, N, lam)
        of = {"quantity": "on one line", "phase": phase.name, "N": N, "lam": lam, "theory": phase.by_n}
        yield of | {"order": corrections.in_phase(of_levels, name, state)} | exact(state.by_n).row()


@stage
def exponents(given: Exponents) -> Measurements:
    rows = []
    for model, of_model in MODELS.items():
        for gamma in given.gammas:
            network, lumped = (of_model(gamma, given.d, given.noise, *of) for of in ((given.singles,), ()))
            for name, N, lam in law.middles(model == "quadratic", gamma, given.d):
                phase = law.phase(model == "quadratic", gamma, given.d, N, lam)
                if phase.name != name:
                    continue  # this phase is narrower than the step in N
                of_levels = lumped if name in ("IV", "V") else network  # noise hides which of their levels are lumped
                state = evolution.solve(of_levels, N * network.samples, lam)
                if name.startswith("VI"):
                    theory, off = peak.last(network, name, state.v), corrections.of_prefactor(network, name, state)
                    of = {"model": model, "gamma": gamma, "phase": name, "N": state.N, "lam": state.lam, "order": off}
                    measured = exact(state.risk * state.N / (network.d * network.noise)).row()
                    rows.append(of | {"quantity": "prefactor", "theory": theory} | measured)
                order = corrections.in_phase(of_levels, name, state)
                if name == "II" and order > APART:
                    continue
                of = {"model": model, "gamma": gamma, "phase": name, "N": N, "lam": lam, "order": order}
                rows.append(of | {"quantity": "by decay", "theory": phase.by_lam} | exact(state.by_lam).row())
                if name not in ("IV", "V", "VIa"):  # in the samples these have logarithms or powers of features
                    rows.append(of | {"quantity": "by samples", "theory": phase.by_n} | exact(state.by_n).row())
            more = [*_crossovers(lumped), *_line(network, lumped, model == "quadratic")]
            rows += [{"model": model, "gamma": gamma} | one for one in more]
    return Measurements(Table(pd.DataFrame(rows), UNITS))
