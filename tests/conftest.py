"""Fixtures shared by all tests."""

import os
import tomllib
from pathlib import Path

import shallownets  # noqa: F401, before NumPy, which it gives one thread

# isort: split
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
# Under `make test`, a make that a test starts would take itself for a part of it, and say which folder it enters.
for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):
    os.environ.pop(name, None)


@pytest.fixture
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture
def project(root) -> dict:
    """What pyproject.toml says."""
    return tomllib.loads((root / "pyproject.toml").read_text())


@pytest.fixture
def rng() -> np.random.Generator:
    """The same numbers in every run."""
    return np.random.default_rng(20260403)


@pytest.fixture
def count_fault(record_property):
    """Enter a fault into the table at the end of the tests: its name, how many tries, how many of them survived."""

    def count(name: str, tries: int, survived: int) -> None:
        record_property("fault", (name, tries, survived))
        assert survived == tries, f"{name}: {tries - survived} of {tries} lost"

    return count


def pytest_collection_modifyitems(config, items):
    """Where workers share the tests, those that run Snakemake come first: none is left over at the end."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: "workflow" not in item.path.parts)


def pytest_terminal_summary(terminalreporter):
    """The table of faults that were tried."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    rows = [value for report in reports for key, value in report.user_properties if key == "fault"]
    if rows:
        terminalreporter.section("faults")
        width = max(len(name) for name, _, _ in rows)
        terminalreporter.line(f"{'fault':{width}}  tries  survived  lost")
        for name, tries, survived in sorted(rows):
            terminalreporter.line(f"{name:{width}}  {tries:5}  {survived:8}  {tries - survived:4}")
