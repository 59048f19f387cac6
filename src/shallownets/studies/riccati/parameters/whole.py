"""The section `riccati` of config.yaml, all parts together."""

from shallownets.config.section import Figures, Resamples, Section
from shallownets.studies.riccati.parameters.flow import (
    EmergenceValues,
    ExactnessValues,
    ExponentsValues,
    RiskScalingValues,
    TimeUnitsValues,
)
from shallownets.studies.riccati.parameters.powers import PowersValues
from shallownets.studies.riccati.parameters.radial import RadialWidthsValues
from shallownets.studies.riccati.parameters.resolved import ResolvedStepsValues
from shallownets.studies.riccati.parameters.sgd import (
    RadialFitValues,
    SampleComplexityValues,
    SgdChecksValues,
    SgdEmergenceValues,
    SgdFlowValues,
)


class Riccati(Section):
    """Learning quadratic neural networks in high dimensions: SGD dynamics and scaling laws (arXiv:2508.03688)."""

    resamples: Resamples
    exactness: ExactnessValues
    risk_scaling: RiskScalingValues
    emergence: EmergenceValues
    exponents: ExponentsValues
    time_units: TimeUnitsValues
    powers: PowersValues
    sgd_flow: SgdFlowValues
    sgd_checks: SgdChecksValues
    sgd_emergence: SgdEmergenceValues
    sample_complexity: SampleComplexityValues
    radial_fit: RadialFitValues
    radial_widths: RadialWidthsValues
    resolved_steps: ResolvedStepsValues
    figures: Figures | None = None
