"""What the command `emergence` and `emergence.run` take."""

from collections.abc import Iterator
from math import log
from typing import Annotated, Literal

from msgspec import Meta

from shallownets.config.section import USUAL_SEED, Limit, Section, Seed, means
from shallownets.studies.emergence.parameters import sgd, work
from shallownets.studies.emergence.parameters.kinds import (
    R0,
    Beta,
    Dimension,
    LinkName,
    Width,
    alike,
    degrees,
    room,
    small,
)

LONGEST = 3600.0  # core seconds
WEIGHTS = (1e-6, 1e6)


def weighed(key: str, link: str) -> Limit:
    """Squares of a link's weights, and their sum, are numbers, and none is lost beside the others."""
    weights = [float(term[:-3]) for term in link.split(" + ") if term[:-3]]
    low, high = WEIGHTS
    return all(low <= one <= high for one in weights), key, f"weights from {low:g} to {high:g}"


class Learn(Section, kw_only=True):
    """One student and its teacher."""

    P: Annotated[Width, means("directions of the teacher")] = 16
    N: Annotated[Width, means("neurons of the student")] = 32
    d: Annotated[Dimension, means("input dimension")] = 4096
    link: Annotated[LinkName, means("link of teacher and student")] = "h4"
    beta: Beta = 1.0
    engine: Annotated[
        Literal["flow", "deflated"],
        means("gradient flow, exact, or by what neurons have learned alone, for one of h3 to h8"),
    ] = "flow"
    kappa: Annotated[
        float,
        Meta(ge=0, le=100),
        means(
            "step size eta of SGD as kappa = eta d^(k/2) |a|^2, with the link's lowest degree k and the sum |a|^2 of"
            " squared strengths: how strongly noise disturbs the search, at any dimension; 0: no SGD"
        ),
    ] = 0.0
    r0: R0 = 1e-6
    seed: Seed = USUAL_SEED

    def limits(self) -> Iterator[Limit]:
        yield room("d", self.d, self.P)
        yield small(self.r0, self.P, self.beta)
        yield alike("link", self.link)
        yield weighed("link", self.link)
        if self.engine == "deflated":
            yield (
                self.link[-2:] != "h2" and " + " not in self.link,
                "engine",
                "flow, where the link is not one of h3 to h8",
            )
        yield self._flow() <= LONGEST, "N", "widths that take at most an hour"
        yield self._sgd() <= LONGEST, "kappa", "0, or samples that take at most an hour: a smaller d, or a larger step"

    def work(self) -> float:
        return self._flow() + self._sgd()

    def _flow(self) -> float:
        return (work.flow if self.engine == "flow" else work.deflated)(self.N, self.P, self.d)

    def _sgd(self) -> float:
        """Twice the flow's time to its last direction, roughly, at this step size."""
        if not self.kappa:
            return 0.0
        k = min(degrees(self.link))
        search = log(self.d) / 4 if k == 2 else self.d ** (k / 2 - 1) / (k * (k - 2))
        time = 2 * self.P**self.beta * (search + log(1 / self.r0) / 4)
        size = sum(m ** (-2 * self.beta) for m in range(1, self.P + 1))
        return sgd.chain(self.N, self.P, time * self.d ** (k / 2) * size / self.kappa)
