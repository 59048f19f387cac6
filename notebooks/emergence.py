import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo

    from shallownets import emergence

    return mo, emergence


@app.cell
def _(mo):
    mo.md(r"""
    # Many tasks, each learned at a sharp time

    A network of $N$ neurons learns a teacher of $P$ directions whose strengths fall as $m^{-\beta}$
    ([arXiv:2504.19983](https://arxiv.org/abs/2504.19983)). Circles: when theory, which knows the start alone, expects
    each. Lines: gradient flow. Dotted: SGD from the same start.
    """)
    return


@app.cell
def _(mo):
    P = mo.ui.slider(1, 12, value=4, label="directions of the teacher P", show_value=True, debounce=True)
    N = mo.ui.slider(4, 64, value=16, label="neurons of the student N", show_value=True, debounce=True)
    d = mo.ui.slider(50, 400, step=50, value=200, label="dimension d", show_value=True, debounce=True)
    beta = mo.ui.slider(0.25, 1.5, step=0.25, value=1, label="exponent beta", show_value=True, debounce=True)
    kappa = mo.ui.slider(0.2, 1, step=0.2, value=0.4, label="step size of SGD, kappa", show_value=True, debounce=True)
    mo.vstack([P, N, d, beta, kappa])
    return (N, P, beta, d, kappa)


@app.cell
def _(N, P, beta, d, emergence, kappa):
    run = emergence.run(P=P.value, N=N.value, d=d.value, beta=beta.value, kappa=kappa.value, link="h3", seed=0)
    run.plot()
    return (run,)


@app.cell
def _(run):
    run.to_pandas()
    return


if __name__ == "__main__":
    app.run()
