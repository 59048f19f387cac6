"""The workflows of GitHub: valid by its published schema, pinned, and without any logic of their own."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

from tests.conftest import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").iterdir())
# Preparing the machine; all else is a command of this project.
OURS = re.compile(r"make [a-z-]+|bash \.ci/run")
INSTALLED = re.compile(r"--requirement ([a-z]+)\.lock")
MACHINE = re.compile(r"apt-get update && apt-get install [-a-z0-9 ]+|git config --global --add safe\.directory \S+")


def valid(path: Path) -> bool:
    schema = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    return subprocess.run([*schema, path], capture_output=True).returncode == 0


def steps(path: Path) -> list[dict]:
    return [step for job in yaml.safe_load(path.read_text())["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_it_fits_the_published_schema(path, tmp_path):
    assert valid(path)
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(path.read_text().replace("runs-on:", "run-on:"))
    assert not valid(wrong)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_others_actions_are_pinned_to_a_commit_whose_version_is_said(path):
    used = re.findall(r"uses: (.*)", path.read_text())
    assert used
    assert [line for line in used if not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_it_calls_commands_of_this_project_that_exist(path):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    said = [step["run"] for step in steps(path) if "run" in step]
    ours = [line for line in said if OURS.fullmatch(line)]
    assert ours
    assert [line for line in said if line not in ours and not MACHINE.fullmatch(line)] == []
    assert {line.split()[1] for line in ours if line.startswith("make")} <= targets


def test_each_supported_python_is_tested(project):
    (matrix,) = re.findall(r"python: (\[.*\])", (ROOT / ".github/workflows/tests.yml").read_text())
    supported = SpecifierSet(project["project"]["requires-python"])
    pythons = [minor for n in range(9, 30) if (minor := f"3.{n}") in supported]
    assert yaml.safe_load(matrix) == pythons
    said = [
        step["with"]["python-version"]
        for path in WORKFLOWS
        for step in steps(path)
        if "setup-python@" in step.get("uses", "")
    ]
    assert sorted(said) == ["${{ matrix.python }}", pythons[-1]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_what_is_cached_is_known_by_all_locks_that_its_job_installs(path):
    for job in yaml.safe_load(path.read_text())["jobs"].values():
        commands = " ".join(step.get("run", "") for step in job["steps"])
        if ".ci/run" in commands:
            commands += (ROOT / ".ci/run").read_text()
        recipes = re.findall(r"^([a-z-]+):.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
        run = {lock for name, recipe in recipes if f"make {name}" in commands for lock in INSTALLED.findall(recipe)}
        optional = {f"{group}.lock" for group in run}
        keys = [step["with"]["key"] for step in job["steps"] if "actions/cache@" in step.get("uses", "")]
        assert bool(keys) == ("make" in commands)
        for key in keys:
            assert set(re.findall(r"'([a-z]+\.lock)'", key)) == {"bootstrap.lock", "requirements.lock"} | optional


def test_the_site_with_the_report_is_what_pages_gets():
    figures = steps(ROOT / ".github/workflows/figures.yml")
    order = [step.get("run") or step.get("uses", "").partition("@")[0] for step in figures]
    assert order.index("make check") < order.index("make site") < order.index("actions/upload-pages-artifact")
    (pages,) = (step["with"]["path"] for step in figures if "upload-pages-artifact@" in step.get("uses", ""))
    assert f"site_dir: {pages}\n" in (ROOT / "mkdocs.yml").read_text()
    (kept,) = (step["with"]["path"].split() for step in figures if "upload-artifact@" in step.get("uses", ""))
    assert {"results/figures", "results/figure_data", "results/report"} <= set(kept)


def test_pages_show_what_moved_where_the_check_failed_and_never_a_site_without_the_report():
    jobs = yaml.safe_load((ROOT / ".github/workflows/figures.yml").read_text())["jobs"]
    assert jobs["site"]["needs"] == "figures"
    assert jobs["site"]["if"] == "${{ !cancelled() }}"  # without it a job waits for the success of what it needs
    after = jobs["figures"]["steps"]
    after = after[[step.get("run") for step in after].index("make check") + 1 :]
    assert all("!cancelled()" in step["if"] for step in after)
    (condition,) = (step["if"] for step in after if "upload-pages-artifact@" in step.get("uses", ""))
    (made,) = (step["id"] for step in after if step.get("run") == "make site")
    assert f"steps.{made}.outcome == 'success'" in condition
    assert "hashFiles('results/report/index.html')" in condition
    assert not [step for step in steps(ROOT / ".github/workflows/figures.yml") if "continue-on-error" in step]
