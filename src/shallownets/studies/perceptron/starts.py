"""Examples: inputs, the teacher's labels, some of them turned."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.random import Generator

from shallownets.errors import Impossible
from shallownets.studies.perceptron.model import Array

Inputs = Literal["gaussian", "signs"]


@dataclass(frozen=True)
class Examples:
    """What a student sees of its examples, and the teacher that it is held against.

    Attributes:
        z: (P, N) rows y x/√N: the margin of a student w, |w|^2 = N, is z.w.
        teacher: (N,) w*, |w*|^2 = N.
    """

    z: Array
    teacher: Array

    @property
    def alpha(self) -> float:
        """Examples over N."""
        return self.z.shape[0] / self.z.shape[1]

    def overlap(self, W: Array) -> Array:
        """R of students (..., N) of any norm."""
        return W @ self.teacher / np.sqrt((W**2).sum(-1) * self.teacher.size)


def draw(N: int, P: int, rng: Generator, inputs: Inputs = "gaussian", noise: float = 0.0) -> Examples:
    """P examples in dimension N.

    Args:
        N, P: at least 1.
        rng: of teacher, inputs and turned labels.
        inputs: entries are N(0, 1), or ±1.
        noise: probability that a label is turned.

    The teacher is Gaussian and then scaled: for inputs of ±1 a teacher along an axis would be another problem.

    Raises:
        Impossible: sizes or a probability without a meaning.
    """
    if N < 1 or P < 1 or not 0 <= noise < 0.5:
        raise Impossible(f"N = {N}, P = {P}, noise = {noise}: expected sizes of at least 1, noise from 0 to below 1/2")
    teacher = rng.standard_normal(N)
    teacher *= np.sqrt(N) / np.linalg.norm(teacher)
    x = rng.standard_normal((P, N)) if inputs == "gaussian" else 2.0 * rng.integers(2, size=(P, N)) - 1
    labels = np.where(x @ teacher >= 0, 1.0, -1.0)
    if noise:
        labels[rng.random(P) < noise] *= -1
    return Examples(labels[:, None] * x / np.sqrt(N), teacher)
