"""An archive must hold what belongs to the run, and no change of it may pass.

Small results made by hand stand for a run here; tests/workflow/test_archive.py archives a real one.
"""

import json
import os
import re
import stat
import subprocess
import sys
import tracemalloc
import zipfile

import pytest

from shallownets.archive import pack as archive
from shallownets.archive import verify
from shallownets.errors import UserError
from shallownets.files import hash_of
from tests.conftest import ROOT

RESULTS = {
    "config.yaml": (ROOT / "config.yaml").read_bytes().replace(b"tier: paper", b"tier: tiny"),
    "claims.csv": b"id\na\n",
    "data/escape/run/sgd.npz": b"numbers",
    "figure_data/escape/fig5.csv": b"N,p\n4,1\n",
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
    assert {"LICENSE", "CITATION.cff", "codemeta.json"} == set(here)
    kept = {name: content for name, content in RESULTS.items() if not name.startswith("data/")}
    assert files == kept | here
    assert manifest.files == {name: hash_of(content) for name, content in files.items()}
    assert manifest.artefacts == {"data/escape/run/sgd.npz": hash_of(b"numbers")}
    assert manifest.source == archive.source_of_checkout()


def test_the_same_results_make_the_same_archive_and_others_another_name(packed):
    results, path = packed
    assert archive.pack(results, reversed(RESULTS)) == (path.name, path.read_bytes())
    (results / "data/escape/run/sgd.npz").write_bytes(b"other numbers")
    assert archive.pack(results, RESULTS)[0] != path.name


def test_a_result_that_is_missing_is_named(packed):
    results, _ = packed
    with pytest.raises(UserError, match=r"figure_data/escape/fig6\.csv: No such file"):
        archive.pack(results, [*RESULTS, "figure_data/escape/fig6.csv"])


def test_the_source_is_what_people_wrote_and_not_what_python_keeps_beside_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("Snakefile", "workflow/lint.py", "workflow/words.rst", *archive.PROJECT):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("1")
    before = archive.source_of_checkout()
    assert list((tmp_path / "workflow/__pycache__").iterdir())
    assert archive.source_of_checkout() == before
    (tmp_path / "workflow/words.rst").write_text("22")
    assert archive.source_of_checkout() != before


def test_a_folder_with_the_config_of_another_is_refused(packed):
    results, _ = packed
    (results / "config.yaml").write_bytes((ROOT / "config.yaml").read_bytes())
    with pytest.raises(UserError, match="it is the config of results; expected that folder"):
        archive.outputs(results)


def test_a_changed_byte_anywhere_in_the_archive_is_found_or_changes_nothing(packed):
    _, path = packed
    right, content = archive.unpack(path), path.read_bytes()
    refused = 0
    positions = range(0, len(content), len(content) // 150)
    for position in positions:
        path.write_bytes(content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :])
        try:
            assert archive.unpack(path) == right  # a byte that means nothing, such as a time
        except UserError:
            refused += 1
    assert refused > 0.8 * len(positions)


@pytest.mark.parametrize("length", [0, 10, 1000, -1])
def test_a_file_that_was_cut_is_no_archive(packed, length):
    path = packed[1]
    path.write_bytes(path.read_bytes()[:length])
    assert "damaged or not an archive of this project" in refusal(path)


@pytest.mark.parametrize(
    ("entry", "content", "words"),
    [
        ("claims.csv", b"id\nb\n", "the bytes of claims.csv are not those of its manifest"),
        ("claims.csv", None, "'claims.csv' is in the archive or in its manifest, but not in both"),
        ("figures/escape/fig9.png", b"", "'figures/escape/fig9.png' is in the archive or in its manifest, but not"),
        ("manifest.json", None, "damaged or not an archive"),
        ("manifest.json", b"{", "damaged or not an archive"),
        ("manifest.json", b"\xff", "damaged or not an archive"),
        ("manifest.json", b"[" * 10**6, "damaged or not an archive"),
        ("manifest.json", b"[]", "the config = []: expected a section with keys of its own"),
        ("manifest.json", b"null", "the config = None: expected a section with keys of its own"),
    ],
)
def test_an_entry_that_changed_came_or_went_is_found(packed, entry, content, words):
    def change(entries):
        entries[entry] = content
        if content is None:
            del entries[entry]

    assert words in refusal(rewritten(packed[1], change))


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
    ["../../out", "/etc/outside", "figures/../../out", "..\\outside", "C:/outside", ".hidden", "a//b", "-n"],
)
@pytest.mark.parametrize("part", ["files", "artefacts"])
def test_a_name_that_leads_out_is_refused_even_where_the_manifest_has_it(packed, name, part):
    def change(manifest, entries):
        manifest[part]["data/" * (part == "artefacts") + name] = hash_of(b"x")
        if part == "files":
            entries[name] = b"x"

    assert "expected a name within the archive" in refusal(forged(packed[1], change))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda manifest: manifest.pop("files"), "files: missing"),
        (lambda manifest: manifest["files"].pop("config.yaml"), "expected config.yaml to be one of them"),
        (lambda manifest: manifest.update(files=[]), "files = []: expected a section with keys of its own"),
        (lambda manifest: manifest.update(artefacts={"data/a": 1}), "artefacts.data/a = 1: expected a SHA-256 in hex"),
        (lambda manifest: manifest.update(artefacts={"claims.md": "0" * 64}), "expected a name within the archive"),
        (lambda manifest: manifest.update(versions={"numpy": 2}), "versions.numpy = 2: expected a version"),
        (lambda manifest: manifest.update(more=1), "more = 1: unknown key"),
    ],
)
def test_a_manifest_of_another_kind_is_refused(packed, change, words):
    assert words in refusal(forged(packed[1], lambda manifest, _: change(manifest)))


