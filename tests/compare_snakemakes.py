"""Guard, lock and reruns with the oldest and the newest Snakemake that pyproject.toml allows.

Not among the tests that pytest finds by itself, because it sets up an environment for each, from the lock:
`make test-snakemakes` runs it. What it is for: ``guard`` wraps methods that Snakemake does not document.

Makes: what pytest says of each version; ends with 1 where a test fails.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.compare_pythons import environment
from tests.conftest import ROOT

TESTS = [f"tests/{name}.py" for name in ("test_guard", "workflow/test_faults", "workflow/test_reruns")]


def versions() -> list[str]:
    """The oldest and the newest one, as requirements."""
    allowed, least = re.search(r'"(snakemake>=([\d.]+),<\d+)"', (ROOT / "pyproject.toml").read_text()).groups()
    return [f"snakemake=={least}", allowed]


def main() -> None:
    failed = False
    for wanted in versions():
        with tempfile.TemporaryDirectory() as folder:
            python = environment(f"{sys.version_info.major}.{sys.version_info.minor}", Path(folder))
            upgrade = ["uv", "--quiet", "pip", "install", "--python", folder, "--upgrade-package", "snakemake", wanted]
            subprocess.run(upgrade, check=True)
            found = subprocess.run([python, "-m", "snakemake", "--version"], capture_output=True, text=True, check=True)
            print(f"{wanted}: {found.stdout.strip()}", flush=True)
            tests = [python, "-m", "pytest", "-q", "-n", "auto", "-p", "no:cacheprovider", *TESTS]
            done = subprocess.run(tests, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT / "src")})
            failed |= done.returncode != 0
    sys.exit(failed)


if __name__ == "__main__":
    main()
