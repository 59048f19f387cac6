"""One run at a time, and no late writers: with locks, and on systems and disks that have none."""

import errno
import fcntl
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, nullcontext

import psutil
import pytest

from shallownets.errors import UserError
from shallownets.results import lock
from tests.conftest import ROOT

RUN = """
import os, sys
from contextlib import nullcontext
from pathlib import Path
from shallownets.results import lock
with lock.hold(Path(sys.argv[1]), nullcontext):
    print(os.environ["SHALLOWNETS_RUN"], flush=True)
    input()
"""
JOB = "from shallownets.results import lock; lock.join(); print('ready', flush=True); input()"


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch):
    for name in ("SHALLOWNETS_LOCK", "SHALLOWNETS_RUN"):
        monkeypatch.setenv(name, "")  # so that what a run sets is undone
        monkeypatch.delenv(name)


def start(code, *arguments):
    """A process with pipes."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def python(code, *arguments):
    """A process that has said that it is ready."""
    process = start(code, *arguments)
    assert process.stdout.readline()
    return process


def never():
    """Snakemake's own lock where that of the system is there: nobody takes it."""
    pytest.fail("Snakemake's own lock is taken")


@contextmanager
def job_of(results, name):
    """The environment of a job of a run with this name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHALLOWNETS_LOCK", str(results / ".lock"))
        patch.setenv("SHALLOWNETS_RUN", name)
        yield


def name_in(results):
    return (results / ".lock").read_text()


def test_a_second_run_is_refused_in_one_line_that_names_the_first(tmp_path):
    first = python(RUN, tmp_path)
    with (
        pytest.raises(UserError, match=f"another run is at work here, process {first.pid} on") as caught,
        lock.hold(tmp_path, never),
    ):
        pass
    assert "\n" not in str(caught.value)
    first.communicate("\n")
    assert first.returncode == 0
    with lock.hold(tmp_path, never):
        pass


def test_a_killed_run_leaves_no_lock_and_nothing_is_said(tmp_path, capsys):
    first = python(RUN, tmp_path)
    first.kill()
    first.communicate()
    with lock.hold(tmp_path, never):
        assert str(os.getpid()) in name_in(tmp_path)
    assert capsys.readouterr().err == ""


def waits(results):
    """A run that says that it waits for the last jobs of one that was killed."""
    second = start(RUN, results)
    assert "waiting for the last jobs of a run that was killed" in second.stderr.readline()
    assert second.poll() is None
    return second


@pytest.mark.parametrize("reaped", [True, False], ids=["", "nobody waits for it"])
def test_a_run_waits_for_the_jobs_of_a_killed_one_and_no_job_of_it_starts_any_more(tmp_path, reaped):
    first = python(RUN, tmp_path)
    name = name_in(tmp_path)
    with job_of(tmp_path, name):
        at_work = python(JOB)
    first.kill()
    if reaped:
        first.communicate()
    else:  # as in a container whose first process is none that reaps
        while psutil.Process(first.pid).status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)

    second = waits(tmp_path)
    at_work.communicate("\n")
    assert at_work.returncode == 0
    second.communicate("\n")
    assert second.returncode == 0
    assert name_in(tmp_path) != name
    with job_of(tmp_path, name), pytest.raises(UserError, match="the run of this job is over"):
        lock.join()
    first.communicate()


def test_a_run_whose_number_went_to_another_process_is_not_taken_for_alive(tmp_path):
    first = python(RUN, tmp_path)
    host, _, began = name_in(tmp_path).split()
    with job_of(tmp_path, name_in(tmp_path)):
        at_work = python(JOB)
    first.kill()
    first.communicate()
    # as if the run had begun a minute before the process that has its number now
    (tmp_path / ".lock").write_text(f"{host} {at_work.pid} {int(began) - 60 * 10**9}")
    second = waits(tmp_path)
    at_work.communicate("\n")
    second.communicate("\n")
    assert second.returncode == 0


@pytest.mark.parametrize("name", ["", "a b", "\0\1\2", "node7 1 1", "x y z", f"{socket.gethostname()} x 1"])
def test_a_run_that_cannot_be_told_from_a_live_one_is_left_alone(tmp_path, name):
    first = python(RUN, tmp_path)
    (tmp_path / ".lock").write_text(name)
    with pytest.raises(UserError, match="another run is at work here"), lock.hold(tmp_path, never):
        pass
    first.communicate("\n")


def test_a_folder_that_cannot_be_written_is_said_in_one_line(tmp_path):
    (tmp_path / "results").write_text("a file")
    with pytest.raises(UserError, match="results: cannot be written"), lock.hold(tmp_path / "results", never):
        pass


def test_an_error_of_the_run_itself_is_not_taken_for_one_of_its_folder(tmp_path):
    with pytest.raises(OSError, match="its own"), lock.hold(tmp_path, never):
        raise OSError("its own")


NO_FCNTL = "no file locks on this system"
NO_FLOCK = {
    f"no file locks on this disk ({text})": OSError(number, text)
    for number, text in (
        (errno.ENOSYS, "Function not implemented"),
        (errno.ENOLCK, "No locks available"),
        (errno.EOPNOTSUPP, "Operation not supported"),
    )
}


@pytest.fixture(params=[NO_FCNTL, *NO_FLOCK])
def reason(request, monkeypatch):
    """This process is on a system, or a disk, without locks; what is said of it."""

    def fails(*_):
        raise NO_FLOCK[request.param]

    if request.param == NO_FCNTL:
        monkeypatch.setattr(lock, "fcntl", None)
    else:
        monkeypatch.setattr(fcntl, "flock", fails)
    return request.param


@contextmanager
def snakemakes(taken):
    taken.append("locked")
    yield
    taken.append("unlocked")


def test_without_locks_snakemakes_own_is_taken_and_one_line_says_so(tmp_path, capsys, reason):
    taken = []
    with lock.hold(tmp_path, lambda: snakemakes(taken)):
        assert taken == ["locked"]
        lock.join()  # as a job of it
        name = os.environ["SHALLOWNETS_RUN"]
    assert taken == ["locked", "unlocked"]
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{tmp_path}: {reason}, so Snakemake's own lock is used")
    assert "cannot be written" not in line

    (tmp_path / ".lock").write_text("node7 1 1")  # the next run
    with job_of(tmp_path, name), pytest.raises(UserError, match="the run of this job is over"):
        lock.join()


def test_without_locks_a_run_of_the_same_host_is_known_by_its_name(tmp_path, reason):
    first = python(RUN, tmp_path)
    with (
        pytest.raises(UserError, match=f"another run is at work here, process {first.pid} on"),
        lock.hold(tmp_path, nullcontext),
    ):
        pass
    first.kill()
    first.communicate()
    with lock.hold(tmp_path, nullcontext):
        assert name_in(tmp_path).split()[1] == str(os.getpid())


def test_without_locks_a_name_is_not_written_over_before_snakemakes_lock_is_there(tmp_path, reason):
    @contextmanager
    def refuses():
        raise RuntimeError("locked")
        yield

    (tmp_path / ".lock").write_text("node7 1 1")
    with pytest.raises(RuntimeError, match="locked"), lock.hold(tmp_path, refuses):
        pass
    assert name_in(tmp_path) == "node7 1 1"


def test_a_system_without_fcntl_imports_and_runs(tmp_path):
    run = start("import sys; sys.modules['fcntl'] = None\n" + RUN, tmp_path)
    _, said = run.communicate("\n")
    assert run.returncode == 0, said
    assert f"{tmp_path}: {NO_FCNTL}, so Snakemake's own lock is used" in said
