"""Turned labels: where the growth of a free norm ends, and where the best norm is.

From: the share of turned labels, numbers of examples and sizes.
Makes: a table of measurements, and the data of the figure `label_noise`.
"""

import numpy as np
import pandas as pd
import scipy

from shallownets.errors import Impossible, UserError
from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import exact, mean
from shallownets.stage import Table, Tables, stage
from shallownets.studies.perceptron import model
from shallownets.studies.perceptron.engines import minimise
from shallownets.studies.perceptron.measure import curves
from shallownets.studies.perceptron.parameters.data import LabelNoise
from shallownets.studies.perceptron.stages import drawn
from shallownets.studies.perceptron.theory import laws, saddle

UNITS = {"alpha": "examples/N", "norm": "1", "error": "test error"}


LARGEST = 30.0  # norm at which a free one must have stopped


def _end(alpha: float, noise: float, key: str = "noise") -> float:
    """The norm at which the multiplier is 0.

    Raises:
        UserError: there is none, because so few examples can be separated, or with so few turned labels; ``key`` of
            the config has this number of examples.
    """

    def pull(lam: float) -> float:
        return saddle.solve(alpha, lam, noise).multiplier[0]

    if pull(LARGEST) > 0:
        right = f"expected more examples or more noise than {noise:g}"
        raise UserError(f"{key}, alpha = {alpha:g}: {right}, a free norm grows beyond {LARGEST:g} here")
    return float(scipy.optimize.brentq(pull, 1e-3, LARGEST, xtol=1e-11))


def left_out(noise: float, alpha: float) -> float:
    """What the exponent 1/2 of the best norm may be off at this number of examples: its first order, twice the next.

    With x = 1/√α and log(best norm/√α) = log v + c1 x + c2 x^2 + .. the local exponent is 1/2 - c1 x/2 - c2 x^2 - ..;
    both coefficients are those of the solution at large α, with its own power of α in place of 1/2. Where c1 is small,
    close to the share of turned labels from which on the best norm stays finite, c2 is not.
    """
    far = np.geomspace(1e5, 6.4e6, 4)
    best, x = [curves.optimum(one, noise)[0] for one in far], far**-0.5
    _, _, first, second = np.linalg.solve(np.column_stack([np.log(far), np.ones(4), x, x**2]), np.log(best))
    return float(abs(first) / np.sqrt(alpha) / 2 + 2 * abs(second) / alpha)


@stage
def label_noise(given: LabelNoise) -> Tables:
    p0, rows, shown = given.noise, [], []
    limit, first = laws.last_norm(p0)
    # the term in 1/alpha^2, from a polynomial that knows neither the limit nor the first order
    far = np.array([500.0, 1000.0, 2000.0, 4000.0])
    second = np.polyfit(1 / far, [_end(one, p0) for one in far], 3)[-3]
    best = []
    for alpha in given.alphas:
        end = _end(alpha, p0, "alphas")
        norm, error = curves.optimum(alpha, p0)
        best.append(norm)
        row = {"quantity": "first order of the end", "alpha": alpha, "theory": first, "order": 2 * abs(second) / alpha}
        rows.append(row | exact(alpha * (end - limit)).row())
        if p0 < laws.MUCH_NOISE:
            rows.append({"quantity": "best norm over the end", "alpha": alpha, "theory": 1.0} | exact(norm / end).row())
        shown.append(
            {"series": "end", "alpha": alpha, "norm": end, "error": float(saddle.solve(alpha, end, p0).error[0])}
        )
        shown.append({"series": "best", "alpha": alpha, "norm": norm, "error": error})
        lam = np.geomspace(min(0.03, norm / 10), 6 * norm, 60)
        for one, value in zip(lam, saddle.solve(alpha, lam, p0).error, strict=True):
            shown.append({"series": "curve", "alpha": alpha, "norm": one, "error": value})
    lost = Lost()
    if p0 < laws.MUCH_NOISE:
        late = np.array(given.alphas) >= given.fit_from
        slope = curves.exponent(np.array(given.alphas)[late], np.array(best)[late])
        row = {"quantity": "exponent of the best norm", "alpha": given.fit_from, "theory": 0.5}
        rows.append(row | {"order": left_out(p0, given.fit_from)} | exact(slope).row())
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
                ("end of a free norm", norms, end),
                ("its error", errors, float(saddle.solve(alpha, end, p0).error[0])),
            ):
                rows.append({"quantity": name, "alpha": alpha, "N": N, "theory": theory} | mean(values).row())
            norm, error = mean(norms), mean(errors)
            bars = {"norm_bar": 3 * norm.error, "bar": 3 * error.error}
            shown.append({"series": "simulated", "alpha": alpha, "norm": norm.value, "error": error.value} | bars)
    found = {"limit": limit, "noise": p0}
    return Tables(
        Table(pd.DataFrame(rows), UNITS, notes=lost.notes), Table(pd.DataFrame(shown), UNITS, found, lost.notes)
    )
