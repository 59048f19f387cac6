"""The estimate of a tier's cost: commands are read right, fits find what is there, sizes scale as the work does.

tests/test_work.py has how the work of each stage grows.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from shallownets.errors import UserError
from shallownets.files import sidecar
from shallownets.workflow import cost
from shallownets.workflow.cost import estimate, fit_line, given, grown, kind, measured, work
from shallownets.workflow.lineage import Job
from tests.conftest import ROOT

CHAIN = "run escape.chain --N {N} --eta 0.4 --alpha-max 10.0 --points 11 --seed 1 --first 0 --replicates {R}"
TIMES = (
    "run escape.escape_times --engine {} --p 2 --p-star 1 --N 100 --replicates 4 --eta-hat 0.1 --fraction 0.5"
    " --alpha-max 40.0 --points 201 --tolerance 1e-08 --seed 1"
)


def job(command: str, rule: str = "escape_chain", folder: Path = Path(), name: str = "1") -> Job:
    return Job(rule, "", (), (folder / f"{name}.npz",), f"{command} --data 'a b.npz'", command)


def ran(folder: Path, name: str, N: int, seconds: float) -> Job:
    """A job that has run, with a result of 800 bytes."""
    seal = {"seconds": seconds, "core_seconds": seconds / 2, "memory": 100.5}
    sidecar(folder / f"{name}.npz").write_text(json.dumps(seal))
    (folder / f"{name}.npz").write_bytes(bytes(800))
    return job(CHAIN.format(N=N, R=4), folder=folder, name=name)


def test_a_command_is_read_into_the_parameters_of_its_stage():
    found = given(job(CHAIN.format(N=1000, R=3)))
    assert type(found).__name__ == "Chain"
    assert (found.N, found.eta, found.alpha_max, found.replicates) == (1000, 0.4, 10.0, 3)
    assert given(job("draw escape.fig1")) is None
    with pytest.raises(UserError, match="--N"):
        given(job("run escape.chain --eta 0.4"))


def test_jobs_of_different_engines_are_of_different_kinds_and_figures_and_the_ledger_have_no_work():
    assert kind(job(TIMES.format("chain"))) == ("run", "escape.escape_times", "chain")
    assert kind(job(TIMES.format("direct"))) == ("run", "escape.escape_times", "direct")
    assert kind(job("draw escape.fig1")) == ("draw", "escape.fig1")
    assert kind(job("ledger")) == ("ledger",)
    assert work(job("draw escape.fig1")) == work(job("ledger")) == 0


def test_a_fit_finds_the_line_and_keeps_to_what_is_expected_where_sizes_say_nothing():
    x = np.array([1.0, 10.0, 100.0, 1000.0])
    a, b = fit_line(x, 3.5 + 0.5 * x, (3.0, 1.0))
    assert a == pytest.approx(3.5, rel=0.02)
    assert b == pytest.approx(0.5, rel=0.02)
    # jobs that only start up: their scatter must not become a slope
    _, b = fit_line(np.array([0.01, 0.02]), np.array([3.0, 4.0]), (3.0, 1.0))
    assert b == pytest.approx(1.0, rel=0.05)


def test_memory_grows_with_the_work_where_it_did_so_and_else_is_the_most_measured():
    x = np.array([0.0, 10.0, 20.0])
    assert grown(x, np.array([100.0, 150.0, 200.0]), 40.0) == pytest.approx(300)
    assert grown(x, np.array([100.0, 150.0, 200.0]), -100.0) == 100
    assert grown(x, np.array([100.0, 130.0, 120.0]), 4e6) == 130
    assert grown(np.zeros(2), np.array([2.0, 1.0]), 0.0) == 2


def test_an_estimate_scales_with_the_work_and_reads_what_jobs_took(tmp_path):
    unit = work(job(CHAIN.format(N=10**6, R=4)))
    runs = [ran(tmp_path, "1", 10**6, 3 + 2 * unit), ran(tmp_path, "2", 4 * 10**6, 3 + 8 * unit)]
    known = measured([*runs, job(CHAIN.format(N=1000, R=1), folder=tmp_path, name="never ran")])
    assert {len(theirs) for theirs in known.values()} == {2}
    found = estimate(job(CHAIN.format(N=10**8, R=4)), known)
    assert found.seconds == pytest.approx(3 + 200 * unit, rel=0.1)  # short of it by what is expected
    assert found.beyond == pytest.approx(25)
    assert found.megabytes == pytest.approx(100.5)
    assert found.disk == pytest.approx(8e-4)
    lines = cost.table(runs, known)
    assert [words.split()[0] for words in lines] == ["rule", "escape_chain", "all"]
    assert lines[-1].split()[1] == "2"


def test_what_never_ran_is_said():
    with pytest.raises(UserError, match=r"run escape\.chain: never ran here"):
        estimate(job(CHAIN.format(N=1000, R=1)), {})


def test_the_command_prints_a_tier_and_how_well_others_predict_it(tmp_path, monkeypatch, capsys):
    tiers, whole = {}, (ROOT / "config.yaml").read_text()
    for name, sizes in (("paper", (10**6, 4 * 10**6)), ("smoke", (10**3, 10**5))):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "config.yaml").write_text(whole.replace("tier: paper", f"tier: {name}"))
        units = [(N, 3 + work(job(CHAIN.format(N=N, R=4)))) for N in sizes]
        tiers[folder / "config.yaml"] = [ran(folder, str(N), N, seconds) for N, seconds in units]
    (tmp_path / "old").mkdir()
    (tmp_path / "old/config.yaml").write_text(whole.replace("tier: paper", "tier: old"))
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd/config.yaml").write_text("- no config")
    tier = tmp_path / "mine.yaml"
    tier.write_text("tier: mine")
    tiers[tier] = [job(CHAIN.format(N=10**8, R=4))]

    def jobs(configs):
        if configs[0] not in tiers:
            raise UserError("unknown key")
        return tiers[configs[0]]

    monkeypatch.setattr(cost.lineage, "jobs", jobs)
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(cost.settings, "TIERS", tmp_path)
    cost.main(["--tier", "mine", "--results", str(tmp_path)])
    said = capsys.readouterr()
    assert "old is of another version and left out (unknown key)" in said.err
    assert "odd is of another version and left out (" in said.err
    assert "25x" in said.out
    assert "From 4 jobs of paper, smoke" in said.out
    # these tiers follow the law exactly: each predicts the other
    assert said.out.count("median 1.00") == 2


def test_mistakes_of_the_command_are_said_in_one_line(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    with pytest.raises(
        UserError, match="--tier none: no such tier in workflow/tiers or results; expected one of paper, "
    ):
        cost.main(["--tier", "none"])
    with pytest.raises(UserError, match="no results; expected"):
        cost.main(["--results", str(tmp_path)])
