"""What every command line shares: argument types with limits, and one clear line for a user's mistake."""

import argparse
import io
import math
import os
import sys
from collections.abc import Callable
from pathlib import Path

from shallownets.errors import UserError
from shallownets.results import runs


class _Parser(argparse.ArgumentParser):
    def error(self, message: str):
        raise UserError(" ".join(message.split()))

    def parse_known_args(self, args=None, namespace=None):
        args = sys.argv[1:] if args is None else args
        for text in args:
            if text.endswith("=--"):  # argparse itself reads this as no value at all and says nothing
                self.error(f"{text}: a value after the = is right")
        return super().parse_known_args(args, namespace)


def parser(module: str, doc: str) -> argparse.ArgumentParser:
    """Argument parser of a command; its description is the module's docstring."""
    return _Parser(prog=f"python -m {module}", description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)


def _limited(kind: type, least: float, strict: bool, right: str) -> Callable[[str], float]:
    def read(text: str):
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or value < least or (strict and value == least):
            raise argparse.ArgumentTypeError(f"{text!r} given; {right} is right")
        return value

    return read


def at_least(least: int) -> Callable[[str], float]:
    """Argument type: a whole number of at least this."""
    return _limited(int, least, False, f"a whole number of at least {least}")


count = at_least(1)
index = at_least(0)
positive = _limited(float, 0, True, "a number above 0")
not_negative = _limited(float, 0, False, "a number of at least 0")


def path(text: str) -> Path:
    """A file's path."""
    return Path(text)


_SHARED = {
    "tolerance": (positive, "relative error of a step"),
    "seed": (index, "root seed"),
    "resamples": (at_least(2), "of every bootstrap, at least 2"),
    "measurements": (path, "the measurements, .csv"),
    "figure-data": (path, "the figure's data, .csv"),
}


def shared(parser: argparse.ArgumentParser, *names: str) -> None:
    """Give a command those of the options that mean the same in all of them; each is required."""
    for name in names:
        kind, words = _SHARED[name]
        parser.add_argument(f"--{name}", type=kind, required=True, help=words)


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
