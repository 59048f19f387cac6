"""SGD, tried: do both engines have one law, where does a learned neuron tremble, how do small ones grow?

From: sizes and a seed.
Makes: a table of measurements. Runs that were lost are left out and noted.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.random import SeedSequence

from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import exact, mean
from shallownets.stage import Measurements, Table, stage
from shallownets.studies.emergence import model, starts
from shallownets.studies.emergence.engines import chain, direct
from shallownets.studies.emergence.engines.step_sizes import Steps
from shallownets.studies.emergence.measure import noise as measure
from shallownets.studies.emergence.parameters.sgd import SgdChecks
from shallownets.studies.emergence.stages import drawn
from shallownets.studies.emergence.theory import noise
from shallownets.studies.emergence.theory.first_passage import Noise

ALONE = Noise(1.0)  # a direction of strength 1, without label noise
DEGREES = (2, 3, 4)  # links h_k whose law is compared
R0 = 1e-4
K = 3
RECORDS = 5  # in the time that a learned neuron remembers


def _law(given: SgdChecks, lost: Lost) -> Iterator[dict]:
    """The chance that overlaps, norms and losses after some steps differ as much, if chain and direct have one law.

    The loss holds the overlaps among neurons. Steps are so large that what lies outside all weights matters: with no
    such coordinate in place of d - P - 2 N the chances are below 1e-3.
    """
    a = model.strengths(given.law_P, 1.0)
    for k, eta in zip(DEGREES, given.law_etas, strict=True):
        start = drawn.start(given.seed, f"one law, k = {k}", given.law_N, given.law_P, given.law_d, 0.1)
        found, kept = [], []
        for engine in (chain, direct):
            name = engine.__name__.rpartition(".")[2]
            streams = [_stream(given.seed, f"one law, {name}", {"k": k}, run) for run in range(given.law_runs)]
            ends = [
                engine.simulate(start, a, model.hermite(k), Steps(eta), [given.law_samples], one) for one in streams
            ]
            found.append(np.array([np.concatenate([one.M[0].ravel(), one.r[0], one.loss]) for one in ends]))
            kept.append([one.lost_at == np.inf for one in ends])
        if lost.enough(np.array(kept).ravel(), f"one law, k = {k}", "were lost", [{"quantity": "one law", "k": k}]):
            chance = measure.one_law(*(values[keep] for values, keep in zip(found, kept, strict=True)))
            yield {"quantity": "one law", "k": k, "d": given.law_d} | exact(chance, given.law_runs).row()


def _floor(given: SgdChecks, lost: Lost) -> Iterator[dict]:
    """1 - M^2 of one neuron that begins on its direction, a while later."""
    link, eta = model.hermite(K), given.floor_kappa * given.floor_d ** (-K / 2)
    start = starts.Start(np.array([[1.0]]), np.array([[0.0]]), np.ones(1), given.floor_d)
    memory = 1 / (2 * K * eta)
    records = np.unique(np.rint(np.arange(10 * RECORDS, (10 + given.floor_memories) * RECORDS) * memory / RECORDS))
    for variance in given.floor_variances:
        stream = _stream(given.seed, "floor", {"variance": variance, "kappa": given.floor_kappa, "d": given.floor_d}, 0)
        run = chain.simulate(start, np.ones(1), link, Steps(eta), records, stream, float(np.sqrt(variance)))
        key = {"quantity": "floor", "k": K, "d": given.floor_d, "variance": variance}
        if lost.enough([run.lost_at == np.inf], f"floor, variance {variance:g}", "was lost", [key], least=1):
            found = measure.by_blocks(1 - run.M[:, 0, 0] ** 2, given.floor_blocks)
            theory = noise.floor(Noise(1.0, variance), given.floor_d, eta, link)
            yield key | {"theory": theory, "leading": eta * given.floor_d * variance / 2} | found.row()


def _norms(given: SgdChecks, lost: Lost) -> Iterator[dict]:
    """The mean of r/r_0 over neurons, run by run."""
    link, eta = model.hermite(K), given.norms_kappa * given.norms_d ** (-K / 2)
    samples = int(given.norms_growth / (eta**2 * K * given.norms_d))
    grown = []
    for run in range(given.norms_runs):
        start = drawn.start(given.seed, "norms", given.norms_N, 1, given.norms_d, R0, run)
        stream = _stream(given.seed, "norms", {"d": given.norms_d, "kappa": given.norms_kappa}, run)
        grown.append(chain.simulate(start, np.ones(1), link, Steps(eta), [samples], stream).r[0].mean() / R0)
    kept = np.isfinite(grown)
    if lost.enough(kept, "norms", "were lost", [{"quantity": "norms"}]):
        theory = noise.growth(ALONE, given.norms_d, eta, link, eta * samples)
        # rates spread over M: 12 M^2 of the exponent, and M^2 = (1 +- sqrt(2))/d; half of the variance is added
        order = theory * (given.norms_growth * 12 * np.sqrt(2) / given.norms_d) ** 2 / 2
        row = mean(np.array(grown)[kept]).row()
        yield {"quantity": "norms", "k": K, "d": given.norms_d, "theory": theory, "order": order} | row


def _stream(seed: int, purpose: str, of: dict, run: int) -> SeedSequence:
    return seeds.sequence(seed, f"emergence, {purpose}", of, run)


@stage
def sgd_checks(given: SgdChecks) -> Measurements:
    rows, lost = [], Lost()
    with progress("checks of SGD", 3) as advance:
        rows += _law(given, lost)
        advance(1)
        rows += _floor(given, lost)
        advance(1)
        rows += _norms(given, lost)
        advance(1)
    return Measurements(Table(pd.DataFrame(rows), {"estimate": "see quantity"}, notes=lost.notes))
