"""How much of the paper tier's core time is start-up: imports and loading compiled kernels, before any work.

From: the costs of the jobs (`make figures` first, on a machine that does nothing else: a job has one core, so that its
seconds are core seconds) and the import time of each job's command, measured now.
Makes: a section for docs/performance.md, on standard output.
"""

import subprocess
import sys
import time
from collections import defaultdict
from functools import cache

from shallownets.workflow import lineage

ROUNDS = 2


@cache
def import_seconds(module: str) -> float:
    """Core time to import a command's module, fastest of a few."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
        times.append(time.perf_counter() - started)
    return min(times)


def main() -> None:
    rules = defaultdict(list)
    for job in lineage.jobs():
        if cost := lineage.cost(job):
            module = job.command.split("python -m ")[1].split()[0]
            rules[job.rule].append((cost.seconds, import_seconds(module)))
    rows = [(rule, len(jobs), *map(sum, zip(*jobs, strict=True))) for rule, jobs in rules.items()]
    number, total, before = (sum(row[column] for row in rows) for column in (1, 2, 3))
    print("## The paper tier, rule by rule\n")
    print("| rule | jobs | core seconds | of which start-up |\n| --- | ---: | ---: | ---: |")
    for rule, jobs, seconds, start in sorted(rows, key=lambda row: -row[2]):
        print(f"| {rule} | {jobs} | {seconds:.1f} | {start:.1f} |")
    print(f"| all | {number} | {total:.0f} | {before:.0f} ({before / total:.0%}) |")


if __name__ == "__main__":
    main()
