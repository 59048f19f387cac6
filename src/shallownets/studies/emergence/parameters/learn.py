"""What the command `emergence` takes."""

from collections.abc import Iterator
from typing import Annotated, Literal

from shallownets.config.section import Limit, Section, Seed, means
from shallownets.studies.emergence.parameters import work
from shallownets.studies.emergence.parameters.kinds import R0, Beta, Dimension, LinkName, Width, room

LONGEST = 3600.0  # core seconds


class Learn(Section):
    """One student and its teacher."""

    P: Annotated[Width, means("directions of the teacher")]
    N: Annotated[Width, means("neurons of the student")]
    d: Annotated[Dimension, means("input dimension")]
    link: Annotated[LinkName, means("link of teacher and student")]
    beta: Beta
    engine: Annotated[
        Literal["flow", "deflated"],
        means("gradient flow, exact, or by what neurons have learned alone, for one of h3 to h8"),
    ]
    r0: R0
    seed: Seed

    def limits(self) -> Iterator[Limit]:
        yield room("d", self.d, self.P)
        if self.engine == "deflated":
            yield (
                self.link[-2:] != "h2" and " + " not in self.link,
                "engine",
                "flow, where the link is not one of h3 to h8",
            )
        yield self.work() <= LONGEST, "N", "widths that take at most an hour"

    def work(self) -> float:
        return (work.flow if self.engine == "flow" else work.deflated)(self.N, self.P, self.d)
