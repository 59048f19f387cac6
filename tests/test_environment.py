"""pyproject.toml, the lock and environment.yml agree, and no file names a registry or this machine."""

import re
import subprocess
import sys

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version


@pytest.fixture
def wanted(project):
    """Every direct requirement by name."""
    lines = (
        project["project"]["dependencies"]
        + project["project"]["optional-dependencies"]["workflow"]
        + project["dependency-groups"]["dev"]
        + project["build-system"]["requires"]
    )
    return {Requirement(line).name.replace("_", "-"): Requirement(line) for line in lines}


def pins_of(lock):
    """Every (requirement, hashes) of a lock; a package may be pinned once for each range of Pythons."""
    blocks = lock.read_text().replace("\\\n", " ").splitlines()
    pins = [block.split(" --hash=") for block in blocks if "==" in block and not block.lstrip().startswith("#")]
    return [(Requirement(pin[0]), [h.strip() for h in pin[1:]]) for pin in pins]


@pytest.fixture
def locked(root):
    return pins_of(root / "requirements.lock")


def versions_on(locked, name, python):
    """Versions that a lock pins of a package for a Python on this platform: one, or none."""
    pins = (pin for pin, _ in locked if pin.name == name)
    matches = [pin for pin in pins if not pin.marker or pin.marker.evaluate({"python_full_version": python})]
    return [next(iter(pin.specifier)).version for pin in matches]


def version_on(locked, name, python):
    (version,) = versions_on(locked, name, python)
    return version


def test_the_lock_pins_every_requirement_with_hashes_on_every_supported_python(project, wanted, locked):
    supported = SpecifierSet(project["project"]["requires-python"])
    pythons = [f"3.{minor}.0" for minor in range(30) if Version(f"3.{minor}.0") in supported]
    assert pythons == ["3.11.0", "3.12.0", "3.13.0"]
    for python in pythons:
        for name, requirement in wanted.items():
            assert Version(version_on(locked, name, python)) in requirement.specifier
    assert all(hashes and all(h.startswith("sha256:") for h in hashes) for _, hashes in locked)


@pytest.mark.parametrize("group", ["deep", "oracles", "site", "explore"])
def test_an_optional_group_is_locked_to_the_same_versions(root, project, locked, group):
    optional = pins_of(root / f"{group}.lock")
    for python in ("3.11.0", "3.12.0", "3.13.0"):
        for line in project["dependency-groups"][group]:
            requirement = Requirement(line)
            assert Version(version_on(optional, requirement.name, python)) in requirement.specifier
        for name in {pin.name for pin, _ in optional} & {pin.name for pin, _ in locked}:
            main = versions_on(locked, name, python)  # none of what is needed on other platforms alone
            assert not main or versions_on(optional, name, python) == main, (name, python)
    assert "torch" not in {pin.name for pin, _ in optional}
    assert all(hashes and all(h.startswith("sha256:") for h in hashes) for _, hashes in optional)


def test_groups_that_are_installed_together_are_locked_to_the_same_versions(root):
    (recipe,) = re.findall(r"^site:.*\n((?:\t.*\n)+)", (root / "Makefile").read_text(), re.MULTILINE)
    assert "--require-hashes --requirement site.lock --requirement explore.lock" in recipe
    site, explore = (pins_of(root / f"{group}.lock") for group in ("site", "explore"))
    both = {pin.name for pin, _ in site} & {pin.name for pin, _ in explore}
    assert both
    for python in ("3.11.0", "3.12.0", "3.13.0"):
        for name in both:
            versions = {*versions_on(site, name, python), *versions_on(explore, name, python)}
            assert len(versions) <= 1, (name, python, versions)


def test_conda_users_get_the_same_versions(root, project, wanted, locked):
    *entries, from_pip = yaml.safe_load((root / "environment.yml").read_text())["dependencies"]
    pins = dict(entry.split("=", 1) for entry in entries if "=" in entry)
    pins |= dict(entry.split("==") for entry in from_pip["pip"] if "==" in entry)
    python = pins.pop("python") + ".0"
    assert Version(python) in SpecifierSet(project["project"]["requires-python"])
    assert pins == {name: version_on(locked, name, python) for name in wanted}


@pytest.mark.slow
def test_pip_takes_what_conda_hands_to_it(root, tmp_path):
    """conda writes the lines below `pip:` into a requirements file, which takes fewer options than the command line."""
    (lines,) = [
        entry["pip"]
        for entry in yaml.safe_load((root / "environment.yml").read_text())["dependencies"]
        if isinstance(entry, dict)
    ]
    (tmp_path / "requirements.txt").write_text("\n".join(lines))
    offline = ["--dry-run", "--no-deps", "--no-index", "--no-build-isolation"]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", *offline, "-r", tmp_path / "requirements.txt"],
        cwd=root,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "Would install shallownets" in done.stdout


def test_a_checkout_has_the_same_bytes_where_git_writes_windows_line_ends(root, tmp_path):
    clone = [
        "git",
        "clone",
        "--quiet",
        "--depth=1",
        "--config",
        "core.autocrlf=true",
        f"file://{root}",
        tmp_path / "clone",
    ]
    subprocess.run(clone, check=True)
    ends = subprocess.check_output(["git", "ls-files", "--eol"], cwd=tmp_path / "clone", text=True).splitlines()
    assert any(line.endswith("workflow/environment.sh") for line in ends)
    assert [line for line in ends if line.split()[0].replace("i/", "w/") != line.split()[1]] == []
    assert b"\r" not in (tmp_path / "clone/workflow/environment.sh").read_bytes()


def test_the_supported_pythons_are_said_in_one_place(root):
    said = subprocess.run(
        ["git", "grep", "-niE", r"python.{0,12}3\.1[0-9]"], cwd=root, capture_output=True, text=True
    ).stdout
    allowed = (
        "pyproject.toml",
        "requirements.lock",
        "deep.lock",
        "oracles.lock",
        "site.lock",
        "environment.yml",
        "bootstrap.lock",
        "tests/test_environment.py",
        "docs/",
        ".github/",  # tests/test_workflows.py holds it against pyproject.toml
    )
    assert [line for line in said.splitlines() if not line.startswith(allowed)] == []


def test_no_file_names_a_registry_or_a_path_of_a_machine(root):
    pattern = "|".join(
        ["index-" + "url", "pypi" + r"\.org", "python" + "hosted", "/ho" + "me/", "/ro" + "ot/", "/wo" + "rk/"]
    )
    found = subprocess.run(["git", "grep", "-nIE", pattern], cwd=root, capture_output=True, text=True).stdout
    options = re.compile(r"--no-emit-index-" + "url")
    assert [line for line in found.splitlines() if not options.search(line)] == []


def test_no_program_of_ours_hands_its_exit_code_to_a_copy_of_its_output(root):
    piped = r"^(?!#).*\b(?:python|snakemake|pytest)\b[^\n]*[^|\n]\|[^|]"
    assert not re.findall(piped, (root / "Makefile").read_text(), re.MULTILINE)
    ours = subprocess.run(["git", "ls-files", "*.sh", ".ci/run"], cwd=root, capture_output=True, text=True, check=True)
    for name in ours.stdout.split():
        text = (root / name).read_text()
        assert "set -euo pipefail" in text or not re.findall(piped, text, re.MULTILINE), name
