import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo

    from shallownets import perceptron

    return mo, perceptron


@app.cell
def _(mo):
    mo.md(r"""
    # Where a perceptron's norm stands

    A student perceptron learns a teacher's labels from $\alpha N$ examples by logistic loss, at the norm $\lambda$
    ([arXiv:2505.13230](https://arxiv.org/abs/2505.13230)). Lines: the solution for $N \to \infty$ and the classical
    rules. Points: students of least loss, and gradient flow that passes this norm, in samples of $N = 100$.
    """)
    return


@app.cell
def _(mo):
    alpha = mo.ui.slider(1, 20, value=5, label="examples over dimension, alpha", show_value=True, debounce=True)
    norm = mo.ui.slider(0.5, 8, step=0.5, value=3, label="norm of the student", show_value=True, debounce=True)
    noise = mo.ui.slider(0, 0.2, step=0.05, value=0, label="share of turned labels", show_value=True, debounce=True)
    simulate = mo.ui.slider(2, 20, step=2, value=8, label="samples", show_value=True, debounce=True)
    mo.vstack([alpha, norm, noise, simulate])
    return (alpha, noise, norm, simulate)


@app.cell
def _(alpha, noise, norm, perceptron, simulate):
    found = perceptron.solve(alpha=alpha.value, norm=norm.value, noise=noise.value, simulate=simulate.value, N=100)
    found.plot()
    return (found,)


@app.cell
def _(found):
    found.to_pandas()
    return


if __name__ == "__main__":
    app.run()
