"""The section `emergence` of config.yaml, all parts together."""

from collections.abc import Iterator

from shallownets.config.section import Figures, Limit, Resamples, Section
from shallownets.studies.emergence.parameters.flow import (
    ComputeFrontier,
    CoverageValues,
    LearningTimesValues,
    LightTailValues,
    LinkValues,
    ScalingLawValues,
    StaircaseValues,
)
from shallownets.studies.emergence.parameters.kinds import R0, StepError
from shallownets.studies.emergence.parameters.learn import weighed
from shallownets.studies.emergence.parameters.sgd import SgdValues


class Emergence(Section):
    """Emergence and scaling laws in SGD learning of shallow neural networks (arXiv:2504.19983)."""

    r0: R0
    tolerance: StepError
    resamples: Resamples
    staircase: StaircaseValues
    scaling_law: ScalingLawValues
    compute_frontier: ComputeFrontier
    learning_times: LearningTimesValues
    link: LinkValues
    coverage: CoverageValues
    light_tail: LightTailValues
    sgd: SgdValues
    figures: Figures | None = None

    def limits(self) -> Iterator[Limit]:
        for n, name in enumerate(self.link.links):
            yield weighed(f"link.links.{n}", name)
