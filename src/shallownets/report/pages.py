"""The pages of the report: everything gathered and put through the templates."""

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from shallownets.claims import ledger, promise, written
from shallownets.claims.judge import DEVIATES
from shallownets.claims.significance import in_words
from shallownets.config import settings, yamlfile
from shallownets.config.page import meanings
from shallownets.errors import UserError
from shallownets.numerics import cores
from shallownets.report import document, learned, rules, site
from shallownets.report import table as ledger_table
from shallownets.report.document import Statement
from shallownets.report.gallery import Exhibit, exhibit, picture
from shallownets.report.learned import Findings
from shallownets.report.markup import formulas, linked, markdown, typeset
from shallownets.report.panel import panel
from shallownets.report.provenance import origin, reseeded
from shallownets.report.table import Row
from shallownets.results.artefacts import load_bytes
from shallownets.workflow import catalogue, papers
from shallownets.workflow.lineage import Job
from shallownets.workflow.papers import Paper

_EVIDENCE = {
    "identity": "identity or exact integer",
    "law": "numerical law within a derived bound",
    "statistical": "statistical",
    "inequality": "inequality",
}


@dataclass(frozen=True)
class Study:
    """A paper and what was found of it.

    Attributes:
        name: of the study.
        paper: its paper, and what was read of it.
        origins: whose a claim is, in words.
        symbols: those of its document, and what they mean.
        coverage: what the source states, by how far it is tested.
        exhibits: its figures.
        rows: its claims.
        counts: how many of these have each verdict.
        most, deviating, deviations, beyond: what was learned.
        graph: its claims and what they rest on.
    """

    name: str
    paper: Paper
    origins: dict[str, str]
    symbols: list[tuple[Markup, Markup]]
    coverage: dict[str, list[Statement]]
    exhibits: list[Exhibit]
    rows: list[Row]
    counts: dict[str, int]
    most: list[Row]
    deviating: list[Row]
    deviations: list[Findings]
    beyond: list[Findings]
    graph: Markup


def _whose(source: str) -> dict[str, str]:
    """Whose a claim is, in words; the source is a paper, a talk on it, or some of both."""
    return {
        "paper": f"the {source}'s own words",
        "derived": f"a formula that cannot be read in the {source}; ours stands in its place, its bound derived, too",
        "beyond": f"beyond the {source}",
    }


def _study(name: str, exhibits: list[Exhibit], rows: list[Row]) -> Study:
    paper = papers.load(name)
    try:
        text = Path(paper.document).read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"{paper.document}: {error.strerror}; expected the document of the study {name}") from error
    return Study(
        name=name,
        paper=paper,
        origins=_whose(paper.source),
        symbols=[
            (formulas(sign, paper.document), formulas(meaning, paper.document))
            for sign, meaning in document.symbols(text, paper.document)
        ],
        coverage=document.by_coverage(document.coverage(text, paper.document)),
        exhibits=exhibits,
        rows=rows,
        counts=ledger.counts(row.claim for row in rows),
        most=learned.matter_most(rows, exhibits),
        deviating=learned.deviating(rows),
        deviations=learned.deviations(rows, exhibits),
        beyond=learned.beyond(rows, exhibits),
        graph=ledger_table.grounds(rows),
    )


