"""The cluster profiles fit the workflow, and in the cluster tier no submission does less than a minute of work."""

import os
import re
from pathlib import Path

import pytest
import yaml

from shallownets.errors import UserError
from shallownets.workflow import cost, lineage, profile
from tests.conftest import ROOT
from tests.workflow.conftest import Checkout

SLURM = "workflow/profiles/slurm"


def asked() -> dict:
    """What the profile for SLURM says."""
    return yaml.safe_load((ROOT / profile.PROFILE).read_text())


@pytest.fixture(scope="module")
def jobs() -> list[lineage.Job]:
    """The jobs of the cluster tier."""
    here = Path.cwd()
    os.chdir(ROOT)
    try:
        return lineage.jobs(configs=[profile.TIER])
    finally:
        os.chdir(here)


@pytest.fixture(scope="module")
def planned(jobs) -> dict[str, lineage.Job]:
    """The same by each file that they make."""
    return {str(path): job for job in jobs for path in job.outputs}


@pytest.fixture(scope="module")
def submitted(planned, tmp_path_factory) -> dict[str, list[lineage.Job]]:
    """What Snakemake would submit with the profile for SLURM: the jobs of each submission, by the name of its group or
    by the file that it makes alone."""
    fresh = Checkout(tmp_path_factory.mktemp("fresh"))
    done = fresh.snakemake("-n", "--workflow-profile", SLURM, "--configfile", str(profile.TIER))
    assert done.returncode == 0, done.stderr
    found: dict[str, list[lineage.Job]] = {}
    # a line without indentation begins a submission; the jobs of a group are indented
    for part in re.split(r"\n(?=\[)", done.stdout):
        makes = [re.split(", ", files) for files in re.findall(r"Missing output files: ([^;\n]+)", part)]
        group = re.search(r"\] Group job (\w+) ", part)
        if makes:
            name = group[1] if group else makes[0][0]
            while name in found:  # a group may be several submissions
                name += "+"
            found[name] = [planned[files[0]] for files in makes]
    return found


def test_the_groups_and_times_are_those_that_the_cost_model_makes(jobs):
    text = (ROOT / profile.PROFILE).read_text()
    assert text == profile.written(text, jobs), "`make profile` writes it anew"
    assert text.count(profile.MADE) == 1


def test_every_submission_of_the_cluster_tier_does_more_than_a_minute_of_work(planned, submitted):
    jobs = [job.outputs for jobs in submitted.values() for job in jobs]
    assert sorted(jobs) == sorted({job.outputs for job in planned.values()}), "every job is submitted once"
    seconds = {name: sum(map(profile.expected, jobs)) for name, jobs in submitted.items()}
    assert {name: round(value) for name, value in seconds.items() if value < profile.LARGE} == {}
    assert {name.rstrip("+") for name in submitted if name.endswith("+")} <= {
        group for group in seconds if len({job.rule for job in submitted[group]}) == 1
    }, "of other groups each is one submission"
    assert len(submitted) < len(jobs) / 2


def test_the_cluster_tier_is_as_large_as_it_says(jobs):
    stages = [(cost.kind(job)[1:], given) for job in jobs if (given := cost.given(job.command))]

    def largest(key, *kind):
        return max(getattr(given, key) for found, given in stages if found == kind)

    assert largest("N", "escape.chain") == 10**8
    assert largest("N", "escape.escape_times", "chain") == 10**8
    assert largest("N", "escape.sgd") == 10**5
    assert largest("replicates", "escape.escape_times", "chain") >= 10**4


def test_every_job_of_the_cluster_tier_may_run_three_times_as_long_as_it_is_expected_to(jobs):
    rules = "\n".join(path.read_text() for path in (ROOT / "workflow/rules").rglob("*.smk"))
    assert set(re.findall(r"(?:mem_mb|runtime)=(\w+)", rules)) == {"growing"}, "a retry asks for more"
    of_stages = (ROOT / "workflow/rules/stage.smk").read_text()
    assert f"runtime=growing({profile.MINUTES})" in of_stages
    minutes = {name: resources["runtime"] for name, resources in asked()["set-resources"].items()}
    assert all(text.endswith(" * attempt") for text in minutes.values())
    short = {
        job.rule: profile.expected(job)
        for job in jobs
        if 3 * profile.expected(job) / 60 > int(minutes.get(job.rule, f"{profile.MINUTES} ").split()[0])
    }
    assert short == {}


def test_a_tier_that_is_refused_is_one_line(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("escape: {batch: 0}")
    with pytest.raises(UserError, match=r"escape\.batch = 0"):
        lineage.jobs(configs=[wrong])
    wrong.write_text("tier: wrong\nchaos: {N: 3}")
    with pytest.raises(UserError, match=r"chaos = .*: unknown key; known here: tier, seed, escape, perceptron, ric"):
        lineage.jobs(configs=[wrong])
    for content, said in ((b"", "nothing"), (b"- 1", "[1]")):
        wrong.write_bytes(content)
        with pytest.raises(UserError, match=re.escape(f"{wrong}: expected keys and their values, got {said}")):
            lineage.jobs(configs=[wrong])
    wrong.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match=re.escape(f"{wrong}: not YAML that can be read")):
        lineage.jobs(configs=[wrong])
