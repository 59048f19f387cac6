"""Files that outlive a command: arrays and tables with the record of what made them.

An artefact is written whole or not at all, and its bytes depend only on what was computed. Host, time and command
line go to a sidecar (``<artefact>.run.json``) that nothing reads back.
"""

import io
import json
import os
import platform
import shlex
import socket
import sys
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np

from shallownets import sources
from shallownets.errors import UserError

_STARTED = time.time()
_RECORDED_VERSIONS = ("numba", "numpy", "scipy")


@dataclass(frozen=True)
class Artefact:
    """Arrays, and the record of what made them: ``parameters``, ``units``, ``source``, ``versions``."""

    arrays: dict[str, np.ndarray]
    record: dict


def record_of(module: str, parameters: Mapping, units: Mapping[str, str]) -> dict:
    """What an artefact says of itself; ``module`` is the command that makes it."""
    return {
        "command": module,
        "parameters": dict(parameters),
        "units": dict(units),
        "source": sources.digest(sources.closure(module)),
        "versions": {"python": platform.python_version()} | {name: version(name) for name in _RECORDED_VERSIONS},
    }


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is never seen half-written, whenever the process is killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise UserError(f"{path}: cannot be written: {error.strerror}") from error


def _write_sidecar(path: Path) -> None:
    facts = {
        "command line": shlex.join(sys.argv),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(time.time() - _STARTED, 3),
        "host": socket.gethostname(),
        "machine": platform.platform(),
        "cores": os.cpu_count(),
    }
    write_whole(path.with_name(path.name + ".run.json"), json.dumps(facts, indent=1).encode())


def save_arrays(path: Path, arrays: Mapping[str, np.ndarray], record: Mapping) -> None:
    """Write an .npz artefact and its sidecar.

    Raises:
        UserError: the file cannot be written.
    """
    buffer = io.BytesIO()
    np.savez_compressed(buffer, record=np.array(json.dumps(record, sort_keys=True)), **arrays)
    write_whole(path, buffer.getvalue())
    _write_sidecar(path)


def load_arrays(path: Path) -> Artefact:
    """Read an .npz artefact; nothing in it is ever executed.

    Raises:
        UserError: the file is missing, damaged, or not one of ours.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        record = json.loads(str(arrays.pop("record")))
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise UserError(f"{path}: damaged or not an artefact of this project; delete it and run again") from error
    return Artefact(arrays, record)


def save_table(path: Path, frame, record: Mapping) -> None:
    """Write a pandas data frame as CSV under a header of ``# key: JSON`` lines, and its sidecar.

    Raises:
        UserError: the file cannot be written.
    """
    header = "".join(f"# {key}: {json.dumps(record[key], sort_keys=True)}\n" for key in sorted(record))
    write_whole(path, (header + frame.to_csv(index=False, lineterminator="\n")).encode())
    _write_sidecar(path)


def load_table(path: Path):
    """Read a table; returns (data frame, record).

    Raises:
        UserError: the file is missing, damaged, or not one of ours.
    """
    import pandas as pd

    try:
        lines = path.read_text().splitlines()
        heads = [line[2:].split(": ", 1) for line in lines if line.startswith("# ")]
        record = {key: json.loads(value) for key, value in heads}
        frame = pd.read_csv(path, comment="#", keep_default_na=False, na_values=[""])
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: damaged or not a table of this project; delete it and run again") from error
    return frame, record
