"""The dynamical theory of a free norm, and steps of the same lengths at several N.

From: numbers of examples, sizes, norms, and how many paths the theory takes.
Makes: errors of both at equal norms, and those of the minimiser there: of theory, and of the same samples.
"""

import numpy as np
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.progress import progress
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.perceptron import model
from shallownets.studies.perceptron.engines.descend import follow
from shallownets.studies.perceptron.engines.minimise import minimise
from shallownets.studies.perceptron.measure import curves
from shallownets.studies.perceptron.model import Array
from shallownets.studies.perceptron.parameters.data import Dynamics
from shallownets.studies.perceptron.stages import drawn
from shallownets.studies.perceptron.theory import saddle
from shallownets.studies.perceptron.theory.dynamics import Descent, descent

UNITS = {"norm": "1", "grid": "1"}
GRID = 40  # norms of the theory's curve
BEYOND = 1.25  # over the last norm: how far the theory goes, so that samples reach it in its steps


@stage
def dynamics(given: Dynamics) -> Data:
    norms = np.array(given.norms)
    grid = np.geomspace(norms[0], norms[-1], GRID)
    found: dict[str, list] = {}
    with progress("dynamical theory", len(given.alphas) * (given.repeats + len(given.sizes))) as advance:
        for alpha in given.alphas:
            repeats = []
            for repeat in range(given.repeats):
                repeats.append(_theory(given, alpha, repeat))
                advance(1)
            for name, at in (("theory", norms), ("curve", grid)):
                fixed = saddle.solve(alpha, at).error
                errors = np.array([curves.values_at(one.lam, one.error, at) for one in repeats])
                found.setdefault(name, []).append(errors)
                found.setdefault(f"{name}_fixed", []).append(fixed)
            for N, samples in given.sizes:
                free, fixed = zip(*(_sample(given, alpha, N, n, repeats[0].eta) for n in range(samples)), strict=True)
                found.setdefault(f"free_{N}", []).append(np.array(free))
                found.setdefault(f"fixed_{N}", []).append(np.array(fixed))
                advance(1)
    arrays = {name: np.array(values) for name, values in found.items()}
    return Data(Arrays(arrays | {"norm": norms, "grid": grid}, UNITS))


def _theory(given: Dynamics, alpha: float, repeat: int) -> Descent:
    parameters = {"alpha": float(alpha), "paths": given.paths}
    rng = default_rng(seeds.sequence(given.seed, "perceptron, paths", parameters, repeat))
    return descent(alpha, BEYOND * given.norms[-1], given.paths, rng)


def _sample(given: Dynamics, alpha: float, N: int, replicate: int, eta: Array) -> tuple[Array, Array]:
    """Errors of a sample at the norms: behind steps of given lengths, and of its minimiser."""
    examples = drawn.examples(given.seed, "dynamics", alpha, N, replicate)
    flow, norms = follow(examples, eta), np.array(given.norms)
    free = curves.values_at(flow.lam, model.test_error(examples.overlap(flow.W)), norms)
    with drawn.asked(norms, examples):
        return free, model.test_error(examples.overlap(minimise(examples, norms).W))
