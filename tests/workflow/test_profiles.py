"""The cluster profiles fit the workflow, and in the cluster tier no submission does less than a minute of work."""

import re
from contextlib import chdir

import pytest
import yaml

from shallownets.workflow import cost, lineage, profile
from tests.conftest import ROOT
from tests.workflow.conftest import Checkout

SLURM = "workflow/profiles/slurm"


@pytest.fixture(scope="module")
def jobs() -> list[lineage.Job]:
    """The jobs of the cluster tier."""
    with chdir(ROOT):
        return lineage.jobs(configs=[profile.TIER])


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
    stages = [(cost.kind(job)[1:], given) for job in jobs if (given := cost.given(job))]

    def largest(key, *kind):
        return max(getattr(given, key) for found, given in stages if found == kind)

    assert largest("N", "escape.chain") == 10**7
    assert largest("N", "escape.escape_times", "chain") == 10**8
    assert largest("N", "escape.sgd") == 10**5
    assert largest("replicates", "escape.escape_times", "chain") >= 10**4


def test_a_retry_asks_for_more_and_a_stage_for_the_time_that_the_profile_takes_it_to_ask_for():
    rules = "\n".join(path.read_text() for path in (ROOT / "workflow/rules").rglob("*.smk"))
    assert set(re.findall(r"(?:mem_mb|runtime)=(\w+)", rules)) == {"growing"}
    assert f"runtime=growing({profile.MINUTES})" in (ROOT / "workflow/rules/stage.smk").read_text()


def test_the_document_counts_submissions_and_jobs(submitted):
    text = " ".join((ROOT / "docs/cluster.md").read_text().split())
    counts = len(submitted), sum(map(len, submitted.values()))
    assert "The cluster tier is {} submissions of {} jobs".format(*counts) in text


def test_the_document_says_what_the_cluster_tier_takes(jobs):
    text = " ".join((ROOT / "docs/cluster.md").read_text().split())
    hours = [profile.expected(job) / cost.HOUR for job in jobs]
    said = (
        f"The cluster tier takes {sum(hours):.0f} core hours by the work alone, its longest job {max(hours):.0f} hours"
    )
    assert said in text


def test_no_submission_asks_for_more_than_a_day_at_its_last_attempt(submitted):
    """Many partitions give no more, and a job that asks for more waits for ever."""
    settings = yaml.safe_load((ROOT / profile.PROFILE).read_text())
    last = settings["retries"] + 1
    times = {
        rule: re.fullmatch(r"min\((\d+) \* attempt, (\d+)\)", resources["runtime"])
        for rule, resources in settings["set-resources"].items()
    }

    def minutes(rule: str, attempt: int) -> int:
        if found := times.get(rule):
            return min(int(found[1]) * attempt, int(found[2]))
        asked = 2 if rule.startswith("draw_") else profile.MINUTES  # and less for ledger and report
        return asked * 2 ** (attempt - 1)

    for jobs in submitted.values():
        first, retried = (sum(minutes(job.rule, attempt) for job in jobs) for attempt in (1, last))
        assert first < retried <= 24 * 60, {job.rule for job in jobs}
