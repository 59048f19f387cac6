"""Room in memory, asked for before the work that needs it begins."""

import psutil

from shallownets.errors import Impossible

_GIGABYTE = 1e9


def require(size: float, what: str) -> None:
    """Refuse what the machine's free memory cannot hold.

    Args:
        size: bytes.
        what: needs them; the message begins with it.

    Raises:
        Impossible: there are fewer bytes free.
    """
    free = psutil.virtual_memory().available
    if size > free:
        needed, there = f"{size / _GIGABYTE:.3g} GB", f"{free / _GIGABYTE:.3g} GB"
        raise Impossible(f"{what} need {needed} of memory; at most the {there} that are free are right")
