"""A stage is one function: from parameters and results of other stages to results. It reads no file and writes none.

    @stage
    def growth(given: Growth, start: Arrays) -> Tables: ...

Its first argument is a section (``config.section``), from which come the options of its command line; each further one
is a result that it reads, an ``Arrays`` or a ``Table``, or a list of them. It returns a named tuple of ``Arrays`` and
``Table``: the names of its fields are those of the files that a rule asks for. ``python -m shallownets run
<study>.<stage>`` reads, calls and seals; a test or a notebook calls the function itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import update_wrapper
from types import FunctionType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, ParamSpec, TypeVar, get_args, get_origin, get_type_hints

import numpy as np

from shallownets.config.section import Section
from shallownets.errors import UserError

if TYPE_CHECKING:
    import pandas as pd


Takes = ParamSpec("Takes")
Makes = TypeVar("Makes", bound=tuple)


class _Parts(dict):
    """Named parts of a result that was read. A name that is missing means another kind of result than expected."""

    def __init__(self, source: str, parts: Mapping) -> None:
        super().__init__(parts)
        self.source = source

    def __missing__(self, name: str) -> Any:
        raise UserError(f"{self.source}: not the artefact that was expected, it has no {name} but {', '.join(self)}")


@dataclass(frozen=True)
class Arrays:
    """Named arrays, kept as .npz.

    Attributes:
        arrays: by their names.
        units: of each array.
        parameters: of a result that was read, all that its stage recorded; of one that is made, what the stage found
            out and its readers need, beside the stage's own parameters, which are always recorded.
        notes: on runs that were left out, each with the rows of the table that would have used them, as column = value
            or a list of values; those that concern what a figure shows are printed below it.
        source: the file that it was read from, for messages.
        versions: of Python and the packages that made it, by their names, where it was read.
        digest: of the source that made it, where it was read.
    """

    arrays: Mapping[str, np.ndarray]
    units: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    notes: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    source: str = "an artefact"
    versions: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""

    def __post_init__(self) -> None:
        for name in ("arrays", "parameters"):
            object.__setattr__(self, name, _Parts(self.source, getattr(self, name)))


@dataclass(frozen=True)
class Table:
    """A data frame, kept as .csv under a header of ``# key: JSON`` lines; its other attributes are those of Arrays."""

    frame: pd.DataFrame
    units: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    notes: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    source: str = "a table"
    versions: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", _Parts(self.source, self.parameters))


# The two kinds of result.
Kind = type[Arrays] | type[Table]


class Tables(NamedTuple):
    """What most stages make: the measurements that claims are judged from, and what the stage's figure shows."""

    measurements: Table
    figure_data: Table


class Measurements(NamedTuple):
    """Measurements that no figure of their own shows."""

    measurements: Table


class FigureData(NamedTuple):
    """What a figure shows, where nothing is measured."""

    figure_data: Table


class Data(NamedTuple):
    """What a stage simulated, for others to measure."""

    data: Arrays


@dataclass(frozen=True)
class Input:
    """An argument of a stage that is read from files."""

    name: str
    kind: Kind
    several: bool


class Stage(Generic[Takes, Makes]):
    """The function of a stage, with what its signature says.

    Attributes:
        name: of the function, of its module, its rule and its table.
        given: the section that it takes.
        inputs: what it reads.
        outputs: names and kinds of what it returns.
    """

    def __init__(self, function: Callable[Takes, Makes]) -> None:
        if not isinstance(function, FunctionType):
            raise TypeError("a stage is a function")
        update_wrapper(self, function)
        self.function = function
        self.name = function.__name__
        hints = get_type_hints(function, include_extras=True)
        made = hints.pop("return")
        (_, self.given), *read = hints.items()
        if not (isinstance(self.given, type) and issubclass(self.given, Section)):
            raise TypeError(f"stage {self.name}: its first argument is a section")
        self.inputs = [
            Input(name, get_args(kind)[0] if get_origin(kind) is list else kind, get_origin(kind) is list)
            for name, kind in read
        ]
        self.outputs: dict[str, Kind] = get_type_hints(made)
        if odd := [name for name, kind in self.outputs.items() if kind not in (Arrays, Table)]:
            raise TypeError(f"stage {self.name}: {odd[0]} is neither Arrays nor Table")

    def __call__(self, *args: Takes.args, **kwargs: Takes.kwargs) -> Makes:
        return self.function(*args, **kwargs)


def stage(function: Callable[Takes, Makes]) -> Stage[Takes, Makes]:
    """Decorator: make a stage of a function whose signature says what it takes, reads and makes."""
    return Stage(function)
