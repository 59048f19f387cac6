"""From a result back through the workflow: the jobs that make it, as Snakemake itself plans them.

Snakemake is asked for a dry run. What it says of each job comes as the structured events that its logger plugins get,
so that no printed text is read. It takes about three seconds, most of them Snakemake's start. To be called in the
folder of the checkout.
"""

import json
import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from shallownets import sources
from shallownets.config import yamlfile
from shallownets.errors import UserError
from shallownets.files import sidecar
from shallownets.workflow import user

NAMED = {"run": "stages", "draw": "figures"}  # commands of which a study has many, and the room of what they run
_OTHERS = {"ledger": "claims.ledger", "report": "report.command"}


@dataclass(frozen=True)
class Job:
    """One job of the workflow; paths are relative to the checkout.

    Attributes:
        rule: name of its rule.
        message: what it makes, in words.
        code: source files that it runs.
        inputs: results of other jobs that it reads.
        outputs: what it makes.
        command: the words behind ``python -m shallownets``.
    """

    rule: str
    message: str
    code: tuple[Path, ...]
    inputs: tuple[Path, ...]
    outputs: tuple[Path, ...]
    command: str

    @property
    def runs(self) -> tuple[str, str]:
        """The command, and the name of what it runs: ("run", "escape.sgd"), ("draw", "escape.fig1"), ("ledger", "")."""
        command, name = [*self.command.split(maxsplit=2), ""][:2]
        return command, name if command in NAMED else ""


@dataclass(frozen=True)
class Cost:
    """What a job cost: wall-clock seconds, core seconds, largest resident memory in MB."""

    seconds: float
    core_seconds: float
    memory: float


# A LogRecord with Snakemake's words on a job as further attributes, which logging does not know.
JobInfo = Any


class _Listener(logging.Handler):
    """Keeps the events that describe a job."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[JobInfo] = []

    def emit(self, record: logging.LogRecord) -> None:
        from snakemake_interface_logger_plugins.common import LogEvent

        if getattr(record, "event", None) == LogEvent.JOB_INFO:
            self.events.append(record)


def _planned(targets: Sequence[str], configs: Sequence[Path], forced: bool) -> list[JobInfo]:
    """Snakemake's events for the jobs that lead to the targets: all of them, or those that would run now.

    Rules that only collect others are left out.

    Raises:
        UserError: Snakemake refuses the targets, the config or the workflow.
    """
    # seconds to import, and only this function needs it
    from snakemake.api import SnakemakeApi
    from snakemake.exceptions import RuleException, WorkflowError
    from snakemake.logging import logger
    from snakemake.settings.types import ConfigSettings, DAGSettings, OutputSettings, Quietness, ResourceSettings

    snakefile = Path("Snakefile")
    if not snakefile.is_file():
        raise UserError("Snakefile: no such file here; expected to be run in the folder of the checkout")
    user.introduce()
    for path in configs:
        yamlfile.load_section(path)  # Snakemake does not say which file it cannot read
    listener = _Listener()
    quiet = OutputSettings(quiet={Quietness.ALL}, enable_file_logging=False)
    try:
        with SnakemakeApi(quiet) as api:
            logger.addHandler(listener)
            workflow = api.workflow(
                resource_settings=ResourceSettings(cores=1),
                config_settings=ConfigSettings(configfiles=[path.absolute() for path in configs]),
                snakefile=snakefile,
            )
            workflow.dag(DAGSettings(targets=set(targets), forceall=forced)).execute_workflow(executor="dryrun")
    except (RuleException, WorkflowError) as error:
        raise UserError(f"{', '.join(targets)}: {' '.join(str(error).split())}") from error
    finally:
        logger.removeHandler(listener)
    return [event for event in listener.events if event.shellcmd]


def _source(command: str, name: str) -> list[Path]:
    """The source files, relative to the checkout, that a command runs: ``run escape.sgd``, ``draw escape.fig1``, ..."""
    study, _, last = name.partition(".")
    module = f"studies.{study}.{NAMED[command]}.{last}" if command in NAMED else _OTHERS[command]
    return [Path(os.path.relpath(path)) for path in sources.closure(f"{sources.PACKAGE}.{module}")]


def _job(event: JobInfo, made: set[str]) -> Job:
    """The job that an event describes; ``made`` are the outputs of all jobs."""
    command = event.shellcmd.removeprefix("python -m shallownets ").partition(" 2>&1 |")[0]
    return Job(
        rule=event.rule_name,
        message=event.rule_msg or "",
        code=tuple(_source(*command.split()[:2])),
        inputs=tuple(Path(name) for name in event.input if name in made),
        outputs=tuple(map(Path, event.output)),
        command=command,
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
    events = _planned(targets, configs, forced=True)
    made = {name for event in events for name in event.output}
    makers = {path: job for job in (_job(event, made) for event in events) for path in job.outputs}
    reads = {job.outputs[0]: sorted({makers[path].outputs[0] for path in job.inputs}) for job in makers.values()}
    return [makers[path] for path in TopologicalSorter(dict(sorted(reads.items()))).static_order()]


def due(targets: Sequence[str] = ("all",), configs: Sequence[Path] = ()) -> set[Path]:
    """What a run would make now: results that are missing, or older than a change of what they depend on.

    Arguments and errors are those of ``jobs``.
    """
    return {Path(name) for event in _planned(targets, configs, forced=False) for name in event.output}


def behind(path: Path, among: Iterable[Job]) -> list[Job]:
    """Those of the jobs that lead to this file, in the same order; none where no job makes it."""
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
