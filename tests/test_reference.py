"""The comparison with the reference must see what moved and let noise pass."""

import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from shallownets.claims import reference
from shallownets.results.artefacts import save, save_bytes
from shallownets.stage import Table
from tests.report.conftest import line

SOURCE = "0123456789abcdef"


def save_table(path, frame):
    save(path, Table(frame), "escape.ode", {}, SOURCE)


@pytest.fixture
def frame(rng):
    x = np.linspace(0, 1, 50)
    noisy = np.arange(50) % 2 == 0
    width = np.where(noisy, 0.1, 0.0)
    value = np.exp(x) + noisy * 0.1 / 3 * rng.standard_normal(50)
    return pd.DataFrame({"name": "a", "x": x, "estimate": value, "low": value - width, "high": value + width})


def test_nothing_moved_within_the_noise_and_the_last_digits(frame, rng):
    other = frame.copy()
    noisy = frame.high > frame.low
    for column in ("estimate", "low", "high"):
        other.loc[noisy, column] += 0.02
        other.loc[~noisy, column] *= 1 + 1e-9
    assert reference.moved(frame, frame) == []
    assert reference.moved(other, frame) == []


@pytest.mark.parametrize(
    ("row", "column", "shift", "words"),
    [
        (1, "estimate", 1e-4, "exact values moved"),
        (0, "estimate", 0.5, "standard errors"),
        (1, "x", 1e-3, "x: 1 exact"),
        (1, "estimate", np.nan, "exact values moved"),
    ],
)
def test_what_moved_is_named(frame, row, column, shift, words):
    other = frame.copy()
    other.loc[row, column] += shift
    (line,) = reference.moved(other, frame)
    assert words in line


def test_empty_cells_beside_words_are_equal_to_one_another_and_to_no_word():
    kept = pd.DataFrame({"phase": ["Ia", np.nan, "V"]})
    assert reference.moved(kept.copy(), kept) == []
    assert reference.moved(pd.DataFrame({"phase": ["Ia", "IV", "V"]}), kept) == ["phase: 1 entries differ"]


def test_an_error_that_is_rounding_makes_no_deviation():
    """Replicates that are equal have a spread of some 1e-19, and their mean another last digit elsewhere."""
    kept = pd.DataFrame({"mean": [-0.007217, 2.0], "sd": [0.0, 9e-19], "replicates": [10, 10]})
    other = kept.assign(sd=[9e-19, 0.0], mean=kept["mean"] * (1 + 1e-15))
    assert reference.moved(other, kept) == []
    assert "exact values moved" in reference.moved(other * [1.001, 1, 1], kept)[0]


def test_changed_shapes_and_words_are_named(frame):
    assert "other columns or rows" in reference.moved(frame.iloc[:-1], frame)[0]
    assert "other columns or rows" in reference.moved(frame.drop(columns="x"), frame)[0]
    assert reference.moved(frame.assign(name="b"), frame) == ["name: 50 entries differ"]


def test_a_verdict_that_was_reproduced_may_not_change(frame):
    kept = {"a": "reproduced", "b": "deviates", "c": "reproduced"}
    new = {"a": "underpowered", "b": "reproduced", "d": "reproduced"}
    assert reference.verdicts_changed(kept, kept) == []
    assert reference.verdicts_changed(new, kept) == [
        "a: was reproduced, now underpowered",
        "c: was reproduced, is gone",
        "d: is new, reproduced",
    ]


def test_a_claim_that_was_not_judged_may_be_where_an_optional_package_is_installed_and_not_the_other_way():
    without, installed = {"deep": "not judged"}, {"deep[P=1]": "reproduced", "deep[P=2]": "deviates"}
    assert reference.verdicts_changed(installed, without) == []
    assert reference.verdicts_changed(without, installed) == [
        "deep[P=1]: was reproduced, is gone",
        "deep: is new, not judged",
    ]


def test_data_that_need_an_optional_package_are_neither_kept_nor_compared(frame, tmp_path):
    results, kept = tmp_path / "results", tmp_path / "kept"
    save_bytes(results / "claims.csv", pd.DataFrame([line("a", "reproduced")]).to_csv(index=False).encode(), SOURCE)
    for table in (Table(frame, parameters={"optional": "deep"}), Table(frame[:3], parameters={"optional": "deep"})):
        save(results / "figure_data/perceptron/deep.csv", table, "perceptron.deep", {}, SOURCE)
        reference.keep(results, kept)
        assert not (kept / "figure_data").exists()
        assert reference.compare(results, kept) == ([], "1 verdicts and 0 tables of figures")


@pytest.fixture
def folders(frame, tmp_path):
    """(results of one figure and one claim, a reference of them)."""
    results, kept = tmp_path / "results", tmp_path / "kept"
    save_table(results / "figure_data/escape/fig.csv", frame)
    save_bytes(results / "claims.csv", pd.DataFrame([line("a", "reproduced")]).to_csv(index=False).encode(), SOURCE)
    reference.keep(results, kept)
    return results, kept


def command(action, folders):
    line = ["reference", action, "--results", folders[0], "--reference", folders[1]]
    return subprocess.run([sys.executable, "-m", "shallownets", *line], capture_output=True, text=True)


@pytest.mark.slow
def test_the_command_fails_until_the_new_results_are_kept(frame, folders):
    same = command("check", folders)
    assert (same.returncode, same.stdout) == (0, "Nothing moved in 1 verdicts and 1 tables of figures.\n")
    save_table(folders[0] / "figure_data/escape/fig.csv", frame.assign(x=frame.x * 1.01))
    moved = command("check", folders)
    assert moved.returncode == 1
    assert "figure_data/escape/fig.csv: x:" in moved.stdout
    assert "figure_data/escape/fig.csv: x:" in command("update", folders).stdout
    assert command("check", folders).returncode == 0


def test_without_a_reference_nothing_passes(folders):
    shutil.rmtree(folders[1])
    lines, _ = reference.compare(*folders)
    assert lines == ["a: is new, reproduced", "figure_data/escape/fig.csv: is new"]


@pytest.mark.parametrize(
    ("folder", "name", "content", "words"),
    [
        (0, "claims.csv", b"id,verdict\na,reproduced\n", "its bytes are not those that were written"),
        (1, "claims.csv", b"", "not a table"),
        (1, "claims.csv", b"x\n1\n", "no columns id and verdict"),
        (1, "figure_data/escape/fig.csv", b"", "not a table"),
    ],
)
def test_a_ledger_that_was_edited_and_a_reference_that_is_none_are_refused_in_one_line(
    folders, folder, name, content, words
):
    (folders[folder] / name).write_bytes(content)
    refused = command("check", folders)
    assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 1)
    assert f"{name}: " in refused.stderr
    assert words in refused.stderr
