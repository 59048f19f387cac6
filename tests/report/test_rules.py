"""What rules cost, and the graph of who reads whose results."""

import json
import re

import pytest

from shallownets.files import sidecar
from shallownets.report import rules
from tests.report.conftest import job


def test_costs_are_summed_by_rule_and_a_job_without_seals_is_unknown(tmp_path):
    jobs = [job("sgd", [], [f"{tmp_path}/{n}.npz"]) for n in range(3)]
    for n, (seconds, memory) in enumerate(((10, 100), (20, 300))):
        seal = {"seconds": seconds, "core_seconds": seconds / 2, "memory": memory}
        sidecar(tmp_path / f"{n}.npz").write_text(json.dumps(seal))
    (rule,) = rules.by_rule(jobs)
    assert (rule.name, rule.jobs, rule.unknown) == ("sgd", 3, 1)
    assert (rule.seconds, rule.core_seconds, rule.longest, rule.memory) == (30, 15, 20, 300)


def test_the_graph_has_every_rule_right_of_those_it_reads(jobs):
    before = rules.edges(jobs)
    assert before["claims"] == {"points"}
    assert before["straight"] == {"line"}
    drawing = rules.graph(jobs)
    x = {name: float(left) for left, name in re.findall(r'<text x="(\S+)" y="\S+">(\w+)</text>', drawing)}
    assert set(x) == set(before)
    assert all(x[other] < x[rule] for rule, others in before.items() for other in others)
    assert drawing.count("<path") == sum(map(len, before.values()))


def test_names_in_the_graph_are_text():
    assert "<script>" not in rules.graph([job("<script>", [], ["a"])])
    assert rules.graph([]).startswith("<svg")


@pytest.mark.parametrize("number", [1, 4])
def test_jobs_that_read_each_others_rule_make_no_loop(number):
    chain = [job("step", [f"{n}"] if n else [], [f"{n + 1}"]) for n in range(number)]
    assert rules.edges(chain) == {"step": set()}
