"""Change the code for the worse in small ways, one at a time, and see whether the tests notice.

From: mutants.yaml beside this file; words on the command line choose those with one of them in their name or file.
Makes: a line for each change, caught or missed; ends with 1 where one was missed, or where a test fails on the code as
it is, so that nothing can be said.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import yaml

from shallownets.numerics import cores

ROOT = Path(__file__).resolve().parents[2]
PASSED, FAILED = 0, 1  # pytest's exit codes; any other means that no verdict was reached


@cache
def files_of_checkout() -> list[str]:
    """Every file of the checkout but those that git ignores."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [name for name in names if name and (ROOT / name).is_file()]


def tested(mutant: dict) -> tuple[bool, float]:
    """(whether a test fails on a copy of the checkout with the change, seconds)."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for name in files_of_checkout():
            copy = Path(folder, name)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy)
        if "file" in mutant:
            path = Path(folder, mutant["file"])
            text = path.read_text()
            if (count := text.count(mutant["old"])) != 1:
                sys.exit(f"error: {mutant['name']}: what it changes stands {count} times in {mutant['file']}")
            path.write_text(text.replace(mutant["old"], mutant["new"]))
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *mutant["tests"]]
        environment = os.environ | {"PYTHONPATH": str(Path(folder, "src"))}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode not in (PASSED, FAILED):
        sys.exit(f"error: {mutant['name']}: the tests could not be run\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.returncode == FAILED, time.perf_counter() - began


def main() -> None:
    words = sys.argv[1:]
    mutants = yaml.safe_load(Path(__file__).with_name("mutants.yaml").read_text())
    mutants = [one for one in mutants if not words or any(word in one["name"] + one["file"] for word in words)]
    unchanged = {"name": "the code as it is", "tests": sorted({test for one in mutants for test in one["tests"]})}
    missed = 0
    with ThreadPoolExecutor(cores.usable()) as pool:
        results = pool.map(tested, [unchanged, *mutants])
        failed, seconds = next(results)
        if failed:
            pool.shutdown(cancel_futures=True)
            sys.exit(f"error: on the code as it is a test fails, of {' '.join(unchanged['tests'])}")
        print(f"the code as it is passes ({seconds:.0f} s)", flush=True)
        for number, (mutant, (caught, seconds)) in enumerate(zip(mutants, results, strict=True), 1):
            missed += not caught
            said = "caught" if caught else "MISSED"
            print(f"{number:3}/{len(mutants)}  {said}  {mutant['name']}  ({seconds:.0f} s)", flush=True)
    print(f"{len(mutants)} mutants: {len(mutants) - missed} caught, {missed} missed")
    sys.exit(missed > 0)


if __name__ == "__main__":
    main()
