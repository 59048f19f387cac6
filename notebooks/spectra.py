import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo

    from shallownets import spectra

    return mo, spectra


@app.cell
def _(mo):
    mo.md(r"""
    # The weights that training leaves

    A network is trained on $n$ samples to the minimum of its loss with weight decay $\lambda$
    ([arXiv:2509.24882](https://arxiv.org/abs/2509.24882)). Lines: risk by state evolution, and the spectrum of the
    weights. Points and bars: certified minima on samples of their own.
    """)
    return


@app.cell
def _(mo):
    d = mo.ui.slider(10, 60, step=5, value=30, label="dimension d", show_value=True, debounce=True)
    log_n = mo.ui.slider(1.5, 4, step=0.25, value=3, label="log10 of the samples n", show_value=True, debounce=True)
    log_lam = mo.ui.slider(-2, 2, step=0.25, value=0, label="log10 of the weight decay", show_value=True, debounce=True)
    gamma = mo.ui.slider(
        0.75, 2, step=0.25, value=1, label="exponent gamma of the teacher", show_value=True, debounce=True
    )
    mo.vstack([d, log_n, log_lam, gamma])
    return (d, gamma, log_lam, log_n)


@app.cell
def _(d, gamma, log_lam, log_n, spectra):
    found = spectra.solve(
        network="quadratic", n=10**log_n.value, d=d.value, lam=10**log_lam.value, gamma=gamma.value, train=4
    )
    found.plot()
    return (found,)


@app.cell
def _(found):
    found.to_pandas()
    return


if __name__ == "__main__":
    app.run()
