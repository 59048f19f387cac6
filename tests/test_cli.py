"""Command lines by hand: a user's mistake is one line, and help names units."""

import os
import re
import shutil
import subprocess
import sys
from argparse import Namespace

import numpy as np
import pandas as pd
import pytest

from shallownets import rooms, run
from shallownets.errors import UserError
from shallownets.results import artefacts
from shallownets.stage import Arrays
from shallownets.studies.escape import model

STAGES = {
    "start": "--kind orthonormal --p 2 --p-star 1 --N 30 --seed 1 --index 0 --data {tmp}/start.npz",
    "sgd": "--start {tmp}/start.npz --N 30 --eta 0.1 --alpha-max 2 --points 3 --seed 1 --first 0 --replicates 1"
    " --data {tmp}/sgd.npz",
    "ode": "--start {tmp}/start.npz --N 30 --eta 0.1 --alpha-max 2 --points 3 --tolerance 1e-8 --data {tmp}/ode.npz",
    "gather": "--batches {tmp}/sgd.npz --data {tmp}/all.npz",
    "chain": "--start {tmp}/start.npz --N 30 --eta 0.1 --alpha-max 2 --points 3 --seed 1 --first 0 --replicates 1"
    " --data {tmp}/chain.npz",
    "fig1": "--sgd {tmp}/all.npz --chain {tmp}/chain.npz --ode {tmp}/ode.npz"
    " --measurements {tmp}/measured.csv --figure-data {tmp}/fig1.csv",
}


def command(stage, arguments):
    line = [sys.executable, "-m", "shallownets", "run", f"escape.{stage}", *arguments.split()]
    return subprocess.run(line, capture_output=True, text=True, timeout=120)


def assert_one_line(done, *words):
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert len(done.stderr.strip().splitlines()) == 1
    for word in words:
        assert word in done.stderr


@pytest.mark.slow
def test_stages_by_hand_end_in_a_table_of_all_engines_that_begin_alike(tmp_path):
    for stage, arguments in STAGES.items():
        done = command(stage, arguments.format(tmp=tmp_path))
        assert done.returncode == 0, done.stderr
    frame = pd.read_csv(tmp_path / "fig1.csv", comment="#")
    assert list(frame) == ["engine", "quantity", "i", "j", "alpha", "mean", "sd", "replicates"]
    risk = frame[frame.quantity == "risk"].pivot(index="alpha", columns="engine", values="mean")
    assert sorted(risk) == ["ODE", "SGD", "chain", "theory"]
    assert list(risk.index) == [0, 1, 2]
    assert risk.theory[2] == pytest.approx(model.plateau_risk(2, 1))
    assert risk.SGD[0] == pytest.approx(risk.ODE[0]) and risk.chain[0] == pytest.approx(risk.ODE[0])
    assert risk.ODE[2] < risk.ODE[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stage", "old", "new", "words"),
    [
        ("start", "--p 2", "--p 0", ["--p '0'", "expected a whole number from 1 to 1000"]),
        ("start", "--p 2", "--p two", ["--p 'two'", "expected a whole number from 1 to 1000"]),
        ("start", "--N 30", "--N 2", ["N = 2", "p + p*"]),
        ("start", "--kind orthonormal", "--kind round", ["--kind", "round", "gaussian"]),
        ("sgd", "--eta 0.1", "--eta -1", ["--eta '-1'", "expected a number above 0"]),
        ("sgd", "--eta 0.1", "--eta nan", ["--eta 'nan'", "expected a finite number"]),
        ("sgd", "--start {tmp}/start.npz", "--start {tmp}/none.npz", ["none.npz", "no such file"]),
        ("sgd", "--points 3", "--points 300", ["one time a sample", "60 at N = 30"]),
        ("ode", "--tolerance 1e-8", "--tolerance 0", ["--tolerance '0'", "expected a number from 1e-13 to 0.01"]),
        ("ode", "--data {tmp}/ode.npz", "", ["--data"]),
        ("ode", "--points 3", "--point 3", ["--point"]),
    ],
)
def test_mistakes_are_told_in_one_line(stage, old, new, words, tmp_path):
    if stage != "start":
        command("start", STAGES["start"].format(tmp=tmp_path))
    assert_one_line(command(stage, STAGES[stage].replace(old, new).format(tmp=tmp_path)), *words)


