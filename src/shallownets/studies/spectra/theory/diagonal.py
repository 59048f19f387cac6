"""The diagonal network: each feature is seen through noise of its own and soft-thresholded."""

from math import erfc, exp, pi, sqrt

import numpy as np

from shallownets.numerics.jit import kernel
from shallownets.studies.spectra.theory.network import Network, Response


@kernel("void(f8[::1], f8[::1], f8, f8, f8[::1])")
def _soft(value, weight, tau, x, out):
    """Means over levels y of mse = E (η(y + τ z) - y)^2, P = P(|y + τ z| > x) and their derivatives by τ^2 and x.

    With a = (x - y)/τ, b = (x + y)/τ; by τ^2 from the heat equation: half of the second derivative of (η - y)^2.
    """
    mse = mse_v = mse_x = P = P_v = P_x = 0.0
    for i in range(value.size):
        y, w = value[i], weight[i]
        a, b = (x - y) / tau, (x + y) / tau
        fa, fb = exp(-a * a / 2) / sqrt(2 * pi), exp(-b * b / 2) / sqrt(2 * pi)
        A, B = erfc(a / sqrt(2.0)) / 2, erfc(b / sqrt(2.0)) / 2
        p, missed = A + B, erfc(-a / sqrt(2.0)) / 2 - B  # missed = 1 - p without its cancellation
        mse += w * (tau * tau * (p + a * fa + b * fb) - 2 * tau * x * (fa + fb) + x * x * p + y * y * missed)
        mse_v += w * (p - y / tau * (fa - fb))
        mse_x += w * 2 * (x * p - tau * (fa + fb))
        P += w * p
        P_v += w * (a * fa + b * fb) / (2 * tau * tau)
        P_x -= w * (fa + fb) / tau
    out[0], out[1], out[2], out[3], out[4], out[5] = mse, P, mse_v, mse_x, P_v, P_x


class Diagonal(Network):
    """The diagonal network: a LASSO. In its own units noise and threshold are √(v/d) and x/√d."""

    @property
    def scale(self) -> float:
        return float(self.d)

    @property
    def penalty(self) -> float:
        return float(self.d)

    @property
    def zero(self) -> float:
        return 1.0

    @property
    def samples(self) -> float:
        return 1.0

    @property
    def full(self) -> float:
        return float(self.d)

    def at(self, v: float, x: float) -> Response:
        out = np.empty(6)
        _soft(self.levels.value, self.levels.weight, sqrt(v), x, out)
        mse, P, mse_v, mse_x, P_v, P_x = out.tolist()
        return Response(mse, self.d * P, mse_v, mse_x, self.d * P_v, self.d * P_x)
