"""An archive must hold what belongs to the run, and no change of it may pass.

Small results made by hand stand for a run here; tests/workflow/test_archive.py archives a real one.
"""

import json
import subprocess
import sys
import zipfile

import pandas as pd
import pytest

from shallownets.errors import UserError
from shallownets.results import archive, verify
from shallownets.results.artefacts import hash_of
from shallownets.workflow import lineage
from tests.conftest import ROOT

RESULTS = {
    "config.yaml": b"tier: tiny\n",
    "claims.csv": b"id\na\n",
    "data/escape/run/sgd.npz": b"numbers",
    "figure_data/escape/fig5.csv": b"# parameters: {}\nN,p,measured,formula\n4,1,4,4\n4,2,7,7\n",
    "figures/escape/fig5.png": b"picture",
}


@pytest.fixture
def packed(tmp_path, monkeypatch):
    """(folder of results, its archive), in the checkout's folder."""
    monkeypatch.chdir(ROOT)
    results = tmp_path / "results"
    for name, content in RESULTS.items():
        (results / name).parent.mkdir(parents=True, exist_ok=True)
        (results / name).write_bytes(content)
    return results, write(tmp_path, *archive.pack(results, RESULTS))


def write(folder, name, content):
    (folder / name).write_bytes(content)
    return folder / name


def rewritten(path, change, name=None):
    """A copy of an archive in which ``change`` was made to the dictionary of its entries."""
    with zipfile.ZipFile(path) as old:
        entries = {entry: old.read(entry) for entry in old.namelist()}
    change(entries)
    copy = path.parent / "changed" / (name or path.name)
    copy.parent.mkdir()
    with zipfile.ZipFile(copy, "w") as new:
        for entry, content in entries.items():
            new.writestr(entry, content)
    return copy


def forged(path, change):
    """A copy with another manifest, under the name that is right for it."""
    made = {}

    def edit(entries):
        manifest = json.loads(entries[archive.MANIFEST])
        change(manifest, entries)
        entries[archive.MANIFEST] = json.dumps(manifest).encode()
        made["name"] = f"shallownets-tiny-{hash_of(entries[archive.MANIFEST])[:16]}.zip"

    copy = rewritten(path, edit)
    return copy.rename(copy.with_name(made["name"]))


def refusal(path):
    with pytest.raises(UserError) as caught:
        archive.unpack(path)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_an_archive_returns_what_was_put_into_it(packed):
    _, path = packed
    manifest, files = archive.unpack(path)
    here = {name: (ROOT / name).read_bytes() for name in archive.PROJECT}
    kept = {name: content for name, content in RESULTS.items() if not name.startswith("data/")}
    assert files == kept | here
    assert manifest["files"] == {name: hash_of(content) for name, content in files.items()}
    assert manifest["artefacts"] == {"data/escape/run/sgd.npz": hash_of(b"numbers")}
    assert manifest["source"] == archive.source_of_checkout()


def test_the_same_results_make_the_same_archive_and_others_another_name(packed):
    results, path = packed
    assert archive.pack(results, reversed(RESULTS)) == (path.name, path.read_bytes())
    (results / "data/escape/run/sgd.npz").write_bytes(b"other numbers")
    assert archive.pack(results, RESULTS)[0] != path.name


def test_a_result_that_is_missing_is_named(packed):
    results, _ = packed
    with pytest.raises(UserError, match=r"figure_data/escape/fig6\.csv: No such file"):
        archive.pack(results, [*RESULTS, "figure_data/escape/fig6.csv"])


def test_only_what_the_run_makes_belongs_to_it_and_only_when_it_is_finished(packed, tmp_path, monkeypatch):
    results, _ = packed
    (results / "config.yaml").write_text("tier: paper\n")
    with pytest.raises(UserError, match="it is the config of results, which is the right folder"):
        archive.outputs(results)
    monkeypatch.chdir(tmp_path)
    job = lineage.Job(
        "fig5", "", {}, (), (), (results.relative_to(tmp_path) / "figures/escape/fig5.png",), None, None, ""
    )
    monkeypatch.setattr(lineage, "jobs", lambda configs: [job])
    monkeypatch.setattr(lineage, "due", lambda configs: set())
    assert archive.outputs(results) == ["figures/escape/fig5.png"]
    monkeypatch.setattr(lineage, "due", lambda configs: set(job.outputs))
    with pytest.raises(UserError, match=r"results/figures/escape/fig5\.png: missing, or not what .* `make figures`"):
        archive.outputs(results)


@pytest.mark.parametrize("name", [name for name in RESULTS if not name.startswith("data/")])
def test_a_changed_byte_is_found(packed, name):
    def flip(entries):
        entries[name] = bytes([entries[name][0] ^ 1]) + entries[name][1:]

    assert f"the bytes of {name} are not those of its manifest" in refusal(rewritten(packed[1], flip))


def test_a_changed_byte_anywhere_in_the_archive_is_found_or_changes_nothing(packed):
    _, path = packed
    right, content = archive.unpack(path), path.read_bytes()
    refused = 0
    for position in range(0, len(content), 7):
        path.write_bytes(content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :])
        try:
            assert archive.unpack(path) == right  # a byte that means nothing, such as a time
        except UserError:
            refused += 1
    assert refused > 0.8 * len(range(0, len(content), 7))


@pytest.mark.parametrize("length", [0, 10, 1000, -1])
def test_a_file_that_was_cut_is_no_archive(packed, length):
    path = packed[1]
    path.write_bytes(path.read_bytes()[:length])
    assert "damaged or not an archive of this project" in refusal(path)


def test_a_file_more_or_less_is_found(packed):
    more = refusal(rewritten(packed[1], lambda entries: entries.update({"figures/escape/fig9.png": b""})))
    assert "'figures/escape/fig9.png' is in the archive or in its manifest, but not in both" in more


