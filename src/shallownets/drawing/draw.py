"""Draw a figure from its table: python -m shallownets draw STUDY.FIGURE --table file.csv --out figure.pdf figure.png.

From: the tidy CSV of the figure.
Makes: the figure. Notes in the table's record, on runs that were left out, are printed below it; where a figure draws
a part of its table, its function `shows(frame, row)` says whether a row that a note concerns is in that part.
"""

import gc
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from shallownets import rooms, sources
from shallownets.config.commandline import Parser
from shallownets.drawing import style
from shallownets.drawing.labels import greek
from shallownets.errors import UserError
from shallownets.results.artefacts import load_table
from shallownets.stage import Table


def _said(error: Exception, draw: FunctionType) -> str:
    """An error in one line, with the last line of the figure's own file that led to it, for whoever changes it."""
    file = draw.__code__.co_filename
    line = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file][-1]
    return f"{type(error).__name__} {' '.join(str(error).split())} ({Path(file).name}:{line})"


def _notes(module: ModuleType, table: Table) -> list[str]:
    """Notes of a table that concern what its figure draws."""
    shows = getattr(module, "shows", lambda frame, row: True)
    notes: Mapping[str, Sequence[Mapping[str, Any]]] = table.parameters.get("notes", {})
    return [text for text, rows in notes.items() if not rows or any(shows(table.frame, row) for row in rows)]


def main(words: list[str]) -> None:
    name, words = (words[0], words[1:]) if words else ("", [])
    if name in ("-h", "--help"):
        print(__doc__)
        return
    module = rooms.find("figures", name)
    parser = Parser(f"python -m shallownets draw {name}", module.__doc__ or "")
    parser.add_argument("--table", type=Path, required=True, metavar="FILE", help="the figure's data, .csv")
    parser.add_argument("--out", type=Path, nargs="+", required=True, metavar="FILE", help="the figure, .pdf and .png")
    found = parser.parse_args(words)
    table = load_table(found.table)
    style.apply()
    gc.disable()  # a figure is many small objects that last to its end; to look for others takes a tenth of its time
    try:
        try:
            figure = module.draw(table.frame, table.parameters)
        except (KeyError, AttributeError, IndexError, TypeError, ValueError) as error:
            raise UserError(f"{found.table}: not the data of this figure: {_said(error, module.draw)}") from error
        if notes := _notes(module, table):
            style.note(figure, greek(f"Mind: {'; '.join(notes)}"))
        style.save(figure, found.out, sources.digest(sources.closure(module.__name__)))
    finally:
        gc.enable()
