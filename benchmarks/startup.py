"""How much of the paper tier's core time is start-up: imports and loading compiled kernels, before any work.

From: the costs in results/benchmarks/ (`make figures` first, on a machine that does nothing else: a job has one core,
so that its seconds are core seconds) and the import time of each rule's command, measured now.
Makes: a section for docs/performance.md, on standard output.
"""

import csv
import re
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 2


def import_seconds(module: str) -> float:
    """Core time to import a command's module, fastest of a few."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
        times.append(time.perf_counter() - started)
    return min(times)


def main() -> None:
    rules = [rule for path in Path("workflow/rules").rglob("*.smk") for rule in path.read_text().split("\nrule ")[1:]]
    rows = []
    for rule in rules:
        module = re.search(r"python -m (shallownets[a-z0-9_.]*)", rule)
        cost = re.search(r'benchmark:\s+f"\{(?:COST|RESULTS)\}/(?:benchmarks/)?([^"]+)"', rule)
        if not (module and cost):
            continue
        pattern = re.sub(r"\{\{\w+\}\}", "*", cost[1])
        folder = Path("results/benchmarks/escape" if "{COST}" in rule else "results/benchmarks")
        files = list(folder.glob(pattern))
        seconds = [float(next(csv.DictReader(file.open(), delimiter="\t"))["s"]) for file in files]
        if seconds:
            rows.append((rule.split(":")[0], len(seconds), sum(seconds), len(seconds) * import_seconds(module[1])))
    total, before = sum(row[2] for row in rows), sum(row[3] for row in rows)
    print("## The paper tier, rule by rule\n")
    print("| rule | jobs | core seconds | of which start-up |\n| --- | ---: | ---: | ---: |")
    for name, jobs, seconds, start in sorted(rows, key=lambda row: -row[2]):
        print(f"| {name} | {jobs} | {seconds:.1f} | {start:.1f} |")
    print(f"| all | {sum(row[1] for row in rows)} | {total:.0f} | {before:.0f} ({before / total:.0%}) |")


if __name__ == "__main__":
    main()
