"""What a tier costs, estimated before it is launched: core hours, memory and disk, rule by rule.

From: the jobs of the tier, which Snakemake lists without running any; the results of the tiers that have run here,
whose seals say what they took; and how the work of a stage grows with its parameters, which their class says
(``Section.work``).
Makes: a table on standard output.

A command takes a + b work seconds, fitted to its jobs that have run (a, b >= 0, relative errors). Its memory and its
disk are the most that was measured, and grow in a straight line with the work where they did so among these jobs.
"""

import shlex
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from shallownets.config import settings
from shallownets.config.commandline import Parser
from shallownets.config.section import Section
from shallownets.errors import UserError
from shallownets.workflow import lineage
from shallownets.workflow.lineage import Job

START_UP = 3.0  # seconds of a command without work: Python, imports, compiled kernels from their cache
PULL = 0.15  # weight of what is expected of a kind of command, against 1 for each of its jobs that has run
GROWN = 1.5  # memory or disk of the most work over that of the least, from where on they are taken to grow with it
HOUR, MEGABYTE = 3600.0, 1e6

Kind = tuple[str, ...]
# A row for each job that has run: its work, and the wall-clock seconds, MB of memory and MB of disk that it took.
Known = Mapping[Kind, np.ndarray]


@dataclass(frozen=True)
class Estimate:
    """What a job will take: core seconds, MB of memory, MB of disk; its work over the largest measured."""

    seconds: float
    megabytes: float
    disk: float
    beyond: float


@cache  # each job is asked for it several times
def given(job: Job) -> Section | None:
    """The parameters of the stage that a job runs; None where it runs none."""
    if job.runs[0] != "run":
        return None
    _, name, *options = shlex.split(job.asked)
    kind = settings.class_of(name)
    parser = Parser(name, "")
    parser.add_section(kind)
    return parser.section(kind, parser.parse_args(options))


def work(job: Job) -> float:
    """How the core seconds of a job grow with what it is given; 0: they do not."""
    section = given(job)
    return section.work() if section else 0.0


def kind(job: Job) -> Kind:
    """What it runs, and with which engine: jobs of one kind differ in their sizes alone."""
    engine = getattr(given(job), "engine", "")
    return tuple(word for word in (*job.runs, engine) if word)


def measured(jobs: Iterable[Job]) -> Known:
    """What the jobs took that have run here, by their kind."""
    found = defaultdict(list)
    for job in jobs:
        if took := lineage.cost(job):
            disk = sum(path.stat().st_size for path in job.outputs if path.is_file()) / MEGABYTE
            found[kind(job)].append((work(job), took.seconds, took.memory, disk))
    return {one: np.array(rows) for one, rows in found.items()}


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


def grown(x: np.ndarray, y: np.ndarray, at: float) -> float:
    """The largest y; in a straight line with x where y grew with it, and no less than the least y.

    Args:
        x: (n,) at least 0.
        y: (n,) at least 0.
        at: the x to which it is continued.
    """
    first, last = x.argmin(), x.argmax()
    if y[last] <= GROWN * y[first]:
        return float(y.max())
    slope = (y[last] - y[first]) / (x[last] - x[first])
    return float(max(y.max() + slope * (at - x[last]), y.min()))


def estimate(job: Job, known: Known) -> Estimate:
    """What a job will take, from jobs of its kind that have run.

    Raises:
        UserError: none has.
    """
    if kind(job) not in known:
        raise UserError(f"{' '.join(kind(job))}: never ran here; expected results of `make smoke` or `make figures`")
    todo, (works, seconds, megabytes, disk) = work(job), known[kind(job)].T
    a, b = fit_line(works, np.maximum(seconds, 0.1), (START_UP, 1.0))
    return Estimate(
        a + b * todo,
        grown(works, megabytes, todo),
        grown(works, disk, todo),
        todo / works.max() if works.max() > 0 else 1.0,
    )


def _row(rule: str, costs: list[Estimate]) -> str:
    """A line without what is said of single rules alone."""
    total, longest = sum(cost.seconds for cost in costs), max(cost.seconds for cost in costs)
    memory, disk = max(cost.megabytes for cost in costs), sum(cost.disk for cost in costs)
    return f"{rule:28} {len(costs):5} {total / HOUR:11.3f} {longest / 60:8.1f} min {memory:5.0f} MB {disk:6.1f} MB"


def table(jobs: list[Job], known: Known) -> list[str]:
    """Lines: a rule each, dearest first, and their sum."""
    rules = {rule: [estimate(job, known) for job in alike] for rule, alike in lineage.by_rule(jobs).items()}
    head = f"{'rule':28} {'jobs':>5} {'core hours':>11} {'longest job':>12} {'memory':>8} {'disk':>9} {'beyond':>8}"
    lines = [head]
    for rule, costs in sorted(rules.items(), key=lambda item: -sum(cost.seconds for cost in item[1])):
        lines.append(f"{_row(rule, costs)} {max(cost.beyond for cost in costs):7.3g}x")
    return [*lines, _row("all", [cost for costs in rules.values() for cost in costs])]


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
    parser = Parser("python -m shallownets cost", __doc__ or "")
    parser.add_argument("--tier", help="which tier is to be launched; that of config.yaml, unless given")
    parser.add_argument("--results", type=Path, default=Path("results"), help="where tiers have run")
    args = parser.parse_args(words)
    overlays = settings.overlays(args.tier)

    tiers: dict[str, list[Job]] = {}
    for config in (args.results / "config.yaml", *sorted(args.results.glob("*/config.yaml"))):
        if not config.is_file():
            continue
        try:
            tiers[settings.tier_of(config)] = lineage.jobs(configs=[config])
        except UserError as error:
            print(f"{config.parent} is of another version and left out ({error})", file=sys.stderr)
    known = measured([job for jobs in tiers.values() for job in jobs])
    if not known:
        raise UserError(f"{args.results}: no results; expected those of `make smoke` or `make figures`")
    jobs = lineage.jobs(configs=overlays)
    print("\n".join(table(jobs, known)))
    print(f"\nFrom {sum(map(len, known.values()))} jobs of {', '.join(tiers)}; beyond: work over the largest measured.")
    print("\n".join(tested(tiers)))
