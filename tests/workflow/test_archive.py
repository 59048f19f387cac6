"""A real run in an archive: complete, drawn and made again to the byte; a formula or table that changed is seen."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from shallownets.results import archive
from shallownets.results.artefacts import hash_of
from tests.workflow.conftest import Checkout

FORMULA = "src/shallownets/studies/escape/theory/landscape.py"
FIGURE = ("figures/escape/fig5.pdf", "figures/escape/fig5.png")
TABLE = "figure_data/escape/fig5.csv"


def command(checkout: Checkout, module: str, *arguments: object) -> subprocess.CompletedProcess:
    environment = os.environ | {"PYTHONPATH": str(checkout.folder / "src")}
    line = [sys.executable, "-m", f"shallownets.{module}", *map(str, arguments)]
    return subprocess.run(line, cwd=checkout.folder, env=environment, capture_output=True, text=True, timeout=1200)


def of_figure_5(checkout: Checkout, folder: Path, monkeypatch) -> Path:
    """An archive of Figure 5 alone, which is made in seconds."""
    monkeypatch.chdir(checkout.folder)
    monkeypatch.setattr(archive.sources, "ROOT", checkout.folder / "src")
    name, content = archive.pack(checkout.results, [TABLE, *FIGURE])
    (folder / name).write_bytes(content)
    return folder / name


def test_a_run_is_archived_whole_and_made_again_to_the_byte(finished, tmp_path):
    packed = command(finished, "archive", "--results", "results/smoke", "--out", tmp_path)
    assert packed.returncode == 0, packed.stderr
    (path,) = tmp_path.glob("*.zip")
    assert path.name.startswith("shallownets-smoke-")
    manifest, files = archive.unpack(path)
    results = finished.artefacts() | {
        name: (finished.results / name).read_bytes() for name in ("config.yaml", "report.html")
    }
    assert manifest["artefacts"] == {
        name: hash_of(content) for name, content in results.items() if name.startswith("data/")
    }
    assert files == {name: content for name, content in results.items() if not name.startswith("data/")} | {
        name: (finished.folder / name).read_bytes() for name in archive.PROJECT
    }

    figures = sum(name.startswith("figures/") for name in files)
    checked = command(finished, "verify", path, "--sample", 2, "--seed", 3)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "other versions" not in checked.stdout
    assert f"{figures} of {figures} files of figures are the same when drawn anew" in checked.stdout
    assert checked.stdout.count("  same  ") >= 2
    assert "DIFFERS" not in checked.stdout


def test_what_is_not_finished_is_not_archived(done, tmp_path):
    (done.results / TABLE).unlink()
    refused = command(done, "archive", "--results", "results/smoke", "--out", tmp_path / "out")
    assert refused.returncode == 2
    assert refused.stderr.startswith("error: results/smoke/")
    assert len(refused.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_another_formula_makes_verify_fail_and_another_word_does_not(done, tmp_path, monkeypatch):
    path = of_figure_5(done, tmp_path, monkeypatch)
    done.edit(FORMULA, '"""', '"""In other words: ')
    checked = command(done, "verify", path)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "made with other versions, so numbers are compared: source" in checked.stdout
    assert f"agrees, numbers to 0 of their size  {TABLE}" in checked.stdout

    done.edit(FORMULA, "p * N - comb(p, 2) if", "p * N - comb(p + 1, 2) if")
    checked = command(done, "verify", path)
    assert checked.returncode == 1
    assert "DIFFERS, numbers by up to" in checked.stdout
    assert f"of their size  {TABLE}" in checked.stdout


def test_a_table_that_was_changed_before_it_was_archived_makes_verify_fail(done, tmp_path, monkeypatch):
    """All hashes are right in this archive: only drawing and making it again tells."""
    table = done.results / TABLE
    lines = table.read_text().splitlines(keepends=True)
    table.write_text("".join([*lines[:-1], lines[-1].replace(lines[-1].split(",")[-1], "1\n")]))
    checked = command(done, "verify", of_figure_5(done, tmp_path, monkeypatch))
    assert checked.returncode == 1
    assert "0 of 2 files of figures are the same" in checked.stdout
    assert f"of their size  {TABLE}" in checked.stdout
    assert checked.stdout.count("DIFFERS") == 3


@pytest.mark.parametrize("name", [TABLE, *FIGURE])
def test_a_byte_that_changed_in_the_archive_makes_verify_fail(finished, tmp_path, monkeypatch, name):
    path = of_figure_5(finished, tmp_path, monkeypatch)
    with zipfile.ZipFile(path) as old:
        entries = {entry: old.read(entry) for entry in old.namelist()}
    entries[name] = entries[name][:-2] + bytes([entries[name][-2] ^ 1]) + entries[name][-1:]
    with zipfile.ZipFile(path, "w") as new:
        for entry, content in entries.items():
            new.writestr(entry, content)
    checked = command(finished, "verify", path)
    assert checked.returncode == 2
    assert f"the bytes of {name} are not those of its manifest" in checked.stderr
