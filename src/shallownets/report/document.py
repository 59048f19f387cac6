"""What the document of a study says in tables: its symbols, and all that its source states with what tests it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from shallownets.errors import UserError

TESTED = ("fully", "in part", "not at all")
_ROW = re.compile(r"^\| *(.*?) *\| *(.*?) *\| *(.*?) *\|$")


@dataclass(frozen=True)
class Statement:
    """A statement of the source, as Markdown.

    Attributes:
        words: of the statement.
        where: it stands in the source.
        by: the claims and figures that test it, what they leave, or why none does.
    """

    words: str
    where: str
    by: str

    @property
    def tested(self) -> str:
        """How far, one of ``TESTED``."""
        if self.by.startswith("no: "):
            return "not at all"
        return "in part" if "in part" in self.by.lower() else "fully"


def _table(text: str, head: str, name: str) -> list[tuple[str, ...]]:
    """The rows of the table of three columns whose first one has a head that begins with these words."""
    found: list[tuple[str, ...]] = []
    for row in map(_ROW.match, text.splitlines()):
        if row and (found or row[1].startswith(head)):
            found.append(row.groups())
        elif found:
            break
    if len(found) < 3:
        raise UserError(f"{name}: no table of three columns whose first one is called {head!r}")
    return found[2:]


def symbols(text: str, name: str) -> list[tuple[str, str]]:
    """The symbols that a document, known by its name, explains, each with what it means; Markdown with formulas.

    Raises:
        UserError: it has no table of symbols.
    """
    return [(sign, meaning or code) for sign, meaning, code in _table(text, "symbol", name)]


def coverage(text: str, name: str) -> list[Statement]:
    """The statements of the source that a document, known by its name, lists.

    Raises:
        UserError: it has no table of them.
    """
    return [Statement(*row) for row in _table(text, "statement of the", name)]


def by_coverage(statements: Iterable[Statement]) -> dict[str, list[Statement]]:
    """Statements by how far they are tested, each of ``TESTED``."""
    statements = list(statements)
    return {tested: [one for one in statements if one.tested == tested] for tested in TESTED}
