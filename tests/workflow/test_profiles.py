"""The cluster profiles fit the workflow, and in the cluster tier no submission does less than a minute of work."""

import os
import re
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from shallownets.errors import UserError
from shallownets.workflow import lineage
from shallownets.workflow.cost import START_UP, parse_command, work
from tests.conftest import ROOT
from tests.workflow.conftest import Checkout

SLURM = "workflow/profiles/slurm"
CLUSTER = Path("workflow/tiers/cluster.yaml")


def profile(name: str = "slurm") -> dict:
    return yaml.safe_load((ROOT / f"workflow/profiles/{name}/config.yaml").read_text())


@pytest.fixture(scope="module")
def planned() -> dict[str, lineage.Job]:
    """The jobs of the cluster tier, by each file that they make."""
    here = Path.cwd()
    os.chdir(ROOT)
    try:
        jobs = lineage.jobs(configs=[CLUSTER])
    finally:
        os.chdir(here)
    return {str(path): job for job in jobs for path in job.outputs}


@pytest.fixture(scope="module")
def submitted(planned, tmp_path_factory) -> dict[str, list[lineage.Job]]:
    """What Snakemake would submit with the profile for SLURM: the jobs of each submission, by the name of its group or
    by the file that it makes alone."""
    fresh = Checkout(tmp_path_factory.mktemp("fresh"))
    done = fresh.snakemake("-n", "--workflow-profile", SLURM, "--configfile", str(CLUSTER))
    assert done.returncode == 0, done.stderr
    found: dict[str, list[lineage.Job]] = {}
    # a line without indentation begins a submission; the jobs of a group are indented
    for part in re.split(r"\n(?=\[)", done.stdout):
        makes = [re.split(", ", files) for files in re.findall(r"Missing output files: ([^;\n]+)", part)]
        group = re.search(r"\] Group job (\w+) ", part)
        if makes:
            name = group[1] if group else makes[0][0]
            assert name not in found, f"{name} is more than one submission: group-components"
            found[name] = [planned[files[0]] for files in makes]
    return found


def test_every_rule_that_a_profile_names_exists(planned):
    rules = {job.rule for job in planned.values()}
    named = {entry.split("=")[0] for entry in profile()["groups"]} | set(profile()["set-resources"])
    assert named - rules == set()


def test_every_submission_of_the_cluster_tier_does_more_than_a_minute_of_work(planned, submitted):
    jobs = [job.outputs for jobs in submitted.values() for job in jobs]
    assert sorted(jobs) == sorted({job.outputs for job in planned.values()}), "every job is submitted once"
    seconds = {name: sum(START_UP + work(job).seconds for job in jobs) for name, jobs in submitted.items()}
    short = {name: round(value) for name, value in seconds.items() if value < 60}
    assert short == {}, "in a group of the profile, or larger in the cluster tier"
    assert len(submitted) < len(jobs) / 2


def test_the_cluster_tier_is_as_large_as_it_says(planned):
    asked = defaultdict(set)
    for job in planned.values():
        module, arguments = parse_command(job.command)
        asked[module.rpartition(".")[2], *arguments.get("engine", [])].add(
            (int(arguments.get("N", ["0"])[0]), int(arguments.get("replicates", ["0"])[0]))
        )
    assert max(asked["chain",])[0] == 10**8
    assert max(asked["escape_times", "chain"])[0] == 10**8
    assert max(asked["sgd",])[0] == 10**5
    assert max(replicates for _, replicates in asked["escape_times", "chain"]) >= 10**4


def test_every_job_of_the_cluster_tier_may_run_three_times_as_long_as_it_is_expected_to(planned):
    rules = "\n".join(path.read_text() for path in (ROOT / "workflow/rules").rglob("*.smk"))
    assert set(re.findall(r"(?:mem_mb|runtime)=(\w+)", rules)) == {"growing"}, "a retry asks for more"
    minutes = {
        name: float(runtime)
        for name, runtime in re.findall(r"^rule (\w+):(?:(?!^rule ).)*?runtime=growing\((\d+)\)", rules, re.M | re.S)
    }
    for name, resources in profile()["set-resources"].items():
        runtime, times_attempt = resources["runtime"].split(maxsplit=1)
        assert times_attempt == "* attempt"
        minutes[name] = float(runtime)
    expected = {job.rule: 0.0 for job in planned.values() if ".stages." in job.command}
    for job in planned.values():
        if job.rule in expected:
            expected[job.rule] = max(expected[job.rule], (START_UP + work(job).seconds) / 60)
    assert {name: took for name, took in expected.items() if 3 * took > minutes[name]} == {}


def test_a_tier_that_does_not_exist_or_is_refused_is_one_line(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("escape: {batch: 0}")
    with pytest.raises(UserError, match=r"escape\.batch = 0"):
        lineage.jobs(configs=[wrong])
    wrong.write_text("tier: wrong\nchaos: {N: 3}")
    with pytest.raises(UserError, match=r"chaos = .*: unknown key; known here: tier, seed, escape, riccati"):
        lineage.jobs(configs=[wrong])
    for content, said in ((b"", "nothing"), (b"- 1", "[1]")):
        wrong.write_bytes(content)
        with pytest.raises(UserError, match=re.escape(f"{wrong}: expected keys and their values, got {said}")):
            lineage.jobs(configs=[wrong])
    wrong.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match=re.escape(f"{wrong}: not YAML that can be read")):
        lineage.jobs(configs=[wrong])
