"""Training of a network by stochastic gradients: batches without replacement, steps by Adam (Kingma & Ba, 2015)."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from shallownets.errors import Impossible
from shallownets.numerics.jit import kernel
from shallownets.studies.perceptron.engines import complexity
from shallownets.studies.perceptron.engines import network as nets
from shallownets.studies.perceptron.model import Array

_FIRST, _SECOND, _SMALL = 0.9, 0.999, 1e-8  # of Adam: what is kept of both moments, and beside the root


@kernel("void(f4[::1], f4[::1], f4[::1], f4[::1], f4, f4)", fastmath=True)
def _adam(w, g, first, second, length, small):
    """One step in place, moments and weights in one pass; ``length`` and ``small`` have both moments' bias."""
    keep, keep2 = np.float32(_FIRST), np.float32(_SECOND)
    take, take2 = np.float32(1 - _FIRST), np.float32(1 - _SECOND)
    for i in range(w.size):
        first[i] = keep * first[i] + take * g[i]
        second[i] = keep2 * second[i] + take2 * g[i] * g[i]
        w[i] -= length * first[i] / (np.sqrt(second[i]) + small)


class Adam:
    """The optimiser of a network's matrices, which it changes in place."""

    def __init__(self, weights: nets.Weights, rate: float) -> None:
        self.weights, self.rate, self.steps = weights, rate, 0
        self.first = [np.zeros(A.size, A.dtype) for A in weights]
        self.second = [np.zeros(A.size, A.dtype) for A in weights]

    def step(self, gradients: nets.Weights) -> None:
        """Move against the gradients."""
        self.steps += 1
        root = np.sqrt(1 - _SECOND**self.steps)
        length, small = np.float32(self.rate * root / (1 - _FIRST**self.steps)), np.float32(_SMALL * root)
        for A, g, first, second in zip(self.weights, gradients, self.first, self.second, strict=True):
            _adam(A.reshape(-1), np.ascontiguousarray(g).reshape(-1), first, second, length, small)


@dataclass(frozen=True)
class Images:
    """Inputs (n, entries) with their labels (n,)."""

    x: NDArray
    labels: NDArray

    def part(self, rows: NDArray | slice) -> "Images":
        """Some of them."""
        return Images(self.x[rows], self.labels[rows])


def parts(images: Images, pool: int, test: int, rng: Generator) -> tuple[Images, Images]:
    """Images for training, of which smaller sizes take the first, and others for tests.

    Raises:
        Impossible: there are not as many images, so that some would be both.
    """
    if pool + test > len(images.labels):
        right = f"expected at most {len(images.labels)} images together, of which none is both"
        raise Impossible(f"{pool} images for training and {test} for tests: {right}")
    order = rng.permutation(len(images.labels))
    return images.part(order[:pool]), images.part(order[-test:])


@dataclass(frozen=True)
class Course:
    """What a network went through; arrays over the moments that were recorded.

    Attributes:
        step: steps until then.
        test, training: share of wrong labels, of test images and of training images.
        bartlett, authors: logarithms of both spectral complexities.
    """

    step: Array
    test: Array
    training: Array
    bartlett: Array
    authors: Array


def stacked(courses: Sequence[Course]) -> dict[str, Array]:
    """Arrays (trainings, records) of several trainings; one with fewer records repeats its last."""
    most = max(course.step.size for course in courses)

    def whole(values: Array) -> Array:
        return np.pad(values, (0, most - values.size), "edge")

    return {one.name: np.array([whole(getattr(course, one.name)) for course in courses]) for one in fields(Course)}


_LOOKED_AT = 1000  # training images of which the error is taken


def moments(steps: int, records: int) -> NDArray:
    """Whole numbers of steps, equally spaced in logarithm, without those that would be the same."""
    return np.unique(np.rint(np.geomspace(1, steps, records)).astype(int))


def train(
    network: nets.Network,
    weights: nets.Weights,
    training: Images,
    test: Images,
    rate: float,
    batch: int,
    records: NDArray,
    rng: Generator,
) -> Course:
    """Train until the last of the steps that are recorded; the weights change in place.

    Args:
        network, weights: of the network.
        training, test: images.
        rate: learning rate of Adam.
        batch: images a step, at most as many as there are.
        records: rising numbers of steps.
        rng: of the order of the images.
    """
    optimiser, n = Adam(weights, rate), len(training.labels)
    batch, order, place = min(batch, n), rng.permutation(n), 0
    looked_at = training.part(slice(_LOOKED_AT))
    found = []
    for goal in records:
        while optimiser.steps < goal:
            if place + batch > n:
                order, place = rng.permutation(n), 0
            rows = order[place : place + batch]
            place += batch
            optimiser.step(nets.gradients(network, weights, training.x[rows], training.labels[rows])[1])
        errors = [nets.wrong(network, weights, one.x, one.labels) for one in (test, looked_at)]
        norms = [complexity.bartlett(network, weights), complexity.authors(weights)]
        found.append([goal, *errors, *norms])
    return Course(*np.array(found, float).T)
