"""What was learned from a study: its claims that deviate, and what was found beyond its paper, with their figures."""

from collections.abc import Iterable
from dataclasses import dataclass

from shallownets.claims.judge import DEVIATES
from shallownets.report.gallery import Exhibit
from shallownets.report.table import Row


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


def deviations(rows: Iterable[Row], exhibits: Iterable[Exhibit]) -> list[Findings]:
    """Claims that deviate, whosever they are."""
    return _by_figure((row for row in rows if row.claim.verdict == DEVIATES), exhibits)


def beyond(rows: Iterable[Row], exhibits: Iterable[Exhibit]) -> list[Findings]:
    """What is not the paper's and does not deviate."""
    return _by_figure(
        (row for row in rows if row.claim.shown.origin == "beyond" and row.claim.verdict != DEVIATES), exhibits
    )
