"""The figures of all studies, as workflow/figures/<study>.yaml lists them, and the claims that belong to each."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from shallownets.claims.entries import Entry, Words
from shallownets.claims.entries import load as load_claims
from shallownets.config import settings, yamlfile
from shallownets.config.check import section_of
from shallownets.config.nearest import nearest
from shallownets.config.section import Section, expected
from shallownets.errors import UserError, in_short

FOLDER = Path("workflow/figures")  # relative to the checkout
CLAIMS = Path("workflow/claims")
CAPTION = 100  # characters at least; fewer do not say what is seen
Names = Annotated[list[Words], expected("a list of names")]


class Figure(Section):
    """An entry of a catalogue. It is known by its study and its name: two papers may each have a ``fig1``."""

    study: str
    name: str
    label: Annotated[
        Words, expected("the paper's figure, equation or section; Beyond for what the paper does not have")
    ]
    shows: Annotated[Words, expected("one line on what is seen")]
    caption: Annotated[
        str,
        Meta(min_length=CAPTION),
        expected(f"the caption, sentences of reStructuredText with at least {CAPTION} characters"),
    ]
    settings: Annotated[Names, expected("a list of the config keys below the study's section that it depends on")]
    tables: Annotated[Names, expected("a list of the tables of measurements that belong to it")]
    paper: Annotated[str, expected("what the paper itself shows or says there")] = ""
    claims: Annotated[Names, expected("a list of further claims that it supports")] = msgspec.field(
        default_factory=list
    )
    data: Annotated[str | None, expected("the figure whose data it is drawn from, where they are not its own")] = None

    @property
    def address(self) -> str:
        """Its study and name, as commands take them: ``escape.fig1``."""
        return f"{self.study}.{self.name}"

    @property
    def place(self) -> str:
        """Where the report shows it: ``escape.html#fig1``."""
        return f"{self.study}.html#{self.name}"

    @property
    def table(self) -> str:
        """The figure data that it is drawn from, below RESULTS/figure_data, without the ending."""
        return f"{self.study}/{self.data or self.name}"

    def supports(self, claim: str, table: str) -> bool:
        """Whether a claim of its study, known by the entry's id and the table it is judged from, belongs to it."""
        return table in self.tables or claim in self.claims


def load(checkout: Path = Path()) -> dict[str, Figure]:
    """All figures by their addresses, study by study, each in the order of its catalogue.

    Raises:
        UserError: there is no catalogue here, or an entry of one lacks what it must say.
    """
    paths = sorted((checkout / FOLDER).glob("*.yaml"))
    if not paths:
        raise UserError(f"{FOLDER}: no catalogue of figures; expected the folder of the checkout")
    found = {}
    for path in paths:
        for name, entry in yamlfile.load_section(path).items():
            if not isinstance(entry, dict):
                raise UserError(f"{path}: {name}: expected keys and their values, got {in_short(entry)}")
            figure = section_of(entry | {"study": path.stem, "name": name}, Figure, f"{path}: {name}")
            found[figure.address] = figure
    return found


def names(checkout: Path = Path()) -> dict[str, list[str]]:
    """The names of each study's figures; a study is there as soon as it has a catalogue.

    Raises:
        UserError: there is no catalogue here.
    """
    studies: dict[str, list[str]] = {}
    for figure in load(checkout).values():
        studies.setdefault(figure.study, []).append(figure.name)
    return studies


def find(name: str) -> Figure:
    """The figure of an address, or of a name that one study alone has.

    Raises:
        UserError: no figure, or one of several studies, has it.
    """
    figures = load()
    fitting = [figure for address, figure in figures.items() if name in (address, figure.name)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise UserError(f"{name}: expected one of {', '.join(figure.address for figure in fitting)}")
    near = nearest(name, figures if "." in name else (figure.name for figure in figures.values()))
    hint = f"did you mean {near}? " if near else ""
    raise UserError(f"{name}: no such figure; {hint}expected one of {', '.join(figures)}")


def settings_of(figure: Figure, config: Mapping) -> dict[str, object]:
    """The config below the keys that the catalogue names for a figure: each value by its dotted key.

    Raises:
        UserError: the config does not have one of the keys.
    """
    found: dict[str, object] = {}
    for setting in figure.settings:
        node: object = config[figure.study]
        for name in setting.split("."):
            if not isinstance(node, Mapping) or name not in node:
                raise UserError(
                    f"{figure.address}: the catalogue names the setting {setting}, which the config does not have"
                )
            node = node[name]
        found |= {".".join((figure.study, setting, *path)): value for path, value in settings.leaves(node)}
    return found


def claims_of(figure: Figure) -> list[Entry]:
    """The entries of the claims files that belong to a figure, in their order.

    Raises:
        UserError: a claims file holds something else.
    """
    paths = sorted((CLAIMS / figure.study).glob("*.yaml"))
    return [entry for path in paths for entry in load_claims(path) if figure.supports(entry.id, entry.table)]
