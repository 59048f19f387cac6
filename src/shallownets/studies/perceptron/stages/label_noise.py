"""Turned labels: where the growth of a free norm ends, and where the best norm is.

From: the share of turned labels, numbers of examples and sizes.
Makes: a table of measurements, and the data of the figure `label_noise`.
"""

import numpy as np
import pandas as pd

from shallownets.errors import Impossible, UserError
from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import exact, mean
from shallownets.stage import Table, Tables, stage
from shallownets.studies.perceptron import model
from shallownets.studies.perceptron.engines import minimise
from shallownets.studies.perceptron.measure import curves, turned_labels
from shallownets.studies.perceptron.measure.turned_labels import End
from shallownets.studies.perceptron.parameters.data import LabelNoise
from shallownets.studies.perceptron.stages import drawn
from shallownets.studies.perceptron.theory import laws, saddle

UNITS = {"alpha": "examples/N", "norm": "1", "error": "test error"}


def _end(alpha: float, noise: float, key: str) -> End:
    """Where a free norm ends.

    Raises:
        UserError: it does not; ``key`` of the config has this number of examples.
    """
    try:
        return turned_labels.end(alpha, noise)
    except Impossible as why:
        right = f"expected more examples or more noise than {noise:g}, {why}"
        raise UserError(f"{key}, alpha = {alpha:g}: {right}") from None


@stage
def label_noise(given: LabelNoise) -> Tables:
    p0, rows, shown = given.noise, [], []
    limit, first = laws.last_norm(p0)
    second, best = turned_labels.second_order(p0), []
    for alpha in given.alphas:
        end = _end(alpha, p0, "alphas")
        norm, error = curves.optimum(alpha, p0)
        best.append(norm)
        row = {"quantity": "first order of the end", "alpha": alpha, "theory": first, "order": 2 * abs(second) / alpha}
        rows.append(row | exact(alpha * (end.norm - limit)).row())
        if p0 < laws.MUCH_NOISE:
            row = {"quantity": "best norm over the end", "alpha": alpha, "theory": 1.0}
            rows.append(row | exact(norm / end.norm).row())
        shown.append({"series": "end", "alpha": alpha, "norm": end.norm, "error": end.error})
        shown.append({"series": "best", "alpha": alpha, "norm": norm, "error": error})
        lam = np.geomspace(min(0.03, norm / 10), 6 * norm, 60)
        for one, value in zip(lam, saddle.solve(alpha, lam, p0).error, strict=True):
            shown.append({"series": "curve", "alpha": alpha, "norm": one, "error": value})
    lost = Lost()
    if p0 < laws.MUCH_NOISE:
        late = np.array(given.alphas) >= given.fit_from
        slope = curves.exponent(np.array(given.alphas)[late], np.array(best)[late])
        row = {"quantity": "exponent of the best norm", "alpha": given.fit_from, "theory": 0.5}
        rows.append(row | {"order": turned_labels.off_the_root(p0, given.fit_from)} | exact(slope).row())
    else:
        why = f"from {100 * laws.MUCH_NOISE:.1f} % of turned labels on the best norm stays finite, and is no power"
        lost.note(why, [{"quantity": "best norm over the end"}, {"quantity": "exponent of the best norm"}])
    with progress("students of noisy labels", sum(n for *_, n in given.cases)) as advance:
        for alpha, N, samples in given.cases:
            end, norms, errors = _end(alpha, p0, "cases"), [], []
            for replicate in range(samples):
                examples = drawn.examples(given.seed, "label noise", alpha, N, replicate, noise=p0)
                try:
                    W = minimise.free(examples)
                except Impossible as why:
                    right = f"expected a larger alpha or N, or more noise than {p0:g}"
                    raise UserError(f"cases = {alpha:g}, {N}, {samples}: {right}; {why}") from None
                norms.append(np.linalg.norm(W) / np.sqrt(N))
                errors.append(float(model.test_error(examples.overlap(W))))
                advance(1)
            for name, values, theory in (
                ("end of a free norm", norms, end.norm),
                ("its error", errors, end.error),
            ):
                rows.append({"quantity": name, "alpha": alpha, "N": N, "theory": theory} | mean(values).row())
            norm, error = mean(norms), mean(errors)
            bars = {"norm_bar": 3 * norm.error, "bar": 3 * error.error}
            shown.append({"series": "simulated", "alpha": alpha, "norm": norm.value, "error": error.value} | bars)
    found = {"limit": limit, "noise": p0}
    return Tables(
        Table(pd.DataFrame(rows), UNITS, notes=lost.notes), Table(pd.DataFrame(shown), UNITS, found, lost.notes)
    )
