"""From a result back through the workflow: the jobs that make it, as Snakemake itself plans them.

Snakemake is asked for a dry run, which takes about three seconds, most of them Snakemake's start. What is said of a job
is what its rule declares: files, message and params. To be called in the folder of the checkout.
"""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

from shallownets import sources
from shallownets.config import yamlfile
from shallownets.errors import UserError
from shallownets.files import sidecar
from shallownets.workflow import guard, user

if TYPE_CHECKING:
    from snakemake.jobs import Job as SnakemakeJob

NAMED = {"run": "stages", "draw": "figures"}  # commands of which a study has many, and the room of what they run
_OTHERS = {"ledger": "claims.ledger", "report": "report.command"}


@dataclass(frozen=True)
class Job:
    """One job of the workflow; paths are relative to the checkout.

    Attributes:
        rule: name of its rule.
        message: what it makes, in words.
        inputs: results of other jobs that it reads.
        outputs: what it makes.
        command: the words behind ``python -m shallownets``.
        asked: of these all but the ones for files.
        due: whether a run would do it now: a result is missing, or older than a change of what it depends on.
    """

    rule: str
    message: str
    inputs: tuple[Path, ...]
    outputs: tuple[Path, ...]
    command: str
    asked: str = ""
    due: bool = False

    @property
    def runs(self) -> tuple[str, str]:
        """The command, and the name of what it runs: ("run", "escape.sgd"), ("draw", "escape.fig1"), ("ledger", "")."""
        command, name = [*self.command.split(maxsplit=2), ""][:2]
        return command, name if command in NAMED else ""

    @property
    def code(self) -> list[Path]:
        """The source files that it runs, relative to the checkout."""
        command, name = self.runs
        study, _, last = name.partition(".")
        module = f"studies.{study}.{NAMED[command]}.{last}" if command in NAMED else _OTHERS[command]
        return [Path(os.path.relpath(path)) for path in sources.closure(f"{sources.PACKAGE}.{module}")]


@dataclass(frozen=True)
class Cost:
    """What a job cost: wall-clock seconds, core seconds, largest resident memory in MB."""

    seconds: float
    core_seconds: float
    memory: float


def _job(planned: "SnakemakeJob", due: bool, made: set[str]) -> Job:
    """What Snakemake says of a job that runs a command; ``made`` are the outputs of all jobs."""
    return Job(
        rule=planned.rule.name,
        message=planned.message or "",
        inputs=tuple(Path(name) for name in planned.input if name in made),
        outputs=tuple(map(Path, planned.output)),
        command=f"{planned.params.command} {planned.params.files}",
        asked=planned.params.command,
        due=due,
    )


def jobs(targets: Sequence[str] = ("all",), configs: Sequence[Path] = ()) -> list[Job]:
    """All jobs that lead to the targets, whether they have run or not, each after those whose results it reads.

    Rules that only collect others are left out.

    Args:
        targets: names of figures, other rules without wildcards, or files.
        configs: config files on top of ``config.yaml``, such as RESULTS/config.yaml.

    Raises:
        UserError: Snakemake refuses the targets, the config or the workflow.
    """
    # seconds to import, and only this function needs it
    from snakemake.api import SnakemakeApi
    from snakemake.exceptions import RuleException, WorkflowError
    from snakemake.settings.types import ConfigSettings, DAGSettings, OutputSettings, Quietness, ResourceSettings

    snakefile = Path("Snakefile")
    if not snakefile.is_file():
        raise UserError("Snakefile: no such file here; expected to be run in the folder of the checkout")
    user.introduce()
    for path in configs:
        yamlfile.load_section(path)  # Snakemake does not say which file it cannot read
    quiet = OutputSettings(quiet={Quietness.ALL}, enable_file_logging=False)
    try:
        with SnakemakeApi(quiet) as api:
            workflow = api.workflow(
                resource_settings=ResourceSettings(cores=1),
                config_settings=ConfigSettings(configfiles=[path.absolute() for path in configs]),
                snakefile=snakefile,
            )
            workflow.dag(DAGSettings(targets=set(targets))).execute_workflow(executor="dryrun")
            planned = guard.planned(workflow)
    except (RuleException, WorkflowError) as error:
        raise UserError(f"{', '.join(targets)}: {' '.join(str(error).split())}") from error
    made = {name for job in planned for name in job.output}
    makers = {path: job for job in (_job(*one, made) for one in planned.items()) for path in job.outputs}
    reads = {job.outputs[0]: sorted({makers[path].outputs[0] for path in job.inputs}) for job in makers.values()}
    return [makers[path] for path in TopologicalSorter(dict(sorted(reads.items()))).static_order()]


def by_rule(jobs: Iterable[Job]) -> dict[str, list[Job]]:
    """The jobs of each rule by its name, in the order in which rules first appear."""
    found: dict[str, list[Job]] = {}
    for job in jobs:
        found.setdefault(job.rule, []).append(job)
    return found


def behind(path: Path, among: Iterable[Job]) -> list[Job]:
    """The jobs among these that lead to this file, in the same order; none where no job makes it."""
    among = list(among)
    wanted = {path}
    found = []
    for job in reversed(among):
        if wanted & set(job.outputs):
            wanted |= set(job.inputs)
            found.append(job)
    return found[::-1]


def cost(job: Job) -> Cost | None:
    """What a job cost until it had written the last of its results, as their seals say; None where one does not."""
    try:
        seals = [json.loads(sidecar(path).read_bytes()) for path in job.outputs]
        costs = [Cost(*(float(seal[name]) for name in ("seconds", "core_seconds", "memory"))) for seal in seals]
    except (OSError, KeyError, TypeError, ValueError):  # not made here, by an older version, or damaged
        return None
    return max(costs, key=lambda cost: cost.seconds)
