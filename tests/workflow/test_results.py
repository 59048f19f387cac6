"""The chain makes what it promises; kills leave nothing half-written; mistakes start nothing."""

import os
import re
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest
import yaml

from shallownets.config import settings
from shallownets.workflow import catalogue
from tests.conftest import ROOT
from tests.workflow.conftest import TOY, refusal

SLOW = "toy: {runs: {steps: 150000}}"


def check(checkout, logs):
    """A finished chain has all that it promises."""
    merged = yaml.safe_load((checkout.results / "config.yaml").read_text())
    assert merged["tier"] == "smoke"
    figures = settings.figures(merged, catalogue.names(checkout.folder))
    made = set(checkout.artefacts())
    for study, names in figures.items():
        for name in names:
            assert {f"figures/{study}/{name}.pdf", f"figures/{study}/{name}.png"} <= made
    for name in logs:
        assert (checkout.results / f"logs/{name}.log").is_file()
    page = (checkout.results / "report.html").read_text()
    assert len(page.encode()) < 15e6
    assert page.count("<article ") == sum(map(len, figures.values()))
    assert "not recorded" not in page.partition('id="provenance"')[0]
    return merged, page


def test_the_chain_makes_what_it_promises(finished):
    merged, page = check(finished, [f"toy/{name}" for name in ("start", "sgd_0-49", "sgd_50-99", "relaxation")])
    assert merged["toy"]["runs"] == {"eta": 0.1, "noise": 0.5, "steps": 40, "points": 11, "replicates": 100}
    assert "5 values differ from those of config.yaml" in page
    assert {row.split(",")[0] for row in finished.artefacts()["claims.csv"].decode().splitlines()} >= {
        "toy-mean[time=4]",
        "toy-mean-square[time=40]",
    }


def test_the_real_chain_makes_what_it_promises(real):
    names = ("start", "ode", "gather_sgd", "sgd_0-1", "sgd_2-3")
    merged, _ = check(real, [f"escape/fig1/{name}" for name in names])
    assert merged["escape"]["runs"]["fig1"]["p"] == 4
    assert "done in" in (real.results / "logs/escape/fig1/sgd_0-1.log").read_text()


def test_every_rule_has_log_and_resources_and_lint_is_clean(toy):
    for folder in (ROOT, toy.folder):
        done = subprocess.run(
            [sys.executable, "workflow/lint.py"], cwd=folder, capture_output=True, text=True, timeout=600
        )
        assert done.returncode == 0, done.stdout + done.stderr
    for path in (ROOT / "workflow").rglob("*.smk"):
        for rule in re.split(r"^(?=\s*(?:use )?rule\b)", path.read_text(), flags=re.MULTILINE)[1:]:
            parts = ("log", "message") if "use rule" in rule else ("log", "resources")
            if "shell:" in rule or "use rule" in rule:
                assert all(f"    {part}:" in rule for part in parts), rule
            if "shell:" in rule:
                assert "mem_mb=" in rule
                assert "runtime=" in rule


def find_job(parent: psutil.Process, output: str, patience: float = 60.0) -> psutil.Process:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        for child in parent.children(recursive=True):
            try:
                if output in child.cmdline() and child.name().startswith("python"):
                    return child
            except psutil.NoSuchProcess:
                continue
        time.sleep(0.02)
    raise AssertionError(f"no job that makes {output} was seen")


@pytest.mark.parametrize("victim", ["job", "snakemake"])
def test_a_kill_halfway_leaves_nothing_half_written_and_the_next_run_completes(done, victim):
    slow = done.overlay("slow.yaml", SLOW)
    process = subprocess.Popen(
        done.command(TOY, overlays=(slow,)), cwd=done.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    target = done.results / "data/toy/sgd/0-49.npz"
    before = target.read_bytes()
    job = find_job(psutil.Process(process.pid), target.relative_to(done.folder).as_posix())
    time.sleep(0.5)
    if victim == "job":
        job.kill()
        assert process.wait(120) != 0
    else:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(60)
        done.run("--unlock", overlays=(slow,))
    assert not list(done.results.rglob("*.unfinished"))
    assert not target.exists() or target.read_bytes() == before
    done.run("--rerun-incomplete", TOY, overlays=(slow,))
    with np.load(target) as file:
        assert file["error"].shape == (50, 11)
        assert '"steps": 150000' in str(file["record"])
    assert done.would_run(TOY, overlays=(slow,)) == set()


@pytest.mark.parametrize(
    ("overlay", "words"),
    [
        ("toy: {runs: {steps: 0}}", ["toy.runs.steps = 0", "from 1"]),
        ("toy: {runs: {eta: 1e-3}}", ["toy.runs.eta = '1e-3'", "1.0e-3"]),
        ("toy: {figures: [fig99]}", ["fig99", "one of relaxation"]),
        ("colour: red", ["colour = 'red'", "unknown key"]),
    ],
)
def test_a_mistake_in_the_config_is_one_line_and_starts_nothing(checkout, overlay, words):
    name = checkout.overlay("wrong.yaml", overlay)
    done = checkout.snakemake(overlays=(name,))
    assert done.returncode != 0
    refused = refusal(done.stdout + done.stderr)
    assert refused.startswith("config: ")
    assert all(word in refused for word in words)
    assert "Traceback" not in done.stderr
    assert not checkout.results.exists()
