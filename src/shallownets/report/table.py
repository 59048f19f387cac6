"""The ledger as the report shows it: its claims with the figures that show them, and agreement drawn."""

from collections.abc import Collection
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from markupsafe import Markup

from shallownets.claims import ledger, written
from shallownets.claims.judge import Comparison, allowed
from shallownets.claims.ledger import Claim
from shallownets.report.graph import Box, drawing
from shallownets.workflow.catalogue import Figure

MARKS = {"reproduced": "✓", "deviates": "✗", "underpowered": "?", "calibrated": "≈", "not judged": "–"}
_WIDTH, _HEIGHT, _REACH = 120, 18, 54  # units of the drawing: its size, and from its centre to the edge of the scale


@dataclass(frozen=True)
class Row:
    """A claim, its study, and the figures that show it, of those that were made."""

    claim: Claim
    study: str
    figures: list[Figure]

    @property
    def place(self) -> str:
        """Where the report shows it: ``ledger.html#claim-norm-fixed-point``."""
        return f"ledger.html#claim-{self.claim.id}"


def rows_of(path: Path, figures: Collection[Figure]) -> list[Row]:
    """The ledger claims.csv, one row a claim, in its order.

    Args:
        path: the ledger.
        figures: those that were made.

    Raises:
        UserError: the ledger is missing or is not one.
    """
    rows = []
    for claim in ledger.gather(ledger.read(path)):
        table = Path(claim.shown.artefact)
        study = table.parent.name
        shown_by = [figure for figure in figures if figure.study == study and figure.supports(claim.id, table.stem)]
        rows.append(Row(claim, study, shown_by))
    return rows


def agreement(comparison: Comparison) -> Markup:
    """A comparison's interval as a small drawing, the predicted value in its centre.

    Each drawing has its own scale, which holds the interval and what the rule of the verdict allows. Shaded: where the
    interval must lie. A rule that asks the interval to hold the predicted value has no shade.
    """
    predicted, low, measured, high = comparison.predicted, comparison.low, comparison.measured, comparison.high
    if predicted is None or low is None or measured is None or high is None:
        return Markup('<span class="none">not measured</span>')
    gaps = [value - predicted for value in (low, measured, high)]
    sizes = [abs(value) for value in (*gaps, comparison.tolerance or 0.0) if isfinite(value)]
    scale = _REACH / (1.2 * max(sizes, default=0.0) or 1.0)
    least, middle, most = (max(-_REACH, min(_REACH, gap * scale)) if isfinite(gap) else _REACH for gap in gaps)
    ends = allowed(comparison.kind, 0.0, comparison.tolerance or 0.0)
    left, right = (max(-_WIDTH / 2, min(_WIDTH / 2, end * scale)) for end in ends)
    words = f"expected {written.against(comparison)}, measured {written.measured(comparison)}"
    if found := written.interval(comparison):
        words += f", interval {found}"
    return Markup(
        '<svg class="agreement {verdict}" role="img" aria-label="{words}" width="{width}" height="{height}" '
        'viewBox="{x} {y} {width} {height}"><rect x="{left:.1f}" y="-6" width="{across:.1f}" height="12"/>'
        '<path class="predicted" d="M0-8V8"/><path d="M{least:.1f} 0H{most:.1f}M{least:.1f}-3V3M{most:.1f}-3V3"/>'
        '<circle cx="{middle:.1f}" r="3.2"/></svg>'
    ).format(
        verdict=comparison.verdict.split()[0],
        words=words,
        width=_WIDTH,
        height=_HEIGHT,
        x=-_WIDTH // 2,
        y=-_HEIGHT // 2,
        left=left,
        across=right - left,
        least=least,
        middle=middle,
        most=most,
    )


def grounds(rows: Collection[Row]) -> Markup:
    """Which claims of a study rest on which, drawn; empty where none rests on another.

    A claim stands right of those it rests on. Where one of these is not reproduced, it is marked, and
    judged by itself alone.
    """
    claims = {row.claim.id: row for row in rows}
    rests = {name: set(row.claim.requires) & claims.keys() for name, row in claims.items()}
    before = {name: rests[name] for name in claims if rests[name] or any(name in others for others in rests.values())}

    def box(name: str) -> Box:
        row = claims[name]
        claim = row.claim
        kind = claim.verdict.split()[0] + (" shaken" if claim.shaken else "")
        return Box(
            f"{MARKS[claim.verdict]} {name}",
            kind,
            row.place,
            f"{claim.verdict}: {claim.shown.statement} {claim.ground}".rstrip(),
        )

    if not before:
        return Markup("")
    return drawing(before, {name: box(name) for name in before}, "Which claims rest on which")
