"""Training of weights by L-BFGS and gradient descent at several widths, beside the convex minima.

From: dimension, samples, decays and widths.
Makes: objective over that of the convex minimum, distance of S from it, and risk, of each training.
"""

import numpy as np

from shallownets.numerics.progress import progress
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.spectra import model
from shallownets.studies.spectra.engines import lasso, nuclear, weights
from shallownets.studies.spectra.parameters.training import EquivalenceRuns
from shallownets.studies.spectra.stages import drawn

UNITS = {
    "draw": "1",
    "lam": "weight decay at p = d",
    "p": "width; 0: weights a and w of the diagonal network",
    "rank": "of the convex minimum",
    "descent": "0: L-BFGS, 1: gradient descent",
    "excess": "objective over the convex minimum, less 1",
    "distance": "|S - S_convex|_F^2/d",
    "risk": "R",
    "convex": "R of the convex minimum",
}
_GAP = 1e-12  # of the convex minima
_FALL = 1e-16  # of the objective in a step, at which L-BFGS stops
_SCALE = 0.3  # of first weights
_RATE = 1e-5  # first learning rate of gradient descent, over the samples' number


@stage
def equivalence_runs(given: EquivalenceRuns) -> Data:
    d, n = given.d, round(given.N * given.d)
    found: dict[str, list] = {name: [] for name in UNITS}
    with progress("training of weights", given.draws * len(given.decays)) as advance:
        for draw in range(given.draws):
            samples = drawn.matrices(given.seed, "weights beside minima", given.gamma, d, n, given.noise, draw)
            vectors = drawn.vectors(given.seed, "weights beside minima", given.gamma, d, 2 * d, given.noise, draw)
            for lam in given.decays:
                rng = drawn.stream(given.seed, "first weights", draw, lam=float(lam), d=d)
                penalty = nuclear.penalty_of(lam, d)
                convex = nuclear.minimise(samples, penalty, gap=_GAP)
                rank, least = convex.factor.shape[1], model.quadratic_risk(convex.S, samples.teacher)
                objective = weights.quadratic(samples, penalty)
                for p in given.widths:
                    start = _SCALE * rng.standard_normal((d, p))
                    made = {
                        0: weights.lbfgs(objective, start, tolerance=_FALL),
                        1: weights.descend(objective, start, _RATE * d / n, given.steps),
                    }
                    for descent, trained in made.items():
                        S = trained.weights @ trained.weights.T
                        excess, apart = trained.objective / convex.objective - 1, ((S - convex.S) ** 2).sum() / d
                        risk = model.quadratic_risk(S, samples.teacher)
                        _keep(found, draw, lam, p, rank, descent, excess, apart, risk, least)
                single = lasso.minimise(vectors, lam, gap=_GAP)
                start = rng.standard_normal((2, d))
                trained = weights.lbfgs(weights.diagonal(vectors, lam), start, tolerance=_FALL)
                theta = trained.weights.prod(0) / np.sqrt(d)
                excess, apart = trained.objective / (2 * single.objective) - 1, ((theta - single.theta) ** 2).sum()
                risks = (model.diagonal_risk(one, vectors.teacher) for one in (theta, single.theta))
                _keep(found, draw, lam, 0, int(np.count_nonzero(single.theta)), 0, excess, apart, *risks)
                advance(1)
    return Data(Arrays({name: np.array(values) for name, values in found.items()}, UNITS))


def _keep(found: dict[str, list], *values: float) -> None:
    for name, value in zip(UNITS, values, strict=True):
        found[name].append(value)
