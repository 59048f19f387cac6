"""What follows from the replica-symmetric solution alone: curves, both laws, the optimum and times."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from shallownets.config.section import Limit, Section, means
from shallownets.studies.perceptron.parameters.kinds import Alpha, Alphas, Norm, Points, rising

_POINT = 3e-4  # core seconds of a solution
LEAST = 0.01  # norm at which curves of the first law begin
SMALLEST = 0.1  # and norm at which those that hold for both laws do

Scaled = Annotated[float, Meta(ge=1e-3, le=1000)]  # a norm over alpha


class NormCurves(Section):
    """The figure norm_curves: test error against norm at several numbers of examples."""

    alphas: Alphas
    least: Annotated[Norm, means("smallest norm")]
    span: Annotated[
        float, Meta(ge=0.1, le=1000), means("largest norm, over alpha; at least 10 times the smallest norm")
    ]
    points: Points

    def limits(self) -> Iterator[Limit]:
        yield from rising(alphas=self.alphas)
        right = f"at least 10 least/alpha = {10 * self.least / self.alphas[0]:g}"
        yield self.span * self.alphas[0] >= 10 * self.least, "span", right

    def work(self) -> float:
        return _POINT * len(self.alphas) * (self.points + 100)


class FirstLaw(Section):
    """The figure first_law: the error over Hebb's at fixed norm."""

    alphas: Alphas
    judged_at: Annotated[list[Norm], Meta(min_length=1), means("norms at which the first order in 1/alpha is compared")]
    window: Annotated[
        tuple[Norm, Norm],
        means("smallest and largest norm of the asymptote's fit, the second at least 10 times the first"),
    ]
    points: Points

    def limits(self) -> Iterator[Limit]:
        yield from rising(alphas=self.alphas, judged_at=self.judged_at)
        yield self.window[1] >= 10 * self.window[0], "window", "two norms, the second at least 10 times the first"
        yield self.window[1] > LEAST, "window", f"two norms, the second above {LEAST:g}, where the curves begin"
        yield self.alphas[0] > LEAST, "alphas", f"numbers above {LEAST:g}: curves begin at this norm, and end at alpha"

    def work(self) -> float:
        return _POINT * len(self.alphas) * self.points


class SecondLaw(Section):
    """The figure second_law: alpha times the error against the norm over alpha."""

    alphas: Alphas
    window: Annotated[tuple[Scaled, Scaled], means("smallest and largest norm over alpha, rising")]
    judged_at: Annotated[  # derivatives by 1/alpha^2 have no digits at smaller norms
        list[Annotated[float, Meta(ge=0.1, le=1000)]],
        Meta(min_length=1),
        means("norms over alpha at which the first order in 1/alpha^2 is compared"),
    ]
    points: Points

    def limits(self) -> Iterator[Limit]:
        yield from rising(alphas=self.alphas, window=self.window, judged_at=self.judged_at)
        least = SMALLEST / self.window[1]
        yield self.alphas[0] > least, "alphas", f"numbers above {least:g}: curves begin at norm {SMALLEST:g}, in window"

    def work(self) -> float:
        return _POINT * (2 + len(self.alphas)) * self.points


class Optimum(Section):
    """The figure optimum: the best norm, its error, and the classical rules."""

    alphas: Alphas
    fit_from: Annotated[Alpha, means("smallest alpha that enters the exponents; at least three reach it", "examples/N")]

    def limits(self) -> Iterator[Limit]:
        yield from rising(alphas=self.alphas)
        yield sum(a >= self.fit_from for a in self.alphas) >= 3, "fit_from", "a number that at least three alphas reach"

    def work(self) -> float:
        return _POINT * len(self.alphas) * 200
