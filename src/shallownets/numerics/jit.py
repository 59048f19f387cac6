"""Compiled kernels: one explicit signature each, cached on disk, safe to start from many processes at once.

numba's own cache does not notice an edit in another module, and processes that fill it together may mix up its
index. Here a module's kernels are cached in a folder named after its source and that of all it imports, and a kernel
is compiled (or loaded) under a lock of its own when its module is imported.
"""

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numba

from shallownets.workflow import sources


def _base_directories() -> Iterator[Path]:
    """Where the cache may live, best first. NUMBA_CACHE_DIR is for clusters: name a node-local folder there."""
    if named := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(named)
    yield Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "shallownets"
    yield Path(tempfile.gettempdir()) / f"shallownets-{os.getuid()}"


@cache
def cache_directory(module: str) -> Path:
    """The cache of exactly the kernels that this module has now, made where it is missing.

    Raises:
        OSError: no folder can be written.
    """
    name = sources.digest(sources.closure(module))
    for base in _base_directories():
        try:
            (base / name).mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(base / name, os.W_OK):
            return base / name
    raise OSError("no folder to cache compiled kernels in: set NUMBA_CACHE_DIR to a writable one")


@contextmanager
def _one_at_a_time(function: Callable, folder: Path) -> Iterator[None]:
    """Let one process at a time compile or load a kernel; others may have another kernel meanwhile."""
    with (folder / f"{function.__qualname__}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def kernel(signature: object, **options: object) -> Callable[[Callable], Callable]:
    """Decorator: compile a function for one signature now, or load it from the cache.

    Division follows IEEE rules (as in NumPy), which also lets loops with divisions be vectorised.

    Args:
        signature: a numba signature.
        **options: passed to ``numba.njit``.
    """

    def compile_now(function: Callable) -> Callable:
        folder = cache_directory(function.__module__)
        numba.config.CACHE_DIR = str(folder)
        with _one_at_a_time(function, folder):
            return numba.njit(signature, cache=True, error_model="numpy", **options)(function)

    return compile_now
