"""Claims: entries of the claims files, each compared with what was measured, and the verdict.

A verdict is `reproduced`, `deviates`, `underpowered` (the sample cannot tell) or `not judged` (not in this tier).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shallownets.claims.entries import Entry, Rule
from shallownets.claims.formulas import evaluate
from shallownets.errors import UserError
from shallownets.results.artefacts import load_table

if TYPE_CHECKING:
    import pandas as pd

VERDICTS = ("reproduced", "deviates", "underpowered", "not judged")
REPRODUCED, DEVIATES, UNDERPOWERED, NOT_JUDGED = VERDICTS
_RULES = {
    "exact": "equal",
    "interval": "inside the interval, half-width at most {}",
    "within": "interval within ± {}",
    "at_most": "interval at most the prediction",
    "at_least": "interval at least the prediction",
}


@dataclass(frozen=True)
class Comparison:
    """One comparison of a claim with a measurement: a line of the ledger.

    Its numbers are None where the measurement was not made in this tier. ``kind`` is that of the rule of the verdict,
    ``tolerance`` the number that an ``interval`` or ``within`` allows, and ``tiers`` are those in which the claim may
    be judged.
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


def tolerance_of(rule: Rule, names: Mapping[str, float]) -> float | None:
    """What an ``interval`` allows its half-width to be, or ``within`` the interval to miss; None for other rules.

    Raises:
        UserError: a formula that cannot be evaluated.
    """
    return evaluate(rule.formula, names) if rule.kind in ("interval", "within") else None


def judge(rule: Rule, predicted: float, low: float, high: float, names: Mapping[str, float]) -> str:
    """Verdict on a prediction given the interval [low, high] of what was measured.

    Args:
        rule: of the claim.
        predicted, low, high: the numbers compared; low equals high for exact numbers.
        names: what formulas in the rule may use.

    Raises:
        UserError: a formula that cannot be evaluated.
    """
    tolerance = tolerance_of(rule, names)
    if rule.kind == "exact":
        return REPRODUCED if low == high == predicted else DEVIATES
    if tolerance is None:
        least, most = (float("-inf"), predicted) if rule.kind == "at_most" else (predicted, float("inf"))
    elif rule.kind == "within":
        least, most = predicted - tolerance, predicted + tolerance
    elif low <= predicted <= high:
        return REPRODUCED if (high - low) / 2 <= tolerance else UNDERPOWERED
    else:
        return DEVIATES
    if least <= low and high <= most:
        return REPRODUCED
    return DEVIATES if high < least or low > most else UNDERPOWERED


def _select(frame: pd.DataFrame, rows: Mapping, entry: str, artefact: str) -> pd.DataFrame:
    """The rows whose columns have these values."""
    for column, wanted in rows.items():
        if column not in frame.columns:
            raise UserError(f"claim {entry}: {artefact} has no column {column}; it has {', '.join(frame.columns)}")
        frame = frame[frame[column].isin(wanted if isinstance(wanted, list) else [wanted])]
    return frame


def comparisons_of(entry: Entry, tables: Path, tier: str) -> list[Comparison]:
    """Comparisons of one entry: one for each row that it selects from its table.

    Args:
        entry: of a claims file.
        tables: folder of the study's tables of measurements.
        tier: the tier that was run.

    Raises:
        UserError: a table, column or row that is not there, or a formula that cannot be evaluated.
    """
    artefact = tables / f"{entry.table}.csv"
    common = {
        "source": entry.source,
        "statement": entry.statement,
        "artefact": artefact.as_posix(),
        "section": entry.section,
        "formula": str(entry.predicted),
        "rule": _RULES[entry.judge.kind].format(entry.judge.formula),
        "note": entry.note,
        "kind": entry.judge.kind,
        "tiers": ", ".join(entry.tiers),
    }
    table = load_table(artefact)
    frame = _select(table.frame, entry.rows, entry.id, common["artefact"])
    judged = tier in entry.tiers
    notes = table.parameters.get("notes", [])
    if notes:
        common["note"] = " ".join([common["note"], f"Left out: {'; '.join(notes)}."]).strip()
    if frame.empty and (notes or not judged):
        return [
            Comparison(
                id=entry.id,
                predicted=None,
                measured=None,
                low=None,
                high=None,
                verdict=NOT_JUDGED,
                n=None,
                tolerance=None,
                **common,
            )
        ]
    keys = entry.by
    if frame.empty or (not keys and len(frame) > 1) or frame.duplicated(keys or None).any():
        raise UserError(
            f"claim {entry.id}: selects {len(frame)} rows of {common['artefact']}; "
            "expected one row, or one for each value of the columns in `by`"
        )
    comparisons = []
    for row in frame.to_dict("records"):
        names = {key: value for key, value in row.items() if isinstance(value, int | float)}
        predicted = evaluate(entry.predicted, names)
        suffix = ",".join(f"{key}={row[key]:g}" if key in names else f"{key}={row[key]}" for key in keys)
        names["predicted"] = predicted
        verdict = judge(entry.judge, predicted, row["low"], row["high"], names)
        comparisons.append(
            Comparison(
                id=f"{entry.id}[{suffix}]" if suffix else entry.id,
                predicted=predicted,
                measured=row["estimate"],
                low=row["low"],
                high=row["high"],
                verdict=verdict if judged else NOT_JUDGED,
                n=int(row["n"]),
                tolerance=tolerance_of(entry.judge, names),
                **common,
            )
        )
    return comparisons
