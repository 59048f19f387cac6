"""At learning rates where runs diverge or never escape a figure is still drawn from what is left, and says so."""

import importlib
import shlex
import sys

import numpy as np
import pytest

from shallownets.drawing import style
from shallownets.results.artefacts import load_table
from tests.escape.made import made

COMMON = {"tolerance": 1e-8, "seed": 1}


def overparameterisation():
    """Both tables, and how a note on what was left out begins."""
    given = {"N": 30, "eta_hat": 0.15, "fraction": 0.5, "starts": 10, "t_max": 2.0, "points": 41} | COMMON
    cases = [{"p": p, "p_star": 1, "replicates": 8} for p in (1, 4)]
    runs = [made("overparameterisation_runs", given | case).data for case in cases]
    return made("overparameterisation", {}, runs=runs), "SGD, p = "


def late_times():
    """As above: where the chain is lost, the figure shows the limits alone."""
    limits = {"equal": [1], "wide": [(2, 1)], "N": 100, "starts": 2, "eta_hat": 0.16, "t_max": 100.0, "points": 21}
    chain = {"chain_equal": 1, "chain_wide": (3, 1), "chain_t_max": 40.0, "replicates": 3}
    return made("late_times", COMMON | limits | chain | {"window": (1e-8, 1e-4), "tolerance": 1e-9}), "chain, p = "


@pytest.mark.parametrize("case", [overparameterisation, late_times])
def test_a_figure_is_drawn_from_what_is_left_and_says_what_is_left_out(case):
    tables, said = case()
    assert any(note.startswith(said) for note in tables.measurements.parameters["notes"])
    assert np.isfinite(tables.measurements.frame[["estimate", "low", "high"]].to_numpy(float)).all()
    data = tables.figure_data
    assert data.parameters["notes"]
    style.apply()
    figure = importlib.import_module(f"shallownets.studies.escape.figures.{case.__name__}")
    figure.draw(data.frame, data.parameters).canvas.draw()


BOTH = {"measurements": "--measurements", "figure": "--figure-data"}
CASES = {
    "convergence": (
        "fluctuations --p 3 --p-star 2 --start-dimension 100 --eta 0.5 --alpha-max 20 --points 11 --tolerance 1e-8"
        " --seed 1 --chain 8,6 400,6 800,6 --direct 8,6 --fit-from 8 --shown 8 800",
        {"measurements": "--measurements", "figure": "--convergence", "fig4": "--fig4"},
        "SGD, chain, N = 8: ",
    ),
    "fig3": (
        "fig3_data --p 3 --p-star 2 --N 8 --eta 1.2 --alpha-max 60 --points 11 --others 3 --replicates 4"
        " --tolerance 1e-8 --seed 1",
        BOTH,
        "SGD: ",
    ),
}


@pytest.mark.parametrize("figure", CASES)
def test_the_figure_is_drawn_and_says_what_is_left_out(figure, monkeypatch, tmp_path):
    line, options, said = CASES[figure]
    stage, *rest = shlex.split(line)
    outs = {name: tmp_path / f"{name}.csv" for name in options}
    argv = [stage, *rest, *(part for name, option in options.items() for part in (option, str(outs[name])))]
    monkeypatch.setattr(sys, "argv", argv)
    importlib.import_module(f"shallownets.studies.escape.stages.{stage}").main()
    measured, record = load_table(outs["measurements"])
    assert any(note.startswith(said) for note in record["parameters"]["notes"])
    assert np.isfinite(measured[["estimate", "low", "high"]].to_numpy(float)).all()
    style.apply()
    for name in options.keys() - {"measurements"}:
        module = importlib.import_module(f"shallownets.studies.escape.figures.{figure if name == 'figure' else name}")
        frame, record = load_table(outs[name])
        assert record["parameters"]["notes"]
        module.draw(frame, record["parameters"]).canvas.draw()
