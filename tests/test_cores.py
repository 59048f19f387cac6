"""As many processes and threads as there are cores for them, not as the machine has."""

import os

from shallownets.numerics import cores
from tests.conftest import ROOT


def test_only_the_cores_that_this_process_may_use_are_counted(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {3, 5}, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert cores.usable() == 2
    monkeypatch.delattr(os, "sched_getaffinity")  # as on macOS
    assert cores.usable() == 64


def test_nothing_else_counts_cores_but_the_record_of_the_machine():
    code = [*ROOT.glob("src/**/*.py"), *ROOT.glob("tests/**/run.py")]
    assert {path.name for path in code if "cpu_count" in path.read_text()} == {"cores.py", "artefacts.py"}
