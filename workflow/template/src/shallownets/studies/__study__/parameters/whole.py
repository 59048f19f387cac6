"""The section `__study__` of config.yaml, all parts together."""

from typing import Annotated

from shallownets.config.section import Figures, Many, Section, means
from shallownets.studies.__study__.parameters.runs import Runs


class __Study__(Section):
    """One-pass SGD of a single weight on noisy linear data."""

    batch: Annotated[Many, means("replicates that one job simulates; does not change the results")]
    runs: Runs
    figures: Figures | None = None
