"""A release is whole or it is not there. In a small repository of its own, where `make archive` is a stand-in."""

import datetime
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib

import pytest
import yaml

FILES = ("CHANGELOG.md", "pyproject.toml", "CITATION.cff", "codemeta.json")


def git(folder, *words):
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def release(folder, *words):
    command = [sys.executable, folder / "workflow/release.py", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def state(folder):
    """All that a release may change."""
    return [git(folder, *words) for words in (("rev-parse", "HEAD"), ("tag",), ("status", "--porcelain"))]


@pytest.fixture
def checkout(root, tmp_path):
    """A repository with the files that a release changes; its archive holds the version that it was made of."""
    (tmp_path / "workflow").mkdir()
    for name in (*FILES, "workflow/release.py"):
        shutil.copy(root / name, tmp_path / name)
    text = (tmp_path / "CHANGELOG.md").read_text()
    if "## Unreleased\n" not in text:  # as between a release and the next change
        (tmp_path / "CHANGELOG.md").write_text(text.replace("# Changelog\n", "# Changelog\n\n## Unreleased\n\n- A.\n"))
    (tmp_path / "Makefile").write_text("archive:\n\tmkdir results\n\tgrep ^version: CITATION.cff >results/archive\n")
    (tmp_path / ".gitignore").write_text("results/\n")
    git(tmp_path, "init", "--quiet")
    for key, value in (("user.name", "A"), ("user.email", "a@b.c"), ("commit.gpgsign", "false")):
        git(tmp_path, "config", key, value)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "start")
    return tmp_path


def test_a_release_names_commits_and_tags_its_version_everywhere(checkout):
    before = (checkout / "CHANGELOG.md").read_text()
    done = release(checkout, "12.3.4")
    assert done.returncode == 0, done.stderr
    today = datetime.date.today().isoformat()
    after = (checkout / "CHANGELOG.md").read_text()
    assert after == before.replace("## Unreleased\n", f"## 12.3.4, {today}\n")
    assert tomllib.loads((checkout / "pyproject.toml").read_text())["project"]["version"] == "12.3.4"
    citation = yaml.safe_load((checkout / "CITATION.cff").read_text())
    assert (citation["version"], str(citation["date-released"])) == ("12.3.4", today)
    codemeta = json.loads((checkout / "codemeta.json").read_text())
    assert (codemeta["version"], codemeta["datePublished"]) == ("12.3.4", today)
    assert (checkout / "results/archive").read_text() == "version: 12.3.4\n"
    assert git(checkout, "status", "--porcelain") == ""
    assert git(checkout, "rev-parse", "v12.3.4^{commit}") == git(checkout, "rev-parse", "HEAD")
    assert set(git(checkout, "diff", "--name-only", "HEAD~").split()) == set(FILES)

    assert "expected what is new below" in release(checkout, "12.4.0").stderr
    (checkout / "CHANGELOG.md").write_text(after.replace("# Changelog\n", "# Changelog\n\n## Unreleased\n\n- B.\n"))
    git(checkout, "commit", "--quiet", "--all", "--message", "more")
    shutil.rmtree(checkout / "results")
    assert release(checkout, "12.4.0").returncode == 0
    assert (checkout / "CITATION.cff").read_text().count("date-released") == 1


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("", "VERSION=: expected three numbers: make release VERSION=1.2.0"),
        ("1.2", "VERSION=1.2: expected three numbers"),
        ("v1.2.0", "VERSION=v1.2.0: expected three numbers"),
        ("1.02.0", "VERSION=1.02.0: expected three numbers"),
        ("0.0.9", "VERSION=0.0.9: expected one above the present "),
        ("99.0.0", "VERSION=99.0.0: there is a tag v99.0.0 already"),
    ],
)
def test_a_version_that_does_not_fit_is_one_line_and_changes_nothing(checkout, version, words):
    git(checkout, "tag", "v99.0.0")
    before = state(checkout)
    done = release(checkout, version)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert words in done.stderr
    assert state(checkout) == before


def test_the_present_version_is_not_above_itself(checkout, project):
    assert "expected one above the present" in release(checkout, project["project"]["version"]).stderr


@pytest.mark.parametrize("name", ["Makefile", "new file"])
def test_a_tree_with_changes_is_refused(checkout, name):
    with (checkout / name).open("a") as file:
        file.write("# more\n")
    before = state(checkout)
    done = release(checkout, "12.3.4")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert name in done.stderr and "not committed" in done.stderr
    assert state(checkout) == before


@pytest.mark.parametrize("way", ["archive", "commit", "tag"])
def test_where_something_fails_all_is_as_it_was(checkout, way):
    if way == "archive":
        (checkout / "Makefile").write_text("archive:\n\t@exit 1\n")
        git(checkout, "commit", "--quiet", "--all", "--message", "an archive that fails")
    elif way == "tag":
        git(checkout, "config", "tag.gpgsign", "true")
        git(checkout, "config", "gpg.program", "false")
    else:
        hook = checkout / ".git/hooks/pre-commit"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\necho no >&2\nexit 1\n")
        hook.chmod(0o755)
    before = state(checkout)
    done = release(checkout, "12.3.4")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("error: ")
    assert state(checkout) == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_release_that_is_stopped_leaves_all_as_it_was_and_nothing_running(checkout, number):
    (checkout / "Makefile").write_text("archive:\n\t@mkdir -p results; (echo $$$$; sleep 60) >results/began; :\n")
    git(checkout, "commit", "--quiet", "--all", "--message", "an archive that takes long")
    before = state(checkout)
    command = [sys.executable, checkout / "workflow/release.py", "12.3.4"]
    process = subprocess.Popen(command, cwd=checkout, stderr=subprocess.PIPE, text=True)
    began = checkout / "results/began"
    while not (began.exists() and began.read_text().strip()):
        time.sleep(0.05)
    assert "12.3.4" in (checkout / "pyproject.toml").read_text()
    process.send_signal(number)
    said = process.communicate(timeout=30)[1].splitlines()
    assert process.returncode == 2
    assert said[-1] == f"error: stopped by {number.name}; there is no release, and all files are as they were"
    assert state(checkout) == before
    with pytest.raises(ProcessLookupError):
        os.kill(int(began.read_text()), 0)


def test_what_a_killed_release_has_left_is_named_with_the_command_that_brings_it_back(checkout, project):
    old = (checkout / "pyproject.toml").read_text()
    present = project["project"]["version"]
    (checkout / "pyproject.toml").write_text(old.replace(f'version = "{present}"', 'version = "12.3.4"'))
    git(checkout, "add", ".")
    done = release(checkout, "12.3.4")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert done.stderr.startswith("error: pyproject.toml: changed, and not committed, as where a release was killed; ")
    git(checkout, *done.stderr.partition(": git ")[2].split())
    assert (checkout / "pyproject.toml").read_text() == old
    assert release(checkout, "12.3.4").returncode == 0


def test_outside_of_a_repository_it_is_one_line(checkout):
    shutil.rmtree(checkout / ".git")
    done = release(checkout, "12.3.4")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "error: git show: " in done.stderr