def test_what_is_no_archive_is_refused_by_the_command_in_one_line(tmp_path):
    (tmp_path / "text.zip").write_text("text")
    os.mkfifo(tmp_path / "pipe.zip")  # refused before it is read: nobody would write into it
    refused = {"missing.zip": "no such file", "text.zip": "not an archive", "": "not a file", "pipe.zip": "not a file"}
    for name, words in refused.items():
        line = [sys.executable, "-m", "shallownets", "verify", tmp_path / name]
        done = subprocess.run(line, capture_output=True, text=True, timeout=600)
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
        assert words in done.stderr


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (b"", "the config = None: expected a section with keys of its own"),
        (b"a: 1\n", "a = 1: unknown key"),
        (b"a: [\n", "not YAML"),
    ],
)
def test_a_config_that_makes_no_sense_is_refused_before_anything_is_run(packed, monkeypatch, config, words):
    def change(manifest, entries):
        entries["config.yaml"] = config
        manifest["files"]["config.yaml"] = hash_of(config)

    path = forged(packed[1], change)
    monkeypatch.setattr(verify, "Copy", None)
    with pytest.raises(UserError, match=re.escape(f"{path}/config.yaml: ")) as caught:
        verify.check(path, 0, 0)
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1

    (packed[0] / "config.yaml").write_bytes(config)
    with pytest.raises(UserError, match=r"results/config\.yaml: "):
        archive.outputs(packed[0])


