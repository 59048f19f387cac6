"""The best norm and its error against the number of examples, with Hebb, Bayes and maximum stability.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 2.7))
    errors, norms, excess = figure.subplots(1, 3)
    looks = {"hebb": "Hebb", "stability": "maximum stability", "bayes": "Bayes", "error": "best norm"}
    for n, (name, label) in enumerate(looks.items()):
        last = name == "error"
        errors.plot(
            frame.alpha,
            frame[name],
            color="black" if last else style.colour(n),
            marker="o" if last else "",
            linestyle="" if last else "-",
            label=label,
        )
    errors.set(
        xscale="log", yscale="log", xlabel=r"examples over dimension $\alpha$", ylabel=r"test error $\varepsilon$"
    )
    errors.legend(loc="lower left")
    norms.plot(frame.alpha, frame.norm, color="black", marker="o", linestyle="", label="best norm")
    norms.plot(
        frame.alpha,
        parameters["ell"] * frame.alpha,
        color=style.GREY,
        label=rf"${parameters['ell']:.4f}\,\alpha$",
    )
    norms.set(
        xscale="log",
        yscale="log",
        xlabel=r"examples over dimension $\alpha$",
        ylabel=r"norm of least error $\lambda^*$",
    )
    norms.legend()
    excess.plot(frame.alpha, 1e4 * (frame.error / frame.bayes - 1), color="black", marker="o", linestyle="")
    limit = 1e4 * (parameters["Phi"] / parameters["bayes"] - 1)
    excess.axhline(limit, color=style.GREY, zorder=0, label=rf"$\alpha\to\infty$: {limit:.3f}")
    excess.set(
        xscale="log",
        xlabel=r"examples over dimension $\alpha$",
        ylabel=r"$10^4$ (error over Bayes$\,-\,1$)",
        ylim=(-0.25, None),
    )
    excess.legend(loc="center right")
    return figure
