"""With turned labels: where a free norm ends at finite α, and how far the best norm is from a power of α."""

from typing import NamedTuple

import numpy as np
import scipy

from shallownets.errors import Impossible
from shallownets.studies.perceptron.measure import curves
from shallownets.studies.perceptron.theory import saddle

LARGEST = 30.0  # norm at which a free one must have stopped


class End(NamedTuple):
    """Where free training stops.

    Attributes:
        norm: at which the multiplier is 0.
        error: of a test, there.
    """

    norm: float
    error: float


def end(alpha: float, noise: float) -> End:
    """Where a free norm stops at α examples over N with a share of labels turned.

    Raises:
        Impossible: it grows beyond ``LARGEST``, because so few examples can be separated, or with so few turned labels.
    """

    def pull(lam: float) -> float:
        return saddle.solve(alpha, lam, noise).multiplier[0]

    if pull(LARGEST) > 0:
        raise Impossible(f"a free norm grows beyond {LARGEST:g} here")
    norm = float(scipy.optimize.brentq(pull, 1e-3, LARGEST, xtol=1e-11))
    return End(norm, float(saddle.solve(alpha, norm, noise).error[0]))


def second_order(noise: float) -> float:
    """The coefficient of 1/α^2 in the norm at the end, from a polynomial that knows neither the limit nor 1/α.

    Raises:
        Impossible: a free norm does not stop at hundreds of examples over N.
    """
    far = np.array([500.0, 1000.0, 2000.0, 4000.0])
    return float(np.polyfit(1 / far, [end(one, noise).norm for one in far], 3)[-3])


def off_the_root(noise: float, alpha: float) -> float:
    """What the exponent 1/2 of the best norm may be off at this number of examples: its first order, twice the next.

    With x = 1/√α and log(best norm/√α) = log v + c1 x + c2 x^2 + .. the local exponent is 1/2 - c1 x/2 - c2 x^2 - ..;
    both coefficients are those of the solution at large α, with its own power of α in place of 1/2. Where c1 is small,
    close to the share of turned labels from which on the best norm stays finite, c2 is not.
    """
    far = np.geomspace(1e5, 6.4e6, 4)
    best, x = [curves.optimum(one, noise)[0] for one in far], far**-0.5
    _, _, first, second = np.linalg.solve(np.column_stack([np.log(far), np.ones(4), x, x**2]), np.log(best))
    return float(abs(first) / np.sqrt(alpha) / 2 + 2 * abs(second) / alpha)
