"""The section `riccati` of config.yaml, all parts together."""

from shallownets.config.section import Figures, Resamples, Section
from shallownets.studies.riccati.parameters.flow import (
    EmergenceValues,
    ExactnessValues,
    ExponentsValues,
    Risk,
    Units,
)
from shallownets.studies.riccati.parameters.powers import PowersValues
from shallownets.studies.riccati.parameters.radial import RadialWidthsValues
from shallownets.studies.riccati.parameters.resolved import ResolvedStepsValues
from shallownets.studies.riccati.parameters.sgd import Phase2, Samples, Sgd


class Riccati(Section):
    """Learning quadratic neural networks in high dimensions: SGD dynamics and scaling laws (arXiv:2508.03688)."""

    resamples: Resamples
    exactness: ExactnessValues
    risk: Risk
    emergence: EmergenceValues
    exponents: ExponentsValues
    units: Units
    powers: PowersValues
    sgd: Sgd
    samples: Samples
    phase2: Phase2
    radial_widths: RadialWidthsValues
    resolved_steps: ResolvedStepsValues
    figures: Figures | None = None
