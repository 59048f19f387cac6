"""At learning rates where runs diverge or never escape a figure is still drawn from what is left, and says so."""

import importlib
import shlex
import sys

import numpy as np
import pytest

from shallownets.drawing import style
from shallownets.results.artefacts import load_table

BOTH = {"measurements": "--measurements", "figure": "--figure-data"}
CASES = {
    "overlap_growth": (
        "plateau_growth --p 2 --p-star 1 --N 8 --eta-hat 0.15 --t-max 20 --t-fit 0.5 --points 81 --replicates 4"
        " --resamples 20 --tolerance 1e-8 --seed 1",
        BOTH,
        "SGD: ",
    ),
    "norm_learning": (
        "plateau_norms --p-star 2 --norms 0.5 1.5 --N 6 --eta-hat 0.2 --t-max 3 --points 11 --compared 0.5"
        " --replicates 3 --tolerance 1e-8 --seed 1",
        BOTH,
        "SGD: ",
    ),
    "overparameterisation": (
        "overparameterisation --cases 1,1,8 4,1,8 --N 30 --eta-hat 0.15 --fraction 0.5 --starts 10 --t-max 2"
        " --points 41 --tolerance 1e-8 --seed 1",
        BOTH,
        "SGD, p = ",
    ),
    "late_times": (
        "late_times --equal 1 --wide 2,1 --N 100 --starts 2 --eta-hat 0.16 --t-max 100 --points 21"
        " --window 1e-8 1e-4 --chain-equal 1 --chain-wide 3,1 --chain-t-max 40"
        " --replicates 3 --tolerance 1e-9 --seed 1",
        BOTH,
        "chain, p = ",
    ),
    "fig2": (
        "plateau_optimum --widths 1,1 4,4 --N 1000 --starts 3 --fraction 0.5 --converged 0.02 --step 0.06"
        " --largest 0.4 --alpha-max 200 --resamples 20 --tolerance 1e-8 --seed 1",
        BOTH,
        "p = 1, p* = 1: every start escapes at fewer than 4 learning rates",
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
