"""Runs that diverged, or never got where they should: left out of a measurement, counted, and said on its figure."""

from collections.abc import Mapping, Sequence, Sized
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from shallownets.errors import UserError

# Some rows of a table: those that have in each of these columns the value, or one of the values.
Rows = Mapping[str, Any]


class Lost:
    """What was left out of the tables of a stage.

    ``notes`` belongs into each of them. They are printed on the figure; a claim that finds no row in such a table is
    not judged. A note says which rows of the table would have used the runs: it is a note on their claims, and on no
    other's.
    """

    def __init__(self) -> None:
        self.notes: dict[str, list[Rows]] = {}

    def note(self, text: str, rows: Sequence[Rows] = ()) -> None:
        """Say what was left out, and of which rows of the table."""
        self.notes.setdefault(text, []).extend(rows)

    def enough(self, kept: ArrayLike, what: str, outcome: str, rows: Sequence[Rows] = (), least: int = 2) -> bool:
        """Whether at least ``least`` runs are kept; those that are not are noted.

        Args:
            kept: (runs,) which of them can be used.
            what: names the runs, such as ``"SGD, N = 100"``.
            outcome: what the others did, such as ``"diverged"``.
            rows: of the table that are computed from these runs.
        """
        total, good = np.size(kept), int(np.count_nonzero(kept))
        if good < total:
            self.note(f"{what}: {total - good} of {total} runs {outcome}", rows)
        return good >= least

    def require(self, left: Sized, wanted: str = "a smaller learning rate") -> None:
        """Refuse to go on with nothing.

        Args:
            left: what is left.
            wanted: what would have left more.

        Raises:
            UserError: nothing is left to show.
        """
        if not left:
            raise UserError(f"nothing is left to show: {'; '.join(self.notes)}; expected {wanted}")
