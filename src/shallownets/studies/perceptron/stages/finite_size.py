"""The minimiser at fixed norm over the replica-symmetric solution at several N, with both kinds of inputs.

From: the number of examples, norms and sizes.
Makes: a table of measurements, and the data of the figure `finite_size`.
"""

import numpy as np
import pandas as pd

from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import Estimate, difference, exact, line_through, mean
from shallownets.stage import Table, Tables, stage
from shallownets.studies.perceptron import model
from shallownets.studies.perceptron.engines.gamp import gamp
from shallownets.studies.perceptron.engines.minimise import minimise
from shallownets.studies.perceptron.parameters.data import FiniteSize
from shallownets.studies.perceptron.stages import drawn
from shallownets.studies.perceptron.starts import Inputs
from shallownets.studies.perceptron.theory import saddle

UNITS = {"alpha": "examples/N", "norm": "1", "estimate": "see quantity"}
KINDS: tuple[Inputs, ...] = ("gaussian", "signs")
PASSED = 8  # samples of each size and kind of inputs on which messages are passed


@stage
def finite_size(given: FiniteSize) -> Tables:
    norms = np.array(given.norms)
    theory = saddle.solve(given.alpha, norms)
    rows, shown = [], []
    ratios_of: dict[tuple[str, float], list[Estimate]] = {}
    with progress("minimiser at several sizes", 2 * sum(n for _, n in given.sizes)) as advance:
        for N, samples in given.sizes:
            found: dict[str, list] = {kind: [] for kind in KINDS}
            farthest = 0.0
            for kind in KINDS:
                for replicate in range(samples):
                    examples = drawn.examples(given.seed, "finite size", given.alpha, N, replicate, kind)
                    with drawn.asked(norms, examples):
                        students = minimise(examples, norms)
                    found[kind].append(model.test_error(examples.overlap(students.W)) / theory.error)
                    if replicate < PASSED:
                        for n, lam in enumerate(norms):
                            with drawn.asked(norms, examples):
                                w, _ = gamp(examples, lam, float(np.exp(theory.log_chi[n])))
                            off = np.linalg.norm(w - students.W[n] / lam) / np.sqrt(N)
                            farthest = max(farthest, float(off))
                    advance(1)
            of = {"alpha": given.alpha, "N": N}
            rows.append({"quantity": "messages", "norm": norms[-1]} | of | exact(farthest, 2 * PASSED).row())
            for n, lam in enumerate(norms):
                ratios = {kind: mean(np.array(found[kind])[:, n]) for kind in KINDS}
                for kind, ratio in ratios.items():
                    ratios_of.setdefault((kind, lam), []).append(ratio)
                    row = of | {"quantity": "over theory", "norm": lam, "inputs": kind} | ratio.row()
                    rows.append(row)
                    shown.append(row)
                a, b = ratios.values()
                apart = difference(b, a, of=b).row()
                rows.append(of | {"quantity": "signs less gaussian", "norm": lam, "inputs": "both"} | apart)
    sizes = [N for N, _ in given.sizes]
    if len(sizes) > 2:  # a line in 1/N, with a degree of freedom left
        for (kind, lam), of_sizes in ratios_of.items():
            line = line_through(1 / np.array(sizes), of_sizes)
            of = {"quantity": "large N", "alpha": given.alpha, "norm": lam, "inputs": kind}
            rows.append(of | line.coefficients[0].row())
            shown.append(of | {"N": np.inf, "slope": line.coefficients[1].value} | line.coefficients[0].row())
    return Tables(Table(pd.DataFrame(rows), UNITS), Table(pd.DataFrame(shown), UNITS))
