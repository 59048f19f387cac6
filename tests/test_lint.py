"""What Snakemake's lint says of the workflow is read whole; whether it finds anything is asked by `make lint`."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

spec = importlib.util.spec_from_file_location("lint", ROOT / "workflow/lint.py")
lint = importlib.util.module_from_spec(spec)
spec.loader.exec_module(lint)

TEXT = """Lints for snakefile /a b/rules/x.smk:
    * Mixed rules and functions in same snakefile.:
      Small one-liner functions used only once should be defined as lambda expressions.
      Also see:
      https://example.org

Lints for rule one (line 3, /a b/rules/x.smk):
    * No log directive defined:
      Without a log directive, all output will be printed to the terminal.
    * Specify a conda environment or container for each rule.:
      This way, the used software for each specific step is documented.

"""


def test_every_lint_is_read_with_its_place():
    assert lint.read(TEXT) == [
        ("snakefile /a b/rules/x.smk", "Mixed rules and functions in same snakefile."),
        ("rule one (line 3, /a b/rules/x.smk)", "No log directive defined"),
        ("rule one (line 3, /a b/rules/x.smk)", "Specify a conda environment or container for each rule."),
    ]
    assert lint.read("Congratulations, your workflow is in a good condition!\n") == []


@pytest.mark.parametrize(
    ("text", "code"), [(TEXT, 1), ("".join(TEXT.splitlines(True)[6:7] + TEXT.splitlines(True)[9:]), 0)]
)
def test_only_what_is_argued_passes(monkeypatch, capsys, text, code):
    done = lint.subprocess.CompletedProcess([], 1, "", text)
    monkeypatch.setattr(lint.subprocess, "run", lambda *_, **__: done)
    with pytest.raises(SystemExit) as left:
        lint.main()
    assert left.value.code == code
    said = capsys.readouterr().out
    assert "1 times, as argued in workflow/lint.py: Specify a conda" in said
    assert ("No log directive defined" in said) == (code == 1)


def test_a_workflow_that_cannot_be_read_does_not_pass(monkeypatch):
    done = lint.subprocess.CompletedProcess([], 1, "", "SyntaxError in Snakefile")
    monkeypatch.setattr(lint.subprocess, "run", lambda *_, **__: done)
    with pytest.raises(SystemExit, match="SyntaxError"):
        lint.main()


def test_lint_reads_every_source_file_of_the_project():
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--show-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    read = {Path(line).relative_to(ROOT) for line in done.stdout.splitlines()}
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    ours = {Path(name) for name in listed.stdout.splitlines() if not name.startswith("workflow/template/")}
    assert ours <= read
