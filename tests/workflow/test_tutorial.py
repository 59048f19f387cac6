"""The tutorial does what it shows: its files are written and its commands run, in a clone, and its outputs compared.

A block of the kind console holds commands (after `$ `, continued after `> `) and what they print. A line `...` stands
for any lines, `...` within a line for anything; seconds may differ. In any other block a first line `# FILE` or
`# >> FILE` names the file that the block is, or is added to.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGE = ROOT / "docs/tutorial.md"


def blocks(text):
    """(kind, lines) of each fenced block."""
    return [
        (kind, body.splitlines()) for kind, body in re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    ]


def steps(lines):
    """(command, what it is said to print) of a console block."""
    found = []
    for line in lines:
        if line.startswith("$ "):
            found.append(([line[2:]], []))
        elif line.startswith("> ") and not found[-1][1]:
            found[-1][0].append(line[2:])
        else:
            found[-1][1].append(line)
    return [("\n".join(command), shown) for command, shown in found]


def pattern(shown):
    """A regular expression of the output shown."""
    form = "".join("(?:.*\n)*?" if line == "..." else re.escape(line) + "\n" for line in shown)
    form = form.replace(re.escape("..."), ".*")
    return re.sub(r"\d+\\\.\d+\\ s\b", lambda match: r"\d+\.\d+\ s", form)


def write(lines, folder):
    """Write the file that a block is, or add the block to it; what follows its first line."""
    _, *words = lines[0].split()
    assert lines[0].startswith("# ") and len(words) in (1, 2), lines[0]
    path = folder / words[-1]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a" if words[0] == ">>" else "w") as file:
        file.write("\n".join(lines[1:]) + "\n")


def run(command, folder: Path) -> str:
    """What a command prints, both streams as they come."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=os.environ | {"PATH": path, "PYTHONPATH": str(folder / "src"), "COLUMNS": "120"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1800,
    )
    return done.stdout if done.stdout.endswith("\n") or not done.stdout else done.stdout + "\n"


@pytest.mark.slow
def test_the_tutorial_does_what_it_shows(bare, tmp_path):
    checkout = bare.copy(tmp_path)
    count = 0
    for kind, lines in blocks(PAGE.read_text()):
        if kind != "console":
            write(lines, checkout.folder)
            continue
        for command, shown in steps(lines):
            printed = run(command, checkout.folder)
            assert re.fullmatch(pattern(shown), printed), f"$ {command}\n{printed}"
            count += 1
    assert count >= 10


def test_what_is_shown_is_compared():
    assert re.fullmatch(pattern(["...", "b 1.5 s", "...c"]), "a\nb 2.25 s\nx.c\n")
    assert not re.fullmatch(pattern(["...", "b", "c"]), "a\nb\nx\nc\n")
    assert not re.fullmatch(pattern(["b"]), "b\nc\n")
