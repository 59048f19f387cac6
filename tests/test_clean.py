"""`make clean` deletes the results wherever they lie, nothing else, and Snakemake's records only together with them."""

import shutil
import subprocess

import pytest

MADE = (
    "data/escape/fig1/ode.npz", "claims.csv.run.json", "config.yaml", ".lock", "shallownets-paper-0123.zip",
    "report/escape/fig1.png", "site/index.html", "report.html", "report.html.run.json",
)  # fmt: skip
TIER = ("smoke/config.yaml", "smoke/data/a.npz", "smoke/.lock")


@pytest.fixture
def checkout(root, tmp_path):
    """A checkout with results in a folder of their own, results/ being a link to it; beside them, another's."""
    folder = tmp_path / "check out"
    (folder / "workflow").mkdir(parents=True)
    shutil.copy(root / "Makefile", folder)
    shutil.copy(root / "workflow/clean.sh", folder / "workflow")
    results = tmp_path / "scratch/results"
    for name in (*MADE, *TIER, "README.md", "../others/data/theirs.npz"):
        (results / name).parent.mkdir(parents=True, exist_ok=True)
        (results / name).write_text("x")
    (folder / "results").symlink_to(results)
    (folder / ".snakemake").mkdir()
    return folder


def clean(folder):
    return subprocess.run(["make", "clean"], cwd=folder, capture_output=True, text=True)


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("linked", [True, False])
def test_results_are_deleted_wherever_they_lie(checkout, tmp_path, linked):
    if not linked:
        (checkout / "results").unlink()
        (tmp_path / "scratch/results").rename(checkout / "results")
    done = clean(checkout)
    assert (done.returncode, done.stderr) == (0, "")
    assert files(checkout / "results") == ["README.md"]
    assert list((checkout / "results").iterdir()) == [checkout / "results/README.md"]
    assert (checkout / "results").is_symlink() == linked
    assert files(tmp_path / "scratch/others") == ["data/theirs.npz"]
    assert not (checkout / ".snakemake").exists()


def test_an_empty_folder_of_results_is_cleaned_too(checkout, tmp_path):
    shutil.rmtree(tmp_path / "scratch/results")
    (tmp_path / "scratch/results").mkdir()
    assert clean(checkout).returncode == 0
    assert not (checkout / ".snakemake").exists()


def gone(checkout, tmp_path):
    (tmp_path / "scratch").rename(tmp_path / "purged")
    return "results leads to no folder"


def foreign(checkout, tmp_path):
    (checkout / "results/thesis").mkdir()
    (checkout / "results/thesis/chapter.tex").write_text("x")
    return "results/thesis is not from a run"


def with_a_config(checkout, tmp_path):
    (checkout / "results/notes").mkdir()
    (checkout / "results/notes/config.yaml").write_text("x")
    return "results/notes is not from a run"


def foreign_in_a_tier(checkout, tmp_path):
    (checkout / "results/smoke/chapter.tex").write_text("x")
    return "results/smoke/chapter.tex is not from a run"


def linked_part(checkout, tmp_path):
    (checkout / "results/smoke/logs").symlink_to(tmp_path / "scratch/others")
    return "results/smoke/logs is a link"


@pytest.mark.parametrize("case", [gone, foreign, with_a_config, foreign_in_a_tier, linked_part])
def test_where_not_all_can_be_deleted_nothing_is_and_it_is_said(checkout, tmp_path, case):
    said = case(checkout, tmp_path)
    before = files(tmp_path)
    done = clean(checkout)
    assert done.returncode == 2
    (line,) = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert line.startswith("error: ") and said in line and line.endswith("nothing is deleted")
    assert files(tmp_path) == before
    assert (checkout / ".snakemake").exists()
