"""Files that outlive a command: arrays and tables with the record of what made them.

An artefact is written whole or not at all, and its bytes depend only on what was computed. A sidecar
(``<artefact>.run.json``) seals it: the SHA-256 of its bytes, the command line and source that made it, and the SHA-256
of each artefact that was read for it; beside them host and time. ``guard`` holds artefacts against their seals.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import shlex
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shallownets import sources
from shallownets.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

_STARTED = time.time()
_RECORDED_VERSIONS = ("numba", "numpy", "scipy")
_READ: dict[str, str] = {}  # path and SHA-256 of every artefact read by this process


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
        "source": source_of(module),
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


def sidecar(path: Path) -> Path:
    """Where an artefact's seal is."""
    return path.with_name(path.name + ".run.json")


def hash_of(content: bytes) -> str:
    """SHA-256, in hex."""
    return hashlib.sha256(content).hexdigest()


def source_of(module: str | None) -> str | None:
    """Digest of the source that ``python -m <module>`` runs; None where it is not one of ours."""
    if not (module or "").startswith(f"{sources.PACKAGE}."):
        return None
    try:
        return sources.digest(sources.closure(f"{module}.__main__"))  # a package
    except ModuleNotFoundError:
        return sources.digest(sources.closure(module))


def save_bytes(path: Path, content: bytes) -> None:
    """Write an artefact of any format, and its sidecar.

    Raises:
        UserError: the file cannot be written.
    """
    write_whole(path, content)
    spec = sys.modules["__main__"].__spec__  # None unless started by `python -m`
    module = spec.name.removesuffix(".__main__") if spec else None
    command = ["python", "-m", module, *sys.argv[1:]] if module else sys.argv
    facts = {
        "sha256": hash_of(content),
        "command line": shlex.join(command),
        "source": source_of(module),
        "inputs": _READ,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(time.time() - _STARTED, 3),
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


def save_arrays(path: Path, arrays: Mapping[str, np.ndarray], record: Mapping) -> None:
    """Write an .npz artefact and its sidecar.

    Raises:
        UserError: the file cannot be written.
    """
    buffer = io.BytesIO()
    np.savez_compressed(buffer, record=np.array(json.dumps(record, sort_keys=True)), **arrays)
    save_bytes(path, buffer.getvalue())


class _Parts(dict):
    """Named parts of a file that was read. A name that is missing means another kind of file than expected."""

    def __init__(self, path: Path, parts: Mapping) -> None:
        super().__init__(parts)
        self.path = path

    def __missing__(self, name: str):
        raise UserError(f"{self.path}: not the artefact that is right here, it has no {name} but {', '.join(self)}")


def _record(path: Path, record: Mapping) -> dict:
    """The record of a file that was read.

    Raises:
        ValueError: it is not one that ``record_of`` makes.
    """
    if missing := {"command", "parameters", "units", "source", "versions"} - record.keys():
        raise ValueError(f"no {', '.join(missing)}")
    return record | {"parameters": _Parts(path, record["parameters"])}


def load_arrays(path: Path) -> Artefact:
    """Read an .npz artefact; nothing in it is ever executed.

    Raises:
        UserError: the file is missing, damaged, or not one of ours.
    """
    content = io.BytesIO(load_bytes(path))
    try:
        with np.load(content, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        record = _record(path, json.loads(str(arrays.pop("record"))))
    except Exception as error:  # damage comes out of zip, zlib, numpy and json as nearly every exception there is
        raise UserError(f"{path}: damaged or not an artefact of this project; delete it and run again") from error
    return Artefact(_Parts(path, arrays), record)


def save_table(path: Path, frame: pd.DataFrame, record: Mapping) -> None:
    """Write a pandas data frame as CSV under a header of ``# key: JSON`` lines, and its sidecar.

    Raises:
        UserError: the file cannot be written.
    """
    header = "".join(f"# {key}: {json.dumps(record[key], sort_keys=True)}\n" for key in sorted(record))
    save_bytes(path, (header + frame.to_csv(index=False, lineterminator="\n")).encode())


def load_table(path: Path) -> tuple[pd.DataFrame, dict]:
    """Read a table; returns (data frame, record).

    Raises:
        UserError: the file is missing, damaged, or not one of ours.
    """
    import pandas as pd

    content = load_bytes(path)
    try:
        heads = [line[2:].split(": ", 1) for line in content.decode().splitlines() if line.startswith("# ")]
        record = _record(path, {key: json.loads(value) for key, value in heads})
        frame = pd.read_csv(io.BytesIO(content), comment="#", keep_default_na=False, na_values=[""])
    except Exception as error:  # as above
        raise UserError(f"{path}: damaged or not a table of this project; delete it and run again") from error
    return frame, record
