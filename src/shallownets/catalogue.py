"""The figures of all studies, as workflow/figures/<study>.yaml lists them, and the claims that belong to each."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shallownets import claims, yamlfile
from shallownets.errors import UserError, in_short

FOLDER = Path("workflow/figures")  # relative to the checkout
CLAIMS = Path("workflow/claims")
CLAIMS_SCHEMA = Path("workflow/schemas/claims.schema.yaml")
CAPTIONS = Path("workflow/report")


@dataclass(frozen=True)
class Figure:
    """An entry of a catalogue.

    Attributes:
        study, name: of the figure; the name is that of its rule, too.
        label: the paper's figure, equation or section; "Beyond" for what the paper does not have.
        shows: one line on what is seen.
        paper: what the paper itself shows or says there; empty where nothing is said.
        settings: config keys below the study's section that it depends on.
        tables: tables of measurements that belong to it.
        claims: further claims that it supports.
        data: the figure data that it is drawn from: those of its own name, or those of another figure.
    """

    study: str
    name: str
    label: str
    shows: str
    paper: str
    settings: tuple[str, ...]
    tables: tuple[str, ...]
    claims: tuple[str, ...]
    data: str

    @property
    def caption(self) -> Path:
        """The file of its caption, in reStructuredText."""
        return CAPTIONS / f"{self.name}.rst"

    def supports(self, entry: Mapping) -> bool:
        """Whether a claim, an entry of this study's claims files, belongs to it."""
        return entry["table"] in self.tables or entry["id"] in self.claims


def _figure(path: Path, name: str, entry: Mapping) -> Figure:
    """The figure that an entry of a catalogue is."""
    try:
        return Figure(
            study=path.stem,
            name=name,
            label=entry["label"],
            shows=entry["shows"],
            paper=entry.get("paper", ""),
            settings=tuple(entry["settings"]),
            tables=tuple(entry["tables"]),
            claims=tuple(entry.get("claims", ())),
            data=entry.get("data", name),
        )
    except (KeyError, TypeError) as error:
        raise UserError(f"{path}: {name}: expected label, shows, settings and tables, got {in_short(entry)}") from error


def load(checkout: Path = Path()) -> dict[str, Figure]:
    """All figures by name, study by study, each in the order of its catalogue.

    Raises:
        UserError: there is no catalogue here, or an entry of one lacks what it must say.
    """
    paths = sorted((checkout / FOLDER).glob("*.yaml"))
    if not paths:
        raise UserError(f"{FOLDER}: no catalogue of figures; the folder of the checkout is the right one to run this")
    return {name: _figure(path, name, entry) for path in paths for name, entry in yamlfile.load_section(path).items()}


def names(checkout: Path = Path()) -> dict[str, list[str]]:
    """The names of each study's figures; a study is there as soon as it has a catalogue.

    Raises:
        UserError: there is no catalogue here.
    """
    studies: dict[str, list[str]] = {}
    for name, figure in load(checkout).items():
        studies.setdefault(figure.study, []).append(name)
    return studies


def find(name: str) -> Figure:
    """The figure of this name.

    Raises:
        UserError: no figure has it.
    """
    figures = load()
    if name not in figures:
        near = difflib.get_close_matches(name, figures, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise UserError(f"{name}: no such figure; {hint}one of {', '.join(figures)} is right")
    return figures[name]


def claims_of(figure: Figure) -> list[dict]:
    """The entries of the claims files that belong to a figure, in their order.

    Raises:
        UserError: a claims file is not what its schema allows.
    """
    paths, allowed = sorted((CLAIMS / figure.study).glob("*.yaml")), yamlfile.load(CLAIMS_SCHEMA)
    return [entry for path in paths for entry in claims.load(path, allowed) if figure.supports(entry)]
