"""Figure convergence: deviation of SGD from the ODE and late drift of R against N.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets import cli, style
from shallownets.artefacts import load_table

MODULE = "shallownets.escape.figures.convergence"
_CURVES = {
    "deviation from the ODE": r"$M$, $Q$: deviation from the ODE",
    "late drift of R": r"$R(\alpha_{\max})-R(0)$",
    "root of the excess distance": r"(relative excess of $d^2$)$^{1/2}$",
}


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.COLUMN, 4.0))
    axes = figure.subplots()
    for number, (quantity, label) in enumerate(_CURVES.items()):
        curve = dict(list(frame[frame.quantity == quantity].groupby("kind")))
        sgd, line, slope = curve["SGD"], curve["theory"], curve["exponent"].iloc[0]
        colour = style.COLOURS[number]
        axes.errorbar(
            sgd.N,
            sgd.estimate,
            [sgd.estimate - sgd.low, sgd.high - sgd.estimate],
            color=colour,
            marker="osD"[number],
            markersize=(7, 3, 4)[number],  # the first two nearly coincide
            linestyle="",
            capsize=2,
            zorder=3,
            label=f"{label}\nexponent ${slope.estimate:.3f} \\pm {slope.high - slope.estimate:.3f}$",
        )
        axes.plot(line.N, line.estimate, color=colour, linewidth=0.9)
    axes.set(xscale="log", yscale="log", xlabel="input dimension $N$", ylabel="root mean square")
    figure.legend(loc="outside lower center", title="lines: $N^{-1/2}$")
    head = f"$p={parameters['p']}$, $p^*={parameters['p_star']}$, $\\eta={parameters['eta']:g}$"
    axes.set_title(f"SGD from one start, {head}")
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
