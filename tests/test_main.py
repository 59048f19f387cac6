"""Commands for people: each is found by its file, and a study's own is called by the study's name."""

import subprocess
import sys
from importlib.metadata import version

import pytest

from shallownets import commands as entry
from shallownets import rooms
from shallownets.errors import UserError
from shallownets.workflow import catalogue
from tests.conftest import ROOT


def test_every_command_is_listed_with_what_it_does():
    done = subprocess.run([sys.executable, "-m", "shallownets"], capture_output=True, text=True, check=True)
    for name in entry.commands():
        assert f"  {name} " in done.stdout
    assert "Explain a figure" in done.stdout
    assert "Simulate one experiment" in done.stdout


def test_a_study_s_command_has_the_study_s_name_and_others_follow_it(monkeypatch):
    assert entry.choose(["explain", "fig3"]) == ("shallownets.workflow.explain", ["fig3"])
    for study in catalogue.names(ROOT):
        assert entry.choose([study, "--p", "8"]) == (f"shallownets.studies.{study}.commands.{study}", ["--p", "8"])
    monkeypatch.setattr(rooms, "names", lambda room: ("escape.escape", "escape.compare"))
    assert entry.choose(["escape", "compare", "--p"]) == ("shallownets.studies.escape.commands.compare", ["--p"])
    assert entry.choose(["escape", "--p"]) == ("shallownets.studies.escape.commands.escape", ["--p"])
    said = r"^escpe: no such command; did you mean escape\? expected one of run, .*, escape, escape compare$"
    with pytest.raises(UserError, match=said):
        entry.choose(["escpe"])


def test_an_unknown_command_is_one_line():
    done = subprocess.run([sys.executable, "-m", "shallownets", "explode"], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == f"error: explode: no such command; expected one of {', '.join(entry.commands())}\n"


@pytest.mark.parametrize("line", ["config --out x.md", "cost", "explain fig3", "gallery", "profile", "study pendulum"])
def test_a_command_that_needs_the_checkout_says_so_in_one_line(line, tmp_path):
    words = [sys.executable, "-m", "shallownets", *line.split()]
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2
    assert (
        done.stderr.startswith("error: ") and "expected" in done.stderr and "the folder of the checkout" in done.stderr
    )
    assert len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("word", ["-V", "--version"])
def test_the_version_is_said(word):
    done = subprocess.run([sys.executable, "-m", "shallownets", word], capture_output=True, text=True, check=True)
    assert done.stdout == f"shallownets {version('shallownets')}\n"


@pytest.mark.parametrize("name", ["explain", "cost", "escape"])
def test_help_names_units_and_what_is_made_from_anywhere(name, tmp_path):
    line = [sys.executable, "-m", "shallownets", name, "--help"]
    help_text = subprocess.run(line, capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert f"usage: python -m shallownets {name}" in help_text
    assert "Makes:" in help_text
    if name == "escape":
        assert "samples/N" in help_text
        assert "learning rate per student unit, eta/p" in " ".join(help_text.split())
