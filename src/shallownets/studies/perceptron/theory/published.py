"""The published exponents of deep networks: recomputed from the aggregated curves that the paper's authors gave out."""

from dataclasses import dataclass
from math import hypot


@dataclass(frozen=True)
class Published:
    """One network on one set of images.

    Attributes:
        network, images: of which.
        g1, g2: of the first and the second law.
        predicted, predicted_error: g1 g2, and the error of the fits.
        measured, measured_error: exponent of the test error at convergence, and the error of its fit.
    """

    network: str
    images: str
    g1: float
    g2: float
    predicted: float
    predicted_error: float
    measured: float
    measured_error: float

    @property
    def error(self) -> float:
        """Standard error of the difference of both."""
        return hypot(self.predicted_error, self.measured_error)


TABLE = (
    Published("CNN", "MNIST", 0.591, 1.011, 0.597, 0.093, 0.545, 0.013),
    Published("CNN", "CIFAR-10", 0.210, 1.321, 0.277, 0.069, 0.245, 0.004),
    Published("CNN", "CIFAR-100", 0.112, 1.445, 0.162, 0.025, 0.164, 0.007),
    Published("ResNet", "MNIST", 1.152, 0.495, 0.570, 0.075, 0.687, 0.032),
    Published("ResNet", "CIFAR-10", 0.531, 1.013, 0.538, 0.036, 0.564, 0.006),
    Published("ResNet", "CIFAR-100", 0.305, 1.032, 0.315, 0.023, 0.366, 0.017),
    Published("ViT", "MNIST", 0.139, 3.411, 0.473, 0.024, 0.538, 0.019),
    Published("ViT", "CIFAR-10", 0.0124, 18.39, 0.229, 0.026, 0.209, 0.011),
    Published("ViT", "CIFAR-100", 0.0068, 21.00, 0.143, 0.044, 0.117, 0.008),
)
