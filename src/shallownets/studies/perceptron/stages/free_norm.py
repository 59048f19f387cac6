"""A free norm beside the fixed one on the same samples, and both beside theory.

From: runs at several numbers of examples, and the dynamical theory beside samples of several sizes.
Makes: a table of measurements, and the data of the figure `free_norm`.
"""

import numpy as np
import pandas as pd

from shallownets.numerics.statistics import difference, line_through, mean
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.perceptron import model
from shallownets.studies.perceptron.measure import curves
from shallownets.studies.perceptron.parameters.data import FreeNorm
from shallownets.studies.perceptron.theory import laws, saddle, times

UNITS = {"alpha": "examples/N", "norm": "1", "estimate": "see quantity", "t": "loss summed over examples"}


def _of(run: Arrays) -> tuple[list[dict], list[dict]]:
    alpha, N, norm = run.parameters["alpha"], run.parameters["N"], run.arrays["norm"]
    fixed, free, halved = (model.test_error(run.arrays[name]) for name in ("fixed", "free", "halved"))
    theory = saddle.solve(alpha, norm)
    limit = laws.flow(norm) / laws.ghat(norm)
    curve, t = times.times(alpha, 1.01 * norm[-1])
    t_theory = np.exp(np.interp(np.log(norm), np.log(curve.lam), np.log(t)))
    rows, shown, size = [], [], {"alpha": alpha, "N": N}
    for n, lam in enumerate(norm):
        for quantity, samples, predicted in (
            ("fixed over theory", fixed[:, n] / theory.error[n], 1.0),
            ("free over fixed", free[:, n] / fixed[:, n], limit[n]),
            ("steps halved", halved[:, n] / free[: len(halved), n], 1.0),
            ("time over quasi-static", run.arrays["t"][:, n] / t_theory[n], 1.0),
        ):
            rows.append({"quantity": quantity, "norm": lam, "theory": predicted} | size | mean(samples).row())
        both = {"free": free[:, n], "fixed": fixed[:, n]}
        for name, samples in both.items():
            shown.append({"series": name, "norm": lam, "t": run.arrays["t"][:, n].mean()} | size | mean(samples).row())
        shown.append({"series": "ratio", "norm": lam} | size | mean(free[:, n] / fixed[:, n]).row())
    grid = np.geomspace(0.1, norm[-1], 100)
    for lam, error in zip(grid, saddle.solve(alpha, grid).error, strict=True):
        shown.append({"series": "theory", "norm": lam, "estimate": error} | size)
    growth = (norm[-1] - norm[-2]) / np.log(run.arrays["t"][:, -1] / run.arrays["t"][:, -2])
    predicted = (norm[-1] - norm[-2]) / np.log(t_theory[-1] / t_theory[-2])
    rows.append({"quantity": "growth", "norm": norm[-1], "theory": predicted} | size | mean(growth).row())
    small = run.arrays["small"]
    order = [curves.exponent(small, angle) for angle in run.arrays["angle"]]
    rows.append({"quantity": "angle exponent", "norm": small[-1], "theory": 2.0} | size | mean(order).row())
    return rows, shown


def _beside_theory(dynamics: Arrays) -> tuple[list[dict], list[dict]]:
    """Steps of the same lengths in samples and in the dynamical theory, over the minimiser at the norm they reach."""
    rows, shown, found = [], [], dynamics.arrays
    sizes = [N for N, _ in dynamics.parameters["sizes"]]
    for a, alpha in enumerate(dynamics.parameters["alphas"]):
        for lam, ratio in zip(found["grid"], (found["curve"][a] / found["curve_fixed"][a]).T, strict=True):
            shown.append({"series": "dynamical theory", "alpha": alpha, "norm": lam} | mean(ratio).row())
        for n, lam in enumerate(found["norm"]):
            theory = mean(found["theory"][a][:, n] / found["theory_fixed"][a][n])
            of = {"alpha": alpha, "norm": lam, "theory": theory.value}
            ratios = [mean(found[f"free_{N}"][a][:, n] / found[f"fixed_{N}"][a][:, n]) for N in sizes]
            for N, ratio in zip(sizes, ratios, strict=True):
                rows.append(of | {"quantity": "dynamics over fixed", "N": N} | ratio.row())
                apart = of | {"N": N, "theory": 0.0} | difference(ratio, theory, of=ratio).row()
                rows.append(apart | {"quantity": "dynamics less theory"})
            if len(sizes) > 2:  # a line in 1/N, with a degree of freedom left
                far = line_through(1 / np.array(sizes), ratios).coefficients[0]
                of |= {"quantity": "dynamics less theory, large N", "theory": 0.0}
                rows.append(of | difference(far, theory, of=far).row())
    return rows, shown


@stage
def free_norm(given: FreeNorm, runs: list[Arrays], dynamics: Arrays) -> Tables:
    rows, shown = _beside_theory(dynamics)
    for run in runs:
        measured, drawn = _of(run)
        rows += measured
        shown += drawn
    last = max(float(run.arrays["norm"][-1]) for run in runs)
    grid = np.geomspace(0.02, last, 80)
    for lam, ratio in zip(grid, laws.flow(grid) / laws.ghat(grid), strict=True):
        shown.append({"series": "limit", "norm": lam, "alpha": np.inf, "estimate": ratio})
    return Tables(Table(pd.DataFrame(rows), UNITS), Table(pd.DataFrame(shown), UNITS))
