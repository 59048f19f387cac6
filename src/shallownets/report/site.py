"""Which files the report has: its pages, what they load, and the results that lie in its folder, too.

All of them follow from the studies and the figures that are shown, so that the workflow knows them before it runs.
"""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from shallownets.errors import UserError
from shallownets.workflow.catalogue import Figure

FOLDER = "report"  # in the folder of the results
TEMPLATES = Path("workflow/report")
PAGES = ("index", "learned", "ledger", "provenance")  # beside one for each study
OURS = ("report.css", "report.js", "ledger.js")  # copied from the folder of the templates
LIBRARIES = ("plotly.min.js", "datatables.js")


def shown(figures: Mapping[str, Figure], chosen: Mapping[str, Collection[str]]) -> list[Figure]:
    """The figures of a catalogue whose names are chosen in their studies."""
    return [figure for figure in figures.values() if figure.name in chosen[figure.study]]


def copies(figures: Iterable[Figure]) -> dict[str, str]:
    """The results that the report needs to stand alone: by their names in its folder, those in the results'."""
    found = {}
    for figure in figures:
        drawn = f"{figure.study}/{figure.name}"
        found |= {f"{drawn}.{kind}": f"figures/{drawn}.{kind}" for kind in ("png", "pdf")}
        found[f"{figure.table}.csv"] = f"figure_data/{figure.table}.csv"
    return found


def thumb(figure: Figure) -> str:
    """The name of a figure's picture as it stands in a list of figures."""
    return f"{figure.study}/{figure.name}.small.png"


def files(studies: Iterable[str], figures: Iterable[Figure]) -> list[str]:
    """The names of all files of the report.

    Raises:
        UserError: a study has the name of another page.
    """
    studies = list(studies)
    if taken := sorted(set(studies) & set(PAGES)):
        raise UserError(f"{taken[0]}: a page of the report has this name; expected another one for the study")
    figures = list(figures)
    thumbs = map(thumb, figures)
    return [*(f"{name}.html" for name in (*PAGES, *studies)), *OURS, *LIBRARIES, *thumbs, *copies(figures)]
