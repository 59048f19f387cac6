"""Runs that diverged, or never got where they should: left out of a measurement, counted, and said on its figure."""

from collections.abc import Sized

import numpy as np
from numpy.typing import ArrayLike

from shallownets.errors import UserError


class Lost:
    """What was left out of the tables of a stage.

    ``parameters`` belongs into the record of each of them: ``style.command`` prints its notes on the figure, and a
    claim that finds no row in such a table is not judged.
    """

    def __init__(self) -> None:
        self.notes: list[str] = []

    def enough(self, kept: ArrayLike, what: str, outcome: str, least: int = 2) -> bool:
        """Whether at least ``least`` runs are kept; those that are not are noted.

        Args:
            kept: (runs,) which of them can be used.
            what: names the runs, such as ``"SGD, N = 100"``.
            outcome: what the others did, such as ``"diverged"``.
        """
        total, good = np.size(kept), int(np.count_nonzero(kept))
        if good < total:
            self.notes.append(f"{what}: {total - good} of {total} runs {outcome}")
        return good >= least

    def require(self, left: Sized) -> None:
        """Refuse to go on with nothing.

        Raises:
            UserError: nothing is left to show.
        """
        if not left:
            raise UserError(f"nothing is left to show: {'; '.join(self.notes)}; expected a smaller learning rate")

    @property
    def parameters(self) -> dict[str, list[str]]:
        """The notes for a record; nothing where nothing was lost."""
        return {"notes": self.notes} if self.notes else {}
