"""Null directions at a solution: how many are tangent to the manifold of solutions, and the risk along each kind.

From: two tidy CSVs, the numbers of null directions and the risk against the step, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets import cli, style
from shallownets.artefacts import load_table

MODULE = "shallownets.escape.figures.null_directions"
_KINDS = {
    "positive": ("positive", "s", 1),
    "extra, straight": ("extra", "o", 0),
    "extra, relaxed": ("extra, all else follows", "D", 5),
    "tangent, straight": ("tangent, straight line", "^", 2),
    "tangent, curved": ("tangent, along the manifold", "v", 3),
}


def draw(counts: pd.DataFrame, laws: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its tables and the parameters in their header."""
    figure = Figure(figsize=(style.PAGE, 2.9))
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.25])

    everything = counts.formula_tangent + counts.formula_extra
    look = {"linestyle": "", "markerfacecolor": "white"}
    left.plot(counts.p, everything, color=style.COLOURS[0])
    left.plot(counts.p, counts["all null"], marker="o", color=style.COLOURS[0], **look, label="all null")
    left.plot(counts.p, counts.formula_tangent, color=style.COLOURS[2])
    left.plot(counts.p, counts.tangent, marker="^", color=style.COLOURS[2], **look, label="tangent")
    left.fill_between(counts.p, counts.formula_tangent, everything, color=style.COLOURS[0], alpha=0.12, linewidth=0)
    left.plot([], [], color=style.COLOURS[0], alpha=0.25, linewidth=5, label="extra: $(p-p^*)(N-p^*)$")
    sizes = f"$p^*={parameters['p_star']}$, $N={parameters['N']}$"
    left.set(xlabel="student width $p$", ylabel="null directions at a solution", title=sizes, ylim=(0, None))
    left.legend(loc="upper left")

    first = laws[laws.direction == 0]
    for n, (kind, (label, marker, colour)) in enumerate(_KINDS.items()):
        rows = first[first.kind == kind]
        power = rows.power.iloc[0]
        if power:
            # The law through the last point: whatever leaves it has another exponent.
            line = rows.risk.iloc[-1] * (rows.step / rows.step.iloc[-1]) ** power
            right.plot(rows.step, line, color=style.COLOURS[colour], zorder=0)
            label += f", $\\propto$ step$^{power}$"
        risk = rows.risk.clip(lower=1e-34)  # where it is exactly zero
        # Markers in turn: the quartic laws are within a factor of three of each other.
        right.plot(
            rows.step, risk, marker=marker, color=style.COLOURS[colour], markevery=(n % 3, 3), **look, label=label
        )
    right.set(xscale="log", yscale="log", xlabel=r"step of $W/\sqrt{N}$", ylabel=r"risk $\mathcal{L}$", ylim=(1e-35, 1))
    right.set_title(f"$p={parameters['p']}$, {sizes}, one direction of each kind", fontsize=9)
    right.legend(loc="lower left", bbox_to_anchor=(0.0, 0.13))
    return figure


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--counts", type=cli.path, required=True, help="how many null directions, .csv")
    parser.add_argument("--laws", type=cli.path, required=True, help="risk against step, .csv")
    parser.add_argument("--out", type=cli.path, nargs="+", required=True, help="the figure, .pdf and .png")
    args = parser.parse_args()
    counts, _ = load_table(args.counts)
    laws, record = load_table(args.laws)
    style.apply()
    style.save(draw(counts, laws, record["parameters"]), args.out)


if __name__ == "__main__":
    cli.run(main)
