"""Figure 5: what a student can express, the dimension of {W^T W}, against its width.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets import cli, style
from shallownets.artefacts import load_table

MODULE = "shallownets.escape.figures.fig5"
_MARKERS = "osD^vP*X"


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table; nothing in the table's header is needed."""
    figure = Figure(figsize=(style.COLUMN, 2.7))
    axes = figure.subplots()
    for n, (N, rows) in enumerate(frame.groupby("N", sort=False)):
        colour = style.COLOURS[n % len(style.COLOURS)]
        axes.plot(rows.p, rows.formula, color=colour)
        axes.plot(
            rows.p,
            rows.measured,
            linestyle="",
            marker=_MARKERS[n % len(_MARKERS)],
            color=colour,
            markerfacecolor="white",
            label=f"$N={N}$",
        )
        full = rows.formula.max()
        axes.plot([N, N], [0, full], color=colour, linestyle=":", linewidth=0.8, zorder=0)
    top = frame.formula.max()
    axes.set(xlabel="student width $p$", ylabel=r"dimension of $\{W^TW\}$", ylim=(0, 1.05 * top))
    axes.set(xlim=(0.5, frame.p.max() + 0.5))
    axes.legend(loc="upper left")
    axes.set_title("line: formula, markers: rank, dotted: $p=N$", fontsize=8)
    return figure


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--table", type=cli.path, required=True, help="the figure's data, .csv")
    parser.add_argument("--out", type=cli.path, nargs="+", required=True, help="the figure, .pdf and .png")
    args = parser.parse_args()
    frame, record = load_table(args.table)
    style.apply()
    style.save(draw(frame, record["parameters"]), args.out)


if __name__ == "__main__":
    cli.run(main)
