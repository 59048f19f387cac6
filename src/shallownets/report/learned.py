"""What was learned from a study: its claims that deviate, and what was found beyond its paper, with their figures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shallownets.claims.entries import ORIGINS
from shallownets.claims.judge import DEVIATES, REPRODUCED
from shallownets.report.gallery import Exhibit
from shallownets.report.markup import names
from shallownets.report.table import Row

MOST = 10  # findings of a study that stand on top


@dataclass(frozen=True)
class Findings:
    """Findings that one figure shows; one that was made in no figure has none."""

    exhibit: Exhibit | None
    rows: list[Row]


def _by_figure(rows: Iterable[Row], exhibits: Iterable[Exhibit]) -> list[Findings]:
    """Rows gathered by the first figure that shows them, in the order of the figures."""
    rows = list(rows)
    found = [Findings(one, [row for row in rows if row.figures[:1] == [one.figure]]) for one in exhibits]
    found.append(Findings(None, [row for row in rows if not row.figures]))
    return [one for one in found if one.rows]


def deviating(rows: Iterable[Row]) -> list[Row]:
    """Claims that deviate: the source's own first, then those on which most others rest."""
    rows = list(rows)
    found = [row for row in rows if row.claim.verdict == DEVIATES]
    return sorted(found, key=lambda row: (ORIGINS.index(row.claim.shown.origin), -_borne(row, rows)))


def deviations(rows: Iterable[Row], exhibits: Iterable[Exhibit]) -> list[Findings]:
    """Claims that deviate, whosever they are."""
    return _by_figure(deviating(rows), exhibits)


def beyond(rows: Iterable[Row], exhibits: Iterable[Exhibit]) -> list[Findings]:
    """What is not the paper's and does not deviate."""
    return _by_figure(
        (row for row in rows if row.claim.shown.origin == "beyond" and row.claim.verdict != DEVIATES), exhibits
    )


def _borne(row: Row, rows: Iterable[Row]) -> int:
    """How many of these claims rest on this one."""
    return sum(row.claim.id in other.claim.requires for other in rows)


def matter_most(rows: Sequence[Row], exhibits: Iterable[Exhibit]) -> list[Row]:
    """The findings that stand on top, at most ``MOST``, chosen by what the ledger says of them. In this order:

    - statements of the source that deviate;
    - what holds in their place: reproduced claims, not the source's, that the note of a deviation names;
    - other claims that deviate;
    - of each figure the reproduced finding beyond the source on which most claims rest, and that was compared at most
      sizes among those.
    """
    deviate = deviating(rows)
    own = [row for row in deviate if row.claim.shown.origin == "paper"]
    held = [row for row in rows if row.claim.verdict == REPRODUCED and row.claim.shown.origin != "paper"]
    named = {name for row in deviate for one in row.claim.comparisons for name in names(one.note)}
    best = [
        max(found.rows, key=lambda row: (_borne(row, rows), len(row.claim.comparisons)))
        for found in _by_figure((row for row in held if row.claim.shown.origin == "beyond"), exhibits)
    ]
    chosen = {row.claim.id: row for row in (*own, *(row for row in held if row.claim.id in named), *deviate, *best)}
    return list(chosen.values())[:MOST]
