"""Is each result what the run in hand would make? Snakemake is told which are not, and makes them again.

Snakemake sees what changed in the rules, but takes a file on its word that bears the right name: it notices no other
bytes, nor an artefact of other parameters in its place, nor an input that changed while the clock was set back. Each
artefact has a seal beside it (see ``artefacts``); here it is held against the file, the job, the source and the inputs.

No hook of Snakemake's lets a workflow say that a result is to be made again, keep a lock of its own, or have an input
of many results hashed once. So ``watch`` uses what Snakemake does not document, as do ``planned``, for its API keeps
the plan to itself, and ``workflow/rules/common.smk``, which asks of the workflow what is run and where: what the names
below list, and nothing else in this project, but that of a job and its files only what rules name is used. Where a
version lacks it, a run ends with a line on it: the Snakefile has it checked by ``check`` before anything is used.
``make test-snakemakes`` tries the oldest and the newest version.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
import time
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache, partial, wraps
from importlib.metadata import version
from inspect import getattr_static
from pathlib import Path
from typing import TYPE_CHECKING

from shallownets.errors import UserError
from shallownets.files import hash_of, sidecar
from shallownets.results import lock

if TYPE_CHECKING:
    from snakemake.api import WorkflowApi
    from snakemake.dag import DAG
    from snakemake.jobs import Job
    from snakemake.workflow import Workflow

_OF_API = ("_workflow",)
# The first is called while Snakemake plans, before it asks what has changed.
_OF_DAG = ("incomplete_files", "jobs", "needrun", "__len__")
_OF_RECORDS = ("lock", "finished", "has_metadata", "params_changed", "code_changed", "input_changed")
_OF_WORKFLOW = ("configfiles", "dryrun", "local_exec", "non_local_exec", "persistence")
# A workflow has it while it plans, as it has its records.
_OF_PLAN = ("iocache",)
_OF_SETTINGS = {
    "dag_settings": ("force_incomplete",),
    "output_settings": ("dryrun",),
    "scheduling_settings": ("max_jobs_per_timespan",),
}
_PARTS = ("data", "measurements", "figure_data", "figures", "report")
_NONE = object()
_SHOWN = 3  # how many files are named in the message


@cache
def _hash(name: str) -> str | None:
    """Hash of a file, or None where there is none."""
    path = Path(name)
    return hash_of(path.read_bytes()) if path.is_file() else None


def fault(path: Path, command: str, source: str) -> str | None:
    """What is wrong with a result, or None.

    A job takes away what it is about to make again. Where it was killed, what is left of the old result is its seal,
    and Snakemake takes all that was made from the old result for current: the seal says whether it is. A result that
    was deleted together with its seal is for Snakemake to judge.

    Args:
        path: an artefact, or one that is missing.
        command: what makes it, the words behind ``python -m shallownets``.
        source: digest of the source that makes it.
    """
    try:
        seal = json.loads(sidecar(path).read_bytes())
        changed = [name for name, read in seal["inputs"].items() if _hash(name) not in (None, read)]
        sealed, made = seal["sha256"], seal["command"]
        same = made == command or shlex.split(made) == shlex.split(command)  # the quotes of a rule may be others
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return "it has no record of its making" if path.is_file() else None
    if _hash(str(path)) not in (None, sealed):
        return "its bytes are not those that were written"
    if not same:
        return "it was made by another command"
    if seal.get("source") != source:
        return "it was made by another version of the source"
    return f"it was made from another {changed[0]}" if changed else None


def _require(owner: object, names: tuple[str, ...]) -> None:
    """Look for what is used of Snakemake without being documented.

    Raises:
        WorkflowError: this version of Snakemake lacks some of it.
    """
    from snakemake.exceptions import WorkflowError

    # properties are not asked for their values: some have none yet
    if missing := [name for name in names if getattr_static(owner, name, _NONE) is _NONE]:
        here = f"snakemake = {version('snakemake')}: it has no {', '.join(missing)}, which guard.py needs"
        raise WorkflowError(f"{here}; expected the version of requirements.lock")


def check(workflow: Workflow) -> None:
    """Look for all that is used of a workflow without being documented, before any of it is.

    Its records, and what it knows of files, are there while it plans: they are looked at then.

    Raises:
        WorkflowError: this version of Snakemake lacks some of it.
    """
    from snakemake.dag import DAG

    _require(DAG, _OF_DAG)
    _require(workflow, (*_OF_WORKFLOW, *_OF_SETTINGS))
    for name, parts in _OF_SETTINGS.items():
        if (settings := getattr(workflow, name)) is not None:  # some are there for a run alone
            _require(settings, parts)


def _announce(faults: Mapping[str, str]) -> None:
    """One line each for the first files, and how many more there are."""
    lines = [f"{path}: {said}; it is made again" for path, said in faults.items()]
    more = len(lines) - _SHOWN
    print("\n".join([*lines[:_SHOWN], *([f"and {more} more results"] if more > 0 else [])]), file=sys.stderr)


@contextmanager
def _lock(dag: DAG, results: Path, snakemakes: Callable[[], AbstractContextManager]) -> Generator[None]:
    """The lock of ``results.lock`` where Snakemake would take its own, if there is anything to do."""
    try:
        with lock.hold(results, otherwise=snakemakes) if len(dag) else nullcontext():
            yield
    except UserError as error:
        sys.exit(f"error: {error}")


async def _record(workflow: Workflow, snakemakes: Callable[[Job], Awaitable[None]], job: Job) -> None:
    """Let Snakemake record a job that is done, and hash each of its inputs once.

    It would do so once for each output: the report has 190 inputs and 260 outputs. It is given a new cache of what it
    finds out about files while it writes the record; that of its plan knows which files there were before.
    """
    planned = workflow.iocache
    workflow.iocache = type(planned)(0)  # seconds in which it may look at whole folders
    try:
        await snakemakes(job)
    finally:
        workflow.iocache = planned


def watch(results: Path) -> None:
    """Let Snakemake count results with a fault among those that a killed run left incomplete: both are made again.

    Snakemake's own lock gives way to that of ``results.lock``, which a killed run does not leave behind; a dry run
    needs none.
    Jobs on a cluster do not look: Snakemake starts them with ``--ignore-incomplete``.

    Args:
        results: the folder that they lie in.
    """
    from snakemake.dag import DAG

    # Where a process reads the Snakefile twice, the second look takes the place of the first.
    unfinished = getattr(DAG.incomplete_files, "__wrapped__", DAG.incomplete_files)

    @wraps(unfinished)
    async def incomplete_files(dag: DAG) -> list:
        records, faults = dag.workflow.persistence, {}
        _require(records, _OF_RECORDS)
        _require(dag.workflow, _OF_PLAN)
        dag.workflow.dag_settings.force_incomplete = True  # ty: ignore[invalid-assignment]  # a run has settings
        if not dag.workflow.dryrun:
            records.lock = partial(_lock, dag, results, records.lock)
            records.finished = partial(_record, dag.workflow, records.finished)
        if dag.workflow.local_exec:
            # What keeps Snakemake from flooding a batch system holds each run back by a second at its end.
            dag.workflow.scheduling_settings.max_jobs_per_timespan = None  # ty: ignore[invalid-assignment]
        found = await unfinished(dag)
        for job in dag.jobs:
            if not hasattr(job.params, "command"):  # a rule that only collects others
                continue
            changes = (records.params_changed(job), *records.code_changed(job), *records.input_changed(job))
            there = all([await file.exists() for file in job.output])
            if there and records.has_metadata(job) and any(changes):
                continue  # Snakemake makes it again by itself, and explains why
            for file in job.output:
                command = f"{job.params.command} {job.params.files}"
                if file not in found and (said := fault(Path(file), command, job.params.code)):
                    faults[file] = said
        if faults:
            _announce(faults)
        return [*found, *faults]

    DAG.incomplete_files = incomplete_files  # ty: ignore[invalid-assignment]  # in place of Snakemake's own method


def planned(workflow: WorkflowApi) -> dict[Job, bool]:
    """The jobs of a plan that Snakemake's API has made, each with whether it would run now.

    Those that only collect others are left out.

    Raises:
        WorkflowError: this version of Snakemake lacks what is used of it.
    """
    _require(workflow, _OF_API)
    dag = workflow._workflow.dag
    return {job: dag.needrun(job) for job in dag.jobs if hasattr(job.params, "command")}


def tidy(results: Path) -> None:
    """For a time when no job is at work: delete what killed jobs had begun to write, and mend times in the future.

    A clock that was set back leaves results of the future, with which Snakemake refuses to work. What is current is for
    their seals to say.
    """
    now = time.time()
    for folder in ("", *(f"{part}/**/" for part in _PARTS)):
        for path in results.glob(f"{folder}*"):
            if path.name.endswith(".unfinished"):
                path.unlink(missing_ok=True)
            elif path.is_file() and path.stat().st_mtime > now:
                os.utime(path, (now, now))
