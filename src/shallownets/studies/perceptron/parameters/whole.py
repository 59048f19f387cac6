"""The section `perceptron` of config.yaml, all parts together."""

from shallownets.config.section import Figures, Section
from shallownets.studies.perceptron.parameters.theory import FirstLaw, NormCurves, Optimum, SecondLaw


class Perceptron(Section):
    """Implicit bias as the source of scaling laws in learning curves (arXiv:2505.13230)."""

    norm_curves: NormCurves
    first_law: FirstLaw
    second_law: SecondLaw
    optimum: Optimum
    figures: Figures | None = None
