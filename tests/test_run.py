"""workflow/run.sh starts Snakemake but where nothing has changed since a run ended well."""

import os
import shutil
import subprocess
import time

import pytest

NOTHING = "Nothing to be done (no file has changed since all was made).\n"
SNAKEMAKE = """#!/bin/sh
echo "$@" >>.snakemake/words
date >>results/claims.md
[ ! -e meanwhile.sh ] || . ./meanwhile.sh
[ ! -e fails ]
"""
FILES = ("src/model.py", "config.yaml", "docs/model.md", "results/data/a.npz", "results/claims.md")


@pytest.fixture(params=[False, True], ids=["results here", "results linked"])
def run(request, root, tmp_path):
    """A function that runs the script in a checkout and says whether a stand-in for Snakemake was started."""
    folder, bin_ = tmp_path / "check out", tmp_path / "bin"
    for name in (*FILES, ".venv/lib/python3/site-packages/numpy/a.py", "src/__pycache__/model.pyc"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    if request.param:
        (folder / "results").rename(tmp_path / "scratch")
        (folder / "results").symlink_to(tmp_path / "scratch")
    (folder / "workflow").mkdir()
    for name in ("run.sh", "known_tier.sh", "reseed.sh"):
        shutil.copy(root / "workflow" / name, folder / "workflow")
    shutil.copy(root / "Makefile", folder)
    (folder / "workflow/environment.sh").write_text("")
    for name in ("workflow/tiers/cluster.yaml", "workflow/tiers/smoke.yaml"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x")
    bin_.mkdir()
    (bin_ / "snakemake").write_text(SNAKEMAKE)
    (bin_ / "snakemake").chmod(0o755)

    environment = os.environ | {"PATH": f"{bin_}:{os.environ['PATH']}"}

    def make(*words):
        """What is said where make ends with an error and Snakemake was not started."""
        line = ["make", "--no-print-directory", *words]
        done = subprocess.run(line, cwd=folder, env=environment, capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (2, "")
        assert not (folder / ".snakemake").exists()
        return [said for said in done.stderr.splitlines() if not said.startswith("make")]

    def begin(*tier, fails=False):
        time.sleep(0.01)  # the system records changes at ticks of some milliseconds
        words = folder / ".snakemake/words"
        before = words.read_text() if words.exists() else ""
        done = subprocess.run(
            ["sh", "workflow/run.sh", *tier],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert (done.returncode != 0, done.stderr) == (fails, "")
        started = words.read_text() != before
        assert started == (done.stdout != NOTHING)
        time.sleep(0.01)
        return started

    begin.folder, begin.make = folder, make
    return begin


def restore_old(folder):
    """What an archive tool does: another content with the time of the file before."""
    path = folder / "results/data/a.npz"
    before = path.stat()
    path.write_text("y")
    os.utime(path, (before.st_atime, before.st_mtime))


CHANGES = {
    "code edited": lambda folder: (folder / "src/model.py").write_text("y"),
    "code added": lambda folder: (folder / "src/new.py").write_text("y"),
    "code deleted": lambda folder: (folder / "src/model.py").unlink(),
    "config touched": lambda folder: (folder / "config.yaml").touch(),
    "a document edited": lambda folder: (folder / "docs/model.md").write_text("y"),
    "a result deleted": lambda folder: (folder / "results/data/a.npz").unlink(),
    "a result replaced, its time kept": restore_old,
    "a result's time set back": lambda folder: os.utime(folder / "results/data/a.npz", (0, 0)),
    "a package installed": lambda folder: (folder / ".venv/lib/python3/site-packages/mnist").mkdir(),
    "Snakemake's records deleted": lambda folder: shutil.rmtree(folder / ".snakemake"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_snakemake_is_started_again_after_a_change_only(run, change):
    assert run()
    assert not run()
    change(run.folder)
    assert run()
    assert not run()


def test_bytecode_is_no_change(run):
    assert run()
    (run.folder / "src/__pycache__/model.pyc").write_text("y")
    assert not run()


def test_a_run_that_fails_is_not_complete(run):
    assert run()
    (run.folder / "fails").touch()
    assert run(fails=True)
    (run.folder / "fails").unlink()
    assert run()
    assert not run()


def test_what_is_edited_during_a_run_is_looked_at_by_the_next(run):
    (run.folder / "meanwhile.sh").write_text("sleep 0.02; echo y >src/model.py; rm meanwhile.sh")
    assert run()
    assert run()
    assert not run()


def test_tiers_are_apart(run):
    assert run()
    assert run("smoke")
    assert not run("smoke")
    assert (run.folder / ".snakemake/words").read_text().splitlines() == [
        "--cores all --scheduler greedy --rerun-incomplete --quiet host reason",
        "--cores all --scheduler greedy --rerun-incomplete --quiet host reason --configfile workflow/tiers/smoke.yaml",
    ]
    assert sorted(path.name for path in (run.folder / ".snakemake/complete").iterdir()) == ["paper", "smoke"]


@pytest.mark.parametrize("target", ["archive", "check", "reference", "reseed"])
@pytest.mark.parametrize("tier", ["nope", "smoke.yaml", "a b", "../tiers/none"])
def test_an_unknown_tier_is_one_line_that_lists_those_there_are(run, target, tier):
    right = f"error: TIER={tier}: expected one of cluster, smoke, or nothing for the paper tier"
    assert run.make(target, f"TIER={tier}") == [right]


def test_a_check_without_a_reference_is_refused_before_the_run(run):
    said = run.make("check", "TIER=cluster")
    right = "there is no tests/reference/cluster to compare with; make reference TIER=cluster makes it"
    assert said == [f"error: TIER=cluster: {right}"]
    (run.folder / "tests/reference/cluster").mkdir(parents=True)
    assert run("cluster", "tests/reference/cluster")


def test_an_archive_to_verify_is_asked_for_as_make_takes_it(run):
    assert run.make("verify") == ["error: expected ARCHIVE=results/shallownets-....zip, as make archive names it"]