def _table_library() -> bytes:
    """DataTables as a script. itables ships it as a module, and from disk a browser loads no modules.

    Raises:
        UserError: the module of this version of itables does not end as expected.
    """
    import itables

    code = Path(itables.__file__).with_name("html").joinpath("dt_bundle.js").read_text(encoding="utf-8")
    exported = re.search(r"export\{[^{}]*?(\w+) as default[^{}]*\}", code)
    if exported is None:
        raise UserError(
            f"itables = {version('itables')}: it exports no table; expected the version of requirements.lock"
        )
    body, notices = code[: exported.start()], code[exported.end() :]
    return f'const DataTable = (() => {{ "use strict"; {body}return {exported[1]}; }})();{notices}'.encode()


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def _duration(seconds: float) -> str:
    """Seconds as a reader counts them."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"


def _environment(places: Mapping[str, str], **said: Any) -> Environment:
    """The templates, with where each claim is shown and what all of them may say."""
    environment = Environment(
        loader=FileSystemLoader(site.TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= written.FILTERS | {
        "number": _number,
        "duration": _duration,
        "typeset": typeset,
        "linked": partial(linked, places=places),
        "markdown": lambda text, study: markdown(
            text, {**places, **{one.figure.name: one.figure.place for one in study.exhibits}}
        ),
        "agreed": ledger.agreed,
        "chance": in_words,
        "thumb": site.thumb,
        "agreement": ledger_table.agreement,
    }
    environment.globals.update(said)
    return environment


def build(results: Path, jobs: Sequence[Job]) -> dict[str, bytes]:
    """The files of the report of a folder of results, by their names. To be called in the folder of the checkout.

    Args:
        results: folder of the results, finished and judged.
        jobs: those of the workflow that makes them.

    Raises:
        UserError: something that the report shows is missing.
    """
    from plotly.offline import get_plotlyjs

    config = yamlfile.load(results / "config.yaml")
    chosen = settings.figures(config, catalogue.names())
    figures = site.shown(catalogue.load(), chosen)
    rows = [row for row in ledger_table.rows_of(results / "claims.csv", figures) if row.study in chosen]
    said = meanings()
    with ThreadPoolExecutor(cores.usable()) as pool:  # pictures are decoded and brought down outside of Python's lock
        drawn = pool.map(partial(picture, results=results), figures)
        exhibits = [
            exhibit(figure, size, thumb, results, config, said, rows, jobs)
            for figure, (size, thumb) in zip(figures, drawn, strict=True)
        ]
    studies = [
        _study(
            name,
            [one for one in exhibits if one.figure.study == name],
            [row for row in rows if row.study == name],
        )
        for name in chosen
    ]
    sources = sorted({study.paper.source for study in studies})
    claims = [row.claim for row in rows]
    kept = promise.of_ledger(one for claim in claims for one in claim.comparisons)
    holding = promise.of_ledger(one for claim in claims if claim.verdict != DEVIATES for one in claim.comparisons)
    environment = _environment(
        {row.claim.id: row.place for row in rows},
        version=version("shallownets"),
        tier=config["tier"],
        studies=studies,
        study_of={study.name: study for study in studies},
        sources=sources,
        exhibits=exhibits,
        rows=rows,
        **ledger.summary(claims),
        marks=ledger_table.MARKS,
        origins=_whose(sources[0] if len(sources) == 1 else "source"),
        evidence=_EVIDENCE,
        reseed=reseeded(results),
    )

    def page(name: str, template: str, **more: object) -> bytes:
        return environment.get_template(f"{template}.html.j2").render(here=f"{name}.html", **more).encode()

    found = {
        "index.html": page("index", "index"),
        "learned.html": page("learned", "learned"),
        "ledger.html": page(
            "ledger",
            "ledger",
            sections=list(dict.fromkeys(row.claim.shown.section for row in rows)),
            tiers=sorted({tier for row in rows for tier in row.claim.shown.tiers.split(", ")}),
            promise=kept,
            holding=holding,
            panel=panel(kept),
        ),
        "provenance.html": page(
            "provenance",
            "provenance",
            config=yaml.safe_dump(config, sort_keys=False, allow_unicode=True),
            changes=settings.differences(config, settings.default()),
            origin=origin(results / f"figure_data/{figure.table}.csv" for figure in figures),
            rules=rules.by_rule(jobs),
            graph=rules.graph(jobs),
        ),
    }
    found |= {f"{study.name}.html": page(study.name, "study", study=study) for study in studies}
    found |= {name: (site.TEMPLATES / name).read_bytes() for name in site.OURS}
    found |= {"plotly.min.js": get_plotlyjs().encode(), "datatables.js": _table_library()}
    found |= {site.thumb(one.figure): one.thumb for one in exhibits}
    return found | {name: load_bytes(results / source) for name, source in site.copies(figures).items()}
