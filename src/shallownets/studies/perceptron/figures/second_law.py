"""Second law: alpha times the error against the norm over alpha, and the error of the formula that joins both laws.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 2.9))
    left, right = figure.subplots(1, 2)
    series = dict(list(frame.groupby("series")))
    for n, (alpha, curve) in enumerate(series["fixed norm"].groupby("alpha")):
        look: style.Look = {"color": style.colour(n), "linewidth": 1}
        look |= {"marker": style.marker(n), "markevery": (0.03 * n, 0.15)}
        left.plot(curve.scaled, curve.error, label=rf"$\alpha={alpha:g}$", **look)
        off = series["uniform"][series["uniform"].alpha == alpha]
        right.plot(alpha * off.scaled, off.error, **look)
    limit, small = series["limit"], series["small"]
    left.plot(limit.scaled, limit.error, color="black", linestyle="--", label=r"$\Phi$, $\alpha\to\infty$")
    left.plot(small.scaled, small.error, color=style.GREY, linestyle=":", label=r"$0.2215\,(\lambda/\alpha)^{-1/2}$")
    least = limit.loc[limit.error.idxmin()]
    left.set(xscale="log", xlabel=r"$\lambda/\alpha$", ylabel=r"$\alpha\,\varepsilon$", ylim=(0.95 * least.error, None))
    left.legend()
    right.axhline(0, color=style.GREY, linewidth=0.7, zorder=0)
    right.set(xscale="log", xlabel=r"norm $\lambda$", ylabel=r"$\alpha\times$ relative error of the uniform formula")
    return figure
