"""The section `perceptron` of config.yaml, all parts together."""

from shallownets.config.section import Figures, Resamples, Section
from shallownets.studies.perceptron.parameters.data import (
    DynamicsValues,
    FiniteSizeValues,
    FreeNormValues,
    LabelNoiseValues,
    LearningCurves,
    MarginsValues,
)
from shallownets.studies.perceptron.parameters.deep import DeepValues
from shallownets.studies.perceptron.parameters.theory import FirstLaw, NormCurves, Optimum, SecondLaw


class Perceptron(Section):
    """Implicit bias as the source of scaling laws in learning curves (arXiv:2505.13230)."""

    resamples: Resamples
    norm_curves: NormCurves
    first_law: FirstLaw
    second_law: SecondLaw
    optimum: Optimum
    free_norm: FreeNormValues
    dynamics: DynamicsValues
    margins: MarginsValues
    learning_curves: LearningCurves
    finite_size: FiniteSizeValues
    label_noise: LabelNoiseValues
    deep: DeepValues
    figures: Figures | None = None
