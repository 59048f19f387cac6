"""The ledger at several root seeds: what flips, what should, and whether errors are honest."""

import json

import numpy as np
import pandas as pd
import pytest
import yaml

from shallownets.claims import reseed
from shallownets.errors import UserError
from shallownets.report.provenance import reseeded
from shallownets.results.artefacts import save
from shallownets.stage import Table

ENTRY = {
    "id": "height",
    "origin": "beyond",
    "section": "1",
    "source": "eq. 1",
    "statement": "The height is one.",
    "table": "heights",
    "rows": {"quantity": "height"},
    "by": ["k"],
    "predicted": 1,
    "judge": {"interval": 1},
    "tiers": ["paper"],
}
ROWS = 400


@pytest.fixture
def made(tmp_path, rng):
    """A function that makes the results of a seed, with errors that are too small by a factor, and the claims file."""
    path = tmp_path / "claims/toy/part.yaml"
    path.parent.mkdir(parents=True)
    # the second is of rows that this tier does not have
    path.write_text(yaml.safe_dump([ENTRY]) + yaml.safe_dump([ENTRY | {"id": "width", "rows": {"quantity": "width"}}]))

    def results(seed, shift=0.0, factor=1.0):
        folder = tmp_path / f"seed-{seed}"
        value = 1 + shift + 0.1 * rng.standard_normal(ROWS)
        error = 0.3 / factor
        frame = pd.DataFrame({"quantity": "height", "k": range(ROWS), "estimate": value, "n": 5000})
        frame = frame.assign(low=value - error, high=value + error)
        save(folder / "measurements/toy/heights.csv", Table(frame), "toy.heights", {}, "0123456789abcdef")
        (folder / "config.yaml").write_text(f"seed: {seed}\n")
        return folder

    return results, path


def found(folders, path):
    ledgers = [reseed.ledger_of(folder, [path]) for folder in folders]
    return reseed.compare(list(range(len(folders))), ledgers)


def test_honest_errors_differ_between_seeds_as_they_say(made):
    results, path = made
    honest = found([results(seed) for seed in range(4)], path)
    assert honest.comparisons == ROWS
    assert [one.expected for one in honest.between] == pytest.approx([380.8, 54.6, 3.24], rel=0.01)
    assert honest.between[0].found == pytest.approx(380.8, abs=80)
    assert honest.between[2].found < 15
    assert honest.flips == 0
    small = found([results(seed, factor=2.0) for seed in (10, 11)], path)
    assert small.between[1].found > 2 * small.between[1].expected


def test_as_many_verdicts_flip_as_chance_says_where_deviations_are_near_the_level(made, rng):
    results, path = made
    # one of the 400 rows deviates with the chance LEVEL: twice that for each seed but the first
    assert found([results(seed) for seed in range(3)], path).expected_flips == pytest.approx(4 * 0.0027, rel=0.2)
    one = np.ones(1)
    assert reseed.flips_by_chance(np.full((1, 2), 3.0), one) == pytest.approx(0.5, abs=0.01)
    assert reseed.flips_by_chance(np.full((1, 3), 3.0), 400 * one) == pytest.approx(0.25, abs=0.03)
    assert reseed.flips_by_chance(np.full((1, 3), 9.0), one) == pytest.approx(0, abs=1e-6)
    at_random = rng.standard_normal((2000, 2)) + 3.0
    flips = ((np.abs(at_random) > 3)[:, 0] != (np.abs(at_random) > 3)[:, 1]).sum()
    assert reseed.flips_by_chance(at_random, np.ones(2000)).sum() == pytest.approx(flips, rel=0.3)


def test_a_verdict_that_flips_is_named_and_the_report_says_what_was_found(made, tmp_path, capsys):
    results, path = made
    folders = [results(1), results(2, shift=1.0), results(3)]
    words = ["--results", *map(str, folders), "--entries", str(path), "--out", str(folders[0])]
    reseed.main(words)
    said = json.loads((folders[0] / "reseed.json").read_text())
    assert said["seeds"] == [1, 2, 3]
    assert said["flips"] == len(said["flipped"]) > 300
    assert reseeded(folders[0]) == said["says"]
    assert reseeded(tmp_path) == ""
    printed = capsys.readouterr().out
    assert f"{said['flips']} verdicts flip" in printed
    assert "height[k=0]: reproduced at seed 1, deviates at seed 2, reproduced at seed 3" in printed
    lines = pd.read_csv(folders[0] / "reseed.csv")
    assert len(lines) == 3 * ROWS
    assert set(lines.columns) >= {"seed", "id", "deviation", "verdict"}


def test_the_same_seed_twice_proves_nothing(made):
    results, path = made
    folder = results(1)
    with pytest.raises(UserError, match="seeds 1, 1: expected at least two, each another one"):
        reseed.main(["--results", str(folder), str(folder), "--entries", str(path), "--out", str(folder)])


def test_a_finding_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "reseed.json").write_text("{}")
    with pytest.raises(UserError, match=r"reseed.json: expected what `make reseed` writes"):
        reseeded(tmp_path)
