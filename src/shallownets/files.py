"""Files that are written whole or not at all, where an artefact's seal is, and which files people wrote."""

import hashlib
import os
from pathlib import Path

from shallownets.errors import UserError


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


def written(folder: Path) -> list[Path]:
    """The files below a folder in the order of their names, but for what Python keeps beside its source."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def hash_of(content: bytes) -> str:
    """SHA-256, in hex."""
    return hashlib.sha256(content).hexdigest()
