"""What an edit, a touch, a clone or a changed value makes run again: Snakemake itself is asked, on the smoke tier."""

import os
import re
import shutil
import time

import pytest

from shallownets import sources
from shallownets.workflow import catalogue
from tests.conftest import ROOT

FIG1 = {"start", "sgd", "gather", "chain", "gather_chain", "ode", "fig1_data", "fig1"}
DIRECT = "src/shallownets/studies/escape/engines/direct.py"
MEASURE = "src/shallownets/studies/escape/measure/order_parameters.py"
ODE = "src/shallownets/studies/escape/engines/ode.py"


def test_a_current_chain_runs_nothing(done):
    assert done.would_run() == set()


def test_a_touch_runs_nothing(done):
    later = time.time() + 60
    for path in [*(done.folder / "src").rglob("*.py"), done.folder / "config.yaml", done.folder / "Snakefile"]:
        os.utime(path, (later, later))
    assert done.would_run() == set()


@pytest.mark.parametrize("with_snakemakes_records", [True, False])
def test_a_fresh_clone_beside_finished_results_runs_nothing(finished, checkout, with_snakemakes_records):
    shutil.copytree(finished.folder / "results", checkout.folder / "results", dirs_exist_ok=True)
    if with_snakemakes_records:
        shutil.copytree(finished.folder / ".snakemake", checkout.folder / ".snakemake")
    assert checkout.would_run() == set()


@pytest.mark.parametrize(
    ("file", "old", "new", "reruns"),
    [
        (DIRECT, "rate = (eta / N)", "rate = (2.0 * eta / N)", {"sgd", "gather", "fig1_data", "fig1"}),
        (ODE, "mean_square = 2.0", "mean_square = 3.0", {"ode", "fig1_data", "fig1"}),
        ("src/shallownets/numerics/normals.py", "np.sqrt(-2.0", "np.sqrt(-3.0", FIG1 - {"start", "ode"}),
        (MEASURE, "np.maximum(alive[seen] - 1, 1)", "np.maximum(alive[seen], 1)", {"fig1_data", "fig1"}),
        ("src/shallownets/studies/escape/figures/fig1.py", "_MARKED = 14", "_MARKED = 9", {"fig1"}),
        ("src/shallownets/drawing/style.py", '"font.size": 9', '"font.size": 8', {"fig1"}),
        ("src/shallownets/config/schema.py", "did you mean", "perhaps", set()),
    ],
)
def test_an_edit_reruns_exactly_what_depends_on_it(done, file, old, new, reruns):
    done.edit(file, old, new)
    assert done.would_run("fig1") == reruns


@pytest.mark.parametrize("file", [DIRECT, ODE, "src/shallownets/drawing/style.py", "src/shallownets/claims/ledger.py"])
def test_in_the_whole_chain_an_edit_reruns_the_rules_that_import_it_and_what_follows_from_them(done, file):
    with (done.folder / file).open("a") as source:
        source.write("_ADDED = 1\n")
    rules = [
        rule
        for path in (done.folder / "workflow/rules").rglob("*.smk")
        for rule in path.read_text().split("\nrule ")[1:]
    ]
    importing = {
        rule.split(":")[0]
        for rule in rules
        for module in re.findall(r'code\("([a-z0-9_.]+)"', rule)
        if ROOT / file in sources.closure(f"shallownets.{module}")
    }
    importing |= {
        figure.name
        for figure in catalogue.load().values()
        if ROOT / file in sources.closure(f"shallownets.{figure.study}.figures.{figure.name}")
    }
    assert importing
    edited = done.would_run()
    done.edit(file, "_ADDED = 1\n", "")
    assert edited == done.would_run("--forcerun", *importing) - {"all"}


def test_a_changed_width_reruns_what_depends_on_it_and_eta_spares_the_start(done):
    wide = done.overlay("wide.yaml", "escape: {runs: {fig1: {p: 8}}}")
    assert done.would_run("fig1", overlays=(wide,)) == FIG1
    fast = done.overlay("fast.yaml", "escape: {runs: {fig1: {eta: 0.2}}}")
    assert done.would_run("fig1", overlays=(fast,)) == FIG1 - {"start"}
    strict = done.overlay("strict.yaml", "escape: {tolerance: 1.0e-9}")
    assert done.would_run("fig1", overlays=(strict,)) == {"ode", "fig1_data", "fig1"}
    assert not done.would_run("fig2", "hessian", "escape_law", overlays=(wide,))
    more = done.overlay("more.yaml", "escape: {runs: {fig1: {replicates: 6}}}")
    jobs = done.snakemake("-n", overlays=(more,)).stdout
    assert "replicates 4 to 5" in jobs
    assert "replicates 0 to 1" not in jobs


def test_a_figure_redrawn_after_an_edit_leaves_the_data_alone(done):
    before = done.artefacts()
    done.edit("src/shallownets/studies/escape/figures/fig1.py", "_MARKED = 14", "_MARKED = 5")
    done.run()
    after = done.artefacts()
    assert {name for name in before if before[name] != after[name]} == {
        "figures/escape/fig1.pdf",
        "figures/escape/fig1.png",
    }
    assert done.would_run() == set()
