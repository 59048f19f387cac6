import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo

    from shallownets import riccati

    return mo, riccati


@app.cell
def _(mo):
    mo.md(r"""
    # Directions learned one after the other

    A quadratic student of $N$ directions learns a teacher of $M^*$ in dimension $d$, whose coefficients fall as
    $m^{-\beta}$ ([arXiv:2508.03688](https://arxiv.org/abs/2508.03688)). Black: the exact flow from one random start.
    Green: SGD from that start. Dashed: the deterministic equivalent of all starts. Dotted: directions by themselves.
    """)
    return


@app.cell
def _(mo):
    M_star = mo.ui.slider(2, 24, value=16, label="teacher width M*", show_value=True, debounce=True)
    N = mo.ui.slider(1, 24, value=8, label="student width N", show_value=True, debounce=True)
    log_d = mo.ui.slider(
        2.5, 3.5, step=0.25, value=2.5, label="log10 of the dimension d", show_value=True, debounce=True
    )
    beta = mo.ui.slider(0.25, 1.5, step=0.25, value=1, label="exponent beta", show_value=True, debounce=True)
    eta_d = mo.ui.slider(0.04, 0.2, step=0.02, value=0.1, label="step size times d", show_value=True, debounce=True)
    mo.vstack([M_star, N, log_d, beta, eta_d])
    return (M_star, N, beta, eta_d, log_d)


@app.cell
def _(M_star, N, beta, eta_d, log_d, riccati):
    found = riccati.solve(
        M_star=M_star.value, N=N.value, d=round(10**log_d.value), beta=beta.value, eta_d=eta_d.value, seed=0
    )
    found.plot()
    return (found,)


@app.cell
def _(found):
    found.to_pandas()
    return


if __name__ == "__main__":
    app.run()
