"""Samples until the first of N neurons has learned a single direction, at several dimensions and step sizes.

From: dimensions, step sizes and a seed.
Makes: these numbers, run by run.
"""

import numpy as np

from shallownets.errors import UserError
from shallownets.numerics import seeds
from shallownets.numerics.progress import progress
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.emergence import model
from shallownets.studies.emergence.engines import chain
from shallownets.studies.emergence.engines.step_sizes import Steps
from shallownets.studies.emergence.parameters.sgd import SamplesRuns
from shallownets.studies.emergence.stages import drawn
from shallownets.studies.emergence.theory import first_passage

UNITS = {
    "n": "samples until learned; inf where a run was lost or given up",
    "found": "samples of the search, until an overlap has passed 1/2; inf where none did",
    "lost": "whether a run was lost",
}

ALONE = first_passage.Noise(1.0)  # a direction of strength 1, without label noise


def _longest(given: SamplesRuns, n: int) -> int:
    """Samples until a run of case n is given up."""
    k, d, kappa, _ = given.cases[n]
    typical = float(first_passage.leading(ALONE, d, kappa, given.N, model.hermite(k), given.r0)[1])
    if np.isinf(typical):
        raise UserError(
            f"cases.{n} = {k}, {d}, {kappa:g}: expected a smaller kappa, at this one noise turns all neurons back"
        )
    return int(given.patience * typical * d ** (k - 1))


@stage
def samples_runs(given: SamplesRuns) -> Data:
    a, rows = np.ones(1), []
    longest = [_longest(given, n) for n in range(len(given.cases))]  # all, before the first run
    total = sum(runs * d ** (k - 1.0) / kappa for k, d, kappa, runs in given.cases)
    with progress("samples until a direction is learned", total) as advance:
        for (k, d, kappa, runs), last in zip(given.cases, longest, strict=True):
            link, eta = model.hermite(k), kappa * d ** (-k / 2)
            of = {"k": k, "d": d, "N": given.N, "kappa": kappa}
            for replicate in range(runs):
                start = drawn.start(
                    given.seed, f"samples, k = {k}, d = {d}, kappa = {kappa:g}", given.N, 1, d, given.r0, replicate
                )
                stream = seeds.sequence(given.seed, "emergence, samples until learned", of, replicate)
                run = chain.simulate(start, a, link, Steps(eta), [last], stream, enough=1)
                rows.append((k, d, kappa, run.learned_after[0], run.found_after[0], np.isfinite(run.lost_at)))
                advance(d ** (k - 1.0) / kappa)
    names = ("k", "d", "kappa", "n", "found", "lost")
    arrays = {name: np.array(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
    return Data(Arrays(arrays, UNITS))