def test_a_missing_file_is_found(packed):
    less = refusal(rewritten(packed[1], lambda entries: entries.pop("claims.csv")))
    assert "'claims.csv' is in the archive or in its manifest, but not in both" in less


def test_a_name_that_is_not_that_of_the_contents_is_found(packed):
    path = packed[1]
    copy = rewritten(path, lambda entries: None, "shallownets-tiny-0123456789abcdef.zip")
    assert f"not the name of its contents, which has {path.stem[-16:]} in it" in refusal(copy)


def test_a_name_that_stands_twice_is_found(packed):
    with zipfile.ZipFile(packed[1], "a") as file, pytest.warns(UserWarning, match="Duplicate name"):
        file.writestr("claims.csv", RESULTS["claims.csv"])
    assert "a name stands in it twice" in refusal(packed[1])


@pytest.mark.parametrize(
    "name",
    ["../../outside", "/etc/outside", "figures/../../outside", "..\\outside", "C:/outside", ".hidden", "a//b", "-n"],
)
@pytest.mark.parametrize("part", ["files", "artefacts"])
def test_a_name_that_leads_out_is_refused_even_where_the_manifest_has_it(packed, name, part):
    def change(manifest, entries):
        manifest[part][name] = hash_of(b"x")
        if part == "files":
            entries[name] = b"x"

    assert "a name within the archive is right" in refusal(forged(packed[1], change))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda manifest: manifest.pop("files"), "files: missing"),
        (lambda manifest: manifest["files"].pop("config.yaml"), "files.config.yaml: missing"),
        (lambda manifest: manifest.update(files=[]), "files = []"),
        (lambda manifest: manifest.update(artefacts={"a": 1}), "a SHA-256 in hex is right"),
        (lambda manifest: manifest.update(versions={"numpy": 2}), "versions.numpy = 2: a version is right"),
        (lambda manifest: manifest.update(more=1), "more = 1: unknown key"),
    ],
)
def test_a_manifest_of_another_kind_is_refused(packed, change, words):
    assert words in refusal(forged(packed[1], lambda manifest, _: change(manifest)))


@pytest.mark.parametrize("content", [b"[]", b"{", b"\xff", b"null"])
def test_a_manifest_that_is_none_is_refused(packed, content):
    said = refusal(rewritten(packed[1], lambda entries: entries.update({archive.MANIFEST: content})))
    assert "damaged" in said or "a section with keys of its own is right" in said


def test_what_is_no_archive_is_refused_by_the_command_in_one_line(tmp_path):
    (tmp_path / "text.zip").write_text("text")
    for name, words in {"missing.zip": "no such file", "text.zip": "not an archive", "": "not an archive"}.items():
        line = [sys.executable, "-m", verify.MODULE, tmp_path / name]
        done = subprocess.run(line, capture_output=True, text=True)
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
        assert words in done.stderr


TABLE = b"# source: 1\nx,y\n1.0,2.0\n3.0,4.0\n"


@pytest.mark.parametrize(
    ("name", "made", "exact", "agrees", "words"),
    [
        ("measurements/a.csv", TABLE, True, True, "same"),
        ("measurements/a.csv", TABLE.replace(b"source: 1", b"source: 2"), False, True, "agrees, numbers to 0 "),
        ("measurements/a.csv", TABLE.replace(b"source: 1", b"source: 2"), True, False, "DIFFERS, numbers by up to 0 "),
        ("figure_data/a.csv", TABLE.replace(b"4.0", b"4.00000007"), False, True, "agrees, numbers to 1e-08"),
        ("figure_data/a.csv", TABLE.replace(b"4.0", b"4.0007"), False, False, "DIFFERS, numbers by up to 0.0001"),
        ("figure_data/a.csv", TABLE.replace(b"4.0", b"four"), False, False, "DIFFERS, numbers by up to inf"),
        ("figure_data/a.csv", b"", False, False, "DIFFERS, not a table"),
        ("data/a.npz", b"other", True, False, "DIFFERS"),
    ],
)
def test_what_was_made_again_is_judged(name, made, exact, agrees, words):
    verdict, said = verify.compare(name, made, hash_of(TABLE), TABLE, exact)
    assert verdict == agrees
    assert said.startswith(words)


def test_figures_are_drawn_from_their_tables_and_a_foreign_one_differs(packed, tmp_path):
    """The picture of the fixture is none, so that its bytes can only differ; the true ones agree."""
    _, files = archive.unpack(packed[1])
    table = tmp_path / "table.csv"
    record = {"command": "", "parameters": {}, "units": {}, "source": "", "versions": {}}
    head = "".join(f"# {key}: {json.dumps(value)}\n" for key, value in record.items())
    rows = pd.DataFrame({"N": [4, 4], "p": [1, 2], "measured": [4, 7], "formula": [4, 7]})
    table.write_text(head + rows.to_csv(index=False))
    line = [sys.executable, "-m", "shallownets.studies.escape.figures.fig5", "--table", table, "--out"]
    subprocess.run([*line, tmp_path / "fig5.png", tmp_path / "fig5.pdf"], check=True)
    right = {
        "figure_data/escape/fig5.csv": table.read_bytes(),
        "figures/escape/fig5.pdf": (tmp_path / "fig5.pdf").read_bytes(),
    }
    foreign = {"figures/escape/unknown.png": b"", "figures/odd.png": b"", "figures/escape/fig6.png": b""}
    (tmp_path / "drawn").mkdir()
    drawn = dict(verify.redraw(files | right | foreign, tmp_path / "drawn"))
    assert drawn == {"figures/escape/fig5.pdf": True, "figures/escape/fig5.png": False} | dict.fromkeys(foreign, False)
