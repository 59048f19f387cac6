"""The smoke tier with every supported Python that is installed: how far are its numbers from those in results/smoke?

Not among the tests that pytest finds by itself, because it sets up an environment for each Python, from the lock:
`make test-pythons` runs it, after `make smoke`.

Makes: for each Python the tables that are not the same to the last digit, with the largest deviation as
``deviation.largest`` counts; ends with 1 where one is above the tolerance of ``make verify``.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from shallownets.archive.verify import TOLERANCE
from shallownets.numerics import deviation
from shallownets.results.artefacts import load_table
from tests.conftest import ROOT
from tests.workflow.conftest import SMOKE, Checkout


def supported() -> list[str]:
    """The versions that pyproject.toml names, such as 3.11, but for the one that runs this."""
    least, below = re.search(
        r'requires-python = ">=3\.(\d+),<3\.(\d+)"', (ROOT / "pyproject.toml").read_text()
    ).groups()
    return [f"3.{minor}" for minor in range(int(least), int(below)) if minor != sys.version_info.minor]


def environment(version: str, folder: Path) -> Path | None:
    """The Python of a new environment with the locked packages; None where this version is not installed."""
    uv = ["uv", "--quiet", "--no-python-downloads"]
    if subprocess.run([*uv, "venv", "--python", version, folder]).returncode:
        return None
    lock = ROOT / "requirements.lock"
    subprocess.run([*uv, "pip", "install", "--python", folder, "--require-hashes", "-r", lock], check=True)
    here = ["--no-deps", "--no-build-isolation", "--no-index", ROOT]  # its version is in the report
    subprocess.run([*uv, "pip", "install", "--python", folder, *here], check=True)
    return folder / "bin/python"


def deviations(ours: Path, theirs: Path) -> dict[str, float]:
    """Largest deviation of each table of two folders of results, by its name."""
    names = sorted(
        path.relative_to(theirs).as_posix()
        for part in ("measurements", "figure_data")
        for path in (theirs / part).rglob("*.csv")
    )
    return {name: deviation.largest(*(load_table(folder / name).frame for folder in (ours, theirs))) for name in names}


def pictures(ours: Path, theirs: Path) -> list[bool]:
    """Whether each file of the figures is the same in two folders of results."""
    paths = [path for path in (theirs / "figures").rglob("*") if path.suffix in (".pdf", ".png")]
    return [path.read_bytes() == (ours / path.relative_to(theirs)).read_bytes() for path in paths]


def main() -> None:
    worst, tried = 0.0, 0
    for version in supported():
        with tempfile.TemporaryDirectory() as folder:
            checkout = Checkout(Path(folder, "checkout"))
            python = environment(version, Path(folder, "environment"))
            if python is None:
                print(f"Python {version}: not installed here", flush=True)
                continue
            tried += 1
            line = [python, "-m", "snakemake", "--cores", "all", "--quiet", "all", "--configfile", SMOKE]
            subprocess.run(line, cwd=checkout.folder, check=True)
            found = deviations(checkout.results, ROOT / "results/smoke")
            same = pictures(checkout.results, ROOT / "results/smoke")
        print(f"Python {version}: {sum(same)} of {len(same)} files of figures are the same; tables that are not:")
        for name, largest in found.items():
            if largest:
                print(f"  {largest:8.1e}  {name}")
        print(f"  {max(found.values()):8.1e}  the largest of {len(found)} tables", flush=True)
        worst = max(worst, *found.values())
    if not tried:
        sys.exit("error: nothing was compared; expected one more of the supported Pythons on the path")
    sys.exit(worst > TOLERANCE)


if __name__ == "__main__":
    main()
