import hashlib
import json

import numpy as np
import pandas as pd
import pytest

from shallownets.errors import UserError
from shallownets.results import artefacts

RECORD = artefacts.record_of("shallownets.studies.escape.stages.ode", {"p": 4, "eta": 0.1}, {"M": "1"})


def test_arrays_and_record_come_back_as_they_were(tmp_path):
    arrays = {"M": np.linspace(0, 1, 7).reshape(1, 7), "never": np.array([np.inf])}
    artefacts.save_arrays(tmp_path / "a.npz", arrays, RECORD)
    back = artefacts.load_arrays(tmp_path / "a.npz")
    assert back.arrays.keys() == arrays.keys()
    for name in arrays:
        np.testing.assert_array_equal(back.arrays[name], arrays[name])
    assert back.record == RECORD
    assert {"parameters", "units", "source", "versions", "command"} == back.record.keys()


def test_tables_come_back_to_the_last_digit(tmp_path, rng):
    frame = pd.DataFrame({"name": ["a", "b", "c"], "value": rng.standard_normal(3) * 1e-7})
    artefacts.save_table(tmp_path / "t.csv", frame, RECORD)
    back, record = artefacts.load_table(tmp_path / "t.csv")
    pd.testing.assert_frame_equal(back, frame, check_exact=True, check_dtype=False)
    assert record == RECORD
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "t.csv", comment="#"), frame, check_dtype=False)


def test_the_same_content_is_the_same_bytes_and_what_varies_is_in_the_sidecar(tmp_path):
    for name in ("a.npz", "b.npz"):
        artefacts.save_arrays(tmp_path / name, {"M": np.arange(5.0)}, RECORD)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert {"host", "finished", "command line"} <= json.loads((tmp_path / "a.npz.run.json").read_text()).keys()


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    target = tmp_path / "a.bin"
    artefacts.write_whole(target, b"old")
    monkeypatch.setattr(artefacts.os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(UserError, match=r"a.bin: cannot be written: No space left"):
        artefacts.write_whole(target, b"new")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_damaged_missing_and_foreign_files_are_refused_in_one_line(tmp_path):
    good = tmp_path / "good.npz"
    artefacts.save_arrays(good, {"M": np.arange(1000.0)}, RECORD)
    whole = good.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    foreign = tmp_path / "foreign.npz"
    np.savez(foreign, M=np.arange(3))
    objects = tmp_path / "objects.npz"
    np.savez(objects, record=np.array([{}], dtype=object))
    for name, content in {"cut.npz": whole[:-40], "flipped.npz": bytes(flipped), "text.npz": b"hello"}.items():
        (tmp_path / name).write_bytes(content)
    for name in ("cut.npz", "flipped.npz", "text.npz", "foreign.npz", "objects.npz", "missing.npz"):
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
    artefacts.save_table(table, pd.DataFrame({"a": [1.25, 2.5]}), RECORD)
    table.write_text(table.read_text().replace("1.25", "1.35"))
    with pytest.raises(UserError, match=r"t\.csv: its bytes are not those that were written"):
        artefacts.load_table(table)
    artefacts.sidecar(table).write_text("[]")
    with pytest.raises(UserError, match=r"t\.csv: it or its seal cannot be read"):
        artefacts.load_table(table)
    artefacts.sidecar(table).unlink()
    frame, _ = artefacts.load_table(table)
    assert list(frame.a) == [1.35, 2.5]


def test_a_seal_holds_the_hashes_of_the_bytes_and_of_everything_read_before(tmp_path, monkeypatch):
    monkeypatch.setattr(artefacts, "_READ", {})
    artefacts.save_bytes(tmp_path / "a.csv", b"# no table")
    with pytest.raises(UserError):
        artefacts.load_table(tmp_path / "a.csv")
    artefacts.save_arrays(tmp_path / "b.npz", {"M": np.arange(5.0)}, RECORD)
    seal = json.loads(artefacts.sidecar(tmp_path / "b.npz").read_text())
    assert seal["sha256"] == hashlib.sha256((tmp_path / "b.npz").read_bytes()).hexdigest()
    assert seal["inputs"] == {str(tmp_path / "a.csv"): hashlib.sha256(b"# no table").hexdigest()}
