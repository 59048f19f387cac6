"""Run a stage from its files: python -m shallownets run STUDY.STAGE --parameter value ... --result file ...

From: the parameters and the results of other stages, both named by options.
Makes: the results of the stage, sealed.
"""

from argparse import Namespace
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from shallownets import rooms, sources
from shallownets.config.commandline import Parser, option
from shallownets.errors import UserError
from shallownets.results import artefacts
from shallownets.stage import Arrays, Kind, Stage, Table

LOAD: dict[Kind, Callable[[Path], Arrays | Table]] = {
    Arrays: artefacts.load_arrays,
    Table: artefacts.load_table,
}
SUFFIX: dict[Kind, str] = {Arrays: ".npz", Table: ".csv"}


def find(name: str) -> tuple[ModuleType, Stage]:
    """The module and the stage of a name, ``study.stage``.

    Raises:
        UserError: no stage has this name.
    """
    module = rooms.find("stages", name)
    stage = getattr(module, name.rpartition(".")[2], None)
    if not isinstance(stage, Stage):
        raise rooms.unknown("stages", name)
    return module, stage


def parser_of(name: str, module: ModuleType, stage: Stage) -> Parser:
    """The command line of a stage: an option for each parameter, each result that it reads, and each that it makes."""
    parser = Parser(f"python -m shallownets run {name}", module.__doc__ or "")
    parser.add_section(stage.given)
    for entry in stage.inputs:
        words = f"what it reads, {SUFFIX[entry.kind]}"
        parser.add_argument(
            option(entry.name),
            type=Path,
            required=True,
            nargs="+" if entry.several else None,
            metavar="FILE",
            help=words,
        )
    for output, kind in stage.outputs.items():
        parser.add_argument(
            option(output), type=Path, required=True, metavar="FILE", help=f"what it makes, {SUFFIX[kind]}"
        )
    return parser


def each_once(results: Sequence[Arrays | Table]) -> None:
    """Refuse a result that is named twice, under one path or two: a stage would count its samples twice.

    Raises:
        UserError: two results were made with the same parameters, of which the seed is one.
    """
    for one, other in combinations(results, 2):
        if one.parameters == other.parameters:
            raise UserError(f"{other.source}: the same run as {one.source}; expected each run once")


def read(stage: Stage, found: Namespace) -> dict[str, Any]:
    """The results of other stages that a command line names, as the arguments of the stage.

    Raises:
        UserError: one cannot be read, or is named twice.
    """
    given: dict[str, Any] = {}
    for entry in stage.inputs:
        paths, load = getattr(found, entry.name), LOAD[entry.kind]
        if entry.several:
            given[entry.name] = [load(one) for one in paths]
            each_once(given[entry.name])
        else:
            given[entry.name] = load(paths)
    return given


def main(words: list[str]) -> None:
    name, words = (words[0], words[1:]) if words else ("", [])
    if name in ("-h", "--help"):
        print(__doc__)
        return
    module, stage = find(name)
    parser = parser_of(name, module, stage)
    found = parser.parse_args(words)
    given = parser.section(stage.given, found)
    made = stage(given, **read(stage, found))
    source = sources.digest(sources.closure(module.__name__))
    parameters = msgspec.to_builtins(given)
    for output in stage.outputs:
        artefacts.save(getattr(found, output), getattr(made, output), name, parameters, source)
