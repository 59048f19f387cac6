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
from shallownets.studies.emergence.parameters.sgd import FloorValues, LawValues, NormsValues, SgdChecks
from shallownets.studies.emergence.stages import drawn
from shallownets.studies.emergence.theory import noise
from shallownets.studies.emergence.theory.first_passage import Noise

ALONE = Noise(1.0)  # a direction of strength 1, without label noise
DEGREES = (2, 3, 4)  # links h_k whose law is compared
R0 = 1e-4
K = 3
RECORDS = 5  # in the time that a learned neuron remembers


def _law(of: LawValues, seed: int, lost: Lost) -> Iterator[dict]:
    """The chance that overlaps and norms after some steps differ as much, if chain and direct have one law."""
    a = model.strengths(of.P, 1.0)
    for k in DEGREES:
        start = drawn.start(seed, f"one law, k = {k}", of.N, of.P, of.d, 0.1)
        found, kept = [], []
        for engine in (chain, direct):
            name = engine.__name__.rpartition(".")[2]
            streams = [_stream(seed, f"one law, {name}", {"k": k}, run) for run in range(of.runs)]
            ends = [engine.simulate(start, a, model.hermite(k), Steps(of.eta), [of.samples], one) for one in streams]
            found.append(np.array([np.append(one.M[0].ravel(), one.r[0]) for one in ends]))
            kept.append([one.lost_at == np.inf for one in ends])
        if lost.enough(np.array(kept).ravel(), f"one law, k = {k}", "were lost", [{"quantity": "one law", "k": k}]):
            chance = measure.one_law(*(values[keep] for values, keep in zip(found, kept, strict=True)))
            yield {"quantity": "one law", "k": k, "d": of.d} | exact(chance, of.runs).row()


def _floor(of: FloorValues, seed: int, lost: Lost) -> Iterator[dict]:
    """1 - M^2 of one neuron that begins on its direction, a while later."""
    link, eta = model.hermite(K), of.kappa * of.d ** (-K / 2)
    start = starts.Start(np.array([[1.0]]), np.array([[0.0]]), np.ones(1), of.d)
    memory = 1 / (2 * K * eta)
    records = np.unique(np.rint(np.arange(10 * RECORDS, (10 + of.memories) * RECORDS) * memory / RECORDS))
    for variance in of.variances:
        stream = _stream(seed, "floor", {"variance": variance, "kappa": of.kappa, "d": of.d}, 0)
        run = chain.simulate(start, np.ones(1), link, Steps(eta), records, stream, float(np.sqrt(variance)))
        key = {"quantity": "floor", "k": K, "d": of.d, "variance": variance}
        if lost.enough([run.lost_at == np.inf], f"floor, variance {variance:g}", "was lost", [key], least=1):
            found = measure.by_blocks(1 - run.M[:, 0, 0] ** 2, of.blocks)
            theory = noise.floor(Noise(1.0, variance), of.d, eta, link)
            yield key | {"theory": theory, "leading": eta * of.d * variance / 2} | found.row()


def _norms(of: NormsValues, seed: int, lost: Lost) -> Iterator[dict]:
    """The mean of r/r_0 over neurons, run by run."""
    link, eta = model.hermite(K), of.kappa * of.d ** (-K / 2)
    samples = int(of.growth / (eta**2 * K * of.d))
    grown = []
    for run in range(of.runs):
        start = drawn.start(seed, "norms", of.N, 1, of.d, R0, run)
        stream = _stream(seed, "norms", {"d": of.d, "kappa": of.kappa}, run)
        grown.append(chain.simulate(start, np.ones(1), link, Steps(eta), [samples], stream).r[0].mean() / R0)
    kept = np.isfinite(grown)
    if lost.enough(kept, "norms", "were lost", [{"quantity": "norms"}]):
        theory = noise.growth(ALONE, of.d, eta, link, eta * samples)
        # rates spread over M: 12 M^2 of the exponent, and M^2 = (1 +- sqrt(2))/d; half of the variance is added
        order = theory * (of.growth * 12 * np.sqrt(2) / of.d) ** 2 / 2
        row = mean(np.array(grown)[kept]).row()
        yield {"quantity": "norms", "k": K, "d": of.d, "theory": theory, "order": order} | row


def _stream(seed: int, purpose: str, of: dict, run: int) -> SeedSequence:
    return seeds.sequence(seed, f"emergence, {purpose}", of, run)


@stage
def sgd_checks(given: SgdChecks) -> Measurements:
    rows, lost = [], Lost()
    with progress("checks of SGD", 3) as advance:
        rows += _law(given.law, given.seed, lost)
        advance(1)
        rows += _floor(given.floor, given.seed, lost)
        advance(1)
        rows += _norms(given.norms, given.seed, lost)
        advance(1)
    return Measurements(Table(pd.DataFrame(rows), {"estimate": "see quantity"}, notes=lost.notes))
