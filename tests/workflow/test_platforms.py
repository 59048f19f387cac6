"""Snakemake on a disk without file locks, and for a user whom the machine does not know: both are stood in for."""

import os
import re
import subprocess
import sys
import sysconfig
import time
from contextlib import nullcontext
from pathlib import Path

import pytest

from shallownets.results import lock
from tests.workflow.conftest import TOY

NO_FLOCK = """
import errno, fcntl
def flock(*_):
    raise OSError(errno.ENOSYS, "Function not implemented")
fcntl.flock = flock
"""
SAID = "results/smoke: no file locks on this disk (Function not implemented), so Snakemake's own lock is used"


@pytest.fixture
def start(checkout, tmp_path_factory):
    """A function that starts Snakemake on a disk without locks."""
    if Path(sysconfig.get_path("stdlib"), "sitecustomize.py").exists():
        pytest.skip("this Python has a sitecustomize of its own, which comes before that of the test")
    folder = tmp_path_factory.mktemp("site")
    (folder / "sitecustomize.py").write_text(NO_FLOCK)

    def begin():
        return subprocess.Popen(
            checkout.command(TOY),
            cwd=checkout.folder,
            env=os.environ | {"PYTHONPATH": str(folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    return begin


@pytest.mark.slow
def test_a_run_on_a_disk_without_locks_is_guarded_by_snakemakes_own(checkout, start):
    first = start()
    file, locks = checkout.results / ".lock", checkout.folder / ".snakemake/locks"
    while not file.exists() or not file.read_text():
        assert first.poll() is None
        time.sleep(0.02)
    assert list(locks.iterdir())
    first.kill()
    said = first.communicate()[1]
    assert SAID in said
    assert "cannot be written" not in said

    second = start()
    said = second.communicate()[1]
    assert second.returncode == 1
    assert "Directory cannot be locked" in said
    assert "Traceback" not in said

    checkout.run("--unlock")
    third = start()
    said = third.communicate()[1]
    assert third.returncode == 0, said
    assert (checkout.results / "figures/toy/relaxation.png").is_file()
    assert not locks.exists() or not list(locks.iterdir())


def test_a_second_run_is_refused_without_hooks_too(checkout):
    with lock.hold(checkout.results, nullcontext):
        second = checkout.snakemake(TOY, "--no-hooks")
        assert second.returncode == 1
        assert second.stderr.splitlines()[-1].startswith("error: results/smoke: another run is at work here")
        assert "Traceback" not in second.stderr
        assert not list((checkout.folder / ".snakemake").glob("locks/*"))
    assert not (checkout.results / "figures").exists()


UNKNOWN = """
import pwd
def getpwuid(number):
    raise KeyError(f"getpwuid(): uid not found: {number}")
pwd.getpwuid = getpwuid
"""


def test_a_user_without_a_name_and_a_home_can_plan_a_run(checkout, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    (folder / "sitecustomize.py").write_text(UNKNOWN)
    ask = f"from shallownets.workflow import lineage; print(len(lineage.jobs([{TOY!r}])))"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{folder}:{checkout.folder / 'src'}"}
    done = subprocess.run(
        [sys.executable, "-c", ask], cwd=checkout.folder, env=environment, capture_output=True, text=True
    )
    assert done.stdout == "7\n", done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("owner", "name"), [("dag.DAG", "incomplete_files"), ("persistence.PersistenceBase", "params_changed")]
)
def test_a_snakemake_that_lacks_what_the_guard_uses_is_refused_in_a_line(checkout, owner, name):
    lacking = f"import snakemake.persistence\n\ndel snakemake.{owner}.{name}\n\n\ninclude:"
    checkout.edit("Snakefile", "include:", lacking)
    done = checkout.snakemake(TOY)
    assert done.returncode == 1
    (said,) = [line for line in done.stderr.splitlines() if "which guard.py needs" in line]
    assert re.fullmatch(rf"snakemake = [\d.]+: it has no {name}, .*; expected the version of requirements\.lock", said)
    assert "Traceback" not in done.stderr
    assert not (checkout.results / "data").exists()
