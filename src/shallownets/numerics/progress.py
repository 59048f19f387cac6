"""How far a long loop is and how long it will take: a bar by hand, a line every few seconds in a log."""

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

_LOG_EVERY = 10.0  # seconds
_TELLS = 0.01  # share from which on the pace tells how long the rest takes: before, kernels may have been compiled
MOMENT = 1.0  # second: who waits so long may wonder


@contextmanager
def progress(label: str, total: float, least: float = 0.0) -> Generator[Callable[[float], None]]:
    """Context that yields a function to be called with each further amount of work done.

    Args:
        label: what runs.
        total: the whole amount.
        least: seconds; that it is done is said of what took so long.
    """
    from tqdm import tqdm

    if sys.stderr.isatty():
        form = "{desc}: {percentage:3.0f}% |{bar}| {elapsed} passed"
        with tqdm(total=total, desc=label, bar_format=form) as bar:

            def advance(amount: float) -> None:
                if bar.n + amount >= _TELLS * total:
                    bar.bar_format = form + ", {remaining} left"
                bar.update(amount)

            yield advance
        return

    started = said = time.monotonic()
    done = 0.0

    def update(amount: float) -> None:
        nonlocal done, said
        done += amount
        now = time.monotonic()
        if now - said >= _LOG_EVERY and done > 0:
            said = now
            left = f", {(now - started) * max(total / done - 1, 0):.0f} s left" if done >= _TELLS * total else ""
            print(f"{label}: {done / total:.0%}{left}", file=sys.stderr, flush=True)

    yield update
    if (took := time.monotonic() - started) >= least:
        print(f"{label}: done in {took:.1f} s", file=sys.stderr, flush=True)
