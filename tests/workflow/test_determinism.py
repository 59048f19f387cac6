"""The same bytes, whatever the cores, the batches, the folder and the user's surroundings.

`finished` ran on two cores, as the tests were started. Other Pythons: tests/compare_pythons.py; SLURM: tests/cluster.
"""

import os
import subprocess

import pytest

from tests.workflow.conftest import Checkout

# A locale that is not installed is as good as none; then only the words that Python itself looks at differ.
ABROAD = {
    "LC_ALL": "de_DE.UTF-8",
    "LANG": "de_DE.UTF-8",
    "TZ": "Asia/Tokyo",
    "PYTHONHASHSEED": "7",
    "USER": "somebody",
    "COLUMNS": "40",
}
PLAIN = {"LC_ALL": "C", "LANG": "C", "TZ": "America/St_Johns", "PYTHONHASHSEED": "0", "MPLBACKEND": "svg"}
# Together they hold every kind of job: start, SGD, chain, ODE, integrals, fits, bootstrap, ranks, figure.
FEW = ["fig1", "fig5", "overlap_growth", "escape_law", "late_times"]


def run(checkout: Checkout, *arguments: str, overlays: tuple[str, ...] = (), around: dict[str, str], umask: int):
    done = subprocess.run(
        checkout.command(*arguments, overlays=overlays),
        cwd=checkout.folder,
        env=os.environ | {"PYTHONPATH": ""} | around,
        umask=umask,
        capture_output=True,
        text=True,
        timeout=1800,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_the_same_bytes_on_one_core_in_plain_surroundings(finished, checkout):
    run(checkout, "--cores", "1", around=PLAIN, umask=0o022)
    ours, theirs = finished.artefacts(), checkout.artefacts()
    assert {f"figures/toy/relaxation.{kind}" for kind in ("pdf", "png")} | {"claims.csv"} <= theirs.keys()
    assert ours == theirs


@pytest.mark.slow
def test_the_same_bytes_of_every_figure_on_eight_cores_in_other_batches_another_folder_and_another_country(
    real, tmp_path
):
    (tmp_path / "an öther folder").mkdir()
    elsewhere = Checkout(tmp_path / "an öther folder")
    batch = elsewhere.overlay("batch.yaml", "escape: {batch: 3}")
    run(elsewhere, "--cores", "8", overlays=(batch,), around=ABROAD, umask=0o077)
    ours, theirs, batches = real.artefacts(), elsewhere.artefacts(), "data/escape/fig1/sgd/"
    assert {name for name in theirs if name.startswith(batches)} == {f"{batches}0-2.npz", f"{batches}3-3.npz"}
    compared = {name for name in ours if not name.startswith(batches)}
    assert compared == {name for name in theirs if not name.startswith(batches)}
    assert [name for name in compared if ours[name] != theirs[name]] == []
    for kind, least in {"npz": 5, "csv": 50, "png": 20, "pdf": 20}.items():
        assert sum(name.endswith(kind) for name in ours) >= least


@pytest.mark.slow
def test_the_same_bytes_of_every_real_kind_of_job_on_one_core(real, tmp_path):
    elsewhere = Checkout(tmp_path)
    run(elsewhere, "--cores", "1", *(f"draw_escape_{name}" for name in FEW), around=PLAIN, umask=0o022)
    ours, theirs = real.artefacts(), elsewhere.artefacts()
    assert {f"figures/escape/{name}.{kind}" for name in FEW for kind in ("pdf", "png")} <= theirs.keys()
    assert [name for name in theirs if ours[name] != theirs[name]] == []
