"""A checkout to run Snakemake in, and what a run did.

How the workflow behaves is proved on a checkout that holds the study `toy` alone, made from workflow/template by the
command that makes any new study: its plan takes a second. Only what depends on the real studies runs theirs.
"""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Self

import pytest

from tests.conftest import ROOT

SMOKE = "workflow/tiers/smoke.yaml"
TOY = "draw_toy_relaxation"  # the toy's only figure, and the rules behind it, in their order
STUDY = "riccati"  # whose smoke tier is the real chain of `make test`; that of all studies takes minutes
CHAIN = {"toy_start", "toy_sgd", "toy_relaxation", TOY}


class Checkout:
    """A copy of this checkout's files, as a clone would have them, in which Snakemake runs the smoke tier."""

    def __init__(self, folder: Path):
        self.folder = folder
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        for name in listed.stdout.splitlines():
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, folder / name)

    @classmethod
    def at(cls, folder: Path) -> Self:
        """The checkout that is already in a folder."""
        checkout = object.__new__(cls)
        checkout.folder = folder
        return checkout

    def copy(self, folder: Path) -> Self:
        """A copy of it with its results and Snakemake's records."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True, symlinks=True)
        return self.at(folder)

    @property
    def results(self) -> Path:
        return self.folder / "results/smoke"

    def command(self, *arguments: str, overlays: tuple[str, ...] = ()) -> list[str]:
        return [sys.executable, "-m", "snakemake", "--configfile", SMOKE, *overlays, "--cores", "2", *arguments]

    def snakemake(self, *arguments: str, overlays: tuple[str, ...] = ()) -> subprocess.CompletedProcess:
        """Run Snakemake; ``overlays`` are further config files."""
        return subprocess.run(
            self.command(*arguments, overlays=overlays),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=1800,
            env=os.environ | {"PYTHONPATH": ""},
        )

    def run(self, *arguments: str, overlays: tuple[str, ...] = ()) -> None:
        done = self.snakemake(*arguments, overlays=overlays)
        assert done.returncode == 0, done.stderr

    def would_run(self, *arguments: str, overlays: tuple[str, ...] = ()) -> set[str]:
        """Rules of the jobs that a run would start now, without the targets that only collect."""
        done = self.snakemake("-n", *arguments, overlays=overlays)
        assert done.returncode == 0, done.stderr
        if "Nothing to be done" in done.stdout + done.stderr:
            return set()
        table = re.search(r"Job stats:\n.*\n[- ]+\n(.*?)\ntotal", done.stdout, re.DOTALL)
        return {line.split()[0] for line in table[1].splitlines()} - {"all", *self.studies()}

    def studies(self) -> list[str]:
        """The names of its studies."""
        return sorted(path.stem for path in (self.folder / "workflow/figures").glob("*.yaml"))

    def python(self, *words: str, **environment: str) -> subprocess.CompletedProcess:
        """Run Python with the code of this checkout."""
        return subprocess.run(
            [sys.executable, *words],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(self.folder / "src")} | environment,
            capture_output=True,
            text=True,
            timeout=1800,
        )

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    def overlay(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text)
        return name

    def artefacts(self) -> dict[str, bytes]:
        """Every file that is a result, by its name; sidecars, logs and costs are not."""
        kept = ("data", "measurements", "figure_data", "figures")
        files = [path for part in kept for path in sorted((self.results / part).rglob("*")) if path.is_file()]
        files += sorted(self.results.glob("claims.*"))
        return {
            path.relative_to(self.results).as_posix(): path.read_bytes()
            for path in files
            if not path.name.endswith(".run.json")
        }


def refusal(said: str) -> str:
    """The one line of ours where Snakemake says of a WorkflowError where in the workflow it was raised."""
    place = r'"[^\n]*", line \d+'
    found = re.findall(rf"^WorkflowError in file {place}:\n(.*)\n  File {place}, in \S+\n\Z", said, re.MULTILINE)
    assert len(found) == 1, said
    return found[0]


def without_studies(checkout: Checkout) -> Checkout:
    """The checkout without its studies and the tiers that are theirs: what they share is left."""
    studies = checkout.studies()
    for study in studies:
        for pattern in (f"src/shallownets/studies/{study}", f"tests/{study}", f"workflow/*/{study}*"):
            for path in list(checkout.folder.glob(pattern)):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in [checkout.folder / "config.yaml", *(checkout.folder / "workflow/tiers").iterdir()]:
        shared, *sections = re.split(rf"^(?=(?:{'|'.join(studies)}):)", path.read_text(), flags=re.MULTILINE)
        if path.stem in ("config", "smoke"):
            path.write_text(shared)
        else:
            path.unlink()
        assert sections, path
    return checkout


def made_once(tmp_path_factory, name: str, make: Callable[[Path], object]) -> Checkout:
    """The checkout that ``make`` fills a folder with, once for all workers of pytest-xdist; the others wait."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = folder.with_suffix(".made")
        if not made.exists():
            make(folder)
            made.touch()
    return Checkout.at(folder)


@pytest.fixture(scope="session")
def bare(tmp_path_factory) -> Checkout:
    """A checkout without any study. Tests copy it and leave it as it is."""
    return made_once(tmp_path_factory, "bare", lambda folder: without_studies(Checkout(folder)))


@pytest.fixture(scope="session")
def toy(bare, tmp_path_factory) -> Checkout:
    """A checkout with the study `toy` alone, without results. Tests copy it and leave it as it is."""

    def make(folder: Path) -> None:
        made = bare.copy(folder).python("-m", "shallownets", "study", "toy")
        assert made.returncode == 0, made.stderr

    return made_once(tmp_path_factory, "toy", make)


@pytest.fixture(scope="session")
def finished(toy, tmp_path_factory) -> Checkout:
    """The same in which the smoke tier has run. Tests copy it and leave it as it is."""
    return made_once(tmp_path_factory, "finished", lambda folder: toy.copy(folder).run())


def run_of(target: str, folder: Path) -> None:
    """Make a checkout with all studies and run the smoke tier of a target in it.

    What `make smoke` has made here is taken over; Snakemake makes what is missing or was made by other code.
    """
    made = Checkout(folder)
    for name in (".snakemake/metadata", "results/smoke"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, symlinks=True)
    made.run("--rerun-incomplete", target)


@pytest.fixture(scope="session")
def study(tmp_path_factory) -> Checkout:
    """A checkout with all studies in which the smoke tier of one has run, as below."""
    return made_once(tmp_path_factory, "study", partial(run_of, STUDY))


@pytest.fixture(scope="session")
def real(tmp_path_factory) -> Checkout:
    """A checkout with all studies in which the smoke tier has run: once for all tests, which leave it as it is."""
    return made_once(tmp_path_factory, "real", partial(run_of, "all"))


@pytest.fixture
def checkout(toy, tmp_path) -> Checkout:
    """A checkout of its own with the study `toy`, without results."""
    return toy.copy(tmp_path)


@pytest.fixture
def done(finished, tmp_path) -> Checkout:
    """A checkout of its own with the study `toy` in which the smoke tier has run."""
    return finished.copy(tmp_path)
