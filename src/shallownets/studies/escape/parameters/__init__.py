"""What the section `escape` of config.yaml may hold, a module for each part; values stand in config.yaml and the tiers."""

from typing import Annotated

from shallownets.config.section import Many, Section, Tolerance, means
from shallownets.studies.escape.parameters.plateau import Plateau
from shallownets.studies.escape.parameters.runs import Runs


class Escape(Section):
    """Escape dynamics and implicit bias of one-pass SGD (arXiv:2604.03068)."""

    tolerance: Tolerance
    batch: Annotated[Many, means("replicates of SGD that one job simulates; does not change the results")]
    runs: Runs
    plateau: Plateau
