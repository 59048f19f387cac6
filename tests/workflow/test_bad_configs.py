"""Bad configs on Snakemake's own command line: one clear line, no traceback, nothing started, nothing executed.

Snakemake reads the files before this project sees them. What is no YAML or no mapping, or asks for Python objects, it
refuses in its own words; text that is not UTF-8 it meets with a traceback of its own.
"""

import os
import subprocess
import sys

import pytest

from tests.workflow.conftest import SMOKE, refusal

OURS = "WorkflowError in file"
SNAKEMAKES = "WorkflowError:"

# (the overlay, how the message begins, what it says); tests/test_settings.py tries what values may be wrong
CONFIGS = [
    (b"toy: {runs: {steps: 0}}", OURS, "config: toy.runs.steps = 0: expected a whole number from 1 to "),
    (
        b"toy: {runs: {eta: 1e-3}}",
        OURS,
        "toy.runs.eta = '1e-3': expected a number above 0 and of at most 0.5 (this is text",
    ),
    (b"toy: {runs: {steps: 9}}", OURS, "toy.runs.points = 11: expected at most steps + 1 = 10"),
    (b"toy: {runs: {steps: 0x" + b"f" * 5000 + b"}}", OURS, "thousands of digits"),
    (b"toy: {runs: [1]}", OURS, "toy.runs = [1]: expected a section"),
    (
        b"toy: {figures: [relaxation, '$(touch pwned)']}",
        OURS,
        "toy.figures.1 = '$(touch pwned)': expected one of relax",
    ),
    (b"toy: {run: {}}", OURS, "toy.run = {}: unknown key; did you mean runs?"),
    (b"tier: 'x; touch pwned'", OURS, "tier = 'x; touch pwned': expected a name"),
    (b'"<script>\\n": 1', OURS, "'<script>\\n' = 1: unknown key"),
    (b"seed: 1\nseed: 2", OURS, "line 2: seed stands there twice"),
    (b"seed: &a 1\ntoy: {batch: *a}", OURS, "an alias stands for this"),
    (b"a: [1", SNAKEMAKES, "not valid JSON or YAML"),
    (b"!!python/object/apply:os.system ['touch pwned']", SNAKEMAKES, "not valid JSON or YAML"),
    (b"seed: !!python/object/apply:os.mkdir [pwned]", SNAKEMAKES, "not valid JSON or YAML"),
    (b"[1, 2]", SNAKEMAKES, "keys at top level"),
    (b"hello", SNAKEMAKES, "keys at top level"),
    (b"", SNAKEMAKES, "keys at top level"),
]

# Snakemake's command line once for each file, each time in a fork, so that its imports are paid only once.
COMMAND_LINES = """
import os, sys
from snakemake.cli import main
import shallownets.config.settings
for name in sys.argv[1:]:
    child = os.fork()
    if not child:
        said = os.open(name + ".said", os.O_WRONLY | os.O_CREAT)
        os.dup2(said, 1), os.dup2(said, 2)
        main(["all", "--cores", "2", "--configfile", SMOKE, name])
        os._exit(0)
    with open(name + ".code", "w") as file:
        file.write(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])))
""".replace("SMOKE", repr(SMOKE))


def files(checkout):
    return {
        path
        for path in checkout.folder.rglob("*")
        if ".snakemake" not in path.parts and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def here(toy, tmp_path_factory):
    return toy.copy(tmp_path_factory.mktemp("bad"))


@pytest.mark.parametrize(
    ("line", "words"),
    [("\tseed: 1", "not YAML that can be read, line 2"), ("tier: other", "line 2: tier stands there twice")],
)
def test_a_config_yaml_that_cannot_be_read_is_named_with_the_line(here, line, words):
    path = here.folder / "config.yaml"
    whole = path.read_text()
    path.write_text("tier: paper\n" + line + "\n" + whole.replace("tier: paper", "", 1))
    done = here.snakemake("-n")
    path.write_text(whole)
    assert done.returncode == 1
    said = done.stdout + done.stderr
    assert f"config.yaml: {words}" in said and "Traceback" not in said


@pytest.mark.slow
def test_bad_configs_are_refused_before_anything_starts(here):
    before = files(here)
    contents = [*(content for content, *_ in CONFIGS), b"tier: \xff\xfe\x00"]
    overlays = [here.folder / f"bad{n}.yaml" for n in range(len(contents))]
    for path, content in zip(overlays, contents, strict=True):
        path.write_bytes(content)
    driver = [sys.executable, "-c", COMMAND_LINES, *(path.name for path in overlays)]
    subprocess.run(driver, cwd=here.folder, env=os.environ | {"PYTHONPATH": "src"}, check=True, timeout=300)

    ours = set()
    for n, path in enumerate(overlays):
        code, text = path.with_name(f"{path.name}.code"), path.with_name(f"{path.name}.said")
        ours |= {path, code, text}
        said = [line for line in text.read_text().splitlines() if "is extended by additional config" not in line]
        assert int(code.read_text()) > 0
        if n < len(CONFIGS):
            content, begins, words = CONFIGS[n]
            assert said[0].startswith(begins), (content, said)
            assert words in said[1], (content, said)
            assert len(said) == (3 if begins == OURS else 2), (content, said)
    assert files(here) - ours == before


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("tier=../../x", "tier = '../../x': expected a name"),
        # Snakemake makes text of every value that is nested
        ('toy={"runs":{"steps":8}}', "toy.runs.steps = '8': expected a whole number"),
    ],
)
def test_values_given_with_config_on_the_command_line_are_checked_too(here, given, said):
    before = files(here)
    run = here.snakemake("-n", "all", "--config", given)
    assert run.returncode != 0
    refused = refusal(run.stdout + run.stderr)
    assert refused.startswith(f"config: {said}")
    assert ("use --configfile" in refused) == given.startswith("toy")
    assert files(here) == before


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("workflow/rules/toy.smk", '"toy.sgd"', '"toy.sgb"', "stages/sgb.py: no such file; expected the stage toy.sgb"),
        ("workflow/figures/toy.yaml", "relaxation:", "relaxing:", "figures/relaxing.py: no such file; expected the"),
        ("src/shallownets/studies/toy/parameters/runs.py", "class Sgd(", "class Sgb(", "parameters: no class Sgd;"),
    ],
)
def test_a_rule_or_a_figure_whose_module_or_class_is_missing_is_said_in_one_line(checkout, file, old, new, said):
    checkout.edit(file, old, new)
    run = checkout.snakemake("-n", "all")
    assert run.returncode != 0
    lines = (run.stdout + run.stderr).splitlines()
    (first,) = [n for n, line in enumerate(lines) if line.startswith("WorkflowError in file")]
    assert said in lines[first + 1]
    assert all(line.startswith("  File ") for line in lines[first + 2 :])  # from the rule that it stands in
    assert "Traceback" not in "".join(lines)
