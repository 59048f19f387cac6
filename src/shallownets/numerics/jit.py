"""Compiled kernels: one explicit signature each, cached on disk, safe to start from many processes at once.

A kernel is compiled, or loaded, when it is first called, and those that it calls before it: to import a module costs
nothing of that.

numba's own cache does not notice an edit in another module, and processes that fill it together may mix up its index.
Here each kernel has a folder of its own, below one named after its module's source and that of all it imports, as they
were when the module was imported, and is compiled or loaded under a lock.

To load a kernel is to run what lies in its folder: machine code, in a pickle. So the cache lives only where nobody but
this user can write, and what was compiled is sealed with its hash: what a power loss or a full disk left of it is
dropped unread and compiled anew. Where a folder does not serve, or its disk has no locks, the next one does.
"""

import gc
import hashlib
import inspect
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from functools import cache, cached_property, partial, update_wrapper
from pathlib import Path
from threading import RLock
from types import FunctionType
from typing import Any, TypeVar, cast

import filelock
import numba
from llvmlite import binding
from numba.core.compiler import Compiler
from numba.core.targetconfig import ConfigStack

from shallownets import sources

# A compiled kernel is called as the function that it was made of.
Function = TypeVar("Function", bound=FunctionType)
# One thread at a time: a kernel is compiled with those that it calls, and numba has a lock of its own in between.
_COMPILING = RLock()
# Options of LLVM as it has them by itself: up to how many instructions loops are written out, from how many rounds on a
# loop is turned into vectors, and of how many numbers these are, where 0 leaves it to the processor's kind.
_USUAL = {"-unroll-threshold": 300, "-vectorizer-min-trip-count": 16, "-force-vector-width": 0}
_SHORT_LOOPS = {"-unroll-threshold": 500, "-vectorizer-min-trip-count": 4}


class _Unsafe(Exception):
    """Others could put code into a folder. Its text is one line that names the folder and says what would be right."""


@cache
def _say(line: str) -> None:
    """Say a line, once in this process."""
    print(line, file=sys.stderr)


@cache
def _digest(module: str) -> str:
    """Hash of a module's source and of all it imports."""
    return sources.digest(sources.closure(module))


def _places() -> Iterator[Path]:
    """Where the cache may live, best first. NUMBA_CACHE_DIR is for clusters: a folder on the node's own disk."""
    if named := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(named)
    # A user whom the machine does not know has no home (`docker run -u 1234`), and some machines no temporary folder.
    with suppress(RuntimeError):
        yield Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser(), "shallownets")
    with suppress(FileNotFoundError):
        # Windows has no numbers for users, but gives each a temporary folder of their own.
        user = f"-{os.getuid()}" if hasattr(os, "getuid") else ""
        yield Path(tempfile.gettempdir(), f"shallownets{user}")


def _own(folder: Path) -> Path:
    """A folder into which nobody but this user can put anything, made where it is missing.

    Those above it may belong to others, or to a group. If everybody may write into one of them, anybody could put
    another folder in place of this one, unless that one is sticky, as /tmp is. On Windows modes say nothing, so nothing
    is checked.

    Raises:
        _Unsafe: it is there, and is not of this kind.
        OSError: it cannot be made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not hasattr(os, "geteuid"):
        return folder
    facts, above = folder.lstat(), (*folder.absolute().parents, *folder.resolve().parents)
    if stat.S_ISLNK(facts.st_mode):
        fault = "it is a symbolic link"
    elif facts.st_uid != os.geteuid():
        fault = f"it belongs to user {facts.st_uid}"
    elif facts.st_mode & 0o022:
        fault = f"others can write into it (mode {stat.S_IMODE(facts.st_mode):o})"
    elif open_to_all := [path for path in above if path.stat().st_mode & 0o1002 == 0o002]:
        fault = f"everybody can write into {open_to_all[0]}"
    else:
        return folder
    raise _Unsafe(f"{folder}: no kernels are cached here, because {fault}; expected a folder of yours with mode 700")


@contextmanager
def _one_at_a_time(folder: Path) -> Generator[None]:
    """Let one process at a time compile or load a kernel; others may have another kernel meanwhile.

    Raises:
        OSError: the folder cannot be written, or the disk has no locks.
    """
    with (folder / "lock").open("w") as lock:
        filelock.lock_descriptor(lock.fileno(), poll_interval=0.01)
        yield


def _hash(folder: Path) -> str:
    """Hash of what numba keeps in a folder; empty where it keeps nothing."""
    files = sorted(folder.rglob("*.nb[ci]"))
    names = [(path.relative_to(folder).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()) for path in files]
    return hashlib.sha256(repr(names).encode()).hexdigest() if names else ""


def _load_or_compile(compiled: Callable[..., Any], function: FunctionType, folder: Path) -> Callable[..., Any]:
    """A kernel from its folder, compiled where it is not there or not what was compiled.

    Raises:
        OSError: the folder cannot be written, or its disk has no locks.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    seal = folder / "seal"
    with _one_at_a_time(folder):
        kept = _hash(folder)
        if kept and not (seal.is_file() and seal.read_bytes() == kept.encode()):
            _say(f"{folder}: the compiled kernel here is incomplete or damaged; it is compiled anew")
            for one in filter(Path.is_dir, list(folder.iterdir())):
                shutil.rmtree(one)
        numba.config.CACHE_DIR = str(folder)  # ty: ignore[missing-attribute]  # numba sets its options by name
        ready = compiled(cache=True)(function)
        if (now := _hash(folder)) != kept:
            seal.write_text(now)
    return ready


