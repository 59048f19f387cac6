"""The rules of the workflow as the report shows them: what they cost, and the graph of who reads whose results."""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from shallownets.report.graph import Box, drawing
from shallownets.workflow import lineage
from shallownets.workflow.lineage import Job


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
    rules = []
    for name, of_rule in lineage.by_rule(jobs).items():
        costs = [found for found in map(lineage.cost, of_rule) if found]
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
    """The rules whose results each rule reads, by its name; ``jobs`` come after those whose results they read."""
    maker: dict = {}
    found: dict[str, set[str]] = {}
    for job in jobs:
        found.setdefault(job.rule, set()).update(maker[path] for path in job.inputs if path in maker)
        maker |= dict.fromkeys(job.outputs, job.rule)
        found[job.rule].discard(job.rule)
    return found


def graph(jobs: Iterable[Job]) -> Markup:
    """The rules as a drawing; every rule stands right of those whose results it reads."""
    before = edges(jobs)
    return drawing(before, {rule: Box(rule) for rule in before}, "The rules and who reads whose results")
