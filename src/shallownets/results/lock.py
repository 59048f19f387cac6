"""One run at a time in a folder of results, and no job that outlives its run writes into a later one.

The lock is the operating system's (flock), so it is gone with the processes that hold it, however they end: none is
ever stale. A run holds it, and so does each of its jobs. Where a run was killed, its last jobs may still be at work;
the next run waits for them, and a job that only starts then finds another run's name in the file and stops.

Windows and some network disks have no such lock. There Snakemake's own keeps two runs from making the same files. The
name still keeps out late jobs, and a second run on the same host, but no run waits for the last jobs of a killed one.

filelock has a lock that many may share, too, but in a database of SQLite, to which a disk without locks (ENOLCK) looks
like one that somebody else has locked for ever. So the one call of flock is made here.
"""

import os
import socket
import sys
import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from shallownets.errors import UserError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

_FILE = ".lock"
_LOCK, _NAME = "SHALLOWNETS_LOCK", "SHALLOWNETS_RUN"  # environment variables through which jobs know their run


class _NoLocks(UserError):
    """The system, or the disk, has no locks."""


def _locked(file: int, *, shared: bool) -> bool:
    """Lock an open file, or change its lock; False, and no lock, where another process has it.

    Raises:
        _NoLocks: there are none here.
    """
    if fcntl is None:
        raise _NoLocks("no file locks on this system")
    try:
        fcntl.flock(file, fcntl.LOCK_NB | (fcntl.LOCK_SH if shared else fcntl.LOCK_EX))
    except BlockingIOError:
        return False
    except OSError as error:
        raise _NoLocks(f"no file locks on this disk ({error.strerror})") from error
    return True


def _name_in(path: Path) -> str:
    """The name of the last run: its host, process and time in ns. Empty where one has just begun, or none ever did."""
    return path.read_bytes().decode(errors="replace")


def _lives(name: str) -> bool | None:
    """Whether the process that a run is named after is at work; None where that cannot be told from here."""
    import psutil  # takes a moment, and is hardly ever needed

    try:
        host, process, began = name.split()
        if host != socket.gethostname():
            return None
        found = psutil.Process(int(process))
        # Its number may have gone to a later process, and one that nobody waits for keeps it after its end. When a
        # process began is known to a second or two.
        return found.create_time() < int(began) / 1e9 + 2 and found.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except (psutil.AccessDenied, ValueError):
        return None


def _refusal(results: Path, other: str) -> UserError:
    """What to tell whoever starts a second run, given the name of the first."""
    host, process, _ = other.split() if len(other.split()) == 3 else ("", "", "")
    who = f"process {process} on {host}" if host else "just begun"
    return UserError(f"{results}: another run is at work here, {who}; wait for it, or stop it")


def _take(results: Path, file: int) -> None:
    """Lock a folder of results; wait for the last jobs of a run that was killed.

    Raises:
        UserError: another run is at work there.
        _NoLocks: there are none here.
    """
    waiting = False
    while not _locked(file, shared=False):
        if _lives(last := _name_in(results / _FILE)) is not False:
            raise _refusal(results, last)
        if not waiting:
            print(f"{results}: waiting for the last jobs of a run that was killed", file=sys.stderr, flush=True)
        waiting = True
        time.sleep(0.2)


def _begin(results: Path, otherwise: Callable[[], AbstractContextManager], held: ExitStack) -> None:
    """Lock the folder and name the run. What is to be undone at its end is left in ``held``.

    Raises:
        UserError: another run is at work there.
        OSError: the folder cannot be written.
    """
    results.mkdir(parents=True, exist_ok=True)
    path = results / _FILE
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    held.callback(os.close, file)
    name = f"{socket.gethostname()} {os.getpid()} {time.time_ns()}"
    try:
        _take(results, file)
    except _NoLocks as reason:
        if _lives(last := _name_in(path)):
            raise _refusal(results, last) from None
        said = f"{results}: {reason}, so Snakemake's own lock is used; docs/faults.md says what to do after a kill"
        print(said, file=sys.stderr, flush=True)
        held.enter_context(otherwise())
        path.write_text(name)
    else:
        path.write_text(name)
        # Now it is shared with the jobs of this run. Another run may have come between the two locks.
        if not _locked(file, shared=True) or _name_in(path) != name:
            raise UserError(f"{results}: another run has just begun here; wait for it, or stop it")
    os.environ.update({_LOCK: str(path.resolve()), _NAME: name})


@contextmanager
def hold(results: Path, otherwise: Callable[[], AbstractContextManager]) -> Generator[None]:
    """Hold the lock of a folder of results while the block runs, as this process's run and its jobs do.

    Args:
        results: the folder, made where it is missing.
        otherwise: what to lock instead where there are no locks of the operating system.

    Raises:
        UserError: another run is at work there, or the folder cannot be written.
    """
    with ExitStack() as held:
        try:
            _begin(results, otherwise, held)
        except OSError as error:
            raise UserError(f"{results}: cannot be written: {error.strerror}") from error
        yield


def join() -> None:
    """Make this process part of the run that started it until it ends; nothing to do where it was started by hand.

    Raises:
        UserError: that run is over, and another one has begun in its folder.
    """
    if _LOCK not in os.environ:
        return
    path = Path(os.environ[_LOCK])
    try:
        try:
            free = _locked(os.open(path, os.O_RDONLY), shared=True)
        except _NoLocks:
            free = True  # the name alone has to tell
        current = free and _name_in(path) == os.environ[_NAME]
    except OSError:
        current = False
    if not current:
        raise UserError(f"{path}: the run of this job is over, so it writes nothing")
