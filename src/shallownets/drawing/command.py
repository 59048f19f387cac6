"""What commands for people share that solve one case: its parameters in, words on the screen and a plot out."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec
from matplotlib.figure import Figure

from shallownets import sources
from shallownets.config.commandline import Parser
from shallownets.config.section import Section
from shallownets.drawing import style
from shallownets.errors import UserError


class Solved(Protocol):
    """What was found of a case: it draws itself."""

    def draw(self) -> Figure: ...


Found = TypeVar("Found", bound=Solved)


def run(
    words: list[str],
    module: str,
    kind: type[Section],
    solve: Callable[..., Found],
    summary: Callable[[Found], Iterable[str]],
) -> None:
    """Read a case from the command line, say the answer and draw it.

    Args:
        module: name of the command's module; its docstring is the help, its last part names command and plot.
        kind: the class of the case; its fields are the options.
        solve: takes the fields of the case by their names, as the study's library does.
        summary: what was found, in lines for the screen; the plot is drawn when they have been said.

    Raises:
        UserError: a parameter is not what its class expects, or the plot cannot be written.
    """
    name = module.rpartition(".")[2]
    parser = Parser(f"python -m shallownets {name}", sys.modules[module].__doc__ or "")
    parser.add_section(kind)
    parser.add_argument(
        "--out", type=Path, nargs="+", default=[Path(f"{name}.png")], help="the plot, .png or .pdf, or both"
    )
    found = parser.parse_args(words)
    given = parser.section(kind, found)
    for file in found.out:
        if file.suffix not in style.KINDS:
            raise UserError(f"--out {file}: expected a name that ends in {' or '.join(style.KINDS)}")
    done = solve(**msgspec.structs.asdict(given))
    try:
        print("\n".join(summary(done)), flush=True)
    finally:  # it may have taken hours: the plot is kept even where nobody can read the words
        style.apply()
        style.save(done.draw(), found.out, sources.digest(sources.closure(module)))
    print(f"Drawn: {', '.join(map(str, found.out))}")