def bomb(folder, content, declared=None, flags=0, **entry):
    """An archive with one entry; its size and flags may be said to be others in both of the zip file's headers."""
    info = zipfile.ZipInfo("figures/a.png")
    info.compress_type = zipfile.ZIP_DEFLATED
    for name, value in entry.items():
        setattr(info, name, value)
    path = folder / "bomb.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(info, content)
    raw = bytearray(path.read_bytes())
    for header, of_flags, of_size in ((raw.index(b"PK\3\4"), 6, 22), (raw.index(b"PK\1\2"), 8, 24)):
        raw[header + of_flags] |= flags
        if declared is not None:
            raw[header + of_size : header + of_size + 4] = declared.to_bytes(4, "little")
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"declared": 3 * 10**9}, "its files have 3000 MB when unpacked; expected at most 500 MB"),
        ({"declared": 2 * 10**8}, "'figures/a.png' has 200 MB; expected at most 100 MB"),
        ({"declared": 5 * 10**6, "filename": "config.yaml"}, "'config.yaml' has 5 MB; expected at most 1 MB"),
        ({"declared": 5 * 10**7, "filename": "manifest.json"}, "'manifest.json' has 50 MB; expected at most 20 MB"),
        ({"declared": 10}, "damaged or not an archive"),  # less than it holds
        ({"flags": 1}, "is encrypted, or not compressed by deflate, as expected"),
        ({"compress_type": zipfile.ZIP_LZMA}, "is encrypted, or not compressed by deflate, as expected"),
        ({"external_attr": (stat.S_IFLNK | 0o777) << 16}, "is a link or another special file"),
    ],
)
def test_what_an_archive_may_not_hold_is_refused_before_it_is_read(tmp_path, entry, words):
    path = bomb(tmp_path, bytes(50_000_000), **entry)
    tracemalloc.start()
    try:
        assert words in refusal(path)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_too_large_an_archive_and_too_many_files_are_refused(packed, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(archive, "ENTRIES", 3)
        assert "8 files are in it; expected at most 3" in refusal(packed[1])
        with pytest.raises(UserError, match="no archive can be made: 8 files"):
            archive.pack(packed[0], RESULTS)
    monkeypatch.setattr(archive, "SIZE", 100)
    assert "expected at most 0 MB" in refusal(packed[1])


TABLE = b"# source: 1\nx,y\n1.0,2.0\n3.0,4.0\n"
LEDGER = b"id,verdict,predicted,measured,low,high,n,note\na,reproduced,1,1,0,2,9,x\nb,deviates,1,1,0,2,9,x\n"
REPORT = b"<p>All holds.</p><td data-run>3 s</td>"


JUDGED = [
    ("measurements/a.csv", TABLE, TABLE, True, "same"),
    ("measurements/a.csv", TABLE, None, False, "DIFFERS, cannot be made"),
    ("measurements/a.csv", TABLE, TABLE.replace(b"source: 1", b"source: 2"), False, "agrees, numbers to 0 "),
    ("measurements/a.csv", TABLE, TABLE.replace(b"source: 1", b"source: 2"), True, "DIFFERS, numbers by up"),
    ("figure_data/a.csv", TABLE, TABLE.replace(b"4.0", b"4.00000007"), False, "agrees, numbers to 1e-08"),
    ("figure_data/a.csv", TABLE, TABLE.replace(b"4.0", b"4.0007"), False, "DIFFERS, numbers by up to 0.0001"),
    ("figure_data/a.csv", TABLE, TABLE.replace(b"4.0", b"four"), False, "DIFFERS, numbers by up to inf"),
    ("figure_data/a.csv", TABLE, b"", False, "DIFFERS, not a table"),
    ("claims.csv", LEDGER, LEDGER.replace(b",x\n", b",y\n"), False, "agrees, numbers to 0 "),
    ("claims.csv", LEDGER, LEDGER.replace(b",x\n", b",y\n"), True, "DIFFERS, numbers by up to 0 "),
    ("claims.csv", LEDGER, LEDGER.replace(b",1,0", b",1.1,0"), False, "DIFFERS, numbers by up to 0.05"),
    ("claims.csv", LEDGER, LEDGER.replace(b"dev", b"not dev"), False, "DIFFERS, 1 verdicts: b is deviates, here not "),
    ("claims.csv", LEDGER, LEDGER[:69], False, "DIFFERS, 1 verdicts: b is deviates, here None"),
    ("claims.csv", LEDGER, TABLE, False, "DIFFERS, not a table"),
    ("claims.csv", b"\n".join(LEDGER.split(b"\n")[i] for i in (0, 2, 1)), LEDGER, False, "agrees"),
    ("claims.csv", LEDGER.replace(b"dev", b"\x1b[2J"), LEDGER, False, "DIFFERS, 1 verdicts: b is '\\x1b"),
    ("claims.md", b"a", b"b", True, "DIFFERS"),
    ("claims.md", b"a", b"b", False, "not checked"),
    ("report/index.html", REPORT, REPORT.replace(b"3 s", b"4 s"), True, "same but for times and hardware"),
    ("report/index.html", REPORT, REPORT.replace(b"3 s", b"<i>4 s</i>"), True, "DIFFERS"),
    ("report/index.html", REPORT, REPORT.replace(b" data-run", b""), True, "DIFFERS"),
    ("report/index.html", REPORT, REPORT.replace(b"All", b"None"), True, "DIFFERS"),
    ("report/index.html", REPORT, REPORT.replace(b"All", b"None"), False, "not checked"),
    ("figures/a.png", b"a", b"b", False, "DIFFERS"),
    ("data/a.npz", None, b"other", True, "DIFFERS"),
]
AGREES = {"same": True, "agrees": True, "DIFFERS": False, "not": None}


@pytest.mark.parametrize(("name", "archived", "made", "exact", "words"), JUDGED)
def test_what_was_made_again_is_judged(name, archived, made, exact, words):
    agrees, said = verify.compare(name, made, hash_of(archived or b"a"), archived, exact)
    assert said.startswith(words)
    assert agrees is AGREES[words.split()[0].rstrip(",")]
