"""What a tier costs, estimated before it is launched: core hours, memory and disk, rule by rule.

From: the jobs of the tier, which Snakemake lists without running any; the benchmarks and results of the tiers that
have run here; and how the work of a command grows with its arguments, which each study says in its module `cost`.
Makes: a table on standard output.

A command takes a + b work seconds, fitted to its jobs that have run (a, b >= 0, relative errors). Its memory is the
most that was measured, and three copies of what it holds beyond that; its disk grows with the numbers that it records.
"""

import shlex
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from shallownets import cli
from shallownets.config import settings, yamlfile
from shallownets.errors import UserError
from shallownets.workflow import lineage
from shallownets.workflow.lineage import Job

START_UP = 3.0  # seconds of a command without work: Python, imports, compiled kernels from their cache
PULL = 0.15  # weight of what is expected of a kind of command, against 1 for each of its jobs that has run
COPIES = 3  # of the recorded numbers at a command's peak: the arrays, their text or archive, a buffer
HOUR, MEGABYTE = 3600.0, 1e6

Arguments = Mapping[str, list[str]]
Kind = tuple[str, ...]


@dataclass(frozen=True)
class Work:
    """What a command has to do: ``seconds`` on one core but for a factor, and how many ``numbers`` it records."""

    seconds: float = 0.0
    numbers: float = 0.0


@dataclass(frozen=True)
class Measured:
    """What a job took where it ran."""

    work: Work
    seconds: float
    megabytes: float
    disk: float


Known = Mapping[Kind, list[Measured]]


@dataclass(frozen=True)
class Estimate:
    """What a job will take: core seconds, MB of memory, MB of disk; its work over the largest measured."""

    seconds: float
    megabytes: float
    disk: float
    beyond: float


def parse_command(command: str) -> tuple[str, Arguments]:
    """(module, arguments) of ``python -m module --key value ... 2>&1 | tee log``; keys without dashes in front."""
    words = shlex.split(command.partition(" 2>&1")[0])
    arguments: dict[str, list[str]] = {}
    for word in words[3:]:
        if word.startswith("--"):
            values = arguments.setdefault(word[2:], [])
        else:
            values.append(word)
    return words[2], arguments


def number(arguments: Arguments, key: str) -> float:
    """The value of an argument; that of the first where it has several."""
    return float(arguments[key][0])


def numbers(arguments: Arguments, key: str) -> list[float]:
    """The values of an argument."""
    return [float(word) for word in arguments[key]]


def kind(job: Job) -> Kind:
    """Module and engine: jobs of one kind differ in their sizes alone."""
    module, arguments = parse_command(job.command)
    return (module, *arguments.get("engine", []))


def work(job: Job) -> Work:
    """As the study's module ``cost`` says; none for a command that it does not name, whose cost is constant."""
    module, arguments = parse_command(job.command)
    match module.split("."):
        case [package, study, "stages", stage] if find_spec(f"{package}.{study}.cost"):
            count = import_module(f"{package}.{study}.cost").WORK.get(stage)
            return count(arguments) if count else Work()
    return Work()


def measured(jobs: Iterable[Job]) -> Known:
    """What the jobs took that have a benchmark, by their kind."""
    found = defaultdict(list)
    for job in jobs:
        took = lineage.cost(job)
        if took:
            disk = sum(path.stat().st_size for path in job.outputs if path.is_file()) / MEGABYTE
            found[kind(job)].append(Measured(work(job), took.seconds, took.memory, disk))
    return dict(found)


def fit_line(x: np.ndarray, y: np.ndarray, expected: tuple[float, float]) -> tuple[float, float]:
    """(a, b), both >= 0, of y = a + b x by relative least squares, drawn to the expected ones where x says nothing.

    Args:
        x: (n,) at least 0.
        y: (n,) above 0.
        expected: a and b to begin with, above 0.
    """
    from scipy.optimize import nnls

    rows = np.concatenate([np.column_stack([1 / y, x / y]), np.diag(PULL / np.array(expected))])
    (a, b), _ = nnls(rows, np.concatenate([np.ones(len(y)), [PULL, PULL]]))
    return float(a), float(b)


def estimate(job: Job, known: Known) -> Estimate:
    """What a job will take, from jobs of its kind that have run.

    Raises:
        UserError: none has.
    """
    if kind(job) not in known:
        raise UserError(f"{' '.join(kind(job))}: never ran here; `make smoke` and `make figures` measure it")
    runs, todo = known[kind(job)], work(job)
    seconds, numbers = (np.array([getattr(run.work, name) for run in runs]) for name in ("seconds", "numbers"))
    a, b = fit_line(seconds, np.array([max(run.seconds, 0.1) for run in runs]), (START_UP, 1.0))
    smallest, per_number = fit_line(numbers, np.array([max(run.disk, 1e-3) for run in runs]), (0.01, 8 / MEGABYTE))
    more = max(todo.numbers - numbers.max(), 0.0) * 8 * COPIES / MEGABYTE
    return Estimate(
        a + b * todo.seconds,
        max(run.megabytes for run in runs) + more,
        smallest + per_number * todo.numbers,
        todo.seconds / seconds.max() if seconds.max() > 0 else 1.0,
    )


