"""The command lines of part beyond at small sizes: what they measure, and the user's mistakes they name."""

import numpy as np
import pytest
import yaml

from shallownets.errors import UserError
from shallownets.results.artefacts import load_arrays, load_table
from tests.escape.test_solutions_stages import run, values

LATE = (
    "--N 200 --starts 2 --eta-hat 0.1 --t-max 500 --points 60 --window 1e-10 1e-5 --chain-equal 1 "
    "--chain-wide 2,1 --chain-t-max 40 --replicates 2 --tolerance 1e-10 --seed 1"
)
FRAMES = (
    "--widths 2,1 --dimensions 50 100 200 --N 100 --large 1e3 1e5 1e7 --large-overlap 0.5 --eta-hat 0.1 "
    "--starts 4 --t-max 200 --tolerance 1e-10 --seed 1"
)
MAP = "--p-max 2 --points 101 --tolerance 1e-10 --seed 1"


def tables(tmp_path):
    return ["--measurements", tmp_path / "m.csv", "--figure-data", tmp_path / "f.csv"]


def test_late_times(monkeypatch, tmp_path):
    run(monkeypatch, "late_times", ["--equal", 1, "--wide", "2,1", *LATE.split(), *tables(tmp_path)])
    got = values(tmp_path / "m.csv", p_star=1, p=1, engine="gradient flow")
    assert got["decay rate"] == pytest.approx(8, rel=1e-3)
    assert values(tmp_path / "m.csv", p=2, engine="spectral ODE")["late risk over its law"] == pytest.approx(
        1, abs=0.01
    )
    assert values(tmp_path / "m.csv", p=2, engine="chain")["late risk over that of the ODE"] == pytest.approx(
        1, abs=0.1
    )
    frame, _ = load_table(tmp_path / "f.csv")
    assert set(frame.engine) == {"gradient flow", "spectral ODE", "chain"}
    with pytest.raises(UserError, match="p above"):
        run(monkeypatch, "late_times", ["--equal", 1, "--wide", "2,2", *LATE.split(), *tables(tmp_path)])
    unstable = [*LATE.split(), "--eta-hat", 0.3]
    with pytest.raises(UserError, match="unstable at p = p"):
        run(monkeypatch, "late_times", ["--equal", 1, "--wide", "2,1", *unstable, *tables(tmp_path)])


def test_the_map(monkeypatch, tmp_path):
    run(monkeypatch, "stationary_map", ["--maps", "2,2,6", "--values", 1e-2, 1e-5, *MAP.split(), *tables(tmp_path)])
    got = values(tmp_path / "m.csv", p=2, p_star=2, step=-1)
    assert got["stops"] == got["stops in order"] == 2
    assert got["spurious minima"] == got["points whose signs differ from the formula"] == 0
    assert got["least steep way down"] == pytest.approx(-1)
    for bad in (["--maps", "2,2,3", "--values", 1e-2, 1e-5], ["--maps", "2,2,6", "--values", 1e-5, 1e-2]):
        with pytest.raises(UserError, match="right"):
            run(monkeypatch, "stationary_map", [*bad, *MAP.split(), *tables(tmp_path)])


def test_frames(monkeypatch, tmp_path):
    run(monkeypatch, "not_orthogonal", ["--overlaps", 0, 0.3, 0.8, *FRAMES.split(), *tables(tmp_path)])
    got = values(tmp_path / "m.csv", overlap=0.8, eta_hat=0.0)
    assert got["drift"] > got["remainder"] > 0
    assert values(tmp_path / "m.csv", overlap=0.0, eta_hat=0.1, start="equal overlaps")["drift"] < 1e-8
    frame, _ = load_table(tmp_path / "m.csv")
    limits = frame[frame.quantity == "overlap at which selectivity is lost"]
    assert np.all((limits.estimate > 0) & (limits.estimate < 0.8))
    with pytest.raises(UserError, match="--overlaps"):
        run(monkeypatch, "not_orthogonal", ["--overlaps", 0.5, 0.1, *FRAMES.split(), *tables(tmp_path)])


def test_the_chain_gives_each_replicate_its_own_stream_in_any_batch(monkeypatch, tmp_path):
    start = tmp_path / "start.npz"
    run(monkeypatch, "start", f"--kind gaussian --p 2 --p-star 1 --N 50 --seed 1 --out {start}".split())
    sizes = ["--N", "60", "--eta", "0.2", "--alpha-max", "5", "--points", "6", "--seed", "1"]
    for name, batch in (("all", "--replicates 9"), ("one", "--first 4 --replicates 1")):
        run(monkeypatch, "chain", ["--start", start, *sizes, *batch.split(), "--out", tmp_path / f"{name}.npz"])
    together, alone = (load_arrays(tmp_path / f"{name}.npz").arrays["M"] for name in ("all", "one"))
    np.testing.assert_array_equal(together[4], alone[0])
    assert not np.array_equal(together[3], together[4])
    with pytest.raises(UserError, match="too small"):
        run(monkeypatch, "chain", ["--start", start, "--N", 2, *sizes[2:], "--out", tmp_path / "x.npz"])


def test_every_claim_names_a_quantity_that_a_stage_measures(root):
    names = ("late_times", "stationary_map", "not_orthogonal")
    source = "".join((root / f"src/shallownets/studies/escape/stages/{name}.py").read_text() for name in names)
    for entry in yaml.safe_load((root / "workflow/claims/escape/beyond.yaml").read_text()):
        named = entry["rows"]["quantity"]
        for quantity in [named] if isinstance(named, str) else named:
            bare = quantity.removeprefix("exponent of the ")
            assert bare in source, entry["id"]
