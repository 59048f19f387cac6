"""What happens to a run when something breaks: a clear message or the same bytes again, never a wrong figure.

The toy study is broken in every way here, and its bytes are compared with those of an undisturbed run.
tests/test_guard.py and tests/test_lock.py try the same by the hundred, below Snakemake.
"""

import json
import os
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
import pytest

from shallownets.results.artefacts import sidecar
from tests.workflow.conftest import CHAIN, TOY, Checkout

DATA = "data/toy"
BATCHES = [f"{DATA}/sgd/0-49.npz", f"{DATA}/sgd/50-99.npz"]
FIGURE = "figures/toy/relaxation.png"
TABLE = "figure_data/toy/relaxation.csv"
ON_THE_WAY = ("data/toy/", "/toy/relaxation.")


@pytest.fixture(scope="module")
def right(finished) -> dict[str, bytes]:
    """Every result on the way to the figure, from an undisturbed run."""
    return {name: content for name, content in finished.artefacts().items() if any(part in name for part in ON_THE_WAY)}


@pytest.fixture(scope="module")
def shared(finished, tmp_path_factory) -> Checkout:
    """One finished checkout that all tests here break and mend."""
    return finished.copy(tmp_path_factory.mktemp("shared"))


@pytest.fixture
def broken(shared, right) -> Checkout:
    """It, and whatever a test that failed left of it is mended."""
    yield shared
    for name, content in right.items():
        path = shared.results / name
        if path.exists() and path.read_bytes() != content:
            path.unlink()
    if shared.would_run(TOY):
        shared.run(TOY)


def differing(checkout: Checkout, right: dict[str, bytes]) -> set[str]:
    """Results on the way to the figure that are not what they should be, or should not be there."""
    now = {name: content for name, content in checkout.artefacts().items() if name in right or "unfinished" in name}
    return {name for name in now.keys() | right.keys() if now.get(name) != right.get(name)}


def mend(checkout: Checkout, right: dict[str, bytes]) -> str:
    """Run as a user would, and return what was said."""
    done = checkout.snakemake(TOY)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert differing(checkout, right) == set()
    return done.stderr


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


@pytest.mark.slow
def test_a_stage_that_is_killed_after_it_wrote_its_results_has_failed_and_they_are_none(checkout, count_fault):
    table = "results/smoke/data/toy/start.npz"
    stage = checkout.folder / "src/shallownets/studies/toy/stages/start.py"
    source = stage.read_text()
    stage.write_text(f"import atexit, os, signal\natexit.register(os.kill, os.getpid(), signal.SIGKILL)\n{source}")
    failed = checkout.snakemake(table)
    assert failed.returncode == 1
    assert "non-zero exit status 137" in failed.stdout + failed.stderr
    assert (checkout.folder / f"{table}.run.json").exists(), "it was killed too early"
    assert not (checkout.folder / table).exists()
    stage.write_text(source)
    checkout.run(table)
    assert (checkout.folder / table).exists()
    count_fault("SIGKILL to a stage that has written its results", 1, 1)


def servers(checkout: Checkout) -> list[psutil.Process]:
    """Processes that fork the jobs of the checkout, and their children."""
    file = str(checkout.folder / "src/shallownets/forkserver.py")
    return [process for process in psutil.process_iter(["cmdline"]) if file in (process.info["cmdline"] or ())]


@pytest.mark.slow
def test_a_server_forks_the_jobs_of_a_run_and_is_gone_with_it(checkout):
    stage = checkout.folder / "src/shallownets/studies/toy/stages/start.py"
    with stage.open("a") as source:
        source.write("\nimport sys\nprint(*sys.orig_argv)\n")
    for _ in range(2):  # a first run starts it while Snakemake plans, another one after that
        checkout.run("results/smoke/data/toy/start.npz")
        said = (checkout.results / "logs/toy/start.log").read_text()
        assert str(checkout.folder / "src/shallownets/forkserver.py") in said
        assert servers(checkout) == []
        shutil.rmtree(checkout.results / "data")


@pytest.mark.slow
def test_a_local_run_is_not_held_back_by_what_protects_a_batch_system(checkout):
    with (checkout.folder / "Snakefile").open("a") as snakefile:
        snakefile.write("\nonsuccess:\n    print('limit:', workflow.scheduling_settings.max_jobs_per_timespan)\n")
    done = checkout.snakemake("results/smoke/data/toy/start.npz")
    assert "limit: None" in done.stdout + done.stderr


COUNTING = """
import hashlib
from collections import Counter

count, hash_file = Counter(), hashlib.file_digest


def counted(file, *said):
    count[file.name] += 1
    return hash_file(file, *said)


hashlib.file_digest = counted


onsuccess:
    print("read:", count["results/smoke/claims.csv"], max(count[name] for name in count if name.endswith(".png")))
"""


