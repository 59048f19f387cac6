"""Room in memory, asked for before the work that needs it begins."""

import psutil

from shallownets.errors import Impossible

_GIGABYTE = 1e9


def free() -> int:
    """Bytes that a process may take without others being put aside."""
    return psutil.virtual_memory().available


def require(size: float, what: str) -> None:
    """Refuse what the machine's free memory cannot hold.

    Args:
        size: bytes.
        what: needs them; the message begins with it.

    Raises:
        Impossible: there are fewer bytes free.
    """
    there = free()
    if size > there:
        needed, there = f"{size / _GIGABYTE:.3g} GB", f"{there / _GIGABYTE:.3g} GB"
        raise Impossible(f"{what} need {needed} of memory; expected at most the {there} that are free")
