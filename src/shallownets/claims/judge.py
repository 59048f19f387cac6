"""Claims: entries of the claims files, each compared with what was measured, and the verdict.

A verdict is `reproduced`, `deviates`, `underpowered` (the sample cannot tell), `calibrated` (it holds, by a bound that
was read off results) or `not judged` (not in this tier).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shallownets.claims.entries import EVIDENCE, Entry
from shallownets.claims.formulas import evaluate
from shallownets.claims.significance import Interval, given_up, interval, standard
from shallownets.errors import UserError
from shallownets.results.artefacts import load_table

if TYPE_CHECKING:
    import pandas as pd

VERDICTS = ("reproduced", "deviates", "underpowered", "calibrated", "not judged")
REPRODUCED, DEVIATES, UNDERPOWERED, CALIBRATED, NOT_JUDGED = VERDICTS
NUMBERS = ("predicted", "measured", "low", "high", "error", "degrees", "deviation", "tolerance", "n")
_RULES = {
    "exact": "equal",
    "interval": "inside the interval, half-width at most {}",
    "within": "interval within ± {}",
    "at_most": "interval at most the bound",
    "at_least": "interval at least the bound",
}


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One comparison of a claim with a measurement: a line of the ledger.

    Its numbers are None where the measurement was not made in this tier.

    Attributes:
        origin: whose the claim is, ``entries.ORIGINS``.
        quote: the words of the source that it judges, where it is the source's.
        predicted: the number, or the bound of an inequality.
        low, high: ends of the interval of the measured value, ``deviation.interval``.
        error, degrees: its standard error, 0 of a number without one, and the degrees of freedom of that.
        deviation: signed. Of the measured from the predicted value in standard errors, as of a Gaussian number; for a
            law, of the interval's farthest end in units of the tolerance; of an identity as it is; and of an inequality
            between numbers without error in units of the bound.
        kind: of the rule of the verdict.
        evidence: what that rule makes of it, ``entries.EVIDENCE``.
        tolerance: what an ``interval`` or ``within`` allows.
        tiers: those in which the claim may be judged.
        group: which rows of the claim share no runs with this one: those of the same group.
        requires: the claims that this one rests on.
        calibrated: from which results its bound was read off.
    """

    id: str
    origin: str
    source: str
    quote: str
    statement: str
    predicted: float | None = None
    measured: float | None = None
    low: float | None = None
    high: float | None = None
    error: float | None = None
    degrees: float | None = None
    deviation: float | None = None
    verdict: str
    artefact: str
    section: str
    formula: str
    rule: str
    n: int | None = None
    note: str
    kind: str
    evidence: str
    tolerance: float | None = None
    tiers: str
    group: str
    requires: str
    calibrated: str

    @property
    def entry(self) -> str:
        """The id of its entry; its own says at which values of the entry's columns in `by`, too."""
        return self.id.partition("[")[0]


def allowed(kind: str, predicted: float, tolerance: float) -> tuple[float, float]:
    """The least and the greatest true value that a rule of this kind allows."""
    if kind == "within":
        return predicted - tolerance, predicted + tolerance
    return (-inf if kind == "at_most" else predicted), (inf if kind == "at_least" else predicted)


def deviation(kind: str, predicted: float, found: Interval, tolerance: float) -> float:
    """How far a measured value is from the predicted one, signed, in the units that ``Comparison`` names."""
    gap = found.value - predicted
    if kind == "exact":
        return gap
    if kind == "within":
        farthest = max(found.low - predicted, found.high - predicted, key=abs)
        return farthest / tolerance if tolerance else standard(farthest, 0.0, inf)
    if found.exact:
        return gap / (abs(predicted) or 1.0)
    return found.beyond(predicted, predicted)


def judge(kind: str, predicted: float, found: Interval, tolerance: float, beyond: bool) -> str:
    """Verdict on a prediction.

    Args:
        kind: of the rule.
        predicted: the number, or the bound.
        found: what was measured.
        tolerance: of the rule, 0 where it has none.
        beyond: whether the value is farther from what is allowed than chance explains, among all rows of the claim.
    """
    if beyond or (kind == "exact" and not found.exact):
        return DEVIATES
    if kind == "interval":
        return REPRODUCED if found.half <= tolerance else UNDERPOWERED
    if kind == "within" and 0 < abs(predicted) <= tolerance:
        return UNDERPOWERED  # a tolerance that allows nothing at all, and twice as much, tells nothing
    least, most = allowed(kind, predicted, tolerance)
    return REPRODUCED if least <= found.low and found.high <= most else UNDERPOWERED


def _select(frame: pd.DataFrame, rows: Mapping, entry: str, artefact: str) -> pd.DataFrame:
    """The rows whose columns have these values."""
    for column in rows:
        if column not in frame.columns:
            raise UserError(f"claim {entry}: {artefact} has no column {column}; it has {', '.join(frame.columns)}")
    return _having(frame, rows)


def _having(frame: pd.DataFrame, rows: Mapping) -> pd.DataFrame:
    for column, wanted in rows.items():
        frame = frame[frame[column].isin(wanted if isinstance(wanted, list) else [wanted])]
    return frame


