"""The quadratic network: the teacher's matrix is seen through symmetric Gaussian noise, and its eigenvalues are cut."""

import numpy as np
from numpy.random import Generator

from shallownets.studies.spectra.model import Array
from shallownets.studies.spectra.theory import free
from shallownets.studies.spectra.theory.network import Network, Response

_EPSILON = 1e-15


class Quadratic(Network):
    """The quadratic network of width d: S = (S* + √v GOE - x)_+."""

    @property
    def scale(self) -> float:
        return self.d * (self.d + 1) / 4

    @property
    def penalty(self) -> float:
        return self.d**2 / 4

    @property
    def zero(self) -> float:
        return 2.0

    @property
    def samples(self) -> float:
        return float(self.d)

    @property
    def full(self) -> float:
        return self.d * (self.d + 1) / 2

    def rounding(self, n: float) -> float:
        """What a few last digits of v, which is d^2 (Δ + R)/4n, make of the risk, and those of d^2/2 of Df."""
        return _EPSILON * max(1.0, self.full / n)

    def at(self, v: float, x: float) -> Response:
        """Error E = R/2 = mean of (f - c)^2 + 2 v c g, f = (y - x)_+: x^2 + 2 v g (y - 2x) above x, and y c below.

        Its derivative by x is that of the first term alone; by v all follow from ∂G/∂v + G ∂G/∂y = 0. Symmetric noise
        has d(d + 1)/2 entries, and Df counts them.
        """
        part = free.above(self.levels, v, x)
        error = x**2 * part.mass + 2 * v * (part.gap - x * part.g) + part.unlearned
        by_v = 2 * part.gap - 2 * x * part.g + 4 * v * part.growth
        by_x = 2 * x * part.mass - 4 * v * part.g
        count = 2 * self.full
        return Response(2 * error, count * part.gap, 2 * by_v, 2 * by_x, count * part.growth, -count * part.g)

    def rank(self, v: float, x: float) -> float:
        """Eigenvalues of S that are not zero, at noise of variance v and threshold x."""
        return self.d * free.above(self.levels, v, x).mass

    def spectra(self, v: float, x: float, draws: int, rng: Generator) -> Array:
        """(draws, d) eigenvalues of S* + √v GOE - x at this dimension, falling; no level may be lumped with others.

        Of which ``at`` has averages in the limit of many dimensions.
        """
        noise = rng.standard_normal((draws, self.d, self.d))
        noise = (noise + noise.transpose(0, 2, 1)) * np.sqrt(v / (2 * self.d))
        return np.linalg.eigvalsh(np.diag(self.levels.value - x) + noise)[:, ::-1]
