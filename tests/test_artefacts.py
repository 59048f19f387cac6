import hashlib
import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from shallownets import files
from shallownets.errors import UserError
from shallownets.files import sidecar
from shallownets.results import artefacts
from shallownets.stage import Arrays, Table

GIVEN, SOURCE = {"p": 4, "eta": 0.1}, "0123456789abcdef"


def save(path, result):
    artefacts.save(path, result, "escape.ode", GIVEN, SOURCE)


def arrays(**content):
    return Arrays({name: np.asarray(values, float) for name, values in content.items()}, units={"M": "1"})


def test_arrays_and_record_come_back_as_they_were(tmp_path):
    made = Arrays(
        {"M": np.linspace(0, 1, 7).reshape(1, 7), "never": np.array([np.inf])},
        units={"M": "1"},
        parameters={"diverged": 2},
        notes={"SGD: 2 of 3 runs diverged": [{"N": 10}]},
    )
    save(tmp_path / "a.npz", made)
    back = artefacts.load_arrays(tmp_path / "a.npz")
    assert back.arrays.keys() == made.arrays.keys()
    for name in made.arrays:
        np.testing.assert_array_equal(back.arrays[name], made.arrays[name])
    assert back.units == made.units
    assert back.parameters == GIVEN | {"diverged": 2, "notes": {"SGD: 2 of 3 runs diverged": [{"N": 10}]}}
    assert back.source == str(tmp_path / "a.npz")
    assert back.versions.keys() == {"python", "numba", "numpy", "scipy"}
    with np.load(tmp_path / "a.npz") as file:
        record = json.loads(str(file["record"]))
    assert record.keys() == {"parameters", "units", "source", "versions", "stage"}
    assert (record["stage"], record["source"]) == ("escape.ode", SOURCE)


def test_tables_come_back_to_the_last_digit(tmp_path, rng):
    frame = pd.DataFrame({"name": ["a", "b", "c"], "value": rng.standard_normal(3) * 1e-7})
    save(tmp_path / "t.csv", Table(frame, units={"value": "1"}))
    back = artefacts.load_table(tmp_path / "t.csv")
    pd.testing.assert_frame_equal(back.frame, frame, check_exact=True, check_dtype=False)
    assert (back.parameters, back.units) == (GIVEN, {"value": "1"})
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "t.csv", comment="#"), frame, check_dtype=False)


def test_the_same_content_is_the_same_bytes_and_what_varies_is_in_the_sidecar(tmp_path):
    for name in ("a.npz", "b.npz"):
        save(tmp_path / name, arrays(M=np.arange(5.0)))
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert {"host", "finished", "command"} <= json.loads((tmp_path / "a.npz.run.json").read_text()).keys()


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    target = tmp_path / "a.bin"
    files.write_whole(target, b"old")
    monkeypatch.setattr(files.os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(UserError, match=r"a.bin: cannot be written: No space left"):
        files.write_whole(target, b"new")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("name", "message"),
    [("plain/z.png", "plain is a file"), ("plain/z/z.png", "Not a directory"), ("folder", "Is a directory")],
)
def test_a_place_where_no_file_can_be_is_refused_in_one_line(name, message, tmp_path):
    (tmp_path / "plain").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserError, match=f"{name}: cannot be written: .*{message}$"):
        files.write_whole(tmp_path / name, b"new")
    assert len(list(tmp_path.iterdir())) == 2


def test_damaged_missing_and_foreign_files_are_refused_in_one_line(tmp_path):
    good = tmp_path / "good.npz"
    save(good, arrays(M=np.arange(1000.0)))
    whole = good.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    foreign = tmp_path / "foreign.npz"
    np.savez(foreign, M=np.arange(3))
    for name, content in {"cut.npz": whole[:-40], "flipped.npz": bytes(flipped), "text.npz": b"hello"}.items():
        (tmp_path / name).write_bytes(content)
    for name in ("cut.npz", "flipped.npz", "text.npz", "foreign.npz", "missing.npz"):
        with pytest.raises(UserError, match=name) as caught:
            artefacts.load_arrays(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_damaged_tables_are_refused(tmp_path):
    (tmp_path / "t.csv").write_text("# parameters: {broken\na,b\n1,2\n")
    with pytest.raises(UserError, match=r"t\.csv"):
        artefacts.load_table(tmp_path / "t.csv")
    with pytest.raises(UserError, match="no such file"):
        artefacts.load_table(tmp_path / "none.csv")


def test_an_artefact_that_is_not_what_its_seal_says_is_refused_and_one_without_a_seal_is_read(tmp_path):
    table = tmp_path / "t.csv"
    save(table, Table(pd.DataFrame({"a": [1.25, 2.5]})))
    table.write_text(table.read_text().replace("1.25", "1.35"))
    with pytest.raises(UserError, match=r"t\.csv: its bytes are not those that were written"):
        artefacts.load_table(table)
    sidecar(table).write_text("[]")
    with pytest.raises(UserError, match=r"t\.csv: it or its seal cannot be read"):
        artefacts.load_table(table)
    sidecar(table).unlink()
    assert list(artefacts.load_table(table).frame.a) == [1.35, 2.5]


def test_a_seal_holds_the_hashes_of_the_bytes_and_of_everything_read_before(tmp_path, monkeypatch):
    monkeypatch.setattr(artefacts, "_READ", {})
    artefacts.save_bytes(tmp_path / "a.csv", b"# no table", SOURCE)
    with pytest.raises(UserError):
        artefacts.load_table(tmp_path / "a.csv")
    save(tmp_path / "b.npz", arrays(M=np.arange(5.0)))
    seal = json.loads(sidecar(tmp_path / "b.npz").read_text())
    assert seal["sha256"] == hashlib.sha256((tmp_path / "b.npz").read_bytes()).hexdigest()
    assert seal["source"] == SOURCE
    assert seal["inputs"] == {str(tmp_path / "a.csv"): hashlib.sha256(b"# no table").hexdigest()}


def test_a_seal_says_what_its_process_cost(tmp_path):
    lines = (
        "import sys, time",
        "from pathlib import Path",
        "from shallownets.results import artefacts",
        "held = b'x' * 2 * 10**8",
        "until = time.process_time() + 0.3",
        "while time.process_time() < until: pass",
        "artefacts.save_bytes(Path(sys.argv[1]), b'', '')",
    )
    subprocess.run([sys.executable, "-c", "\n".join(lines), tmp_path / "a"], check=True)
    seal = json.loads(sidecar(tmp_path / "a").read_text())
    assert min(seal["seconds"], seal["core_seconds"]) >= 0.3
    assert 190 <= seal["memory"] <= 2000  # MB


def test_what_a_result_lacks_is_said_with_its_file(tmp_path):
    save(tmp_path / "a.npz", arrays(M=[1.0]))
    back = artefacts.load_arrays(tmp_path / "a.npz")
    with pytest.raises(UserError, match=r"a\.npz: not the artefact that was expected, it has no Q but M"):
        back.arrays["Q"]
    with pytest.raises(UserError, match=r"a\.npz: .* it has no N but eta, p"):
        back.parameters["N"]
