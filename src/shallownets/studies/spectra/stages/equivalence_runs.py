"""Training of weights by L-BFGS and by gradient descent at several widths, beside the convex minima.

From: dimension, samples, decays and widths.
Makes: objective over that of the convex minimum, distance of S from it, and risk, of each training.
"""

import numpy as np

from shallownets.numerics.progress import progress
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.spectra import model
from shallownets.studies.spectra.engines import nuclear, weights
from shallownets.studies.spectra.engines.weights import Objective, Trained
from shallownets.studies.spectra.measure import minima
from shallownets.studies.spectra.model import Array
from shallownets.studies.spectra.parameters.training import EquivalenceRuns
from shallownets.studies.spectra.stages import drawn

UNITS = {
    "draw": "1",
    "engine": "0: L-BFGS, 1: gradient descent",
    "lam": "weight decay at p = d",
    "p": "width; 0: weights a and w of the diagonal network",
    "rank": "of the convex minimum",
    "excess": "objective over the convex minimum, less 1; nan where that is not certified",
    "distance": "|S - S_convex|_F^2/d",
    "risk": "R",
    "convex": "R of the convex minimum",
}
LBFGS, DESCENT = 0, 1
_RATE = 1e-2  # first learning rate of gradient descent, over the samples' number


def _engines(given: EquivalenceRuns, draw: int) -> list[int]:
    return [LBFGS, DESCENT] if draw < given.descents else [LBFGS]


def _train(given: EquivalenceRuns, engine: int, objective: Objective, start: Array, n: int) -> Trained:
    if engine == LBFGS:
        return weights.lbfgs(objective, start, tolerance=minima.FALL)
    return weights.descend(objective, start, _RATE / n, given.steps)


@stage
def equivalence_runs(given: EquivalenceRuns) -> Data:
    d, n = given.d, round(given.N * given.d)
    found: dict[str, list] = {name: [] for name in UNITS}
    with progress("training of weights", given.draws * (len(given.decays) + 1)) as advance:
        for draw in range(given.draws):
            samples = drawn.matrices(given.seed, "weights beside minima", given.gamma, d, n, given.noise, draw)
            vectors = drawn.vectors(given.seed, "weights beside minima", given.gamma, d, 2 * d, given.noise, draw)
            for lam in (*given.decays, 0.0):
                rng = drawn.stream(given.seed, "first weights", draw, lam=float(lam), d=d)
                least = minima.of_matrix(samples, lam, rng)
                risk = model.quadratic_risk(least.value, samples.teacher)
                objective = weights.quadratic(samples, nuclear.penalty_of(lam, d))
                for p in given.widths if lam else given.descended:
                    start = minima.SCALE * rng.standard_normal((d, p))
                    for engine in _engines(given, draw) if p in given.descended else [LBFGS]:
                        trained = _train(given, engine, objective, start, n)
                        S = trained.weights @ trained.weights.T
                        excess, apart = least.excess(trained), ((S - least.value) ** 2).sum() / d
                        here = model.quadratic_risk(S, samples.teacher)
                        _keep(found, draw, engine, lam, p, least.rank, excess, apart, here, risk)
                single = minima.of_vector(vectors, lam)
                risk = model.diagonal_risk(single.value, vectors.teacher)
                start = rng.standard_normal((2, d))
                for engine in _engines(given, draw):
                    trained = _train(given, engine, weights.diagonal(vectors, lam), start, 2 * d)
                    theta = trained.weights.prod(0) / np.sqrt(d)
                    excess, apart = single.excess(trained), ((theta - single.value) ** 2).sum()
                    here = model.diagonal_risk(theta, vectors.teacher)
                    _keep(found, draw, engine, lam, 0, single.rank, excess, apart, here, risk)
                advance(1)
    return Data(Arrays({name: np.array(values) for name, values in found.items()}, UNITS))


def _keep(found: dict[str, list], *values: float) -> None:
    for name, value in zip(UNITS, values, strict=True):
        found[name].append(value)
