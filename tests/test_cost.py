"""The estimate of a tier's cost: commands are read right, fits find what is there, sizes scale as the work does."""

from pathlib import Path

import numpy as np
import pytest

from shallownets.errors import UserError
from shallownets.workflow import cost
from shallownets.workflow.cost import (
    Measured,
    Work,
    estimate,
    fit_line,
    kind,
    measured,
    parse_command,
    submissions,
    table,
    work,
)
from shallownets.workflow.lineage import Job
from tests.conftest import ROOT

CHAIN = "python -m shallownets.studies.escape.stages.chain --N {N} --alpha-max 10.0 --points 11 --replicates {R} 2>&1 | tee y"


def job(command: str, rule: str = "chain", folder: Path = Path(), name: str = "1") -> Job:
    return Job(rule, "", {}, (), (), (folder / f"{name}.npz",), None, folder / f"{name}.tsv", command)


def ran(folder: Path, name: str, N: int, seconds: float) -> Job:
    """A job with a benchmark and a result of 800 bytes."""
    (folder / f"{name}.tsv").write_text(f"s\tcpu_time\tmax_rss\n{seconds}\tNA\t100.5\n")
    (folder / f"{name}.npz").write_bytes(bytes(800))
    return job(CHAIN.format(N=N, R=4), folder=folder, name=name)


def test_a_command_is_read_into_module_and_arguments():
    module, arguments = parse_command("python -m a.b --widths 1,1 '2,1' --figure-data 'a b.csv' --flag 2>&1 | tee log")
    assert module == "a.b"
    assert arguments == {"widths": ["1,1", "2,1"], "figure-data": ["a b.csv"], "flag": []}


def test_jobs_of_different_engines_are_of_different_kinds():
    stage = "python -m shallownets.studies.escape.stages.escape_times --engine {} --N 100"
    assert kind(job(stage.format("chain"))) != kind(job(stage.format("direct")))


def test_a_figure_has_no_work_and_a_chain_has_that_of_its_steps():
    assert work(job("python -m shallownets.studies.escape.figures.fig1 --table t --out a")) == Work()
    assert work(job("python -m shallownets.claims.ledger --out a")) == Work()
    few, more = (work(job(CHAIN.format(N=N, R=100))) for N in (1000, 4000))
    assert more.seconds == pytest.approx(4 * few.seconds)
    assert more.numbers == few.numbers == 100 * 11 * 24


def test_a_fit_finds_the_line_and_keeps_to_what_is_expected_where_sizes_say_nothing():
    x = np.array([1.0, 10.0, 100.0, 1000.0])
    a, b = fit_line(x, 3.5 + 0.5 * x, (3.0, 1.0))
    assert a == pytest.approx(3.5, rel=0.02)
    assert b == pytest.approx(0.5, rel=0.02)
    # jobs that only start up: their scatter must not become a slope
    _, b = fit_line(np.array([0.01, 0.02]), np.array([3.0, 4.0]), (3.0, 1.0))
    assert b == pytest.approx(1.0, rel=0.05)


def test_an_estimate_scales_with_the_work_and_reads_benchmarks(tmp_path):
    unit = work(job(CHAIN.format(N=10**6, R=4))).seconds
    runs = [ran(tmp_path, "1", 10**6, 3 + 2 * unit), ran(tmp_path, "2", 4 * 10**6, 3 + 8 * unit)]
    known = measured([*runs, job(CHAIN.format(N=1, R=1), folder=tmp_path, name="never ran")])
    assert {len(theirs) for theirs in known.values()} == {2}
    found = estimate(job(CHAIN.format(N=10**8, R=4)), known)
    assert found.seconds == pytest.approx(3 + 200 * unit, rel=0.1)  # short of it by what is expected
    assert found.beyond == pytest.approx(25)
    assert found.megabytes == pytest.approx(100.5)
    # 1e5 times the replicates: their numbers are held and written
    many = estimate(job(CHAIN.format(N=10, R=400_000)), known)
    assert many.megabytes == pytest.approx(100.5 + 8e-6 * cost.COPIES * 400_000 * 11 * 24, rel=0.01)
    assert many.disk > 100
    lines = table(runs, known)
    assert [words.split()[0] for words in lines] == ["rule", "chain", "all"]
    assert lines[-1].split()[1] == "2"


def test_what_never_ran_is_said():
    with pytest.raises(UserError, match=r"escape\.stages\.chain: never ran here"):
        estimate(job(CHAIN.format(N=10, R=1)), {})


def test_submissions_are_groups_and_single_jobs(tmp_path):
    (tmp_path / "config.yaml").write_text("groups: [ode=first, start=first]")
    stage, figure = "shallownets.studies.escape.stages.one", "shallownets.studies.escape.figures.one"
    jobs = [job(f"python -m {stage} --a 1", rule, name=rule) for rule in ("ode", "start", "sgd")]
    jobs.append(job(f"python -m {figure}", "one"))
    known = {(module,): [Measured(Work(), 30.0, 1.0, 1.0)] for module in (stage, figure)}
    found = submissions(jobs, known, tmp_path)
    assert found.keys() == {"first", "last", "sgd (sgd)"}
    assert found["first"] == pytest.approx(2 * found["sgd (sgd)"])


def test_the_command_prints_a_tier_and_how_well_others_predict_it(tmp_path, monkeypatch, capsys):
    tiers, whole = {}, (ROOT / "config.yaml").read_text()
    for name, sizes in (("paper", (10**6, 4 * 10**6)), ("smoke", (10**3, 10**5))):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "config.yaml").write_text(whole.replace("tier: paper", f"tier: {name}"))
        units = [(N, 3 + work(job(CHAIN.format(N=N, R=4))).seconds) for N in sizes]
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
    monkeypatch.setattr("sys.argv", ["cost", "--tier", str(tier), "--results", str(tmp_path)])
    cost.main()
    said = capsys.readouterr()
    assert "old is of another version and left out (unknown key)" in said.err
    assert "odd is of another version and left out (" in said.err
    assert "25x" in said.out
    assert "From 4 jobs of paper, smoke" in said.out
    # these tiers follow the law exactly: each predicts the other
    assert said.out.count("median 1.00") == 2
    assert "Shortest submissions" in said.out


def test_mistakes_of_the_command_are_said_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", ["cost", "--tier", str(tmp_path / "none.yaml")])
    with pytest.raises(UserError, match=r"none\.yaml: no such file"):
        cost.main()
    monkeypatch.setattr("sys.argv", ["cost", "--results", str(tmp_path)])
    with pytest.raises(UserError, match="no benchmarks"):
        cost.main()
