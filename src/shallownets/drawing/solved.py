"""What a function of a study's library returns: numbers, a plot of them, and one line that says what they are of."""

from abc import ABC, abstractmethod

import pandas as pd

from shallownets.drawing import style


class Solved(ABC):
    """A case that was solved."""

    @abstractmethod
    def said(self) -> str:
        """What was solved, and the result, in one line."""

    @abstractmethod
    def draw(self) -> style.Picture:
        """The plot, in the style that is set."""

    @abstractmethod
    def to_pandas(self) -> pd.DataFrame:
        """The numbers as a tidy table."""

    def plot(self) -> style.Picture:
        """The plot, in the project's style; a notebook shows it, ``plot().savefig("a.pdf")`` keeps it."""
        with style.used():
            picture = self.draw()
            picture.draw_without_rendering()  # what is made when a figure is first drawn has this style, too
            return picture

    def __repr__(self) -> str:
        study = type(self).__module__.split(".")[-2]
        return f"<{study}.{type(self).__name__} {self.said()}>"