def table(jobs: list[Job], known: Known) -> list[str]:
    """Lines: a rule each, dearest first, and their sum."""
    rules: dict[str, list[Estimate]] = defaultdict(list)
    for job in jobs:
        rules[job.rule].append(estimate(job, known))
    head = f"{'rule':28} {'jobs':>5} {'core hours':>11} {'longest job':>12} {'memory':>8} {'disk':>9} {'beyond':>8}"
    lines = [head]
    for rule, costs in sorted(rules.items(), key=lambda item: -sum(cost.seconds for cost in item[1])):
        total, longest = sum(cost.seconds for cost in costs), max(cost.seconds for cost in costs)
        memory, disk = max(cost.megabytes for cost in costs), sum(cost.disk for cost in costs)
        lines.append(
            f"{rule:28} {len(costs):5} {total / HOUR:11.3f} {longest / 60:8.1f} min {memory:5.0f} MB {disk:6.1f} MB"
            f" {max(cost.beyond for cost in costs):7.3g}x"
        )
    everything = [cost for costs in rules.values() for cost in costs]
    total, disk = sum(cost.seconds for cost in everything), sum(cost.disk for cost in everything)
    lines.append(
        f"{'all':28} {len(everything):5} {total / HOUR:11.3f} {max(c.seconds for c in everything) / 60:8.1f} min"
        f" {max(cost.megabytes for cost in everything):5.0f} MB {disk:6.1f} MB"
    )
    return lines


def submissions(jobs: list[Job], known: Known, profile: Path) -> dict[str, float]:
    """Core seconds of each submission with a profile: its groups, and every stage that is in none.

    Args:
        profile: the folder of a profile of Snakemake with a list ``groups`` of ``rule=group``.
    """
    groups = dict(entry.split("=", 1) for entry in yamlfile.load(profile / "config.yaml")["groups"])
    found: dict[str, float] = defaultdict(float)
    for job in jobs:
        # what the profile does not name is, of figures and claims, in the last group by its rule
        alone = f"{job.rule} ({job.outputs[0].stem})" if ".stages." in job.command else "last"
        found[groups.get(job.rule, alone)] += estimate(job, known).seconds
    return dict(found)


def tested(tiers: Mapping[str, list[Job]]) -> list[str]:
    """Lines: each measured tier as the others predict it, against what it took."""
    lines = []
    for name, jobs in tiers.items():
        others = [job for other, theirs in tiers.items() if other != name for job in theirs]
        known = measured(others)
        pairs = [
            (estimate(job, known).seconds, max(took.seconds, 0.1))
            for job in jobs
            if kind(job) in known and (took := lineage.cost(job))
        ]
        if not pairs:
            continue
        guess, took = np.array(pairs).T
        ratio = np.exp(np.quantile(np.log(guess / took), [0.16, 0.5, 0.84]))
        lines.append(
            f"{name} from the other tiers: {guess.sum() / HOUR:.3f} core hours, it took {took.sum() / HOUR:.3f};"
            f" estimate over measured, a job: median {ratio[1]:.2f}, two thirds within {ratio[0]:.2f} to {ratio[2]:.2f}"
        )
    return lines


def main(words: list[str]) -> None:
    parser = cli.parser("shallownets.workflow.cost", __doc__)
    parser.add_argument("--tier", type=cli.path, help="an overlay in workflow/tiers; the paper tier without it")
    parser.add_argument("--results", type=cli.path, default=Path("results"), help="where tiers have run")
    parser.add_argument("--profile", type=cli.path, default=Path("workflow/profiles/slurm"), help="for submissions")
    args = parser.parse_args(words)
    if args.tier and not args.tier.is_file():
        raise UserError(f"{args.tier}: no such file; the name of a tier in workflow/tiers is right")

    tiers: dict[str, list[Job]] = {}
    for config in (args.results / "config.yaml", *sorted(args.results.glob("*/config.yaml"))):
        if not config.is_file():
            continue
        try:
            tiers[settings.load(config)["tier"]] = lineage.jobs(configs=[config])
        except UserError as error:
            print(f"{config.parent} is of another version and left out ({error})", file=sys.stderr)
    known = measured([job for jobs in tiers.values() for job in jobs])
    if not known:
        raise UserError(f"{args.results}: no benchmarks; `make smoke` and `make figures` measure them")
    jobs = lineage.jobs(configs=[args.tier] if args.tier else [])
    print("\n".join(table(jobs, known)))
    shortest = sorted(submissions(jobs, known, args.profile).items(), key=lambda item: item[1])
    print(f"\nShortest submissions with {args.profile}: " + ", ".join(f"{n} {s:.0f} s" for n, s in shortest[:3]))
    print(f"From {sum(map(len, known.values()))} jobs of {', '.join(tiers)}; beyond: work over the largest measured.")
    print("\n".join(tested(tiers)))