@pytest.mark.slow
def test_runs_that_do_not_belong_together_are_refused(tmp_path):
    for stage in ("start", "sgd", "chain", "ode"):
        command(stage, STAGES[stage].format(tmp=tmp_path))
    other = STAGES["sgd"].replace("--eta 0.1", "--eta 0.2").replace("sgd.npz", "other.npz").format(tmp=tmp_path)
    command("sgd", other)
    mixed = f"--batches {tmp_path}/sgd.npz {tmp_path}/other.npz --data {tmp_path}/all.npz"
    assert_one_line(command("gather", mixed), "other.npz", "differ")
    twice = mixed.replace("other", "sgd")
    assert_one_line(command("gather", twice), "sgd.npz: the same run as", "expected each run once")
    others = STAGES["fig1"].partition(" ")[2].partition(" ")[2].format(tmp=tmp_path)  # but for --sgd
    assert_one_line(command("fig1", f"--sgd {tmp_path}/other.npz {others}"), "ode.npz", "differs")
    assert_one_line(command("fig1", f"--sgd {tmp_path}/start.npz {others}"), "start.npz", "not the artefact")


GATHERS = [name for name in rooms.stages() if any(entry.several for entry in run.find(name)[1].inputs)]


@pytest.mark.parametrize("name", GATHERS)
def test_a_stage_that_gathers_runs_reads_each_of_them_once(name, tmp_path):
    """Its samples would count twice, and where a run is known by its size one would replace the other."""
    one, copy, other = (tmp_path / f"{name}.npz" for name in ("one", "copy", "other"))
    for path, seed in ((one, 1), (other, 2)):
        artefacts.save(path, Arrays({"x": np.ones(1)}, {"x": "1"}), "escape.sgd", {"seed": seed}, "source")
    for suffix in (".npz", ".npz.run.json"):
        shutil.copy(one.with_suffix(suffix), copy.with_suffix(suffix))
    _, stage = run.find(name)
    single = {entry.name: one for entry in stage.inputs}
    for several in (entry.name for entry in stage.inputs if entry.several):
        lists = {entry.name: [one] for entry in stage.inputs if entry.several}
        made = run.read(stage, Namespace(**single | lists | {several: [one, other]}))
        assert [each.parameters["seed"] for each in made[several]] == [1, 2]
        for again in (one, copy):
            with pytest.raises(UserError, match=f"^{re.escape(f'{again}: the same run as {one}')}; [^\n]*once$"):
                run.read(stage, Namespace(**single | lists | {several: [one, other, again]}))


@pytest.mark.slow
def test_divergence_is_said_and_kept(tmp_path):
    command("start", STAGES["start"].format(tmp=tmp_path))
    for stage in ("sgd", "chain", "ode"):
        done = command(stage, STAGES[stage].replace("--eta 0.1", "--eta 30").format(tmp=tmp_path))
        assert done.returncode == 0
        assert "diverged at alpha = " in done.stdout
    command("gather", STAGES["gather"].format(tmp=tmp_path))
    done = command("fig1", STAGES["fig1"].format(tmp=tmp_path))
    assert done.returncode == 0
    text = (tmp_path / "fig1.csv").read_text()
    assert '"diverged": 1' in text
    assert "nan" not in text.lower() and "inf" not in text.lower()


def test_help_says_what_from_what_and_units():
    done = command("sgd", "--help")
    assert done.returncode == 0
    assert "Makes:" in done.stdout
    assert "samples/N" in done.stdout
    assert "expected: a number above 0" in " ".join(done.stdout.split())


def test_a_reader_that_went_away_is_no_traceback():
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([sys.executable, "-m", "shallownets"], stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, "")
