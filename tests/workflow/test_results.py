"""The chain makes what it promises; kills leave nothing half-written; mistakes start nothing."""

import os
import signal
import subprocess
import time

import numpy as np
import psutil
import pytest
import yaml

from shallownets.config import settings
from shallownets.workflow import catalogue
from tests.conftest import ROOT

SLOW = "escape: {runs: {fig1: {N: 4000, replicates: 2}}}"


def test_the_chain_makes_what_it_promises(finished):
    names = set(finished.artefacts())
    assert {"figures/escape/fig1.pdf", "figures/escape/fig1.png", "figure_data/escape/fig1.csv"} <= names
    merged = yaml.safe_load((finished.results / "config.yaml").read_text())
    assert merged["tier"] == "smoke"
    assert merged["escape"]["runs"]["fig1"]["p"] == 4
    for name in ("start", "ode", "gather", "sgd_0-1", "sgd_2-3"):
        assert (finished.results / f"logs/escape/fig1/{name}.log").is_file()
        assert (finished.results / f"benchmarks/escape/fig1/{name}.tsv").is_file()
    assert "done in" in (finished.results / "logs/escape/fig1/sgd_0-1.log").read_text()
    page = (finished.results / "report.html").read_text()
    assert len(page.encode()) < 15e6
    figures = [name for names in settings.figures(merged, catalogue.names(ROOT)).values() for name in names]
    assert page.count("<article ") == len(figures)
    assert "values differ from the default" in page
    assert "not recorded" not in page.partition('id="provenance"')[0]


def test_every_rule_has_log_benchmark_and_resources_and_lint_is_clean(finished):
    done = finished.snakemake("--lint")
    assert done.returncode == 0, done.stderr
    for path in (finished.folder / "workflow/rules").rglob("*.smk"):
        for rule in path.read_text().split("\nrule ")[1:]:
            if "shell:" in rule:
                assert all(f"    {part}:" in rule for part in ("log", "benchmark", "resources", "message")), rule
                assert "mem_mb=" in rule
                assert "runtime=" in rule


def find_job(parent: psutil.Process, module: str, patience: float = 60.0) -> psutil.Process:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        for child in parent.children(recursive=True):
            try:
                if module in child.cmdline() and child.name().startswith("python"):
                    return child
            except psutil.NoSuchProcess:
                continue
        time.sleep(0.02)
    raise AssertionError(f"no job of {module} was seen")


@pytest.mark.parametrize("victim", ["job", "snakemake"])
def test_a_kill_halfway_leaves_nothing_half_written_and_the_next_run_completes(done, victim):
    slow = done.overlay("slow.yaml", SLOW)
    process = subprocess.Popen(
        done.command("fig1", overlays=(slow,)), cwd=done.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    target = done.results / "data/escape/fig1/sgd/0-1.npz"
    before = target.read_bytes()
    job = find_job(psutil.Process(process.pid), "shallownets.studies.escape.stages.sgd")
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
    done.run("--rerun-incomplete", "fig1", overlays=(slow,))
    with np.load(target) as file:
        assert file["M"].shape[0] == 2
        assert '"N": 4000' in str(file["record"])
    assert done.would_run("fig1", overlays=(slow,)) == set()


@pytest.mark.parametrize(
    ("overlay", "words"),
    [
        ("escape: {runs: {fig1: {p: 0}}}", ["escape.runs.fig1.p = 0", "at least 1"]),
        ("escape: {runs: {fig1: {eta: 1e-3}}}", ["escape.runs.fig1.eta = '1e-3'", "1.0e-3"]),
        ("escape: {figures: [fig99]}", ["fig99", "one of fig1"]),
        ("colour: red", ["colour = 'red'", "unknown key"]),
    ],
)
def test_a_mistake_in_the_config_is_one_line_and_starts_nothing(checkout, overlay, words):
    name = checkout.overlay("wrong.yaml", overlay)
    done = checkout.snakemake(overlays=(name,))
    assert done.returncode != 0
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    assert [line for line in lines if line.startswith("error: config: ")] == lines[-1:]
    assert all(word in lines[-1] for word in words)
    assert "Traceback" not in done.stderr
    assert not checkout.results.exists()
