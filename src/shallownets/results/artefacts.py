"""Files that outlive a command: arrays and tables with the record of what made them.

An artefact is written whole or not at all, and its bytes depend only on what was computed. A sidecar
(``<artefact>.run.json``) seals it: the SHA-256 of its bytes, the command line and source that made it, and the SHA-256
of each artefact that was read for it; beside them what it cost, where and when. ``guard`` holds artefacts against their
seals.
"""

from __future__ import annotations

import io
import json
import os
import platform
import shlex
import socket
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from shallownets import STARTED
from shallownets.errors import UserError
from shallownets.files import hash_of, sidecar, write_whole
from shallownets.stage import Arrays, Table

try:
    import resource
except ImportError:  # Windows
    resource = None

if TYPE_CHECKING:
    import pandas as pd

_RECORDED_VERSIONS = ("numba", "numpy", "scipy")
_READ: dict[str, str] = {}  # path and SHA-256 of every artefact read by this process


def _record_of(stage: str, parameters: Mapping, result: Arrays | Table, source: str) -> dict:
    """What an artefact says of itself: the stage, all its parameters and what it found out, units, source, versions."""
    notes = {"notes": {text: list(rows) for text, rows in result.notes.items()}} if result.notes else {}
    return {
        "stage": stage,
        "parameters": dict(parameters) | dict(result.parameters) | notes,
        "units": dict(result.units),
        "source": source,
        "versions": {"python": platform.python_version()} | {name: version(name) for name in _RECORDED_VERSIONS},
    }


def _memory() -> float:
    """The largest resident memory of this process so far, in MB; 0 on Windows, which does not say it."""
    if resource is None:
        return 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def save_bytes(path: Path, content: bytes, source: str) -> None:
    """Write an artefact of any format, and its seal.

    Args:
        path: where to.
        content: its bytes.
        source: digest of the source that made it.

    Raises:
        UserError: the file cannot be written.
    """
    write_whole(path, content)
    facts = {
        "sha256": hash_of(content),
        "command": shlex.join(sys.argv[1:]),  # behind `python -m shallownets`
        "source": source,
        "inputs": _READ,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(time.time() - STARTED, 3),
        "core_seconds": round(time.process_time(), 3),
        "memory": round(_memory(), 1),
        "host": socket.gethostname(),
        "machine": platform.platform(),
        "cores": os.cpu_count(),
    }
    write_whole(sidecar(path), json.dumps(facts, indent=1).encode())


def load_bytes(path: Path) -> bytes:
    """An artefact's bytes, after a look at its seal; one without a seal is taken as it is.

    Raises:
        UserError: the file is missing, or its bytes are not those of its seal.
    """
    try:
        content = path.read_bytes()
        sealed = json.loads(sidecar(path).read_bytes())["sha256"] if sidecar(path).is_file() else None
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; `make figures` makes the results") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path}: it or its seal cannot be read; delete both and run again") from error
    _READ[str(path)] = hash_of(content)
    if sealed not in (None, _READ[str(path)]):
        raise UserError(f"{path}: its bytes are not those that were written; delete it and run again")
    return content


def _arrays_as_bytes(arrays: Mapping[str, np.ndarray], record: Mapping) -> bytes:
    buffer = io.BytesIO()
    named: dict[str, Any] = {"record": np.array(json.dumps(record, sort_keys=True)), **arrays}
    np.savez_compressed(buffer, **named)
    return buffer.getvalue()


def _table_as_bytes(frame: pd.DataFrame, record: Mapping) -> bytes:
    header = "".join(f"# {key}: {json.dumps(record[key], sort_keys=True)}\n" for key in sorted(record))
    return (header + frame.to_csv(index=False, lineterminator="\n")).encode()


def save(path: Path, result: Arrays | Table, stage: str, parameters: Mapping, source: str) -> None:
    """Write a result as an artefact, and its seal.

    Args:
        path: where to.
        result: what a stage made.
        stage: its name, ``study.stage``.
        parameters: all that it was given.
        source: digest of the source that it ran.

    Raises:
        UserError: the file cannot be written.
    """
    record = _record_of(stage, parameters, result, source)
    if isinstance(result, Arrays):
        content = _arrays_as_bytes(result.arrays, record)
    else:
        content = _table_as_bytes(result.frame, record)
    save_bytes(path, content, source)


def _said(record: Mapping, path: Path) -> dict:
    """What a record that was read says of its result, by the attributes of ``Arrays`` and ``Table``.

    Raises:
        ValueError: it is not a record of ours.
    """
    if missing := {"stage", "parameters", "units", "source", "versions"} - record.keys():
        raise ValueError(f"no {', '.join(missing)}")
    said = {name: dict(record[name]) for name in ("parameters", "units", "versions")}
    return {**said, "digest": str(record["source"]), "source": str(path)}


def load_arrays(path: Path) -> Arrays:
    """Read an .npz artefact; nothing in it is ever executed.

    Raises:
        UserError: the file is missing, damaged, or not one of ours.
    """
    content = io.BytesIO(load_bytes(path))
    try:
        with np.load(content, allow_pickle=False) as file:  # noqa: TID251
            arrays = {name: file[name] for name in file.files}
        record = json.loads(str(arrays.pop("record")))
        return Arrays(arrays, **_said(record, path))
    except Exception as error:  # damage comes out of zip, zlib, numpy and json as nearly every exception there is
        raise UserError(f"{path}: damaged or not an artefact of this project; delete it and run again") from error


def load_table(path: Path) -> Table:
    """Read a table.

    Raises:
        UserError: the file is missing, damaged, or not one of ours.
    """
    import pandas as pd

    content = load_bytes(path)
    try:
        heads = [line[2:].split(": ", 1) for line in content.decode().splitlines() if line.startswith("# ")]
        record = {key: json.loads(value) for key, value in heads}
        frame = pd.read_csv(io.BytesIO(content), comment="#", keep_default_na=False, na_values=[""])
        return Table(frame, **_said(record, path))
    except Exception as error:  # as above
        raise UserError(f"{path}: damaged or not a table of this project; delete it and run again") from error
