"""At learning rates where runs diverge or never escape a figure is still drawn from what is left, and says so."""

import importlib

import numpy as np
import pytest

from shallownets.drawing import style
from tests.escape.made import made

COMMON = {"tolerance": 1e-8, "seed": 1}


def overparameterisation():
    """All tables, and how a note on what was left out begins."""
    given = {"N": 30, "eta_hat": 0.15, "fraction": 0.5, "starts": 10, "t_max": 2.0, "points": 41} | COMMON
    cases = [{"p": p, "p_star": 1, "replicates": 8} for p in (1, 4)]
    runs = [made("overparameterisation_runs", given | case).data for case in cases]
    return made("overparameterisation", {}, runs=runs), "SGD, p = "


def late_times():
    """As above: where the chain is lost, the figure shows the limits alone."""
    limits = {"equal": [1], "wide": [(2, 1)], "N": 100, "starts": 2, "eta_hat": 0.16, "t_max": 100.0, "points": 21}
    chain = {"chain_equal": 1, "chain_wide": (3, 1), "chain_t_max": 40.0, "replicates": 3}
    return made("late_times", COMMON | limits | chain | {"window": (1e-8, 1e-4), "tolerance": 1e-9}), "chain, p = "


def fluctuations():
    """As above."""
    start = {"p": 3, "p_star": 2, "start_dimension": 100, "eta": 0.5, "alpha_max": 20.0, "points": 11} | COMMON
    sizes = [("chain", 8), ("chain", 400), ("chain", 800), ("direct", 8)]
    batches = [{"engine": engine, "N": N, "replicates": 6} for engine, N in sizes]
    runs = [made("fluctuations_runs", start | batch).data for batch in batches]
    given = {"fit_from": 8, "shown": [8, 800], "seed": 1}
    return made("fluctuations", given, runs=runs, own=runs[1]), "SGD, chain, N = 8: "


def fig3():
    """As above."""
    sizes = {"p": 3, "p_star": 2, "N": 8, "eta": 1.2, "alpha_max": 60.0, "points": 11, "others": 3, "replicates": 4}
    return made("fig3", COMMON | sizes), "SGD: "


@pytest.mark.parametrize("case", [overparameterisation, late_times, fluctuations, fig3])
def test_a_figure_is_drawn_from_what_is_left_and_says_what_is_left_out(case):
    tables, said = case()
    assert any(note.startswith(said) for note in tables.measurements.parameters["notes"])
    assert np.isfinite(tables.measurements.frame[["estimate", "low", "high"]].to_numpy(float)).all()
    style.apply()
    for name, data in tables._asdict().items():
        assert data.parameters["notes"]
        if name != "measurements":
            figure = case.__name__ if name == "figure_data" else name
            draw = importlib.import_module(f"shallownets.studies.escape.figures.{figure}").draw
            draw(data.frame, data.parameters).canvas.draw()