def _not_among(frame: pd.DataFrame, rows: Mapping) -> list[str]:
    """What is to be said where the config has none of the numbers that a claim is about; nothing if words miss, too."""
    numbers = {
        column: wanted
        for column, wanted in rows.items()
        if not any(isinstance(one, str) for one in (wanted if isinstance(wanted, list) else [wanted]))
    }
    if not numbers or _having(frame, {column: rows[column] for column in rows if column not in numbers}).empty:
        return []
    return ["the config has none of " + " with ".join(f"{column} = {wanted}" for column, wanted in numbers.items())]


@dataclass(frozen=True)
class _Numbers:
    """What is predicted in one row of a table, what was found, and the tolerance of the rule."""

    predicted: float
    found: Interval
    tolerance: float | None


def _numbers(entry: Entry, row: Mapping) -> _Numbers:
    names = {key: value for key, value in row.items() if isinstance(value, int | float)}
    names["predicted"] = predicted = evaluate(entry.predicted, names)
    if not all(isfinite(row[name]) for name in ("estimate", "low", "high")):
        raise UserError(f"claim {entry.id}: the estimate in {entry.table} is {row['estimate']:g}: expected a number")
    degrees = row.get("degrees")
    degrees = row["n"] - 1.0 if degrees is None or degrees != degrees else degrees  # NaN is not itself
    if row["low"] < row["high"] and not degrees > 0:
        raise UserError(f"claim {entry.id}: n = {row['n']:g} in {entry.table}: expected 2 or more of what has an error")
    found = interval(row["estimate"], row["low"], row["high"], degrees)
    tolerance = evaluate(entry.judge.formula, names) if entry.judge.kind in ("interval", "within") else None
    if tolerance is not None and tolerance < 0:
        raise UserError(f"claim {entry.id}: tolerance {tolerance:g}: expected a number of at least 0")
    return _Numbers(predicted, found, tolerance)


def _verdicts(kind: str, rows: list[_Numbers]) -> list[str]:
    """Verdicts on all rows of a claim; those with an error are one family."""
    beyond = [one.found.beyond(*allowed(kind, one.predicted, one.tolerance or 0.0)) for one in rows]
    family = [index for index, one in enumerate(rows) if not one.found.exact]
    chosen = dict(zip(family, given_up([beyond[index] for index in family]), strict=True))
    return [
        judge(kind, one.predicted, one.found, one.tolerance or 0.0, chosen.get(index, beyond[index] != 0))
        for index, one in enumerate(rows)
    ]


def _values(row: Mapping, columns: list[str]) -> str:
    """What a row has in these columns: ``p=2,engine=ODE``."""
    return ",".join(
        f"{name}={row[name]:g}" if isinstance(row[name], int | float) else f"{name}={row[name]}" for name in columns
    )


def _concerns(touched: list[Mapping], row: Mapping) -> bool:
    """Whether a row is one of those that a note is about."""
    return any(
        all(row.get(name) in (value if isinstance(value, list) else [value]) for name, value in some.items())
        for some in touched
    )


def _note(entry: Entry, apart: list[str] | Mapping) -> str:
    """What is to be said of a row: the entry's note, what its tolerance follows from, which runs are apart."""
    said = [entry.note] if entry.note else []
    said += [f"Tolerance: {entry.bound}."] if entry.bound else []
    said += [f"Mind: {'; '.join(apart)}."] if apart else []
    return " ".join(said)


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
    rule = entry.judge
    common: dict[str, Any] = {
        "origin": entry.origin,
        "source": entry.source,
        "quote": entry.quote,
        "statement": entry.statement,
        "artefact": artefact.as_posix(),
        "section": entry.section,
        "formula": str(entry.predicted),
        "rule": _RULES[rule.kind].format(rule.formula),
        "kind": rule.kind,
        "evidence": EVIDENCE[rule.kind],
        "tiers": ", ".join(entry.tiers),
        "requires": ", ".join(entry.requires),
        "calibrated": entry.calibrated,
    }
    table = load_table(artefact)
    frame = _select(table.frame, entry.rows, entry.id, common["artefact"])
    judged = tier in entry.tiers
    notes = table.parameters.get("notes", {})
    missing = _not_among(table.frame, entry.rows) if frame.empty else []
    if frame.empty and (notes or missing or not judged):
        note = _note(entry, [*notes, *missing])
        return [Comparison(id=entry.id, verdict=NOT_JUDGED, note=note, group="", **common)]
    keys = entry.by
    if frame.empty or (not keys and len(frame) > 1) or frame.duplicated(keys or None).any():
        raise UserError(
            f"claim {entry.id}: selects {len(frame)} rows of {common['artefact']}; "
            "expected one row, or one for each value of the columns in `by`"
        )
    rows = frame.to_dict("records")
    compared = [_numbers(entry, row) for row in rows]
    verdicts = _verdicts(rule.kind, compared)
    return [
        Comparison(
            id=f"{entry.id}[{_values(row, keys)}]" if keys else entry.id,
            predicted=one.predicted,
            measured=one.found.value,
            low=one.found.low,
            high=one.found.high,
            error=(one.found.below + one.found.above) / 2,
            degrees=one.found.degrees,
            deviation=deviation(rule.kind, one.predicted, one.found, one.tolerance or 0.0),
            verdict=(CALIBRATED if entry.calibrated and verdict == REPRODUCED else verdict) if judged else NOT_JUDGED,
            n=int(row["n"]),
            tolerance=one.tolerance,
            note=_note(entry, [text for text, touched in notes.items() if _concerns(touched, row)]),
            group=_values(row, entry.shared),
            **common,
        )
        for row, one, verdict in zip(rows, compared, verdicts, strict=True)
    ]
