"""Try a change on a copy of the checkout: does a test fail?

cosmic-ray makes the change, runs the tests and takes it back.
"""

import os
import shlex
import sys
import time
from pathlib import Path

from cosmic_ray.mutating import use_mutation
from cosmic_ray.plugins import get_operator
from cosmic_ray.testing import run_tests
from cosmic_ray.work_item import TestOutcome

from tests.mutants.sample import ROOT, Mutant, file_of
from tests.workflow.conftest import Checkout

COMPILING, SLOWER = 60.0, 5.0  # seconds that a change is given, and for each second the tests take on the code as it is


class Bench:
    """A copy of the checkout on which the changes of a module are tried one after another.

    Nothing writes bytecode there, which Python would tell from a change by its size and second alone.
    """

    def __init__(self, folder: Path, kernels: Path, tests: tuple[str, ...]) -> None:
        """Copy the checkout into an empty folder, and see how long the tests take on the code as it is.

        Args:
            folder: for the copy.
            kernels: where kernels are cached, under the hash of their source: one that a change reaches is another.
            tests: files of tests, which are tried in this order.

        Raises:
            SystemExit: one fails, so that nothing can be said.
        """
        Checkout(folder)
        self.folder = folder
        paths = os.pathsep.join([str(folder), str(folder / "src")])
        self.command = shlex.join(
            [
                *("env", f"PYTHONPATH={paths}", f"NUMBA_CACHE_DIR={kernels}", "MPLBACKEND=agg"),
                *("sh", "-c", 'cd "$0" && exec "$@"', str(folder), sys.executable, "-m", "pytest"),
                *("-x", "-q", "-p", "no:cacheprovider", *tests),
            ]
        )
        began = time.monotonic()
        outcome, said = run_tests(self.command, None)
        if outcome != TestOutcome.SURVIVED:
            raise SystemExit(f"error: {' '.join(tests)}: a test fails on the code as it is\n{said}")
        self.limit = COMPILING + SLOWER * (time.monotonic() - began)

    def catches(self, mutant: Mutant) -> bool:
        """Whether a test fails on the changed code, or does not end.

        Raises:
            SystemExit: the tests cannot be run.
        """
        path = self.folder / file_of(mutant.module).relative_to(ROOT)
        with use_mutation(path, get_operator(mutant.operator)(), mutant.occurrence):
            outcome, said = run_tests(self.command, self.limit)
        if outcome == TestOutcome.INCOMPETENT:
            raise SystemExit(f"error: {mutant}: {said}")
        return outcome == TestOutcome.KILLED
