"""One look for every figure, and files that are the same bytes each time."""

import io
import re
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from textwrap import fill
from typing import Any

import matplotlib as mpl
import matplotlib.style
from cycler import cycler
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.typing import RcKeyType

from shallownets.errors import UserError
from shallownets.results.artefacts import save_bytes

# How a line or its points look: keywords of Matplotlib.
Look = dict[str, Any]

# Okabe & Ito's palette: told apart with every common form of colour blindness, and in grey by order.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
MARKERS = "osD^vP*X"
GREY = "#888888"
COLUMN = 3.4  # inches: one column of a two-column page
PAGE = 7.0  # inches: both columns
_SMALL = 7  # points: size of the letters of notes
_INCH = 22  # of these in an inch, which leaves a margin: words have 26
_SCREEN = 150  # dots per inch of a screen

_RC: dict[RcKeyType, Any] = {
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 9,
    "axes.labelsize": 9,
    "axes.titlesize": 9,
    "legend.fontsize": 7.5,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(color=COLOURS),
    "lines.linewidth": 1.2,
    "lines.markersize": 3.5,
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
    "savefig.dpi": 300,
    "pdf.fonttype": 42,  # text stays text in the PDF
    "svg.hashsalt": "shallownets",
}
# What a figure is written as. Whatever names a date or a version would make the bytes differ from run to run.
KINDS = {".png": {"Software": None}, ".pdf": {"CreationDate": None, "Creator": None, "Producer": None}}


class Picture(Figure):
    """A figure that a notebook shows by itself, with pyplot or without."""

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=_SCREEN)
        return buffer.getvalue()


def colour(n: int) -> str:
    """Colour of the n-th series, counted from 0."""
    return COLOURS[n % len(COLOURS)]


def marker(n: int) -> str:
    """Marker of the n-th series."""
    return MARKERS[n % len(MARKERS)]


def apply() -> None:
    """Draw without a screen, in the project's style."""
    mpl.use("Agg")
    mpl.rcParams.update(mpl.rcParamsDefault | _RC | {"backend": "Agg"})


def used() -> AbstractContextManager[None]:
    """Draw in the project's style, and leave those of the user as they were."""
    settings: dict[str, Any] = {**_RC}
    return mpl.style.context(["default", settings])


def note(figure: Figure, text: str) -> None:
    """Write a text below a figure, in lines that leave a margin to either side; P = 62 and η d = 0.16 are not torn."""
    whole = re.sub(r"(?<=\b\w) (?=\w = )", "\xa0", text).replace(" = ", "\xa0=\xa0")
    lines = fill(whole, int(_INCH * figure.get_figwidth())).replace("\xa0", " ")
    figure.supxlabel(lines, fontsize=_SMALL, color=COLOURS[1])


def save(figure: Figure, paths: Iterable[Path], source: str) -> None:
    """Write a figure to each path, .pdf or .png; source is the digest of what drew it.

    Raises:
        UserError: a file cannot be written, or is neither .pdf nor .png.
    """
    paths = list(paths)
    for path in paths:
        if path.suffix not in KINDS:
            raise UserError(f"{path}: expected a name that ends in {' or '.join(KINDS)}")
    FigureCanvasAgg(figure)  # what finds the places draws the .png, too, and measures each text once
    figure.set_dpi(mpl.rcParams["savefig.dpi"])
    if layout := figure.get_layout_engine():
        layout.execute(figure)
    # Everything has its place now. Matplotlib would find it anew for each file, which takes longer than to draw it.
    with mpl.rc_context({"figure.constrained_layout.use": False}):
        figure.set_layout_engine(None)
        for path in paths:
            buffer = io.BytesIO()
            figure.savefig(buffer, format=path.suffix[1:], metadata=KINDS[path.suffix])
            save_bytes(path, buffer.getvalue(), source)
