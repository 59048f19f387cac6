"""The smoke tier on a real SLURM of two emulated nodes: a cancelled job, a drained node, and still the same bytes.

Not among the tests that pytest finds by itself, because it needs root on Debian: `make test-cluster` runs it, after
`make smoke`, whose results it compares with.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.workflow.conftest import SMOKE, Checkout

SCRIPT = Path(__file__).with_name("slurm.sh")
# The emulated nodes share this machine's disk and see few jobs: there is nothing to wait for.
IMPATIENT = ["--latency-wait", "5", "--seconds-between-status-checks", "2"]


def command(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def until(condition: Callable[[], object], patience: float, what: str) -> object:
    """The condition's value as soon as it is true."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.3)
    raise AssertionError(f"{what}: not within {patience:g} s")


@pytest.fixture(scope="module")
def slurm(tmp_path_factory) -> Iterator[Path]:
    """The folder of a running SLURM; it is stopped whatever happens."""
    folder = tmp_path_factory.mktemp("slurm")
    try:
        started = subprocess.run(["bash", SCRIPT, "start", folder], text=True, stderr=subprocess.PIPE, check=False)
        if started.returncode:
            pytest.fail(started.stderr.strip(), pytrace=False)
        yield folder
    finally:
        subprocess.run(["bash", SCRIPT, "stop", folder], check=True)


@pytest.fixture
def spaced(tmp_path) -> Checkout:
    """A fresh checkout below a folder with a space in its name."""
    folder = tmp_path / "a checkout"
    folder.mkdir()
    return Checkout(folder)


@pytest.fixture(scope="module")
def reference() -> dict[str, bytes]:
    """The smoke tier's results in this checkout."""
    files = Checkout.at(ROOT).artefacts()
    assert len(files) > 50, "no results of the smoke tier: `make smoke` first"
    return files


def run(checkout: Checkout, profile: str, *arguments: str) -> subprocess.Popen:
    """Snakemake with a profile; what it says lands in the file `said` in the checkout."""
    words = ["--workflow-profile", f"workflow/profiles/{profile}", "--configfile", SMOKE, *IMPATIENT, *arguments]
    with (checkout.folder / "said").open("w") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "snakemake", *words],
            cwd=checkout.folder,
            stdout=said,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONPATH": "", "XDG_CACHE_HOME": str(checkout.folder / "home")},
        )


def finish(process: subprocess.Popen, checkout: Checkout, patience: float) -> str:
    """Wait for the run; returns what it said."""
    try:
        code = process.wait(patience)
    except subprocess.TimeoutExpired:
        queue = command("squeue", "-o", "%i %j %T %r %l %m")
        pytest.fail(f"not done within {patience:g} s; SLURM's queue:\n{queue}", pytrace=False)
    finally:
        process.kill()
    said = (checkout.folder / "said").read_text()
    assert code == 0, said[-4000:]
    return said


def at_work() -> list[str]:
    """Ids of jobs that have run for a few seconds and are no group of many jobs, whose rules are not all named."""
    lines = [line.split(maxsplit=2) for line in command("squeue", "-h", "-t", "R", "-o", "%i %M %k").splitlines()]
    return [job for job, spent, rule in lines if spent >= "0:05" and "..." not in rule]


def ended(slurm: Path) -> dict[str, dict[str, str]]:
    """What SLURM noted of each job that has ended, by its id."""
    lines = (slurm / "jobs.txt").read_text().splitlines()
    notes = [dict(re.findall(r"(\w+)=(\S+)", line)) for line in lines]
    return {note["JobId"]: note for note in notes}


def megabytes(note: dict[str, str]) -> int:
    return int(re.search(r"mem=(\d+)M", note["Tres"])[1])


def test_the_smoke_tier_survives_a_cancelled_job_and_a_drained_node_with_the_same_bytes(slurm, spaced, reference):
    process = run(spaced, "slurm", "--slurm-init-seconds-before-status-checks", "1")
    try:
        (cancelled, *_) = until(at_work, 120, "a running job")
        command("scancel", cancelled)
        until(lambda: len(ended(slurm)) > 7, 300, "seven jobs that have ended besides")
        on_n2 = until(lambda: command("squeue", "-h", "-t", "R", "-w", "n2", "-o", "%i").split(), 60, "a job on n2")
        command("scontrol", "update", "nodename=n2", "state=drain", "reason=test")
        drained, before = time.strftime("%Y-%m-%dT%H:%M:%S"), len(ended(slurm))
    except BaseException:
        process.kill()
        raise
    said = finish(process, spaced, 1800)

    notes = ended(slurm)
    assert notes[cancelled]["JobState"] == "CANCELLED"
    assert "Trying to restart job" in said
    jobs = {job: name for name, job in re.findall(r"Job (\S+) has been submitted with SLURM jobid (\d+)", said)}
    (again,) = [job for job, name in jobs.items() if name == jobs[cancelled] and job != cancelled]
    assert megabytes(notes[again]) == 2 * megabytes(notes[cancelled])
    assert {note["JobState"] for job, note in notes.items() if job != cancelled} == {"COMPLETED"}
    assert {notes[job]["NodeList"] for job in on_n2} == {"n2"}
    late = [note["NodeList"] for note in notes.values() if note["StartTime"] > drained]
    assert set(late) == {"n1"}
    assert 7 < before < len(notes) - 7, "midway"
    assert command("sinfo", "-h", "-n", "n2", "-o", "%T").strip() in ("draining", "drained")

    assert list(Path(f"/tmp/shallownets-{os.getuid()}").iterdir()), "kernels are cached on the node"
    assert not (spaced.folder / "home/shallownets").exists()
    ours = spaced.artefacts()
    assert ours.keys() == reference.keys()
    assert [name for name in reference if ours[name] != reference[name]] == []
    print(f"{len(notes)} jobs of SLURM, {before} before the drain, {len(late)} begun after it;", end=" ")
    print(f"{sum(map(len, ours.values())):,} bytes in {len(ours)} files, all the same")


def test_another_batch_systems_profile_makes_the_same_bytes(slurm, spaced, reference):
    command("scontrol", "update", "nodename=n2", "state=resume")
    before = set(ended(slurm))
    finish(run(spaced, "generic", "draw_escape_fig5"), spaced, 600)
    jobs = [note for job, note in ended(slurm).items() if job not in before]
    assert [note["JobState"] for note in jobs] == ["COMPLETED", "COMPLETED"]
    ours = spaced.artefacts()
    assert "figures/escape/fig5.png" in ours
    assert [name for name in ours if ours[name] != reference[name]] == []


def test_stopping_leaves_nothing_behind(slurm):
    daemons = [int((slurm / f"{name}.pid").read_text()) for name in ("ctld", "n1", "n2", "munged")]
    subprocess.run(["bash", SCRIPT, "stop", slurm], check=True)
    assert not [pid for pid in daemons if Path("/proc", str(pid)).exists()]
    assert not Path("/etc/slurm/slurm.conf").exists()