@pytest.mark.slow
def test_snakemake_reads_an_input_once_for_a_job_however_many_results_it_has(checkout):
    with (checkout.folder / "Snakefile").open("a") as snakefile:
        snakefile.write(COUNTING)
    done = checkout.snakemake("report")  # nothing else reads the ledger and pictures
    assert "read: 1 1\n" in done.stdout, done.stderr
    records = [json.loads(path.read_text()) for path in (checkout.folder / ".snakemake/metadata").iterdir()]
    assert len(records) > 14  # as many as the report has files, at least
    assert all(set(record["input"]) == set(record["input_checksums"]) for record in records)


@pytest.mark.slow
def test_a_run_of_which_everything_is_killed_leaves_no_process(checkout, count_fault):
    stage = checkout.folder / "src/shallownets/studies/toy/stages/start.py"
    with stage.open("a") as source:
        source.write("\nimport time\ntime.sleep(600)\n")
    run = start(checkout)
    while len(servers(checkout)) < 2:  # the server and the job
        assert run.poll() is None
        time.sleep(0.05)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    _, left = psutil.wait_procs(servers(checkout), timeout=600)
    assert left == []
    count_fault("SIGKILL to Snakemake and to all clients", 1, 1)


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "damage", "fault"),
    [
        (FIGURE, flip, "flipped bit in a figure"),
        (TABLE, flip, "flipped bit in a table"),
        (BATCHES[1], cut, "truncated artefact"),
    ],
)
def test_a_damaged_result_is_made_again(broken, right, count_fault, name, damage, fault):
    path = broken.results / name
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns
    damage(path)
    os.utime(path, ns=times)  # as a disk would have damaged it
    said = mend(broken, right)
    assert f"{name}: its bytes are not those that were written; it is made again" in said
    count_fault(fault, 1, 1)


@pytest.mark.slow
def test_a_figure_of_another_source_is_made_again(broken, right, count_fault):
    seal = sidecar(broken.results / FIGURE)
    seal.write_text(json.dumps(json.loads(seal.read_text()) | {"source": "0123456789abcdef"}))
    assert f"{FIGURE}: it was made by another version of the source" in mend(broken, right)
    count_fault("artefact of another version of the source", 1, 1)


@pytest.mark.slow
def test_a_batch_under_the_name_of_another_is_made_again(broken, right, count_fault):
    for end in (".npz", ".npz.run.json"):
        shutil.copy(broken.results / f"{DATA}/sgd/0-49{end}", broken.results / f"{DATA}/sgd/50-99{end}")
    assert f"{BATCHES[1]}: it was made by another command" in mend(broken, right)
    count_fault("artefact under another's name", 1, 1)


@pytest.mark.slow
def test_a_deleted_intermediate_is_made_again_when_it_is_needed_and_not_before(broken, right, count_fault):
    for path in (broken.results / f"{DATA}/start.npz", broken.results / BATCHES[0]):
        path.unlink()
    assert broken.would_run(TOY) == set()
    flip(broken.results / TABLE)
    mend(broken, right)
    count_fault("deleted intermediate", 2, 2)


@pytest.mark.slow
def test_a_changed_value_is_seen_when_snakemakes_records_are_lost(broken, count_fault):
    records = (broken.folder / ".snakemake").rename(broken.folder / "lost")
    fast = broken.overlay("fast.yaml", "toy: {runs: {eta: 0.2}}")
    try:
        would_run = broken.would_run(TOY, overlays=(fast,))
    finally:
        shutil.rmtree(broken.folder / ".snakemake")
        records.rename(broken.folder / ".snakemake")
    assert would_run == CHAIN - {"toy_start"}
    count_fault("changed value, Snakemake's records lost", 1, 1)


@pytest.mark.slow
def test_two_values_that_swap_places_are_seen(broken, count_fault):
    # Snakemake compares the sets of values before and now, which are the same.
    swapped = broken.overlay("swapped.yaml", "toy: {runs: {eta: 0.5, noise: 0.1}}")
    assert broken.would_run(TOY, overlays=(swapped,)) == CHAIN - {"toy_start"}
    count_fault("two values swapped", 1, 1)


@pytest.mark.slow
def test_a_clock_set_back_hides_no_change(broken, right, count_fault):
    fast = broken.overlay("fast.yaml", "toy: {runs: {eta: 0.2}}")
    batches = [broken.results / name for name in BATCHES]
    broken.run(*(path.relative_to(broken.folder).as_posix() for path in batches), overlays=(fast,))
    for path in batches:
        os.utime(path, (1e9, 1e9))  # older than what was made from the former ones
    assert {"toy_relaxation", TOY} <= broken.would_run(TOY, overlays=(fast,))
    for path in broken.results.rglob("*.npz"):
        os.utime(path, (4e9, 4e9))  # or of the future
    mend(broken, right)
    count_fault("clock set back", 2, 2)


