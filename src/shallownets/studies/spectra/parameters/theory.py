"""What follows from state evolution: phases, exponents, the split of the risk, optima, the peak, tails, no noise."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from shallownets.config.section import Limit, Section, Seed, means
from shallownets.studies.spectra.parameters.kinds import (
    Decay,
    Decays,
    Draws,
    Gamma,
    Gammas,
    Large,
    Matrix,
    Noise,
    Points,
    Samples,
    rising,
    training,
)

_POINT = {"diagonal": 3e-4, "quadratic": 5e-4}  # core seconds of a solution
_BEST = 0.1  # of the best decay, and of the Bayes-optimal risk


class PhasesValues(Section):
    """The figure phases: local exponents of the risk of both networks over samples and weight decay."""

    d: Large
    samples: Annotated[tuple[Samples, Samples], means("first and last n_eff, rising")]
    decay: Annotated[tuple[Decay, Decay], means("first and last weight decay, rising")]
    points: Annotated[tuple[Points, Points], means("points along both, equally spaced in logarithm")]

    def limits(self) -> Iterator[Limit]:
        yield from rising(samples=self.samples, decay=self.decay)

    def work(self) -> float:
        return self.points[0] * self.points[1] * sum(_POINT.values())


class Phases(PhasesValues):
    """Local exponents of the risk of both networks over samples and weight decay."""

    gamma: Gamma
    noise: Noise


class ExponentsValues(Section):
    """Local exponents inside the phases, in the figure phases."""

    d: Large
    gammas: Gammas
    singles: Annotated[int, Meta(ge=10, le=10**5), means("first features that theory takes one by one")]

    def limits(self) -> Iterator[Limit]:
        yield from rising(gammas=self.gammas)

    def work(self) -> float:
        return 20 * len(self.gammas) * sum(_POINT.values()) * self.singles / 64


class Exponents(ExponentsValues):
    """Local exponents inside the phases."""

    noise: Noise


class DecompositionValues(Section):
    """The figure decomposition: which bands of the spectrum the risk comes from."""

    d: Large
    points: Points

    def work(self) -> float:
        return self.points * 2 * _BEST * (self.d / 200) ** 2


class Decomposition(DecompositionValues):
    """Which bands of the spectrum the risk comes from."""

    gamma: Gamma
    noise: Noise


class OptimalValues(Section):
    """The figure optimal: the best weight decay, its risk, and what no method can beat."""

    gammas: Gammas
    diagonal: Large
    quadratic: Large
    points: Points

    def limits(self) -> Iterator[Limit]:
        yield from rising(gammas=self.gammas)
        yield self.quadratic > 200, "quadratic", "a number above 200, of which a twentieth are more samples than 10"

    def work(self) -> float:
        return 4 * _BEST * len(self.gammas) * self.points


class Optimal(OptimalValues):
    """The best weight decay, its risk, and what no method can beat."""

    noise: Noise


class PeakValues(Section):
    """The figure peak: the largest risk against weight decay, and fitted noise before it."""

    d: Large
    decays: Decays
    saturating: Annotated[Gammas, means("exponents of the teacher for which the quadratic network's peak saturates")]
    points: Points

    def limits(self) -> Iterator[Limit]:
        yield from rising(decays=self.decays, saturating=self.saturating)
        yield len(self.decays) > 1, "decays", "at least two numbers, whose peaks give the exponent"
        yield self.decays[0] >= 1e-6 and self.decays[-1] <= 0.1, "decays", "numbers from 1e-6 to 0.1"

    def work(self) -> float:
        return 0.3 * (2 * len(self.decays) + len(self.saturating)) + 0.04 * self.points


class Peak(PeakValues):
    """The largest risk against weight decay, and fitted noise before it."""

    gamma: Gamma
    noise: Noise


class Noiseless(Section):
    """The figure noiseless: the risk without labels' noise at vanishing weight decay."""

    d: Large
    gammas: Gammas
    samples: Annotated[tuple[Samples, Samples], means("first and last N of the exponent, rising, far below d")]
    points: Points

    def limits(self) -> Iterator[Limit]:
        yield from rising(gammas=self.gammas, samples=self.samples)
        yield self.samples[1] < self.d / 4, "samples", f"two numbers below d/4 = {self.d / 4:g}"

    def work(self) -> float:
        return 0.06 * len(self.gammas) * self.points


class TailsValues(Section):
    """The figure tails: how heavy the trained spectrum's tail looks, beside the risk."""

    d: Annotated[int, Meta(ge=50, le=2000), means("dimension, all features one by one")]
    gammas: Gammas
    samples: Annotated[list[Samples], Meta(min_length=1), means("N, rising")]
    points: Points
    trained_d: Matrix
    trained_N: Annotated[float, Meta(ge=1, le=1000), means("samples of the trained networks over their dimension")]
    trained_decays: Annotated[
        list[Annotated[float, Meta(ge=1e-4, le=100)]],
        Meta(min_length=2),
        means("weight decays over the best at which they are trained, rising"),
    ]
    draws: Draws

    def limits(self) -> Iterator[Limit]:
        yield from rising(gammas=self.gammas, samples=self.samples, trained_decays=self.trained_decays)

    def work(self) -> float:
        by_theory = 0.3 * len(self.samples) * self.points * (self.d / 400) ** 2
        networks = self.draws * len(self.trained_decays) * training(self.trained_d, self.trained_N, 1.0)
        return len(self.gammas) * (by_theory + networks)


class Tails(TailsValues):
    """How heavy the trained spectrum's tail looks, beside the risk."""

    noise: Noise
    seed: Seed
