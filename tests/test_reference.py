"""The comparison with the reference must see what moved and let noise pass."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from shallownets.claims.judge import reference
from shallownets.results.artefacts import record_of, save_table

RECORD = record_of("shallownets.studies.escape.stages.ode", {}, {})


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


def test_changed_shapes_and_words_are_named(frame):
    assert "other columns or rows" in reference.moved(frame.iloc[:-1], frame)[0]
    assert "other columns or rows" in reference.moved(frame.drop(columns="x"), frame)[0]
    assert reference.moved(frame.assign(name="b"), frame) == ["name: 50 entries differ"]


def test_a_verdict_that_was_reproduced_may_not_change(frame):
    kept = pd.DataFrame({"id": ["a", "b", "c"], "verdict": ["reproduced", "deviates", "reproduced"]})
    new = pd.DataFrame({"id": ["a", "b", "d"], "verdict": ["underpowered", "reproduced", "reproduced"]})
    assert reference.verdicts_changed(kept, kept) == []
    assert reference.verdicts_changed(new, kept) == [
        "a: was reproduced, now underpowered",
        "c: was reproduced, is gone",
        "d: is new, reproduced",
    ]


def test_the_command_fails_until_the_new_results_are_kept(frame, tmp_path):
    results, kept = tmp_path / "results", tmp_path / "kept"
    save_table(results / "figure_data/escape/fig.csv", frame, RECORD)
    pd.DataFrame({"id": ["a"], "verdict": ["reproduced"]}).to_csv(results / "claims.csv", index=False)

    def command(action):
        line = [sys.executable, "-m", reference.MODULE, action, "--results", results, "--reference", kept]
        return subprocess.run(line, capture_output=True, text=True)

    assert command("check").returncode == 1
    assert "is new" in command("update").stdout
    assert command("check").returncode == 0
    save_table(results / "figure_data/escape/fig.csv", frame.assign(x=frame.x * 1.01), RECORD)
    moved = command("check")
    assert moved.returncode == 1
    assert "figure_data/escape/fig.csv: x:" in moved.stdout
