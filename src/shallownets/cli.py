"""How every command runs and ends: one clear line for a user's mistake."""

import io
import os
import sys
from collections.abc import Callable

from shallownets.errors import UserError
from shallownets.results import runs


def run(main: Callable[[], None]) -> None:
    """Run a command and leave the process.

    Its code is 0 done, 1 nobody reads what it says (``| head``), 2 a user's mistake, said in one line, 130 interrupted.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # α is said as \u03b1 where only ASCII can be
    try:
        runs.join()
        try:
            main()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains of it at its end
        sys.exit(1)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
