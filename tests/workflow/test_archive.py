"""A real run in an archive: complete, and made again to the byte. What verify finds is in test_verify.py."""

import re
import subprocess
from pathlib import Path

import pytest

from shallownets.archive import pack as archive
from shallownets.results.artefacts import hash_of
from tests.workflow.conftest import Checkout


def command(checkout: Checkout, *words: object) -> subprocess.CompletedProcess:
    return checkout.python("-m", "shallownets", *map(str, words))


def archived(finished: Checkout, tmp_path: Path) -> tuple[Path, dict[str, bytes]]:
    """The archive of a run, and its files but for data, which it holds as hashes."""
    packed = command(finished, "archive", "--results", "results/smoke", "--out", tmp_path)
    assert packed.returncode == 0, packed.stderr
    (path,) = tmp_path.glob("*.zip")
    assert path.name.startswith("shallownets-smoke-")
    manifest, files = archive.unpack(path)
    others = [finished.results / "config.yaml", *(finished.results / "report").rglob("*.*")]
    results = finished.artefacts() | {
        path.relative_to(finished.results).as_posix(): path.read_bytes()
        for path in others
        if not path.name.endswith(".run.json")
    }
    assert manifest.artefacts == {
        name: hash_of(content) for name, content in results.items() if name.startswith("data/")
    }
    assert files == {name: content for name, content in results.items() if not name.startswith("data/")} | {
        name: (finished.folder / name).read_bytes() for name in archive.PROJECT
    }
    return path, files


def test_a_run_is_archived_whole(finished, tmp_path):
    archived(finished, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("which", ["finished", "real"])
def test_what_is_archived_is_made_again_to_the_byte(request, tmp_path, which):
    finished = request.getfixturevalue(which)
    path, files = archived(finished, tmp_path)
    checked = command(finished, "verify", path, "--sample", 2, "--seed", 3)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "other versions" not in checked.stdout
    assert "  same but for times and hardware  report/provenance.html\n" in checked.stdout
    report, figures = (sum(name.startswith(of) for name in files) for of in ("report/", "figures/"))
    agreeing = next(line for line in checked.stdout.splitlines() if line.startswith("Agree: "))
    assert agreeing.startswith(
        "Agree: 1 of 1 CITATION.cff, 1 of 1 LICENSE, 1 of 1 claims.csv, 1 of 1 claims.md, 1 of 1 codemeta.json, "
        "1 of 1 config.yaml, "
    )
    assert f", {figures} of {figures} figures, " in agreeing
    assert agreeing.endswith(f" {report} of {report} report")
    if which == "real":  # of the toy's few tables the sample leaves none
        unchecked = checked.stdout.splitlines()[-1]
        assert re.match(r"Not checked but for the hash: \d+ of \d+ data, \d+ of \d+ figure_data, ", unchecked)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("figure_data/toy/relaxation.csv", "No such file or directory"),  # nothing needs to be made again for that
        ("figures/toy/relaxation.png", "missing, or not what this checkout makes; run `make figures` before"),
    ],
)
def test_what_is_not_finished_is_not_archived(done, tmp_path, missing, said):
    (done.results / missing).unlink()
    refused = command(done, "archive", "--results", "results/smoke", "--out", tmp_path / "out")
    assert refused.returncode == 2
    assert re.fullmatch(rf"error: results/smoke/\S+: {said}\n", refused.stderr)
    assert not (tmp_path / "out").exists()
