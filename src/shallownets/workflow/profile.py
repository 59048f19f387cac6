"""Write which rules share a submission, and how long their jobs may take, into the profile for SLURM.

From: the jobs of the cluster tier, which Snakemake lists without running any, and how their work grows.
Makes: the end of workflow/profiles/slurm/config.yaml.

A submission costs a wait in the queue, and so a rule whose jobs take less than a minute shares one. It is in the group
of its study where it waits for no large job; in that of a single large job where it waits for this one alone, such as
the figure of its data; else in ``last``, with the claims and the report. Where a rule has both small and large jobs, so
many of them are one submission that none is a short one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log2
from pathlib import Path

from shallownets.config.commandline import Parser
from shallownets.errors import UserError
from shallownets.files import write_whole
from shallownets.workflow import cost, lineage
from shallownets.workflow.lineage import Job

PROFILE = Path("workflow/profiles/slurm/config.yaml")
TIER = Path("workflow/tiers/cluster.yaml")
MADE = "# What follows is made by `make profile` from the cost of the cluster tier; docs/cluster.md explains it.\n"
LAST = "last"
LARGE = 60.0  # seconds, from where on a job is submitted alone
MINUTES = 10  # that the rule of all stages asks for (workflow/rules/stage.smk)
EVERY = 1000  # as many jobs as a group may have
MARGINS = 3, 2  # a job may take so many times as long as expected: the first that leaves more for a retry, or the last
LONGEST = 23 * 60  # minutes that the large jobs of a submission may ask for: many partitions give a day


@dataclass(frozen=True)
class Rule:
    """A rule and its jobs.

    Attributes:
        seconds: core seconds that are expected of each job, the shortest first.
        study: that of its command; empty for claims and report.
        waits_for: the large rules among all those whose results its jobs read, at first or at any hand.
    """

    seconds: list[float]
    study: str
    waits_for: frozenset[str]

    @property
    def is_large(self) -> bool:
        """Whether a job of it is worth a submission."""
        return self.seconds[-1] >= LARGE

    @property
    def minutes(self) -> int:
        """Run time that a job of it asks for at its first attempt."""
        asked = [MINUTES * 2 ** max(0, ceil(log2(margin * self.seconds[-1] / 60 / MINUTES))) for margin in MARGINS]
        return next((minutes for minutes in asked if minutes < self.most), asked[-1])

    @property
    def most(self) -> int:
        """Run time that a job of it may ask for at any attempt."""
        return LONGEST // self.together

    @property
    def together(self) -> int:
        """How many of its jobs are one submission, so that none is a short one, whichever jobs it has."""
        jobs = len(self.seconds)
        least = next((n for n in range(1, jobs) if sum(self.seconds[:n]) >= LARGE), jobs)
        return next((n for n in range(least, jobs) if jobs % n == 0 or jobs % n >= least), jobs)


def expected(job: Job) -> float:
    """Core seconds of a job."""
    return cost.START_UP + cost.work(job)


def rules(jobs: Sequence[Job]) -> dict[str, Rule]:
    """The rules by their names.

    Args:
        jobs: each after those whose results it reads.
    """
    by_rule = lineage.by_rule(jobs)
    seconds = {name: sorted(map(expected, alike)) for name, alike in by_rule.items()}
    large = {name for name, found in seconds.items() if found[-1] >= LARGE}
    makers = {path: job for job in jobs for path in job.outputs}
    waits: dict[Path, set[str]] = {}  # by the first result of a job
    for job in jobs:
        read = [makers[path] for path in job.inputs]
        waits[job.outputs[0]] = ({one.rule for one in read} & large).union(*(waits[one.outputs[0]] for one in read))
    return {
        name: Rule(
            seconds[name],
            alike[0].runs[1].partition(".")[0],
            frozenset().union(*(waits[job.outputs[0]] for job in alike)),
        )
        for name, alike in by_rule.items()
    }


def group_of(name: str, known: Mapping[str, Rule]) -> str:
    """The group of a rule; its own name where it is large."""
    rule = known[name]
    if rule.is_large:
        return name
    if not rule.waits_for:
        return rule.study or LAST
    (first, *others) = rule.waits_for
    return first if not others and len(known[first].seconds) == 1 else LAST


def settings(jobs: Sequence[Job]) -> str:
    """The part of the profile that follows from the jobs: groups, their components, and run times."""
    known = rules(jobs)
    groups = {name: group_of(name, known) for name in known}
    together = {group: known[group].together if group in known else EVERY for group in groups.values()}
    # a large rule that nothing joins needs no group where each of its jobs is a submission
    shared = {group for name, group in groups.items() if group != name or together[group] > 1}
    longer = {
        name: f"min({rule.minutes} * attempt, {rule.most})"
        for name, rule in sorted(known.items())
        if rule.minutes > MINUTES
    }
    return "\n".join(
        [
            "groups:",
            *(f"  - {name}={group}" for group, name in _sorted(groups) if group in shared),
            "group-components: # jobs that do not depend on each other, of which so many are one submission",
            *(f"  - {group}={count}" for group, count in sorted(together.items()) if count > 1),
            f"set-resources: # of rules whose jobs take more than a third of {MINUTES} minutes",
            *(f'  {name}: {{runtime: "{asked}"}}' for name, asked in longer.items()),
            "",
        ]
    )


def _sorted(groups: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """(group, rule), a group after the other, what waits for large jobs last."""
    return sorted(((group, name) for name, group in groups.items()), key=lambda pair: (pair[0] == LAST, *pair))


def written(text: str, jobs: Sequence[Job]) -> str:
    """The text of the profile with the part that follows from the jobs made anew."""
    return text.partition(MADE)[0] + MADE + settings(jobs)


def main(words: list[str]) -> None:
    Parser("python -m shallownets profile", __doc__ or "").parse_args(words)
    if not PROFILE.is_file():
        raise UserError(f"{PROFILE}: not there; expected the folder of the checkout")
    text = PROFILE.read_text(encoding="utf-8")
    write_whole(PROFILE, written(text, lineage.jobs(configs=[TIER])).encode())
