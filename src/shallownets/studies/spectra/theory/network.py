"""What state evolution needs of a network: how far a thresholded, noisy teacher is from the teacher."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

from shallownets.studies.spectra.theory.levels import SINGLES, Levels, levels


@dataclass(frozen=True)
class Response:
    """Risk and degrees of freedom at one variance of the noise and one threshold, with their derivatives by both.

    Attributes:
        risk: R.
        freedom: Df, the divergence of the thresholded teacher.
        risk_v, risk_x, freedom_v, freedom_x: derivatives by the variance and by the threshold.
    """

    risk: float
    freedom: float
    risk_v: float
    risk_x: float
    freedom_v: float
    freedom_x: float


@dataclass(frozen=True)
class Network(ABC):
    """A network and its teacher. Levels, noise and threshold are in units in which levels have mean square one.

    Training is a teacher seen through Gaussian noise of variance v and cut at a threshold x, with

        v = scale (Δ + R)/n,   x (1 - Df/n) = lam penalty/n

    Attributes:
        gamma: exponent of the teacher, above 1/2.
        d: dimension.
        noise: Δ, variance of the labels' noise.
        singles: levels that are not lumped together, see ``levels``.
    """

    gamma: float
    d: int
    noise: float
    singles: int = SINGLES
    levels: Levels = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "levels", levels(self.gamma, self.d, self.singles))

    @property
    @abstractmethod
    def scale(self) -> float:
        """n v/(Δ + R)."""

    @property
    @abstractmethod
    def penalty(self) -> float:
        """n x/lam at Df = 0."""

    @property
    @abstractmethod
    def zero(self) -> float:
        """R at zero weights."""

    @property
    @abstractmethod
    def samples(self) -> float:
        """n/n_eff."""

    @property
    @abstractmethod
    def full(self) -> float:
        """Parameters of the network's function: the largest Df."""

    @abstractmethod
    def at(self, v: float, x: float) -> Response:
        """The response at variance v > 0 and threshold x."""
