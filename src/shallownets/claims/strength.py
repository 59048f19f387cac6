"""How strong the evidence of a ledger is: the room that laws have, and what chance makes of many claims."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from shallownets.claims.judge import NOT_JUDGED, Comparison
from shallownets.claims.significance import LEVEL

if TYPE_CHECKING:
    from shallownets.claims.ledger import Claim

_ROOM = 1000  # a law has much room where its deviation is below the tolerance by this factor


def room(comparisons: Iterable[Comparison]) -> str:
    """How much room laws have, in words: a verdict inside a wide bound is weaker evidence than the agreement itself.

    Empty where no law was judged.
    """
    laws = [one for one in comparisons if one.evidence == "law" and one.verdict != NOT_JUDGED]
    if not laws:
        return ""
    wide = sum(abs(one.deviation or 0.0) < 1 / _ROOM for one in laws)
    return (
        f"A bound of a law may leave much room: of {len(laws)} comparisons with one, {wide} ({wide / len(laws):.0%}) "
        "stay below a thousandth of theirs, and would pass a far stricter one."
    )


def false_deviations(claims: Iterable[Claim]) -> str:
    """How many of the claims that are judged with errors would deviate by chance at most if all were true, in words.

    LEVEL for the rows of each, and twice that where rows are judged together. Empty where none is judged with errors.
    """
    tested = [claim for claim in claims if any(one.error and one.verdict != NOT_JUDGED for one in claim.comparisons)]
    if not tested:
        return ""
    expected = LEVEL * sum(3 if claim.together else 1 for claim in tested)
    return (
        f"Nothing is corrected for the number of claims: if all {len(tested)} that are judged with errors were true, "
        f"chance would make at most {expected:.1f} of them deviate on average."
    )
