"""The entries of the claims files: what each may hold, in workflow/claims/<study>/<part>.yaml."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from shallownets.config import yamlfile
from shallownets.config.check import section_of
from shallownets.config.section import Limit, Section, expected
from shallownets.errors import UserError

Words = Annotated[str, Meta(pattern=r"\S"), expected("words")]
Formula = str | float
RULES = ("exact", "interval", "within", "at_most", "at_least")
# Whose a claim is: the source's own words, quoted; of a formula that cannot be read in the source, in whose place ours
# stands, with a bound that is derived as it is; or beyond the source.
ORIGINS = ("paper", "derived", "beyond")
# What the rule of a verdict makes of a comparison.
EVIDENCE = {
    "exact": "identity",
    "within": "law",
    "interval": "statistical",
    "at_most": "inequality",
    "at_least": "inequality",
}


class Rule(Section):
    """How a claim is judged, by one of these."""

    exact: Literal[True] | None = None
    interval: Annotated[Formula, expected("a formula: the largest half-width that allows a verdict")] | None = None
    within: Annotated[Formula, expected("a formula: the tolerance that theory states")] | None = None
    at_most: Literal[True] | None = None
    at_least: Literal[True] | None = None

    def limits(self) -> Iterator[Limit]:
        given = [name for name in RULES if getattr(self, name) is not None]
        yield len(given) == 1, given[-1] if given else RULES[0], f"one of {', '.join(RULES)} and no other"

    @property
    def kind(self) -> str:
        """Which of them."""
        return next(name for name in RULES if getattr(self, name) is not None)

    @property
    def formula(self) -> Formula:
        """What it says; True where it says nothing."""
        return getattr(self, self.kind)


Id = Annotated[
    str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*\Z"), expected("words of lower-case letters and digits joined by -")
]


class Entry(Section):
    """A claim of a paper, or about its limits, and the rule that judges it."""

    id: Id
    origin: Annotated[Literal["paper", "derived", "beyond"], expected(f"one of {', '.join(ORIGINS)}")]
    section: Annotated[Words, expected("the section of the paper")]
    source: Annotated[Words, expected("the equation, figure or section that claims it")]
    statement: Annotated[str, Meta(min_length=10), expected("one sentence")]
    table: Annotated[str, Meta(pattern=r"^[a-z0-9_]+\Z"), expected("the name of a table in measurements/<study>/")]
    rows: Annotated[dict[str, Any], Meta(min_length=1), expected("column = value, or a list of allowed values")]
    predicted: Annotated[Formula, expected("a formula over the row's columns")]
    judge: Rule
    tiers: Annotated[list[Words], Meta(min_length=1), expected("a list of the tiers in which it may be judged")]
    by: Annotated[list[Words], expected("a list of the columns that tell the selected rows apart")] = msgspec.field(
        default_factory=list
    )
    shared: Annotated[list[Words], expected("a list of columns in `by` along which rows come from the same runs")] = (
        msgspec.field(default_factory=list)
    )
    requires: Annotated[list[Id], expected("a list of the claims of this study that this one rests on")] = (
        msgspec.field(default_factory=list)
    )
    calibrated: Annotated[str, expected("from which results the bound was read off")] = ""
    quote: Annotated[str, expected("the words of the source that it judges")] = ""
    bound: Annotated[str, expected("what the tolerance of `within` follows from")] = ""
    note: Annotated[str, expected("a convention, a limit of validity, or why it deviates")] = ""

    def limits(self) -> Iterator[Limit]:
        paper, law = self.origin == "paper", self.judge.kind == "within"
        yield bool(self.quote.strip()) or not paper, "quote", "the words of the source, because origin is paper"
        yield not self.quote or paper, "quote", "none, because origin is not paper"
        yield bool(self.bound.strip()) or not law, "bound", "what the tolerance of within follows from"
        yield not self.bound or law, "bound", "none, because the rule is not within"
        said = self.calibrated.strip()
        yield bool(said) == bool(self.calibrated), "calibrated", "from which results the bound was read off"
        yield not said or self.origin == "beyond", "calibrated", "none, because origin is not beyond"
        yield set(self.shared) <= set(self.by), "shared", "columns that stand in `by`"
        yield self.id not in self.requires, "requires", "other claims than this one"


class _File(Section):
    entries: Annotated[list[Entry], Meta(min_length=1), expected("a list of entries")]


def load(path: Path) -> list[Entry]:
    """Entries of a claims file.

    Raises:
        UserError: the file holds something else.
    """
    try:
        return section_of({"entries": yamlfile.load(path)}, _File, str(path)).entries
    except UserError as error:
        raise UserError(str(error).replace(": entries", ": ", 1).replace(": .", ": ", 1)) from None


def tables_of(path: Path) -> list[str]:
    """Names <study>/<table> of the tables that a claims file, <study>/<part>.yaml, names; sorted.

    Raises:
        UserError: the file is not one of claims.
    """
    return sorted({f"{path.parent.name}/{entry.table}" for entry in load(path)})
