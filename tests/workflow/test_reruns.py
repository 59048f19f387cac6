"""What an edit, a touch, a clone or a changed value makes run again: Snakemake itself is asked."""

import os
import re
import shutil
import time

import pytest

from shallownets import sources
from tests.conftest import ROOT
from tests.workflow.conftest import CHAIN, STUDY, TOY

SOURCE = "src/shallownets/studies/toy"
ENGINE, MEASURE, FIGURE = (
    f"{SOURCE}/{name}.py" for name in ("engines/direct", "measure/moments", "figures/relaxation")
)
DRAWN = {"toy_relaxation", TOY}


@pytest.mark.slow
def test_a_touch_runs_nothing(done):
    later = time.time() + 60
    for path in [*(done.folder / "src").rglob("*.py"), done.folder / "config.yaml", done.folder / "Snakefile"]:
        os.utime(path, (later, later))
    assert done.would_run() == set()


@pytest.mark.slow
@pytest.mark.parametrize("with_snakemakes_records", [True, False])
def test_a_fresh_clone_beside_finished_results_runs_nothing(finished, checkout, with_snakemakes_records):
    shutil.copytree(finished.folder / "results", checkout.folder / "results", dirs_exist_ok=True)
    if with_snakemakes_records:
        shutil.copytree(finished.folder / ".snakemake", checkout.folder / ".snakemake", dirs_exist_ok=True)
    assert checkout.would_run() == set()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "old", "new", "reruns"),
    [
        (f"{SOURCE}/starts.py", "standard_normal()", "uniform()", CHAIN),
        (ENGINE, "noise * xi", "2 * noise * xi", {"toy_sgd"} | DRAWN),
        (f"{SOURCE}/model.py", "eta * x", "2.0 * eta * x", {"toy_sgd"} | DRAWN),
        ("src/shallownets/numerics/seeds.py", "sort_keys=True", "sort_keys=False", CHAIN),
        (f"{SOURCE}/theory/moments.py", "3 * eta**2", "4 * eta**2", DRAWN),
        (MEASURE, "e**2", "e**4", DRAWN),
        ("src/shallownets/numerics/statistics.py", "WIDTH = 3.0", "WIDTH = 2.0", DRAWN),
        (FIGURE, "linewidth=0.7", "linewidth=0.8", {TOY}),
        ("src/shallownets/drawing/style.py", '"font.size": 9', '"font.size": 8', {TOY}),
        # what cannot change a number, and what is no physics: tests/test_sources.py has all kinds of them
        (ENGINE, "SGD sample by sample", "SGD, one sample after the other", set()),
        ("config.yaml", "root of every random stream", "root of all random streams", set()),
        ("src/shallownets/results/lock.py", "another run is at work here", "somebody is at work here", set()),
    ],
)
def test_an_edit_reruns_exactly_what_depends_on_it(done, file, old, new, reruns):
    done.edit(file, old, new)
    assert done.would_run(TOY) == reruns


@pytest.mark.slow
def test_a_renamed_column_reruns_what_writes_it_and_what_follows_but_no_simulation(done):
    done.edit(f"{SOURCE}/stages/relaxation.py", '"theory":', '"predicted":')
    done.edit("workflow/claims/toy/relaxation.yaml", "predicted: theory", "predicted: predicted")
    done.edit(FIGURE, "curve.theory", "curve.predicted")
    assert done.would_run() == DRAWN | {"claims", "report"}
    before = done.artefacts()
    done.run()
    after = done.artefacts()
    renamed = {"measurements/toy/relaxation.csv", "figure_data/toy/relaxation.csv"}
    assert {name for name in before if before[name] != after[name]} == renamed | {"claims.csv"}


def test_another_version_of_the_project_makes_the_report_again_which_says_it(done):
    described = done.folder / "src/shallownets-9.0.0.dist-info/METADATA"
    described.parent.mkdir()
    described.write_text("Metadata-Version: 2.1\nName: shallownets\nVersion: 9.0.0\n")
    assert done.would_run() == {"report"}


def test_a_changed_value_reruns_what_depends_on_it(done):
    def due(text):
        return done.would_run(TOY, overlays=(done.overlay("other.yaml", text),))

    assert due("seed: 1") == CHAIN
    assert due("toy: {runs: {eta: 0.2}}") == CHAIN - {"toy_start"}
    assert due("toy: {runs: {points: 9}}") == CHAIN - {"toy_start"}
    assert due("toy: {figures: [relaxation]}") == set()
    more = done.overlay("more.yaml", "toy: {runs: {replicates: 150}}")
    jobs = done.snakemake("-n", overlays=(more,)).stdout
    assert "replicates 100 to 149" in jobs
    assert "replicates 0 to 49" not in jobs


@pytest.mark.slow
def test_a_figure_redrawn_after_an_edit_leaves_the_data_alone(done):
    before = done.artefacts()
    done.edit(FIGURE, "linewidth=0.7", "linewidth=3")
    done.run()
    after = done.artefacts()
    assert {name for name in before if before[name] != after[name]} == {
        "figures/toy/relaxation.pdf",
        "figures/toy/relaxation.png",
    }
    assert done.would_run() == set()


@pytest.mark.parametrize(
    ("chain", "target", "engine", "rule"),
    [
        ("study", STUDY, "riccati/engines/stiefel.py", "riccati_sgd_flow_curves"),
        pytest.param("real", "all", "escape/engines/direct.py", "escape_sgd", marks=pytest.mark.slow),
    ],
)
def test_in_the_real_chain_nothing_is_left_to_do_and_an_edit_reruns_what_imports_it_and_what_follows(
    request, tmp_path, chain, target, engine, rule
):
    done = request.getfixturevalue(chain).copy(tmp_path)
    assert done.would_run(target) == set()
    edited = f"src/shallownets/studies/{engine}"
    with (done.folder / edited).open("a") as source:
        source.write("_ADDED = 1\n")
    text = "".join(path.read_text() for path in sorted((ROOT / "workflow/rules").rglob("*.smk")))
    stages = r'^use rule stage as (\w+) with:(?:(?!use rule).)*?\*\*stage\(\s*"(\w+)\.(\w+)"'
    runs = re.findall(stages, text, re.DOTALL | re.MULTILINE)
    assert len(runs) > 60
    importing = {
        one
        for one, study, stage in runs
        if ROOT / edited in sources.closure(f"shallownets.studies.{study}.stages.{stage}")
    }
    rules = done.would_run(target, "--forceall")
    assert rule in importing
    reruns = done.would_run(target)
    done.edit(edited, "_ADDED = 1\n", "")
    assert reruns == done.would_run(target, "--forcerun", *(importing & rules))