class Kernel:
    """A function that is compiled when it is first called. To numba, which compiles others that call it, it is what it
    is compiled to; so are its attributes.
    """

    def __init__(self, function: FunctionType, compile_now: Callable[[], Callable[..., Any]]) -> None:
        update_wrapper(self, function)
        self.__wrapped__ = function
        self._compile_now = compile_now

    @cached_property
    def compiled(self) -> Callable[..., Any]:
        """What it is compiled to."""
        if ConfigStack():
            raise RuntimeError(f"{self.__qualname__} is called by a kernel that does not name it, or its module")
        with _COMPILING:
            if "compiled" in self.__dict__:  # by another thread, meanwhile
                return self.__dict__["compiled"]
            # Not by numba on the way: there it would be compiled with the options of the kernel that calls it.
            for one in self._called():
                _ = one.compiled
            return self._compile_now()

    def _called(self) -> Iterator["Kernel"]:
        """The kernels that this one calls by their names, or by those of their modules."""
        known = inspect.getclosurevars(self.__wrapped__)
        for value in [*known.globals.values(), *known.nonlocals.values()]:
            inside = [getattr(value, name, None) for name in self.__wrapped__.__code__.co_names]
            yield from (one for one in [value, *(inside if inspect.ismodule(value) else [])] if isinstance(one, Kernel))

    def __call__(self, *arguments: object) -> Any:
        return self.compiled(*(one.compiled if isinstance(one, Kernel) else one for one in arguments))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # of Python's own, which are asked for of any object
            raise AttributeError(name)
        return getattr(self.compiled, name)


class _Distinct(Compiler):
    """Promises LLVM that arrays share no memory, so that loops need not find out; numba has no option for it.

    numba gives what its own compiler takes, by position; the flag has to be there before that one reads it.
    """

    def __init__(self, typingctx: Any, targetctx: Any, library: Any, args: Any, result: Any, flags: Any, named: Any):
        flags.noalias = True
        super().__init__(typingctx, targetctx, library, args, result, flags, named)


def _set(options: dict[str, int]) -> None:
    """Let LLVM have these options from now on."""
    for option, value in options.items():
        binding.set_option("shallownets", f"{option}={value}")


@contextmanager
def _compiling(options: dict[str, int]) -> Generator[None]:
    """With these options of LLVM, and without the collector, which takes a tenth of the time and finds little."""
    collected = gc.isenabled()
    _set(_USUAL | options)
    gc.disable()
    try:
        yield
    finally:
        if collected:
            gc.enable()
        _set(_USUAL)


def kernel(
    signature: object, short_loops: bool = False, at_once: int = 0, distinct: bool = False, **options: object
) -> Callable[[Function], Function]:
    """Decorator: let a function be compiled for one signature, or loaded from the cache, when it is first called.

    Division follows IEEE rules (as in NumPy), which also lets loops with divisions be vectorised. Where no folder can
    hold the cache, one line says so, and each process compiles for itself.

    Args:
        signature: a numba signature.
        short_loops: whether its loops are short and of known length, as ``_SHORT_LOOPS`` are for.
        at_once: numbers that each of its loops takes at a time, a power of two; 0 leaves it to LLVM, which on most
            processors with AVX-512 takes half of what their vectors hold. Not for kernels whose sums may be reordered,
            which would have other last digits.
        distinct: a promise that no array that is written shares memory with another argument; where it is broken,
            results are wrong without a word. For loops over few numbers, which take less time than to compare the ends
            of all their arrays. Parts of one argument may overlap, and are compared.
        **options: passed to ``numba.njit``.
    """
    if distinct:
        options["pipeline_class"] = _Distinct
    compiled: Callable[..., Any] = partial(numba.njit, signature, error_model="numpy", **options)
    asked = (_SHORT_LOOPS if short_loops else {}) | {"-force-vector-width": at_once}

    def compile_now(function: FunctionType, digest: str) -> Callable[..., Any]:
        faults = []
        for place in _places():
            try:
                folder = _own(_own(place) / digest) / function.__qualname__
                with _compiling(asked):
                    return _load_or_compile(compiled, function, folder)
            except _Unsafe as unsafe:
                _say(str(unsafe))
            except OSError as error:
                faults.append(f"{place}: {error.strerror}")
        _say(
            "compiled kernels cannot be cached, so each process compiles its own; set NUMBA_CACHE_DIR to a folder of"
            f" yours on a disk with locks ({'; '.join(faults)})"
        )
        with _compiling(asked):
            return compiled()(function)

    def when_called(function: Function) -> Function:
        # The source as it is imported: by the first call somebody may have edited it.
        found = Kernel(function, partial(compile_now, function, _digest(function.__module__)))
        return cast(Function, found)

    return when_called
