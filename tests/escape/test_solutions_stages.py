"""The command lines of part solutions at small sizes: what they measure, and the user's mistakes they name."""

import argparse
import importlib
import sys

import numpy as np
import pytest
import yaml

from shallownets.errors import UserError
from shallownets.results.artefacts import load_table
from shallownets.studies.escape.stages import pairs


def run(monkeypatch, name, arguments):
    module = importlib.import_module(f"shallownets.studies.escape.stages.{name}")
    monkeypatch.setattr(sys, "argv", [name, *map(str, arguments)])
    module.main()


def values(path, **columns):
    """{quantity: estimate} of the rows with these values of columns."""
    frame, _ = load_table(path)
    assert np.isfinite(frame[["estimate", "low", "high", "n"]].to_numpy(float)).all()
    for column, value in columns.items():
        frame = frame[frame[column] == value]
    return dict(zip(frame.quantity, frame.estimate, strict=True))


def test_the_set_of_solutions(monkeypatch, tmp_path):
    out = tmp_path / "set.csv"
    sizes = ["--N", "40", "--frames", "40", "--starts", "4", "--tolerance", "1e-10", "--seed", "1"]
    run(monkeypatch, "solution_set", ["--widths", "1,1", "3,2", "--narrow", "1,2", *sizes, "--out", out])
    got = values(out, p=3)
    assert max(got[name] for name in ("rotated output", "solution output", "solution risk", "distance formula")) < 1e-12
    assert got["closer solutions"] == 0
    assert got["off-solution risk"] > 1e-6
    assert values(out, p_star=2, p=1)["least final risk"] == pytest.approx(1 / 3, abs=1e-8)


def test_the_selection_of_the_ode(monkeypatch, tmp_path):
    out = tmp_path / "selection.csv"
    sizes = ["--N", "100", "--starts", "4", "--eta-hat", "0.1", "--t-max", "200", "--tolerance", "1e-10", "--seed", "1"]
    unequal = ["--unequal", "50", "100", "200", "--unequal-widths", "3,2"]
    run(monkeypatch, "solution_selection", ["--widths", "2,2", "3,2", *sizes, *unequal, "--out", out])
    assert values(out, p=2)["deviation of Q"] < 1e-6
    wide = values(out, p=3, N=100, eta_hat=0.1)
    assert wide["drift of R"] < 1e-10
    assert wide["risk over its tail"] == pytest.approx(1, rel=0.02)
    assert values(out, p=3, N=100)["drift of R, Gaussian vectors"] > 1e-3


def test_the_selection_of_sgd_does_not_depend_on_the_other_cases(monkeypatch, tmp_path):
    tables = []
    for cases in (["30,0.1,3"], ["40,0.1,3", "30,0.1,3"]):
        out = tmp_path / f"{len(cases)}.csv"
        arguments = ["--p", 3, "--p-star", 2, "--cases", *cases, "--t-max", 6, "--seed", 1, "--out", out]
        run(monkeypatch, "sgd_selection", arguments)
        tables.append(values(out, N=30))
    assert tables[0] == tables[1]
    assert 0 < tables[0]["selectivity"] <= 1


def test_the_fluctuations_of_sgd(monkeypatch, tmp_path):
    out = {name: tmp_path / f"{name}.csv" for name in ("measurements", "convergence", "fig4")}
    given = "--p 3 --p-star 2 --start-dimension 100 --eta 0.2 --alpha-max 10 --points 11 --tolerance 1e-10 --seed 1"
    given = [*given.split(), "--chain", "40,12", "80,12", "400,12", "--direct", "80,12", "--fit-from", 40]
    given += [part for name, path in out.items() for part in (f"--{name}", path)]
    run(monkeypatch, "fluctuations", [*given, "--shown", 40, 400])
    assert values(out["measurements"], engine="ode")["drift of R, ODE"] < 1e-10
    frame, _ = load_table(out["fig4"])
    assert set(frame.engine) == {"ODE", "SGD, N = 40", "SGD, N = 400"}
    assert len(frame) == 3 * 6 * 11
    frame, _ = load_table(out["measurements"])
    checks = frame[frame.quantity.str.endswith(", direct over chain")]
    assert len(checks) == 3
    assert ((checks.low < 1) & (checks.high > 1)).all()
    falls = frame[frame.quantity == "exponent of the deviation from the ODE"].iloc[0]
    assert falls.low < -0.5 < falls.high
    with pytest.raises(UserError, match="--shown 41: one of the N of --chain"):
        run(monkeypatch, "fluctuations", [*given, "--shown", 41])
    with pytest.raises(UserError, match="--direct 41: one of the N of --chain"):
        run(monkeypatch, "fluctuations", [*given, "--shown", 40, "--direct", "41,2"])


def test_figure_3_needs_an_overparameterised_student(monkeypatch, tmp_path):
    sizes = (
        "--p-star 2 --N 30 --eta 0.2 --alpha-max 100 --points 11 --others 3 --replicates 2 --tolerance 1e-10 --seed 1"
    )
    out = ["--measurements", tmp_path / "m.csv", "--figure-data", tmp_path / "f.csv"]
    run(monkeypatch, "fig3_data", ["--p", 3, *sizes.split(), *out])
    got = values(tmp_path / "m.csv")
    assert got["matching distance"] < got["least other distance"]
    frame, _ = load_table(tmp_path / "f.csv")
    assert frame[frame.kind == "other"].curve.nunique() == 3
    with pytest.raises(UserError, match="wider"):
        run(monkeypatch, "fig3_data", ["--p", 2, *sizes.split(), *out])


def test_lists_of_pairs_and_cases():
    assert pairs.pair("4,2") == (4, 2)
    assert pairs.case("400,0.1,100") == (400, 0.1, 100)
    for read, text in ((pairs.pair, "4"), (pairs.pair, "0,1"), (pairs.case, "4,2"), (pairs.case, "4,-1,2")):
        with pytest.raises(argparse.ArgumentTypeError):
            read(text)


def test_every_claim_names_a_quantity_that_a_stage_measures(root):
    source = "".join(
        (root / f"src/shallownets/studies/escape/stages/{name}.py").read_text()
        for name in ("solution_set", "solution_selection", "sgd_selection", "fluctuations", "fig3_data")
    )
    entries = yaml.safe_load((root / "workflow/claims/escape/solutions.yaml").read_text())
    for entry in entries:
        named = entry["rows"]["quantity"]
        for quantity in [named] if isinstance(named, str) else named:
            assert quantity.removeprefix("exponent of the ").removesuffix(", direct over chain") in source, entry["id"]
