import os
import subprocess
import sys

import pytest

from shallownets.errors import UserError
from shallownets.workflow import runs
from tests.conftest import ROOT

RUN = "import sys, time; from pathlib import Path; from shallownets import runs; runs.start(Path(sys.argv[1]));"


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch):
    for name in ("SHALLOWNETS_LOCK", "SHALLOWNETS_RUN"):
        monkeypatch.setenv(name, "")  # so that what a run sets is undone
        monkeypatch.delenv(name)


def python(code, *arguments):
    """A process that says a line when it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.readline()
    return process


def test_a_second_run_is_refused_in_one_line_that_names_the_first(tmp_path):
    first = python(RUN + "print('ready', flush=True); input()", tmp_path)
    with pytest.raises(UserError, match=f"another run is at work here, process {first.pid} on") as caught:
        runs.start(tmp_path)
    assert "\n" not in str(caught.value)
    first.communicate("\n")
    assert first.returncode == 0
    runs.start(tmp_path)


def test_a_killed_run_leaves_no_lock(tmp_path):
    first = python(RUN + "print('ready', flush=True); input()", tmp_path)
    first.kill()
    first.communicate()
    runs.start(tmp_path)
    assert str(os.getpid()) in (tmp_path / ".lock").read_text()


def test_a_run_waits_for_the_jobs_of_a_killed_one_and_no_job_of_it_starts_any_more(tmp_path):
    job = "from shallownets import runs; runs.join(); print('ready', flush=True); input()"
    first = python(RUN + "import os; print(os.environ['SHALLOWNETS_RUN'], flush=True); input()", tmp_path)
    name = (tmp_path / ".lock").read_text()
    old = {"SHALLOWNETS_LOCK": str(tmp_path / ".lock"), "SHALLOWNETS_RUN": name}
    with pytest.MonkeyPatch.context() as patch:
        for key, value in old.items():
            patch.setenv(key, value)
        at_work = python(job)
    first.kill()
    first.communicate()

    second = subprocess.Popen(
        [sys.executable, "-c", RUN, tmp_path],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert "waiting for the last jobs of a run that was killed" in second.stderr.readline()
    assert second.poll() is None
    at_work.communicate("\n")
    assert at_work.returncode == 0
    second.communicate()
    assert second.returncode == 0

    with pytest.MonkeyPatch.context() as patch, pytest.raises(UserError, match="the run of this job is over"):
        for key, value in old.items():
            patch.setenv(key, value)
        runs.join()


def test_a_folder_that_cannot_be_written_is_said_in_one_line(tmp_path):
    (tmp_path / "results").write_text("a file")
    with pytest.raises(UserError, match="results: cannot be written"):
        runs.start(tmp_path / "results")
