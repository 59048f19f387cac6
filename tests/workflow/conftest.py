"""A checkout to run Snakemake in, and what a run did."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Self

import pytest

from tests.conftest import ROOT

SMOKE = "workflow/tiers/smoke.yaml"


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
            timeout=600,
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
        return {line.split()[0] for line in table[1].splitlines()} - {"all", "escape", "claims"}

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


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Checkout:
    """A checkout in which the smoke tier has run. Tests copy it and leave it as it is.

    Workers of pytest-xdist share it: the first that needs it makes it, on two cores, because the others wait.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "finished"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "made").exists():
            return Checkout.at(folder)
        checkout = Checkout(folder)
        checkout.run()
        (folder / "made").touch()
    return checkout


@pytest.fixture
def checkout(tmp_path) -> Checkout:
    """A fresh checkout, without results."""
    return Checkout(tmp_path)


@pytest.fixture
def done(finished, tmp_path) -> Checkout:
    """A checkout of its own in which the smoke tier has run."""
    shutil.copytree(finished.folder, tmp_path, dirs_exist_ok=True)
    return Checkout.at(tmp_path)
