"""What it takes to start: each kind of command, and how much of the paper tier's core time is start-up.

From: the core seconds of the jobs, as their seals say (`make figures` first), and the import time of each job's
modules, measured now. Where another checkout with a .venv of its own is named, an earlier version in most cases, its
commands are measured in turn with those of this one.
Makes: two sections for docs/performance.md, on standard output.
"""

import os
import resource
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from shallownets.commands import commands
from shallownets.workflow import lineage

ROUNDS = 2
COMMANDS = {
    "`make figures`, nothing to do": "make figures",
    "`snakemake -n`": ".venv/bin/python -m snakemake -n --quiet all",
    "a stage's `--help`": ".venv/bin/python -m shallownets run escape.ode --help",
    "a figure's `--help`": ".venv/bin/python -m shallownets draw escape.fig1 --help",
}


def core_seconds(command: str, checkout: Path) -> float:
    """Core time of a command in a checkout, its children's included, where Python may not write bytecode."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        command.split(),
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
    return " ".join([commands()[command], *named])


# Prints what each of its words, modules in a row, takes to import on top of the libraries of a command.
IMPORTS = """
import os, sys, time
from importlib import import_module
from shallownets.forkserver import LIBRARIES

command, rounds, *listed = sys.argv[1:]
for name in LIBRARIES.get(command, ()):
    import_module(name)
for modules in listed:
    found = []
    for _ in range(int(rounds)):
        read, write = os.pipe()
        if not os.fork():
            before = time.process_time()
            for name in modules.split():
                import_module(name)
            os.write(write, repr(time.process_time() - before).encode())
            os._exit(0)
        os.wait()
        found.append(float(os.read(read, 64)))
        os.close(read)
        os.close(write)
    print(min(found))
"""


def import_seconds(command: str, listed: list[str]) -> dict[str, float]:
    """Core time to import the modules of jobs in children of one process, as they are forked from a run's server."""
    line = [sys.executable, "-c", IMPORTS, command, str(ROUNDS), *listed]
    return dict(zip(listed, map(float, subprocess.check_output(line, text=True).split()), strict=True))


def rule_by_rule() -> None:
    """Print a table: each rule's jobs, their core time, and what of it is start-up."""
    rules, modules = defaultdict(list), defaultdict(set)
    for job in lineage.jobs():
        if cost := lineage.cost(job):
            command = job.runs[0]
            modules[command].add(modules_of(job))
            rules[job.rule].append((cost.core_seconds, command, modules_of(job)))
    starting = {command: import_seconds(command, sorted(listed)) for command, listed in modules.items()}
    rows = [
        (rule, len(jobs), sum(job[0] for job in jobs), sum(starting[command][listed] for _, command, listed in jobs))
        for rule, jobs in rules.items()
    ]
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
