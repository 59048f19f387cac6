"""One run at a time in a folder of results, and no job that outlives its run writes into a later one.

The lock is the operating system's (flock), so it is gone with the processes that hold it, however they end: none is
ever stale. A run holds it, and so does each of its jobs. Where a run was killed, its last jobs may still be at work; the
next run waits for them, and a job that only starts then finds another run's name in the file and stops.

Windows and some network disks have no such lock. There Snakemake's own keeps two runs from making the same files, and
the name keeps out a second run on the same host, and late jobs; nobody waits for the last jobs of a run that was killed.

filelock has a lock that many may share, but in a database of SQLite, to which a disk without locks looks like one that
somebody else has locked for ever (ENOLCK). So the two calls of flock are made here.
"""

import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from shallownets.errors import UserError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

_LOCK, _NAME = "SHALLOWNETS_LOCK", "SHALLOWNETS_RUN"  # environment variables through which jobs know their run


class _NoLocks(Exception):
    """This system, or this disk, has no locks; the text says why."""


def _locked(file: int, *, shared: bool, wait: bool) -> bool:
    """Lock an open file, or change its lock; False where another process has it and this one does not wait.

    Raises:
        _NoLocks: there are none here.
    """
    if fcntl is None:
        raise _NoLocks("the system has none")
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError as error:
        raise _NoLocks(error.strerror) from error
    return True


def _name(path: Path) -> str:
    """The name of the last run: host, process and time in ns; empty where there was none."""
    return path.read_bytes().decode(errors="replace")


def _lives(name: str) -> bool | None:
    """Whether the process that a run is named after is at work; None where nobody can tell from here."""
    import psutil  # takes a moment, and is hardly ever needed

    try:
        host, process, began = name.split()
        found = psutil.Process(int(process))
        # Its number may have been given to another process since then.
        at_work = found.status() != psutil.STATUS_ZOMBIE and found.create_time() < int(began) / 1e9
    ...
