"""The cluster profiles fit the workflow, and in the cluster tier no submission does less than a minute of work."""

import os
import re
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from shallownets import lineage
from shallownets.cost import START_UP, parse_command, work
from shallownets.errors import UserError
from tests.conftest import ROOT

SLURM = ROOT / "workflow/profiles/slurm"
CLUSTER = ROOT / "workflow/tiers/cluster.yaml"


def profile(name: str = "slurm") -> dict:
    return yaml.safe_load((ROOT / f"workflow/profiles/{name}/config.yaml").read_text())


@pytest.fixture(scope="module")
def planned() -> list[lineage.Job]:
    """The jobs of the cluster tier."""
    here = Path.cwd()
    os.chdir(ROOT)
    try:
        return lineage.jobs(configs=[CLUSTER])
    finally:
        os.chdir(here)


def test_every_rule_that_a_profile_names_exists(planned):
    rules = {job.rule for job in planned}
    named = {entry.split("=")[0] for entry in profile()["groups"]} | set(profile()["set-resources"])
    assert named - rules == set()


def test_every_submission_of_the_cluster_tier_does_more_than_a_minute_of_work(planned):
    groups = dict(entry.split("=") for entry in profile()["groups"])
    seconds = defaultdict(float)
    for job in planned:
        if ".stages." in job.command:
            alone = f"{job.rule} {job.outputs[0]}"
            seconds[groups.get(job.rule, alone)] += START_UP + work(job).seconds
    assert seconds.keys() >= {"first", "last"}
    short = {name: round(value) for name, value in seconds.items() if value < 60 and name not in ("first", "last")}
    assert short == {}, "in a group of the profile, or larger in the cluster tier"
    # the last group draws all figures, too
    figures = sum(".figures." in job.command for job in planned)
    assert seconds["first"] > 45
    assert seconds["last"] + START_UP * figures > 60


def test_the_cluster_tier_is_as_large_as_it_says(planned):
    asked = defaultdict(set)
    for job in planned:
        module, arguments = parse_command(job.command)
        asked[module.rpartition(".")[2], *arguments.get("engine", [])].add(
            (int(arguments.get("N", ["0"])[0]), int(arguments.get("replicates", ["0"])[0]))
        )
    assert max(asked["chain",])[0] == 10**8
    assert max(asked["escape_times", "chain"])[0] == 10**8
    assert max(asked["sgd",])[0] == 10**5
    assert max(replicates for _, replicates in asked["escape_times", "chain"]) >= 10**4


def test_the_whole_cluster_tier_can_be_submitted_and_asks_for_more_at_a_retry(checkout):
    arguments = ["--workflow-profile", "workflow/profiles/slurm", "-n", "--configfile", "workflow/tiers/cluster.yaml"]
    first = checkout.snakemake(*arguments)
    assert first.returncode == 0, first.stderr
    assert "Group job first" in first.stdout + first.stderr
    assert "Group job last" in first.stdout + first.stderr
    rules = "\n".join(path.read_text() for path in (checkout.folder / "workflow/rules").rglob("*.smk"))
    assert set(re.findall(r"(?:mem_mb|runtime)=(\w+)", rules)) == {"growing"}


def test_a_tier_that_does_not_exist_or_is_refused_is_one_line(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("escape: {batch: 0}")
    with pytest.raises(UserError, match=r"escape\.batch = 0"):
        lineage.jobs(configs=[wrong])
