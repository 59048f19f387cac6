"""A free norm's flow, and the minimiser at fixed norms, on the same samples of examples.

From: the number of examples, sizes and norms.
Makes: overlaps of both, time of the flow, the angle between the flow at small norms and the minimiser at half of them.
"""

import numpy as np

from shallownets.numerics.progress import progress
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.perceptron.engines.descend import descend
from shallownets.studies.perceptron.engines.minimise import minimise
from shallownets.studies.perceptron.measure import curves
from shallownets.studies.perceptron.parameters.data import HALVED, Runs
from shallownets.studies.perceptron.stages import drawn

UNITS = {"norm": "1", "t": "loss summed over examples", "angle": "radian"}


@stage
def runs(given: Runs) -> Data:
    small, norms = np.array(given.small), np.array(given.norms)
    fixed_at, free_at = np.concatenate([small / 2, norms]), np.concatenate([small, norms])
    found: dict[str, list] = {name: [] for name in ("fixed", "free", "halved", "t", "steps", "angle", "multiplier")}
    with progress(f"free and fixed norm, alpha = {given.alpha:g}", given.samples) as advance:
        for replicate in range(given.samples):
            examples = drawn.examples(given.seed, "free norm", given.alpha, given.N, replicate)
            with drawn.asked(norms, examples):
                fixed, free = minimise(examples, fixed_at), descend(examples, free_at)
            n = small.size
            found["angle"].append(curves.angle(free.W[:n], fixed.W[:n]))
            found["fixed"].append(examples.overlap(fixed.W[n:]))
            found["free"].append(examples.overlap(free.W[n:]))
            if replicate < HALVED:
                found["halved"].append(examples.overlap(descend(examples, norms, fineness=2).W))
            found["t"].append(free.t[n:])
            found["steps"].append(free.steps[n:])
            found["multiplier"].append(fixed.multiplier[n:])
            advance(1)
    arrays = {name: np.array(values) for name, values in found.items()}
    return Data(Arrays(arrays | {"small": small, "norm": norms}, UNITS))
