"""The section `spectra` of config.yaml, all parts together."""

from shallownets.config.section import Figures, Section
from shallownets.studies.spectra.parameters.kinds import Gamma, Noise
from shallownets.studies.spectra.parameters.theory import (
    DecompositionValues,
    ExponentsValues,
    Noiseless,
    OptimalValues,
    PeakValues,
    PhasesValues,
    TailsValues,
)
from shallownets.studies.spectra.parameters.training import (
    EquivalenceValues,
    RiskCurvesValues,
    StoppingValues,
    UniversalityValues,
    WeightSpectraValues,
)


class Spectra(Section):
    """Scaling laws and spectra of shallow networks that learn features (arXiv:2509.24882)."""

    gamma: Gamma
    noise: Noise
    phases: PhasesValues
    exponents: ExponentsValues
    risk_curves: RiskCurvesValues
    weight_spectra: WeightSpectraValues
    decomposition: DecompositionValues
    equivalence: EquivalenceValues
    optimal: OptimalValues
    peak: PeakValues
    universality: UniversalityValues
    tails: TailsValues
    stopping: StoppingValues
    noiseless: Noiseless
    figures: Figures | None = None
