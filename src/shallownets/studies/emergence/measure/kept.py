"""Runs of different lengths as arrays that a file can hold, and back."""

from collections.abc import Mapping, Sequence

import numpy as np

from shallownets.studies.emergence.model import Array
from shallownets.studies.emergence.trajectory import Run

UNITS = {
    "records": "times at which a run is known",
    "steps": "of the engine",
    "t": "time of the flow, of one run after the other",
    "loss": "E (f* - f)^2 at these times",
    "times": "when directions are learned, in time of the flow; inf where one was not",
    "owner": "the neuron that learns a direction, counted from 0; -1 where it was not learned",
}


def packed(runs: Sequence[Run]) -> dict[str, Array]:
    """R runs of one teacher, but for shares: (R,) records and steps, (R, P) times and owner, t and loss in a row."""
    return {
        "records": np.array([run.t.size for run in runs]),
        "steps": np.array([run.steps for run in runs]),
        "t": np.concatenate([run.t for run in runs]),
        "loss": np.concatenate([run.loss for run in runs]),
        "times": np.array([run.times for run in runs]),
        "owner": np.array([run.owner for run in runs]),
    }


def unpacked(arrays: Mapping[str, Array]) -> list[Run]:
    """The runs of ``packed``, without shares."""
    cuts = np.cumsum(arrays["records"])[:-1].tolist()
    parts = np.split(arrays["t"], cuts), np.split(arrays["loss"], cuts)
    return [
        Run(t, loss, np.empty((t.size, 0)), times, owner, int(steps))
        for t, loss, times, owner, steps in zip(*parts, arrays["times"], arrays["owner"], arrays["steps"], strict=True)
    ]
