"""The rules of the workflow as the report shows them: what they cost, and the graph of who reads whose results."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

from markupsafe import Markup

from shallownets.workflow.lineage import Job, cost

_COLUMN, _ROW, _LETTER, _PAD = 210, 24, 6.6, 8  # pixels


@dataclass(frozen=True)
class Rule:
    """What the jobs of one rule cost when they last ran; a job whose results have no seals counts as unknown.

    Attributes:
        name: of the rule.
        says: the message of its first job.
        jobs, unknown: how many, and of how many of them the cost is not known.
        seconds, core_seconds: of all jobs together.
        longest: seconds of the longest job.
        memory: the largest resident memory, in MB.
    """

    name: str
    says: str
    jobs: int
    unknown: int
    seconds: float
    core_seconds: float
    longest: float
    memory: float


def by_rule(jobs: Iterable[Job]) -> list[Rule]:
    """Jobs gathered by their rule, in the order in which rules first appear."""
    groups: dict[str, list[Job]] = {}
    for job in jobs:
        groups.setdefault(job.rule, []).append(job)
    rules = []
    for name, of_rule in groups.items():
        costs = [found for found in map(cost, of_rule) if found]
        rules.append(
            Rule(
                name=name,
                says=of_rule[0].message,
                jobs=len(of_rule),
                unknown=len(of_rule) - len(costs),
                seconds=sum(found.seconds for found in costs),
                core_seconds=sum(found.core_seconds for found in costs),
                longest=max((found.seconds for found in costs), default=0.0),
                memory=max((found.memory for found in costs), default=0.0),
            )
        )
    return rules


def edges(jobs: Iterable[Job]) -> dict[str, set[str]]:
    """By rule, the rules whose results it reads; ``jobs`` come after those whose results they read."""
    maker: dict = {}
    found: dict[str, set[str]] = {}
    for job in jobs:
        found.setdefault(job.rule, set()).update(maker[path] for path in job.inputs if path in maker)
        maker |= dict.fromkeys(job.outputs, job.rule)
        found[job.rule].discard(job.rule)
    return found


def _layers(before: dict[str, set[str]]) -> list[list[str]]:
    """Rules in columns: each one as far right as what it reads allows, near the height of what it reads."""
    depth: dict[str, int] = {}

    def depth_of(rule: str) -> int:
        if rule not in depth:
            depth[rule] = max((depth_of(other) + 1 for other in before[rule]), default=0)
        return depth[rule]

    columns: list[list[str]] = [[] for _ in range(max(map(depth_of, before), default=-1) + 1)]
    for rule in before:
        columns[depth[rule]].append(rule)
    height: dict[str, float] = {}
    for column in columns:
        column.sort(key=lambda rule: fmean(height[other] for other in before[rule]) if before[rule] else 0.0)
        height |= {rule: (place + 0.5) / len(column) for place, rule in enumerate(column)}
    return columns


def graph(jobs: Iterable[Job]) -> Markup:
    """The rules as a drawing, from left to right; every rule stands right of those whose results it reads."""
    before = edges(jobs)
    columns = _layers(before)
    tall = max((len(column) for column in columns), default=0) * _ROW
    corner = {
        rule: (x * _COLUMN, (y + 0.5) * tall / len(column) - _ROW / 2)
        for x, column in enumerate(columns)
        for y, rule in enumerate(column)
    }
    wide = {rule: len(rule) * _LETTER + 2 * _PAD for rule in before}
    lines = [
        Markup('<path d="M{:.0f} {:.0f}C{:.0f} {:.0f} {:.0f} {:.0f} {:.0f} {:.0f}"/>').format(
            *(start := (corner[other][0] + wide[other], corner[other][1] + _ROW / 2)),
            start[0] + 50,
            start[1],
            (end := (corner[rule][0], corner[rule][1] + _ROW / 2))[0] - 50,
            end[1],
            *end,
        )
        for rule, others in before.items()
        for other in sorted(others)
    ]
    boxes = [
        Markup(
            '<g><rect x="{:.0f}" y="{:.0f}" width="{:.0f}" height="{}" rx="5"/>'
            '<text x="{:.0f}" y="{:.0f}">{}</text></g>'
        ).format(x, y + 2, wide[rule], _ROW - 4, x + _PAD, y + _ROW / 2 + 4, rule)
        for rule, (x, y) in corner.items()
    ]
    across = max((x + wide[rule] for rule, (x, _) in corner.items()), default=0)
    return Markup(
        '<svg class="rules" role="img" aria-label="The rules and who reads whose results" '
        'width="{0:.0f}" height="{1:.0f}" viewBox="-2 -2 {0:.0f} {1:.0f}"><g class="edges">{2}</g>{3}</svg>'
    ).format(across + 4, tall + 4, Markup("").join(lines), Markup("").join(boxes))
