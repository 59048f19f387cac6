"""What is read beside results is held to what it should be: what a job cost, and the config of a run."""

import json
from pathlib import Path

import pytest
from snakemake.exceptions import WorkflowError

from shallownets.errors import UserError
from shallownets.files import sidecar
from shallownets.report import command as report
from shallownets.workflow import guard, lineage
from tests.conftest import ROOT

SEAL = {"seconds": 90.0, "core_seconds": 30.0, "memory": 256.4}


def job(*outputs: Path) -> lineage.Job:
    return lineage.Job("rule", "", (), outputs, "")


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"seconds": 90', json.dumps(SEAL | {"seconds": "soon"}), json.dumps(SEAL | {"memory": None})],
)
def test_a_seal_that_does_not_say_what_the_job_cost_counts_as_none(tmp_path, text):
    sidecar(tmp_path / "a.csv").write_text(text)
    assert lineage.cost(job(tmp_path / "a.csv")) is None


def test_a_job_cost_what_it_took_until_its_last_result(tmp_path):
    first, last = tmp_path / "a.csv", tmp_path / "b.csv"
    sidecar(first).write_text(json.dumps(SEAL | {"seconds": 89.9}))
    assert lineage.cost(job(first, last)) is None
    sidecar(last).write_text(json.dumps(SEAL))
    assert lineage.cost(job(first, last)) == lineage.cost(job(last, first)) == lineage.Cost(90.0, 30.0, 256.4)


def test_a_snakemake_that_keeps_no_plan_where_it_is_looked_for_is_refused_in_a_line():
    with pytest.raises(WorkflowError, match=r"snakemake = [\d.]+: it has no _workflow, which guard\.py needs"):
        guard.planned(object())


def test_a_config_of_a_run_that_makes_no_sense_is_refused_by_the_report(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    (tmp_path / "config.yaml").write_text("a: 1")
    with pytest.raises(UserError, match=f"^{tmp_path}/config.yaml: config: .*$"):
        report.main(["--results", str(tmp_path)])
