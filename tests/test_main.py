"""Commands for people: each is found by its file, and a study may be left out where only one has the command."""

import subprocess
import sys
from importlib.metadata import version

import pytest

from shallownets import commands as entry
from shallownets.errors import UserError


def test_every_command_is_listed_with_what_it_does():
    done = subprocess.run([sys.executable, "-m", "shallownets"], capture_output=True, text=True, check=True)
    for name in entry.commands():
        assert f"  {name} " in done.stdout
    assert "Explain a figure" in done.stdout
    assert "Simulate one experiment" in done.stdout


def test_a_study_may_be_left_out_where_only_one_has_the_command(monkeypatch):
    assert entry.choose(["simulate", "--p", "8"]) == ("shallownets.studies.escape.commands.simulate", ["--p", "8"])
    assert entry.choose(["escape", "simulate"]) == ("shallownets.studies.escape.commands.simulate", [])
    assert entry.choose(["explain", "fig3"]) == ("shallownets.workflow.explain", ["fig3"])
    two = entry.commands() | {"second simulate": "shallownets.studies.second.commands.simulate"}
    monkeypatch.setattr(entry, "commands", lambda: two)
    assert entry.choose(["second", "simulate", "--p"]) == ("shallownets.studies.second.commands.simulate", ["--p"])
    with pytest.raises(UserError, match="simulate: expected one of escape simulate, second simulate"):
        entry.choose(["simulate"])


def test_an_unknown_command_is_one_line():
    done = subprocess.run([sys.executable, "-m", "shallownets", "explode"], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == f"error: explode: expected one of {', '.join(entry.commands())}\n"


@pytest.mark.parametrize("word", ["-V", "--version"])
def test_the_version_is_said(word):
    done = subprocess.run([sys.executable, "-m", "shallownets", word], capture_output=True, text=True, check=True)
    assert done.stdout == f"shallownets {version('shallownets')}\n"


@pytest.mark.parametrize("name", ["explain", "simulate"])
def test_help_names_units_and_what_is_made(name):
    line = [sys.executable, "-m", "shallownets", name, "--help"]
    help_text = subprocess.run(line, capture_output=True, text=True, check=True).stdout
    assert f"usage: python -m shallownets {name}" in help_text
    assert "Makes:" in help_text
    if name == "simulate":
        assert "samples/N" in help_text
        assert "learning rate per student unit, eta/p" in " ".join(help_text.split())
