"""The ledger: what each claim predicts, what was measured, and the verdict.

From: the claims files of the studies and the tables of measurements that they name.
Makes: the ledger as CSV and Markdown.
"""

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import groupby
from pathlib import Path

from shallownets.claims import entries
from shallownets.claims.judge import (
    DEVIATES,
    NOT_JUDGED,
    REPRODUCED,
    UNDERPOWERED,
    VERDICTS,
    Comparison,
    comparisons_of,
)
from shallownets.config.commandline import Parser, path
from shallownets.errors import UserError, in_short
from shallownets.results.artefacts import load_bytes, save_bytes

_GRAVITY = (DEVIATES, UNDERPOWERED, REPRODUCED, NOT_JUDGED)  # what a claim of several comparisons is said to be


def counts(comparisons: Iterable[Comparison]) -> dict[str, int]:
    """How many have each verdict."""
    tally = Counter(comparison.verdict for comparison in comparisons)
    return {verdict: tally[verdict] for verdict in VERDICTS}


@dataclass(frozen=True)
class Claim:
    """The comparisons of one entry. ``shown`` is the one that speaks for it: the first with the gravest verdict."""

    comparisons: Sequence[Comparison]

    @property
    def shown(self) -> Comparison:
        return min(self.comparisons, key=lambda comparison: _GRAVITY.index(comparison.verdict))

    @property
    def gravity(self) -> int:
        """Place of its verdict among the verdicts, the gravest first."""
        return _GRAVITY.index(self.shown.verdict)

    @property
    def id(self) -> str:
        return _entry_of(self.comparisons[0])


def _entry_of(comparison: Comparison) -> str:
    """The id of its entry; that of a comparison says at which values of the entry's columns in `by`, too."""
    return comparison.id.partition("[")[0]


def gather(comparisons: Iterable[Comparison]) -> list[Claim]:
    """Comparisons of one entry, which follow each other, as one claim."""
    return [Claim(list(group)) for _, group in groupby(comparisons, key=_entry_of)]


def read(file: Path) -> list[Comparison]:
    """The comparisons of a ledger, claims.csv, in its order.

    Raises:
        UserError: the ledger is missing, is not one, or its bytes are not those of its seal.
    """
    import pandas as pd

    content = load_bytes(file)
    names = [field.name for field in fields(Comparison)]
    try:
        frame = pd.read_csv(io.BytesIO(content), keep_default_na=False)[names]
    except (ValueError, KeyError) as error:
        raise UserError(f"{file}: its columns are not {', '.join(names)}; delete it and run again") from error
    if strange := sorted(set(frame.verdict) - set(VERDICTS), key=str):
        raise UserError(f"{file}: verdict = {in_short(strange[0])}: expected one of {', '.join(VERDICTS)}")
    for name in ("predicted", "measured", "low", "high", "tolerance", "n"):
        numbers = pd.to_numeric(frame[name], errors="coerce").astype(object)
        frame[name] = numbers.where(numbers.notna(), None)
    return [Comparison(**row) for row in frame.to_dict("records")]


def render(comparisons: Sequence[Comparison], template: Path, tier: str) -> str:
    """The ledger through a Jinja2 template for text: claims by section, in the order of the comparisons."""
    from jinja2 import Environment, FileSystemLoader

    loader = FileSystemLoader(template.parent)
    environment = Environment(loader=loader, trim_blocks=True, lstrip_blocks=True)  # noqa: S701, it is no HTML
    # A claim's words stay words: neither HTML nor the table's own marks.
    environment.filters["cell"] = lambda text: " ".join(text.split()).replace("|", r"\|").replace("<", "&lt;")
    environment.filters["number"] = lambda value: "" if value is None else f"{value:.4g}"
    found = gather(comparisons)
    sections = [(section, list(group)) for section, group in groupby(found, key=lambda claim: claim.shown.section)]
    return environment.get_template(template.name).render(
        sections=sections, claims=counts(claim.shown for claim in found), comparisons=counts(comparisons), tier=tier
    )


def main(words: list[str]) -> None:
    import pandas as pd

    parser = Parser("python -m shallownets ledger", __doc__ or "")
    parser.add_argument("--entries", type=path, nargs="+", required=True, help="claims files, <study>/<part>.yaml")
    parser.add_argument("--measurements", type=path, required=True, help="folder with <study>/<table>.csv")
    parser.add_argument("--tier", required=True, help="the tier that was run")
    parser.add_argument("--template", type=path, required=True, help="Jinja2 template of the ledger as text")
    parser.add_argument("--csv", type=path, required=True, help="the ledger, .csv")
    parser.add_argument("--md", type=path, required=True, help="the ledger through the template")
    parser.add_argument("--source", default="", help="digest of all that makes the ledger, for its seal")
    args = parser.parse_args(words)

    comparisons = [
        comparison
        for file in args.entries
        for entry in entries.load(file)
        for comparison in comparisons_of(entry, args.measurements / file.parent.name, args.tier)
    ]
    ids = Counter(comparison.id for comparison in comparisons)
    if twice := [name for name, number in ids.items() if number > 1]:
        raise UserError(f"claims: the id {twice[0]} stands on more than one entry; expected an id of its own")
    comparisons.sort(key=lambda comparison: comparison.section)
    save_bytes(args.csv, pd.DataFrame(comparisons).to_csv(index=False, lineterminator="\n").encode(), args.source)
    save_bytes(args.md, render(comparisons, args.template, args.tier).encode(), args.source)
    print(", ".join(f"{number} {verdict}" for verdict, number in counts(comparisons).items()))
