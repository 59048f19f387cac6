"""How strong the evidence of a ledger is: the room that laws have, and what chance makes of many claims."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shallownets.claims.deviation import LEVEL
from shallownets.claims.judge import NOT_JUDGED, Comparison

if TYPE_CHECKING:
    from shallownets.claims.ledger import Claim

_ROOM = 1000  # a law has much room where its deviation is below the tolerance by this factor


@dataclass(frozen=True)
class Room:
    """How many laws were judged, and how many of them stay below a thousandth of their tolerance."""

    laws: int
    wide: int

    @property
    def says(self) -> str:
        """The finding in words; empty where no law was judged."""
        if not self.laws:
            return ""
        return (
            f"A bound of a law may leave much room: of {self.laws} comparisons with one, {self.wide} "
            f"({self.wide / self.laws:.0%}) stay below a thousandth of theirs, and would pass a far stricter one."
        )


def room(comparisons: Iterable[Comparison]) -> Room:
    """How much room laws have: a verdict inside a wide bound is weaker evidence than the agreement itself."""
    laws = [one for one in comparisons if one.evidence == "law" and one.verdict != NOT_JUDGED]
    return Room(len(laws), sum(abs(one.deviation or 0.0) < 1 / _ROOM for one in laws))


@dataclass(frozen=True)
class FalseDeviations:
    """How many claims are judged with errors, and how many would deviate by chance at most if all were true."""

    claims: int
    expected: float

    @property
    def says(self) -> str:
        """The finding in words."""
        return (
            "Nothing is corrected for the number of claims: if all "
            f"{self.claims} that are judged with errors were true, chance would make at most {self.expected:.1f} "
            "of them deviate on average."
        )


def false_deviations(claims: Iterable[Claim]) -> FalseDeviations:
    """Of the claims that were judged: LEVEL for the rows of each, and twice that where rows are judged together."""
    tested = [claim for claim in claims if any(one.error and one.verdict != NOT_JUDGED for one in claim.comparisons)]
    return FalseDeviations(len(tested), LEVEL * sum(3 if claim.together else 1 for claim in tested))
