"""What a stage of this study makes, without files."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np

from shallownets import run
from shallownets.config import settings
from shallownets.config.check import section_of
from shallownets.stage import Arrays, Table


def made(stage: str, values: Mapping[str, Any], **inputs: Arrays | Table | list) -> Any:
    """What a stage makes of parameters, checked as those of a command are, with the record that its files would have.

    Raises:
        UserError: the parameters make no sense.
    """
    given = section_of(dict(values), settings.class_of(f"escape.{stage}"), stage)
    _, function = run.find(f"escape.{stage}")
    result = function(given, **inputs)
    return result._make(
        replace(
            one, parameters=msgspec.to_builtins(given) | one.parameters | ({"notes": one.notes} if one.notes else {})
        )
        for one in result
    )


def estimates(table: Table, **columns: object) -> dict[str, float]:
    """{quantity: estimate} of the rows of measurements with these values of columns."""
    frame = table.frame
    assert np.isfinite(frame[["estimate", "low", "high", "n"]].to_numpy(float)).all()
    for column, value in columns.items():
        frame = frame[frame[column] == value]
    return dict(zip(frame.quantity, frame.estimate, strict=True))
