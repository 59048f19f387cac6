"""Is each result what the run in hand would make? Snakemake is told which are not, and makes them again.

Snakemake sees what changed in the rules, but takes a file on its word that bears the right name: it notices no other
bytes, nor an artefact of other parameters in its place, nor an input that changed while the clock was set back. Each
artefact has a seal beside it (see ``artefacts``); here it is held against the file, the job, the source and the inputs.
"""

import json
import shlex
import sys
from collections.abc import Mapping
from functools import cache, wraps
from pathlib import Path

from shallownets.artefacts import hash_of, sidecar, source_of

_PARTS = ("data", "measurements", "figure_data", "figures")
_SHOWN = 3  # how many files are named in the message


@cache
def _hash(path: Path) -> str | None:
    """Hash of a file, or None where there is none."""
    return hash_of(path.read_bytes()) if path.is_file() else None


_source = cache(source_of)


def fault(path: Path, command: str) -> str | None:
    """What is wrong with a result, or None.

    Args:
        path: an artefact that exists.
        command: what makes it, ``python -m <module> <arguments>``.
    """
    try:
        seal = json.loads(sidecar(path).read_bytes())
        sealed, line, source, inputs = seal["sha256"], seal["command line"], seal["source"], seal["inputs"]
        changed = [name for name, read in inputs.items() if _hash(Path(name)) not in (None, read)]
        made, wanted = shlex.split(line), shlex.split(command)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return "it has no record of its making"
    if _hash(path) != sealed:
        return "its bytes are not those that were written"
    if made != wanted:
        return "it was made by another command"
    if source != _source(wanted[2]):
        return "it was made by another version of the source"
    return f"it was made from another {changed[0]}" if changed else None


def _announce(faults: Mapping[str, str]) -> None:
    """One line each for the first files, and how many more there are."""
    lines = [f"{path}: {said}; it is made again" for path, said in faults.items()]
    more = len(lines) - _SHOWN
    print("\n".join([*lines[:_SHOWN], *([f"and {more} more results"] if more > 0 else [])]), file=sys.stderr)


def watch(workflow) -> None:
    """Let Snakemake count results with a fault among those that a killed run left incomplete: both are made again.

    Snakemake's own lock gives way to that of ``runs``, which a killed run does not leave behind.

    Args:
        workflow: the object of that name in a Snakefile.
    """
    from snakemake.dag import DAG

    if workflow.remote_exec:
        return  # this is one job of a run that has looked already
    # Where a process reads the Snakefile twice, the second look takes the place of the first.
    unfinished = getattr(DAG.incomplete_files, "__wrapped__", DAG.incomplete_files)

    @wraps(unfinished)
    async def incomplete_files(dag: DAG) -> list:
        records, faults = dag.workflow.persistence, {}
        dag.workflow.dag_settings.force_incomplete = True
        records.lock = records.unlock = records.noop
        dag.update_jobids()  # shell commands may name them
        found = await unfinished(dag)
        for job in dag.jobs:
            if not job.is_shell or not job.shellcmd.startswith("python -m shallownets."):
                continue
            changes = (records.params_changed(job), *records.code_changed(job), *records.input_changed(job))
            if records.has_metadata(job) and any(changes):
                continue  # Snakemake makes it again by itself, and explains why
            command = job.shellcmd.partition(" 2>&1")[0]
            for file in job.output:
                if file not in found and await file.exists() and (said := fault(Path(file), command)):
                    faults[file] = said
        if faults:
            _announce(faults)
        return [*found, *faults]

    DAG.incomplete_files = incomplete_files


def tidy(results: Path) -> None:
    """Delete what killed jobs had begun to write; for a time when no job is at work."""
    for folder in ("", *(f"{part}/**/" for part in _PARTS)):
        for path in results.glob(f"{folder}.*.unfinished"):
            path.unlink(missing_ok=True)
