"""Which rules share a submission, and how long their jobs may take."""

from pathlib import Path

import pytest
import yaml

from shallownets.workflow import cost, profile
from shallownets.workflow.lineage import Job
from shallownets.workflow.profile import Rule, rules, settings, written


@pytest.fixture
def jobs(monkeypatch):
    """A workflow whose work stands in its commands: rule, command, seconds, what it makes, what it reads."""
    planned = [
        ("start", "run escape.start", 0, "start", ()),
        ("quick", "run escape.quick", 10, "quick", ()),
        ("draw_quick", "draw escape.quick", 0, "quick.png", ("quick",)),
        ("other", "run riccati.other", 50, "other", ()),
        ("sgd", "run escape.sgd", 100, "sgd1", ("start",)),
        ("sgd", "run escape.sgd", 900, "sgd2", ("start",)),
        ("gather", "run escape.gather", 0, "gather", ("sgd1", "sgd2")),
        ("scan", "run escape.scan", 600, "scan", ()),
        ("optimum", "run escape.optimum", 0, "optimum", ("scan", "quick")),
        ("draw_optimum", "draw escape.optimum", 0, "optimum.png", ("optimum",)),
        *(("mixed", "run escape.mixed", 30 + 300 * (n == 4), f"mixed{n}", ()) for n in range(5)),
        ("draw_both", "draw escape.both", 0, "both.png", ("scan", "gather")),
        ("claims", "ledger", 0, "claims", ("optimum", "other")),
        ("report", "report", 0, "report", ("claims", "both.png")),
    ]
    monkeypatch.setattr(cost, "work", lambda job: float(job.command.split()[-1]))
    return [
        Job(rule, "", tuple(map(Path, reads)), (Path(made),), f"{name} --work {seconds}")
        for rule, name, seconds, made, reads in planned
    ]


def test_a_rule_is_grouped_by_what_it_waits_for(jobs):
    said = yaml.safe_load(settings(jobs))
    groups = dict(entry.split("=") for entry in said["groups"])
    assert groups == {
        "start": "escape",
        "quick": "escape",
        "draw_quick": "escape",
        "other": "riccati",
        "gather": "last",
        "draw_both": "last",
        "scan": "scan",
        "optimum": "scan",
        "draw_optimum": "scan",
        "mixed": "mixed",
        "claims": "scan",  # here they wait for the scan alone
        "report": "last",
    }
    assert said["group-components"] == ["escape=1000", "last=1000", "mixed=3", "riccati=1000"]
    assert said["set-resources"] == {
        "mixed": {"runtime": "min(20 * attempt, 460)"},  # three of them are one submission
        "scan": {"runtime": "min(40 * attempt, 1380)"},
        "sgd": {"runtime": "min(80 * attempt, 1380)"},
    }


def test_no_submission_of_small_and_large_jobs_of_one_rule_is_short():
    for seconds in ([5.0, 5.0, 60.0], [7.0] * 8 + [500.0] * 9, [33.0, 90.0, 90.0, 180.0], [1.0, 2.0, 70.0], [61.0] * 7):
        rule = Rule(seconds, "escape", frozenset())
        size, jobs = rule.together, len(seconds)
        left = jobs % size
        assert sum(seconds[:size]) >= profile.LARGE
        assert left == 0 or sum(seconds[:left]) >= profile.LARGE
    assert Rule([61.0] * 7, "escape", frozenset()).together == 1


def test_a_job_asks_for_three_times_what_is_expected_or_for_twice_where_a_retry_would_get_no_more():
    def asked(*seconds):
        rule = Rule(sorted(seconds), "escape", frozenset())
        return rule.minutes, rule.most

    assert asked(3600.0) == (320, 1380)  # 180 minutes
    assert asked(*5 * [13.0], 3600.0) == (160, 230)
    assert asked(50000.0) == (2560, 1380)  # what is expected once leaves nothing for a retry


def test_a_rule_waits_for_large_jobs_at_any_hand(jobs):
    found = rules(jobs)
    assert found["report"].waits_for == {"scan", "sgd"}
    assert found["draw_quick"].waits_for == found["sgd"].waits_for == frozenset()
    assert found["draw_optimum"].waits_for == {"scan"}
    assert found["sgd"].seconds == [103.0, 903.0]


def test_what_stands_before_the_part_that_is_made_stays(jobs):
    once = written("jobs: 100\n\n", jobs)
    assert once.startswith(f"jobs: 100\n\n{profile.MADE}groups:\n")
    assert written(once, jobs) == once
