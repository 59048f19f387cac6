"""Files that are written whole or not at all, where an artefact's seal is, and which files people wrote."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from shallownets.errors import UserError


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is never seen half-written, whenever the process is killed. Its folder is made.

    Raises:
        UserError: the file or its folder cannot be written.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        with suppress(OSError):  # there is none, or its folder is a file
            unfinished.unlink()
        why = f"{path.parent} is a file" if isinstance(error, FileExistsError) else error.strerror
        raise UserError(f"{path}: cannot be written: {why}") from error


def sidecar(path: Path) -> Path:
    """Where an artefact's seal is."""
    return path.with_name(path.name + ".run.json")


def written(folder: Path) -> list[Path]:
    """The files below a folder in the order of their names, but for what Python keeps beside its source."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def hash_of(content: bytes) -> str:
    """SHA-256, in hex."""
    return hashlib.sha256(content).hexdigest()
