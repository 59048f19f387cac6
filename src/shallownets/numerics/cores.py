"""How many cores there are for this process."""

import os


def usable() -> int:
    """Cores on which this process may run: under taskset or in a batch job fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
