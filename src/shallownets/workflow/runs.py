"""One run at a time in a folder of results, and no job that outlives its run writes into a later one.

The lock is the kernel's (flock), so it is gone with the processes that hold it, however they end: none is ever stale.
A run holds it, and so does each of its jobs. Where a run was killed, its last jobs may still be at work; the next run
waits for them, and a job that only starts then finds another run's name in the file and stops.
"""

import fcntl
import os
import socket
import sys
import time
from pathlib import Path

from shallownets.errors import UserError

_LOCK, _NAME = "SHALLOWNETS_LOCK", "SHALLOWNETS_RUN"  # environment variables through which jobs know their run


def _name_in(lock: int) -> str:
    return os.pread(lock, 1000, 0).decode()


def _at_work(name: str) -> str | None:
    """The process that a run is named after (host, process, time) if it lives, or may live on another host."""
    if not name:
        return "just begun"
    host, process, _ = name.split()
    if host == socket.gethostname() and not Path("/proc", process).exists():
        return None
    return f"process {process} on {host}"


def start(results: Path) -> None:
    """Begin a run in a folder of results; it lasts until this process ends.

    Raises:
        UserError: another run is at work there, or the folder cannot be written.
    """
    path = results / ".lock"
    try:
        results.mkdir(parents=True, exist_ok=True)
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if other := _at_work(_name_in(lock)):
                raise UserError(f"{results}: another run is at work here, {other}; wait for it, or stop it") from None
            print(f"{results}: waiting for the last jobs of a run that was killed", file=sys.stderr, flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        name = f"{socket.gethostname()} {os.getpid()} {time.time_ns()}"
        os.ftruncate(lock, os.pwrite(lock, name.encode(), 0))
        fcntl.flock(lock, fcntl.LOCK_SH)  # shared with the jobs of this run
    except OSError as error:
        raise UserError(f"{results}: cannot be written: {error.strerror}") from error
    # Another run that waited too may have had the lock for a moment.
    if _name_in(lock) != name:
        raise UserError(f"{results}: another run has just begun here; wait for it, or stop it")
    os.environ.update({_LOCK: str(path.resolve()), _NAME: name})


def join() -> None:
    """Make this process part of the run that started it until it ends; nothing to do where it was started by hand.

    Raises:
        UserError: that run is over, and another one has begun in its folder.
    """
    if _LOCK not in os.environ:
        return
    try:
        lock = os.open(os.environ[_LOCK], os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        current = _name_in(lock) == os.environ[_NAME]
    except OSError:
        current = False
    if not current:
        raise UserError(f"{os.environ[_LOCK]}: the run of this job is over, so it writes nothing")
