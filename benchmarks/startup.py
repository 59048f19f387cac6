"""What it takes to start: each kind of command, and how much of the paper tier's core time is start-up.

From: the costs of the jobs (`make figures` first, on a machine that does nothing else: a job has one core, so that its
seconds are core seconds) and the import time of each job's command, measured now. Where another checkout with a .venv
of its own is named, an earlier version in most cases, its commands are measured in turn with those of this one.
Makes: two sections for docs/performance.md, on standard output.
"""

import os
import resource
import subprocess
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

from shallownets.commands import commands
from shallownets.workflow import lineage

ROUNDS = 2
COMMANDS = {
    "`snakemake -n`": "snakemake -n --quiet all",
    "a stage's `--help`": "shallownets run escape.ode --help",
    "a figure's `--help`": "shallownets draw escape.fig1 --help",
}


def core_seconds(command: str, checkout: Path) -> float:
    """Core time of a command in a checkout, its children's included, where Python may not write bytecode."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [checkout / ".venv/bin/python", "-m", *command.split()],
        cwd=checkout,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def starts(checkouts: list[Path]) -> None:
    """Print a table: each kind of command in each checkout, the fastest of a few rounds, and the ratio of the two."""
    print("## Start-up\n")
    print("Core seconds; `PYTHONDONTWRITEBYTECODE=1`, as containers and CI have it.\n")
    print(f"| command | {'before | after | times as fast' if checkouts[1:] else 'seconds'} |")
    print("| --- |" + " ---: |" * (3 if checkouts[1:] else 1))
    for name, command in COMMANDS.items():
        rounds = [[core_seconds(command, checkout) for checkout in checkouts] for _ in range(ROUNDS + 1)]
        here, *there = map(min, zip(*rounds, strict=True))
        before = "".join(f"{seconds:.2f} | " for seconds in there)
        ratio = "".join(f" {seconds / here:.1f} |" for seconds in there)
        print(f"| {name} | {before}{here:.2f} |{ratio}")
    print()


def modules_of(job: lineage.Job) -> str:
    """What a job imports: the module of its command, and that of the stage or figure that it runs."""
    command, name = job.runs
    study, _, last = name.partition(".")
    named = [f"shallownets.studies.{study}.{lineage.NAMED[command]}.{last}"] if name else []
    return ", ".join([commands()[command], *named])


@cache
def import_seconds(command: str, modules: str) -> float:
    """Core time to import the modules of a command on top of the libraries of a run's server, fastest of a few."""
    code = (
        "import time; from importlib import import_module; from shallownets.forkserver import LIBRARIES\n"
        f"for name in LIBRARIES.get({command!r}, ()): import_module(name)\n"
        f"before = time.process_time(); import {modules}; print(time.process_time() - before)"
    )
    return min(float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(ROUNDS))


def rule_by_rule() -> None:
    """Print a table: each rule's jobs, their core time, and what of it is start-up."""
    rules = defaultdict(list)
    for job in lineage.jobs():
        if cost := lineage.cost(job):
            rules[job.rule].append((cost.seconds, import_seconds(job.runs[0], modules_of(job))))
    rows = [(rule, len(jobs), *map(sum, zip(*jobs, strict=True))) for rule, jobs in rules.items()]
    number, total, before = (sum(row[column] for row in rows) for column in (1, 2, 3))
    print("## The paper tier, rule by rule\n")
    print("| rule | jobs | core seconds | of which start-up |\n| --- | ---: | ---: | ---: |")
    for rule, jobs, seconds, start in sorted(rows, key=lambda row: -row[2]):
        print(f"| {rule} | {jobs} | {seconds:.1f} | {start:.1f} |")
    print(f"| all | {number} | {total:.0f} | {before:.0f} ({before / total:.0%}) |")


def main() -> None:
    starts([Path.cwd(), *map(Path, sys.argv[1:])])
    rule_by_rule()


if __name__ == "__main__":
    main()
