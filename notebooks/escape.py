import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo

    from shallownets import escape

    return mo, escape


@app.cell
def _(mo):
    mo.md(r"""
    # Escape from the plateau

    A quadratic student of $p$ vectors learns a teacher of $p^*$ by one-pass SGD in dimension $N$
    ([arXiv:2604.03068](https://arxiv.org/abs/2604.03068)). Its risk stays on a plateau until the overlaps with the
    teacher, of order $N^{-1/2}$ at the start, have grown. Coloured: SGD, exact in law. Black: the limit of large $N$,
    the ODE, from the same starts.
    """)
    return


@app.cell
def _(mo):
    p = mo.ui.slider(1, 12, value=4, label="student width p", show_value=True, debounce=True)
    p_star = mo.ui.slider(1, 6, value=2, label="teacher width p*", show_value=True, debounce=True)
    log_N = mo.ui.slider(2, 6, step=0.5, value=4, label="log10 of the dimension N", show_value=True, debounce=True)
    eta_hat = mo.ui.slider(0.02, 0.3, step=0.02, value=0.1, label="learning rate eta/p", show_value=True, debounce=True)
    mo.vstack([p, p_star, log_N, eta_hat])
    return (eta_hat, log_N, p, p_star)


@app.cell
def _(escape, eta_hat, log_N, p, p_star):
    given = {"p": p.value, "p_star": p_star.value, "N": round(10**log_N.value), "eta_hat": eta_hat.value, "seed": 0}
    run = escape.run(engine="chain", **given)
    limit = escape.run(engine="spectral", **given)
    picture = run.plot()
    for axes, curves in zip(picture.axes, (limit.risk, limit.distance), strict=False):
        axes.plot(limit.alpha, curves.T, color="black", linestyle="--", linewidth=0.8)
    picture
    return (run,)


@app.cell
def _(run):
    run.to_pandas()
    return


if __name__ == "__main__":
    app.run()
