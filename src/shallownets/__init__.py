"""shallownets: papers on the learning dynamics of shallow networks, reproduced with one command.

The studies are at hand by their names: ``from shallownets import escape``.
"""

import os
import time

TYPE_CHECKING = False  # every job of a run imports this package: what takes long to import waits until it is asked for
if TYPE_CHECKING:
    from typing import Any

STARTED = time.time()  # when the first line of this package ran
# Every matrix here is small. One BLAS thread is the fastest choice, and sums then do not
# depend on how many cores a machine has. It must be said before NumPy is first imported.
os.environ["OPENBLAS_NUM_THREADS"] = "1"


def __getattr__(name: str) -> "Any":
    """A study's library, or the version; nothing of either is imported before."""
    if name == "__version__":
        from importlib.metadata import version

        return version(__name__)
    if os.path.isfile(os.path.join(os.path.dirname(__file__), "studies", name, "library.py")):
        from importlib import import_module

        return import_module(f"{__name__}.studies.{name}.library")
    raise AttributeError(f"module {__name__} has no attribute {name}")


def __dir__() -> list[str]:
    from pathlib import Path

    libraries = Path(__file__).with_name("studies").glob("*/library.py")
    return sorted([*globals(), "__version__", *(path.parent.name for path in libraries)])
