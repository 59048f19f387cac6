"""Explain a figure: from the picture back to the parameters, jobs, files, hashes, source and claims behind it.

From: the workflow, as Snakemake plans it, and whatever of its results is there.
Makes: nothing but text.
"""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from shallownets import sources
from shallownets.claims import ledger, written
from shallownets.claims.entries import Entry
from shallownets.config import page, settings, yamlfile
from shallownets.config.commandline import Parser
from shallownets.errors import UserError
from shallownets.files import hash_of
from shallownets.results.artefacts import load_table
from shallownets.workflow import catalogue, lineage
from shallownets.workflow.catalogue import Figure

_WIDTH = 110


def merged(configs: Iterable[Path]) -> dict:
    """``config.yaml`` with these files on top, as Snakemake merges them."""
    from snakemake.utils import update_config

    config = settings.default()
    for path in configs:
        update_config(config, yamlfile.load_section(path))
    return config


def _wrapped(text: str, first: str, others: str | None = None) -> list[str]:
    """A text as lines that begin with ``first`` and then with ``others``; names and paths stay whole."""
    later = first if others is None else others
    return textwrap.wrap(text, _WIDTH, initial_indent=first, subsequent_indent=later, break_long_words=False)


def _columns(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Rows as indented lines with aligned columns."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["    " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _parameters(figure: Figure, config: Mapping) -> Iterator[str]:
    said = page.meanings()
    values = {"seed": config["seed"]} | catalogue.settings_of(figure, config)
    width = max(map(len, values))
    for key, value in values.items():
        meaning = f"   ({said[key]})" if said.get(key) else ""
        yield from _wrapped(f"{value}{meaning}", f"    {key:<{width}} = ", " " * (width + 7))
    yield from _wrapped(
        "Each random stream follows from the seed, its purpose, the parameters of the experiment and the index of the "
        "replicate, and from nothing else (src/shallownets/numerics/seeds.py).",
        "  ",
    )


def _file(path: Path, due: set[Path]) -> tuple[str, str, str]:
    """A file's state, SHA-256 and path."""
    if not path.is_file():
        return "not made", "", str(path)
    return "old     " if path in due else "current ", hash_of(path.read_bytes()), str(path)


def _cost(jobs: Iterable[lineage.Job]) -> str:
    costs = [cost for job in jobs if (cost := lineage.cost(job))]
    if not costs:
        return "cost not known"
    seconds, memory = sum(cost.core_seconds for cost in costs), max(cost.memory for cost in costs)
    return f"{seconds:.1f} core seconds, {memory:.0f} MB at most"


def _jobs(jobs: list[lineage.Job], due: set[Path]) -> Iterator[str]:
    """Rule by rule; of the jobs of a rule the first one stands for all."""
    for rule, alike in lineage.by_rule(jobs).items():
        first, *others = alike
        yield ""
        yield from _wrapped(f"{rule}: {first.message}" + (f", and {len(others)} more" if others else ""), "  ")
        yield f"    {_cost(alike)}; {len(first.code)} source files, hash {sources.digest(first.code)}"
        yield from _wrapped(f"python -m shallownets {first.command}", "    $ ", "      ")
        yield from _columns(_file(path, due) for job in alike for path in job.outputs)


def _versions(table: Path) -> str:
    """What made a table, by its own record; a damaged one is said to be so and stops nothing."""
    try:
        made = load_table(table)
    except UserError as error:
        return f"Versions: not known; {error}"
    return "Versions: " + ", ".join(f"{name} {number}" for name, number in made.versions.items())


def _claims(entries: list[Entry], tables: list[Path], results: Path, due: set[Path]) -> Iterator[str]:
    """The claims of these entries, and the tables of measurements that they are judged from."""
    if not entries:
        yield "  none"
        return
    made = ledger.read(results / "claims.csv") if (results / "claims.csv").is_file() else []
    judged = {claim.id: claim for claim in ledger.gather(made)}
    rows = [("verdict", "expected", "measured", "interval", "claim")]
    for entry in entries:
        if entry.id not in judged:
            rows.append(("not made", "", "", "", entry.id))
            continue
        claim = judged[entry.id]
        shown, number = claim.shown, len(claim.comparisons)
        others = f", one of {number} comparisons" if number > 1 else ""
        numbers = [say(shown) or "-" for say in (written.against, written.measured, written.interval)]
        rows.append((claim.verdict, *numbers, entry.id + others))
    head, *claims = _columns(rows)
    yield head
    for line, entry in zip(claims, entries, strict=True):
        yield line
        yield from _wrapped(entry.statement, "        ")
    yield ""
    yield "  measured in"
    yield from _columns(_file(path, due) for path in tables)


def explain(figure: Figure, tier: str | None = None) -> Iterator[str]:
    """The lines of the explanation, for a tier or that of config.yaml.

    Raises:
        UserError: no such tier, or a workflow that Snakemake refuses.
    """
    configs = settings.overlays(tier)
    config = merged(configs)
    results = Path(settings.results_folder(config))
    entries = catalogue.claims_of(figure)
    names = sorted({entry.table for entry in entries})
    tables = [results / "measurements" / figure.study / f"{name}.csv" for name in names]
    picture = results / "figures" / figure.study / f"{figure.name}.pdf"
    planned = lineage.jobs([str(path) for path in (picture, *tables)], configs)
    due = {path for job in planned if job.due for path in job.outputs}
    jobs = lineage.behind(picture, planned)
    files = sorted({path for job in jobs for path in job.code})

    yield f"{figure.address} ({figure.label}), tier {config['tier']}"
    yield from _wrapped(figure.shows, "  ")
    if figure.paper:
        yield from _wrapped(f"In the paper: {figure.paper}", "  ")
    yield ""
    yield f"PARAMETERS, from {' and '.join(map(str, [settings.CONFIG, *configs]))}"
    yield from _parameters(figure, config)
    yield ""
    yield f"JOBS, each after those whose results it reads: {len(jobs)}, {_cost(jobs)}"
    yield from _wrapped(
        "Each file with its SHA-256; old: its source, config or inputs have changed since, and a run makes it anew.",
        "  ",
    )
    yield from _jobs(jobs, due)
    yield ""
    yield f"SOURCE: {len(files)} files, hash {sources.digest(files)}"
    for folder in sorted({path.parent for path in files}):
        yield from _wrapped(" ".join(path.name for path in files if path.parent == folder), f"    {folder}: ", " " * 8)
    data = results / "figure_data" / f"{figure.table}.csv"
    if data.is_file():
        yield from _wrapped(_versions(data), "  ")
    yield ""
    yield f"CLAIMS, from {results}/claims.csv; of several comparisons the one that speaks most against the claim"
    yield from _claims(entries, tables, results, due)
    yield ""
    if due:
        overlay = "".join(f" --configfile {path}" for path in configs)
        old = "".join(f" {path}" for path in tables if path in due)
        rule = f"draw_{figure.study}_{figure.name}"
        yield f"To make what is old or not made: snakemake --cores all {rule}{old}{overlay}"
    else:
        yield "All of it is current."


def main(words: list[str]) -> None:
    parser = Parser("python -m shallownets explain", __doc__ or "")
    parser.add_argument("figure", help="its name, such as fig3")
    parser.add_argument("--tier", help="which tier's results; that of config.yaml, unless given")
    args = parser.parse_args(words)
    print("\n".join(explain(catalogue.find(args.figure), args.tier)))
