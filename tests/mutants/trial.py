"""Try a change on a copy of the checkout: does a test fail?

A process that has imported what the tests need from other packages forks one for every change: to start Python and
import them anew takes longer than most tests.
"""

import os
import shutil
import subprocess
import sys
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from tests.mutants.sample import ROOT, Mutant, file_of

FORK = get_context("fork")
# Of pytest's exit codes. It is interrupted where a module cannot be imported; a file whose tests are all slow has none.
PASSED, FAILED, INTERRUPTED, NONE = 0, 1, 2, 5
LIBRARIES = (
    "numba",
    "scipy.optimize",
    "scipy.integrate",
    "pandas",
    "matplotlib.pyplot",
    "hypothesis",
    "msgspec",
    "yaml",
)
COMPILING, SLOWER = 60.0, 5.0  # seconds that a change is given, and for each second the tests take on the code as it is


def copy_of_checkout(folder: Path) -> None:
    """Copy every file of the checkout but those that git ignores."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in names:
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


class _QuickestFirst:
    """Plugin: the tests in the order of the seconds they take on the code as it is; and how many each took now."""

    def __init__(self, usual: dict[str, float]) -> None:
        self.usual = usual
        self.seconds: dict[str, float] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: self.usual.get(item.nodeid, 0.0))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration


def _run(folder: Path, test: str, usual: dict[str, float], answer: Connection) -> None:
    """In the forked process: run a file of tests; answer with pytest's exit code and the seconds of each test."""
    for name in [name for name in sys.modules if name.partition(".")[0] in ("shallownets", "tests")]:
        del sys.modules[name]
    sys.path[:0] = [str(folder), str(folder / "src")]
    os.environ["PYTHONPATH"] = os.pathsep.join([str(folder / "src"), os.environ.get("PYTHONPATH", "")])
    os.chdir(folder)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    order = _QuickestFirst(usual)
    code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-m", "not slow", test], plugins=[order])
    answer.send((int(code), order.seconds))


def _tested(folder: Path, test: str, usual: dict[str, float], limit: float | None) -> tuple[int, dict[str, float]]:
    """(pytest's exit code, seconds of each test); a run that ends without an answer or not in time has failed."""
    receive, send = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_run, args=(folder, test, usual, send))
    process.start()
    send.close()
    try:
        return receive.recv() if receive.poll(limit) else (FAILED, {})
    except EOFError:
        return FAILED, {}
    finally:
        process.kill()
        process.join()


class Bench:
    """A copy of the checkout on which changes are tried one after another."""

    def __init__(self, folder: Path) -> None:
        """Copy the checkout into an empty folder, and import what forked processes share.

        Kernels are cached in the folder, under the hash of their source: those that a change reaches are compiled anew.
        """
        self.folder = folder
        self.usual: dict[str, dict[str, float]] = {}
        copy_of_checkout(folder)
        kernels = folder / "kernels"
        kernels.mkdir(mode=0o700)
        os.environ.setdefault("NUMBA_CACHE_DIR", str(kernels))
        os.environ["MPLBACKEND"] = "agg"
        for name in LIBRARIES:
            import_module(name)

    def seconds(self, test: str) -> dict[str, float]:
        """How long each test of a file takes on the code as it is.

        Raises:
            SystemExit: one fails, so that nothing can be said.
        """
        if test not in self.usual:
            code, self.usual[test] = _tested(self.folder, test, {}, None)
            if code not in (PASSED, NONE):
                raise SystemExit(f"error: {test}: a test fails on the code as it is")
        return self.usual[test]

    def catches(self, mutant: Mutant, tests: tuple[str, ...]) -> bool:
        """Whether a test fails on the changed code, or does not end; files of tests are tried in their order."""
        return any(self._fails(mutant, test, self.seconds(test)) for test in tests)

    def _fails(self, mutant: Mutant, test: str, usual: dict[str, float]) -> bool:
        path = self.folder / file_of(mutant.module).relative_to(ROOT)
        kept, before = path.read_text(), path.stat()
        path.write_text(mutant.code())
        # Python's cache tells versions of a file by size and second; what it keeps is the code as it is.
        os.utime(path, (before.st_atime, before.st_mtime + 10))
        sys.dont_write_bytecode = True
        try:
            code, _ = _tested(self.folder, test, usual, COMPILING + SLOWER * sum(usual.values()))
        finally:
            path.write_text(kept)
            os.utime(path, (before.st_atime, before.st_mtime))
            sys.dont_write_bytecode = False
        if code not in (PASSED, FAILED, INTERRUPTED, NONE):
            raise SystemExit(f"error: {mutant}: pytest ends with {code}")
        return code in (FAILED, INTERRUPTED)
