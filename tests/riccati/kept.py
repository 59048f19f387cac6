"""Stages run in a test as a rule runs them: on parameters that were checked, and through the files that they keep."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec

from shallownets.config import settings
from shallownets.config.check import section_of
from shallownets.results import artefacts
from shallownets.run import LOAD, SUFFIX, find

_NAMES = {"measurements": "{}", "figure_data": "{}_figure", "data": "{}"}


def run(folder: Path, name: str, values: dict[str, Any], *inputs: Any, to: str = "") -> SimpleNamespace:
    """What a stage of riccati makes, as it is read back from its files.

    Args:
        folder: of the files: {to}.csv or .npz, and {to}_figure.csv.
        name: of the stage.
        values: its parameters.
        inputs: what it reads.
        to: name of the files; that of the stage where it is empty.
    """
    _, stage = find(f"riccati.{name}")
    given = section_of(values, settings.class_of(f"riccati.{name}"), name)
    made, read = stage(given, *inputs), {}
    for output, kind in stage.outputs.items():
        path = folder / f"{_NAMES[output].format(to or name)}{SUFFIX[kind]}"
        artefacts.save(path, getattr(made, output), f"riccati.{name}", msgspec.to_builtins(given), "source")
        read[output] = LOAD[kind](path)
    return SimpleNamespace(**read)
