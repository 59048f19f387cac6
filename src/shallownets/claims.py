"""The ledger: what each claim predicts, what was measured, and the verdict.

From: the claims files of the studies and the tables of measurements that they name.
Makes: the ledger as CSV and Markdown.

A verdict is `reproduced`, `deviates`, `underpowered` (the sample cannot tell) or `not judged` (not in this tier).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from shallownets import cli
from shallownets import config as settings
from shallownets.artefacts import load_table, save_bytes
from shallownets.errors import UserError
from shallownets.formulas import evaluate

MODULE = "shallownets.claims"
VERDICTS = ("reproduced", "deviates", "underpowered", "not judged")
REPRODUCED, DEVIATES, UNDERPOWERED, NOT_JUDGED = VERDICTS
_GRAVITY = (DEVIATES, UNDERPOWERED, REPRODUCED, NOT_JUDGED)  # what a claim of several lines is said to be
_RULES = {
    "exact": "equal",
    "interval": "inside the interval, half-width at most {}",
    "within": "interval within ± {}",
    "at_most": "interval at most the prediction",
    "at_least": "interval at least the prediction",
}


@dataclass(frozen=True)
class Line:
    """One line of the ledger; numbers are None where the measurement was not made in this tier.

    ``kind`` is that of the rule of the verdict, ``tolerance`` the number that an ``interval`` or ``within`` allows, and
    ``tiers`` are those in which the claim may be judged.
    """

    id: str
    source: str
    statement: str
    predicted: float | None
    measured: float | None
    low: float | None
    high: float | None
    verdict: str
    artefact: str
    section: str
    formula: str
    rule: str
    n: int | None
    note: str
    kind: str
    tolerance: float | None
    tiers: str


def load(path: Path, schema: Mapping) -> list[dict]:
    """Entries of a claims file.

    Raises:
        UserError: the file is not what the schema allows.
    """
    entries = settings.load_yaml(path)
    settings.check(entries, schema, str(path))
    return entries


def tables_of(path: Path, schema: Mapping) -> list[str]:
    """Names <study>/<table> of the tables that a claims file, <study>/<part>.yaml, names; sorted.

    Raises:
        UserError: the file is not what the schema allows.
    """
    return sorted({f"{path.parent.name}/{entry['table']}" for entry in load(path, schema)})


def tolerance_of(rule: Mapping, names: Mapping[str, float]) -> float | None:
    """What an ``interval`` allows its half-width to be, or ``within`` the interval to miss; None for other rules.

    Raises:
        UserError: a formula that cannot be evaluated.
    """
    (kind, formula), *_ = rule.items()
    return evaluate(formula, names) if kind in ("interval", "within") else None


def judge(rule: Mapping, predicted: float, low: float, high: float, names: Mapping[str, float]) -> str:
    """Verdict on a prediction given the interval [low, high] of what was measured.

    Args:
        rule: one of ``exact``, ``interval``, ``within``, ``at_most``, ``at_least`` (see the claims schema).
        predicted, low, high: the numbers compared; low equals high for exact numbers.
        names: what formulas in the rule may use.

    Raises:
        UserError: a formula that cannot be evaluated.
    """
    (kind, *_) = rule
    tolerance = tolerance_of(rule, names)
    if kind == "exact":
        return REPRODUCED if low == high == predicted else DEVIATES
    if kind == "interval":
        if not low <= predicted <= high:
            return DEVIATES
        return REPRODUCED if (high - low) / 2 <= tolerance else UNDERPOWERED
    if kind == "within":
        least, most = predicted - tolerance, predicted + tolerance
    else:
        least, most = (float("-inf"), predicted) if kind == "at_most" else (predicted, float("inf"))
    if least <= low and high <= most:
        return REPRODUCED
    return DEVIATES if high < least or low > most else UNDERPOWERED


def _select(frame, rows: Mapping, entry: str, artefact: str):
    for column, wanted in rows.items():
        if column not in frame.columns:
            raise UserError(f"claim {entry}: {artefact} has no column {column}; it has {', '.join(frame.columns)}")
        frame = frame[frame[column].isin(wanted if isinstance(wanted, list) else [wanted])]
    return frame


def lines_of(entry: Mapping, tables: Path, tier: str) -> list[Line]:
    """Ledger lines of one entry: one for each row that it selects from its table.

    Args:
        entry: from ``load``.
        tables: folder of the study's tables of measurements.
        tier: the tier that was run.

    Raises:
        UserError: a table, column or row that is not there, or a formula that cannot be evaluated.
    """
    (kind, formula), *_ = entry["judge"].items()
    artefact = tables / f"{entry['table']}.csv"
    common = {
        "source": entry["source"],
        "statement": entry["statement"],
        "artefact": artefact.as_posix(),
        "section": entry["section"],
        "formula": str(entry["predicted"]),
        "rule": _RULES[kind].format(formula),
        "note": entry.get("note", ""),
        "kind": kind,
        "tiers": ", ".join(entry["tiers"]),
    }
    frame, record = load_table(artefact)
    frame = _select(frame, entry["rows"], entry["id"], common["artefact"])
    judged = tier in entry["tiers"]
    notes = record["parameters"].get("notes", [])
    if notes:
        common["note"] = " ".join([common["note"], f"Left out: {'; '.join(notes)}."]).strip()
    if frame.empty and (notes or not judged):
        nothing = dict.fromkeys(("predicted", "measured", "low", "high", "n", "tolerance"))
        return [Line(id=entry["id"], verdict=NOT_JUDGED, **common, **nothing)]
    keys = entry.get("by", [])
    if frame.empty or (not keys and len(frame) > 1) or frame.duplicated(keys or None).any():
        raise UserError(
            f"claim {entry['id']}: selects {len(frame)} rows of {common['artefact']}; "
            "one row, or one for each value of the columns in `by`, is right"
        )
    lines = []
    for row in frame.to_dict("records"):
        names = {key: value for key, value in row.items() if isinstance(value, int | float)}
        predicted = evaluate(entry["predicted"], names)
        suffix = ",".join(f"{key}={row[key]:g}" if key in names else f"{key}={row[key]}" for key in keys)
        names["predicted"] = predicted
        verdict = judge(entry["judge"], predicted, row["low"], row["high"], names)
        lines.append(
            Line(
                id=f"{entry['id']}[{suffix}]" if suffix else entry["id"],
                predicted=predicted,
                measured=row["estimate"],
                low=row["low"],
                high=row["high"],
                verdict=verdict if judged else NOT_JUDGED,
                n=int(row["n"]),
                tolerance=tolerance_of(entry["judge"], names),
                **common,
            )
        )
    return lines


def counts(lines: Iterable[Line]) -> dict[str, int]:
    """How many lines have each verdict."""
    tally = Counter(line.verdict for line in lines)
    return {verdict: tally[verdict] for verdict in VERDICTS}


@dataclass(frozen=True)
class Claim:
    """The lines of one entry. ``shown`` is the one that speaks for it: the first with the gravest verdict."""

    lines: list[Line]

    @property
    def shown(self) -> Line:
        return min(self.lines, key=lambda line: _GRAVITY.index(line.verdict))

    @property
    def gravity(self) -> int:
        """Place of its verdict among the verdicts, the gravest first."""
        return _GRAVITY.index(self.shown.verdict)

    @property
    def id(self) -> str:
        return self.lines[0].id.partition("[")[0]


def claims_of(lines: list[Line]) -> list[Claim]:
    """Lines of one entry, which follow each other, as one claim."""
    return [Claim(list(group)) for _, group in groupby(lines, key=lambda line: line.id.partition("[")[0])]


def render(lines: list[Line], template: Path, tier: str) -> str:
    """The ledger through a Jinja2 template for text: claims by section, in the order of the lines."""
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(loader=FileSystemLoader(template.parent), trim_blocks=True, lstrip_blocks=True)
    # A claim's words stay words: neither HTML nor the table's own marks.
    environment.filters["cell"] = lambda text: " ".join(text.split()).replace("|", r"\|").replace("<", "&lt;")
    environment.filters["number"] = lambda value: "" if value is None else f"{value:.4g}"
    claims = claims_of(lines)
    sections = [(section, list(group)) for section, group in groupby(claims, key=lambda claim: claim.shown.section)]
    return environment.get_template(template.name).render(
        sections=sections, claims=counts(claim.shown for claim in claims), comparisons=counts(lines), tier=tier
    )


def main() -> None:
    import pandas as pd

    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--entries", type=cli.path, nargs="+", required=True, help="claims files, <study>/<part>.yaml")
    parser.add_argument("--schema", type=cli.path, required=True, help="what a claims file may hold, .yaml")
    parser.add_argument("--measurements", type=cli.path, required=True, help="folder with <study>/<table>.csv")
    parser.add_argument("--tier", required=True, help="the tier that was run")
    parser.add_argument("--template", type=cli.path, required=True, help="Jinja2 template of the ledger as text")
    parser.add_argument(
        "--out", type=cli.path, nargs=2, required=True, help="the ledger: .csv, and through the template"
    )
    args = parser.parse_args()

    schema = settings.load_schema(args.schema)
    lines = [
        line
        for path in args.entries
        for entry in load(path, schema)
        for line in lines_of(entry, args.measurements / path.parent.name, args.tier)
    ]
    ids = Counter(line.id for line in lines)
    if twice := [name for name, number in ids.items() if number > 1]:
        raise UserError(f"claims: the id {twice[0]} stands on more than one entry; an id of its own is right")
    lines.sort(key=lambda line: line.section)
    csv, text = args.out
    save_bytes(csv, pd.DataFrame(lines).to_csv(index=False, lineterminator="\n").encode())
    save_bytes(text, render(lines, args.template, args.tier).encode())
    print(", ".join(f"{number} {verdict}" for verdict, number in counts(lines).items()))


if __name__ == "__main__":
    cli.run(main)