@pytest.mark.slow
def test_a_stale_lock_stops_nobody(broken, right, count_fault):
    locks = broken.folder / ".snakemake/locks"
    locks.mkdir(exist_ok=True)
    for kind in ("input", "output"):
        names = [f"results/smoke/{name}" for name in right]
        (locks / f"0.{kind}.lock").write_text("\n".join(names))
    (broken.results / FIGURE).unlink()
    try:
        mend(broken, right)
    finally:
        shutil.rmtree(locks)
    count_fault("stale lock", 1, 1)


def start(checkout: Checkout) -> subprocess.Popen:
    return subprocess.Popen(
        checkout.command(TOY),
        cwd=checkout.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": ""},
        start_new_session=True,
    )


@pytest.mark.slow
def test_of_two_runs_at_once_the_second_is_refused_in_one_line(broken, right, count_fault):
    (broken.results / FIGURE).unlink()
    lock = broken.results / ".lock"
    before = lock.read_text()
    first = start(broken)
    while lock.read_text() in (before, ""):  # it is empty for a moment
        assert first.poll() is None
        time.sleep(0.02)
    # The figure is missing as long as the first run is at work, so the second has something to do.
    first.send_signal(signal.SIGSTOP)
    second = broken.snakemake(TOY)
    first.send_signal(signal.SIGCONT)
    assert second.returncode == 1
    *_, said = second.stderr.splitlines()
    assert said.startswith(f"error: results/smoke: another run is at work here, process {first.pid} on ")
    assert "Traceback" not in second.stderr
    assert first.wait() == 0
    assert differing(broken, right) == set()
    count_fault("two runs at once", 1, 1)


@contextmanager
def mounted(folder: Path, options: str):
    """A small file system in memory on a folder; a test that may not mount is skipped."""
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"mounting is not possible here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def remount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", folder], check=True)


@pytest.mark.slow
def test_a_full_disk_and_one_that_is_read_only_are_said_and_a_new_run_goes_on(checkout, right, count_fault):
    with mounted(checkout.results, "size=120k"):
        full = checkout.snakemake(TOY)
        assert full.returncode == 1
        said = full.stdout + full.stderr
        assert "No space left on device" in said
        assert "Traceback" not in said
        made = checkout.artefacts()
        assert made
        assert all(right[name] == content for name, content in made.items())

        remount(checkout.results, "size=50m,ro")
        locked = checkout.snakemake(TOY)
        assert locked.returncode == 1
        *_, said = locked.stderr.splitlines()
        assert said == "error: results/smoke: cannot be written: Read-only file system"

        remount(checkout.results, "rw")
        mend(checkout, right)
        remount(checkout.results, "ro")
        assert checkout.would_run(TOY) == set()
    count_fault("full disk", 1, 1)
    count_fault("read-only results", 1, 1)


def kill_something(run: subprocess.Popen, checkout: Checkout, rng: np.random.Generator) -> bool:
    """SIGKILL Snakemake, a job, their server or all at once at a random time; False where the run was done before."""

    def made() -> int:
        return sum(path.suffix in (".npz", ".csv", ".png") for path in checkout.results.rglob("*"))

    wanted = made() + rng.integers(3)
    while run.poll() is None and made() < wanted:
        time.sleep(0.05)
    time.sleep(rng.uniform(0, 2))
    if run.poll() is not None:
        return False
    victims = rng.choice(["snakemake", "job", "all"])
    if victims == "all":
        os.killpg(run.pid, signal.SIGKILL)
    elif victims == "job":
        children = psutil.Process(run.pid).children(recursive=True)
        pythons = [job for job in children if job.name().startswith("python")]  # the server, its children and clients
        (pythons[rng.integers(len(pythons))] if pythons else run).kill()
    else:
        run.kill()
    run.wait()
    return True


@pytest.mark.parametrize("least", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_kills_at_random_times_lose_nothing(checkout, right, count_fault, least):
    rng = np.random.default_rng(least)
    kills = survived = 0
    while kills < least:
        round_began = kills
        while kill_something(run := start(checkout), checkout, rng):
            kills += 1
        assert run.returncode == 0
        survived += (kills - round_began) * (not differing(checkout, right))
        shutil.rmtree(checkout.results)
    count_fault("SIGKILL to a job, to Snakemake or to both", kills, survived)
