"""What trainings of networks recorded, as the stages that measure it read it; and how they name it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from shallownets.stage import Arrays
from shallownets.studies.perceptron.measure.course import not_zero
from shallownets.studies.perceptron.measure.deep import Recorded
from shallownets.studies.perceptron.stages.optional import ABSENT

IMAGES = {"mlp": "MNIST, 5000", "cnn": "MNIST-1D"}
NETWORKS = {"mlp": "dense network", "cnn": "convolutional network"}
NORMS = {"bartlett": "norm of Bartlett et al.", "authors": "norm of the authors' code"}


def notes(runs: Sequence[Arrays]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Why nothing was trained, if nothing was; it concerns no row of a table, for there is none."""
    return {} if by_network(runs) else {ABSENT: []}


def by_network(runs: Sequence[Arrays]) -> dict[str, Recorded]:
    """Runs of each network; nothing where nothing was trained."""
    found = {}
    for network in IMAGES:
        of = [run for run in runs if run.parameters["network"] == network and run.arrays["test"].size]
        if of:
            names = ("step", "test", "training", "bartlett", "authors")
            arrays = {name: np.array([run.arrays[name] for run in of]) for name in names}
            arrays["test"] = not_zero(arrays["test"], of[0].parameters["test"])
            found[network] = Recorded(np.array(of[0].parameters["sizes"], float), **arrays)
    return found
