"""Files that are written whole or not at all, and where an artefact's seal is."""

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


def hash_of(content: bytes) -> str:
    """SHA-256, in hex."""
    return hashlib.sha256(content).hexdigest()
