"""The page itself: everything gathered and put through the template, with nothing left outside of the file."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import yaml
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from shallownets.claims import ledger, promise
from shallownets.claims.entries import EVIDENCE, ORIGINS
from shallownets.config import settings, yamlfile
from shallownets.config.page import meanings
from shallownets.errors import UserError
from shallownets.files import sidecar
from shallownets.report import rules
from shallownets.report import table as ledger_table
from shallownets.report.gallery import Exhibit, exhibit
from shallownets.report.markup import typeset
from shallownets.report.panel import panel
from shallownets.results.artefacts import load_bytes, load_table
from shallownets.workflow import catalogue
from shallownets.workflow.lineage import Job

TEMPLATES = Path("workflow/report")
STUDIES = Path("workflow/studies")
_MARKS = {"reproduced": "✓", "deviates": "✗", "underpowered": "?", "calibrated": "≈", "not judged": "–"}
# Whose a claim is, and what kind of evidence a comparison is, in words.
_ORIGINS = {
    "paper": "the paper's own words",
    "derived": "a formula of the paper that cannot be read in the source; ours stands in its place",
    "beyond": "beyond the paper",
}
_EVIDENCE = {
    "identity": "identity or exact integer",
    "law": "numerical law within a derived bound",
    "statistical": "statistical",
    "inequality": "inequality",
}


@dataclass(frozen=True)
class Study:
    """A paper: its title, its number at arXiv, the version that was read, and its figures."""

    name: str
    title: str
    arxiv: str
    version: str
    exhibits: list[Exhibit]


@dataclass(frozen=True)
class Origin:
    """Where the results come from: versions and seeds of all data, and the machines and days they were made on."""

    versions: dict[str, str]
    seeds: list[str]
    machines: list[str]
    first: str
    last: str


def _origin(paths: Sequence[Path]) -> Origin:
    """From the records of tables and from their seals."""
    tables = [load_table(path) for path in paths]
    found: dict[str, set[str]] = {}
    for table in tables:
        for name, number in table.versions.items():
            found.setdefault(name, set()).add(number)
    seals = [json.loads(sidecar(path).read_text(encoding="utf-8")) for path in paths if sidecar(path).is_file()]
    days = sorted(seal["finished"] for seal in seals)
    return Origin(
        versions={name: ", ".join(sorted(numbers)) for name, numbers in sorted(found.items())},
        seeds=sorted({str(table.parameters["seed"]) for table in tables if "seed" in table.parameters}),
        machines=sorted({f"{seal['machine']}, {seal['cores']} cores" for seal in seals}),
        first=days[0] if days else "",
        last=days[-1] if days else "",
    )


def _study(name: str, exhibits: list[Exhibit]) -> Study:
    path = STUDIES / f"{name}.yaml"
    try:
        head = yamlfile.load(path)
        return Study(name, head["title"], str(head["arxiv"]), str(head["version"]), exhibits)
    except (OSError, KeyError, TypeError) as error:
        raise UserError(f"{path}: expected a file with title, arxiv and version of the study's paper") from error


def _reseed(results: Path) -> str:
    """What was found at other root seeds, in words; empty where it was not tried.

    Raises:
        UserError: the finding cannot be read.
    """
    path = results / "reseed.json"
    if not path.is_file():
        return ""
    try:
        return str(json.loads(load_bytes(path))["says"])
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path}: expected what `make reseed` writes; delete it and run that again") from error


def _table_library() -> Markup:
    """DataTables as a module that scripts of the page can import; itables ships it."""
    import itables

    code = Path(itables.__file__).with_name("html").joinpath("dt_bundle.js").read_bytes()
    return Markup(f"data:text/javascript;base64,{base64.b64encode(code).decode()}")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def _duration(seconds: float) -> str:
    """Seconds as a reader counts them."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"


def build(results: Path, jobs: Sequence[Job]) -> str:
    """The report of a folder of results as one HTML page. To be called in the folder of the checkout.

    Args:
        results: folder of the results, finished and judged.
        jobs: those of the workflow that makes them.

    Raises:
        UserError: something that the report shows is missing.
    """
    from plotly.offline import get_plotlyjs

    config = yamlfile.load(results / "config.yaml")
    shown = settings.figures(config, catalogue.names())
    figures = [figure for figure in catalogue.load().values() if figure.name in shown[figure.study]]
    rows = ledger_table.rows_of(results / "claims.csv", figures)
    said = meanings()
    exhibits = [exhibit(figure, results, config, said, rows, jobs) for figure in figures]
    names = list(dict.fromkeys(figure.study for figure in figures))
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "number": _number,
        "duration": _duration,
        "typeset": typeset,
        "agreement": ledger_table.agreement,
        "expected": ledger.expected,
    }
    claims = [row.claim for row in rows]
    comparisons = [one for claim in claims for one in claim.comparisons]
    kept = promise.of_ledger(comparisons)
    return environment.get_template("report.html.j2").render(
        config=yaml.safe_dump(config, sort_keys=False, allow_unicode=True),
        changes=settings.differences(config, settings.default()),
        tier=config["tier"],
        studies=[_study(name, [one for one in exhibits if one.figure.study == name]) for name in names],
        rows=rows,
        sections=list(dict.fromkeys(row.claim.shown.section for row in rows)),
        tiers=sorted({tier for row in rows for tier in row.claim.shown.tiers.split(", ")}),
        counts=ledger.counts(claims),
        comparisons=len(comparisons),
        by_origin=ledger.tally(claims, "origin", ORIGINS),
        by_evidence=ledger.tally(comparisons, "evidence", dict.fromkeys(EVIDENCE.values())),
        origins=_ORIGINS,
        evidence=_EVIDENCE,
        promise=kept,
        panel=panel(kept),
        reseed=_reseed(results),
        origin=_origin([results / one.csv for one in exhibits]),
        version=version("shallownets"),
        rules=rules.by_rule(jobs),
        graph=rules.graph(jobs),
        marks=_MARKS,
        table_library=_table_library(),
        plot_library=Markup(get_plotlyjs()) if any(one.chart for one in exhibits) else "",
    )
