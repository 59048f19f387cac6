"""What the guard sees, file by file; tests/workflow/test_faults.py breaks whole runs."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import snakemake.api  # noqa: F401, before its parts, which import each other
from snakemake.dag import DAG
from snakemake.exceptions import WorkflowError
from snakemake.settings.types import DAGSettings, OutputSettings, SchedulingSettings

from shallownets import sources
from shallownets.files import sidecar
from shallownets.workflow import guard

START = "run escape.start --kind orthonormal --p 2 --p-star 1 --N 50 --seed 1 --index 0 --data start.npz"
ODE = "run escape.ode --N 50 --eta 0.1 --alpha-max 2 --points 3 --tolerance 1e-6 --start start.npz --data ode.npz"


def run(command, folder):
    line = [sys.executable, "-m", "shallownets", *command.split()]
    subprocess.run(line, cwd=folder, check=True, capture_output=True)


def source_of(command):
    """The digest that the rule of a stage has among its parameters."""
    return sources.digest(sources.closure(f"shallownets.studies.escape.stages.{command.split()[1].split('.')[1]}"))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A start and an ODE trajectory from it, made by their commands."""
    folder = tmp_path_factory.mktemp("made")
    for command in (START, ODE):
        run(command, folder)
    return folder


@pytest.fixture
def folder(made, tmp_path, monkeypatch):
    """A copy of them, in the working directory."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    guard._hash.cache_clear()
    return tmp_path


def fault(folder, command=ODE):
    guard._hash.cache_clear()
    return guard.fault((folder / command.split()[-1]).relative_to(folder), command, source_of(command))


def test_what_was_made_by_the_command_has_no_fault(folder):
    assert fault(folder, START) is None
    assert fault(folder) is None


def test_every_flipped_bit_and_every_cut_is_seen(folder, rng, count_fault):
    path = folder / "ode.npz"
    whole = path.read_bytes()
    seen = 0
    for _ in range(250):
        flipped = bytearray(whole)
        flipped[rng.integers(len(whole))] ^= 1 << rng.integers(8)
        for content in (bytes(flipped), whole[: rng.integers(len(whole))]):
            path.write_bytes(content)
            seen += fault(folder) == "its bytes are not those that were written"
    count_fault("flipped bit or cut file, seen", 500, seen)


@pytest.mark.parametrize(
    ("old", "new"),
    [("--N 50", "--N 60"), ("--eta 0.1", "--eta 0.2"), ("ode.npz", "other.npz"), (" --points 3", "")],
)
def test_an_artefact_of_another_command_is_seen(folder, old, new):
    seal = json.loads(sidecar(folder / "ode.npz").read_text())
    assert old in seal["command"]
    seal["command"] = seal["command"].replace(old, new)
    sidecar(folder / "ode.npz").write_text(json.dumps(seal))
    assert fault(folder) == "it was made by another command"


def test_an_artefact_of_another_source_is_seen(folder):
    seal = json.loads(sidecar(folder / "ode.npz").read_text())
    sidecar(folder / "ode.npz").write_text(json.dumps(seal | {"source": "0123456789abcdef"}))
    assert fault(folder) == "it was made by another version of the source"


def test_of_a_result_that_a_killed_job_took_away_the_seal_says_whether_it_was_current(folder):
    (folder / "ode.npz").unlink()
    assert fault(folder) is None
    assert fault(folder, ODE.replace("--eta 0.1", "--eta 0.2")) == "it was made by another command"
    sidecar(folder / "ode.npz").unlink()
    assert fault(folder) is None


def test_what_was_made_from_an_input_that_is_another_now_is_seen_and_a_deleted_input_is_not_missed(folder):
    run(START.replace("--seed 1", "--seed 2"), folder)
    assert fault(folder) == "it was made from another start.npz"
    (folder / "start.npz").unlink()
    assert fault(folder) is None


@pytest.mark.parametrize("seal", [None, "", "[]", "{}", '{"sha256": 1}', '"text"', "\udcff"])
def test_a_file_without_a_seal_or_with_one_that_makes_no_sense_is_seen(folder, seal):
    if seal is None:
        sidecar(folder / "ode.npz").unlink()
    else:
        sidecar(folder / "ode.npz").write_bytes(seal.encode(errors="surrogateescape"))
    assert fault(folder) == "it has no record of its making"


def test_what_killed_jobs_had_begun_to_write_is_tidied_and_times_in_the_future_are_mended(tmp_path):
    names = ("data/escape/run/.a.npz.12.unfinished", ".claims.csv.13.unfinished", "report/toy/.a.png.14.unfinished")
    begun = [tmp_path / name for name in names]
    kept = [tmp_path / "data/escape/run/a.npz", tmp_path / "another/data/.a.npz.14.unfinished"]
    for path in begun + kept:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    os.utime(kept[0], (4e9, 4e9))
    guard.tidy(tmp_path)  # the folder `another` is that of another tier, which may be at work
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == set(kept)
    assert kept[0].stat().st_mtime <= time.time()


class Whole:
    """A workflow that has all that is used of it."""

    def __init__(self):
        self.configfiles, self.output_settings = [], OutputSettings()
        self.dag_settings, self.scheduling_settings = DAGSettings(), SchedulingSettings()
        self.persistence, self.dryrun, self.local_exec, self.non_local_exec = None, False, True, False


def test_a_workflow_that_has_all_that_is_used_is_taken_whether_or_not_it_has_settings_yet():
    workflow = Whole()
    guard.check(workflow)
    workflow.dag_settings = workflow.scheduling_settings = None
    guard.check(workflow)


LACKS = [
    *((None, name) for name in (*guard._OF_WORKFLOW, *guard._OF_SETTINGS)),
    *((settings, name) for settings, names in guard._OF_SETTINGS.items() for name in names),
    *((DAG, name) for name in ("incomplete_files", "jobs", "needrun")),
]


@pytest.mark.parametrize(("owner", "name"), LACKS)
def test_a_snakemake_that_lacks_what_is_used_is_refused_in_one_line(monkeypatch, owner, name):
    workflow = Whole()
    if owner is None:
        delattr(workflow, name)
    elif owner is DAG:
        monkeypatch.delattr(DAG, name)
    else:
        setattr(workflow, owner, object())
    said = rf"^snakemake = [\d.]+: it has no {name}, which guard\.py needs; expected the version of requirements\.lock$"
    with pytest.raises(WorkflowError, match=said):
        guard.check(workflow)


def test_nothing_is_used_of_a_workflow_that_is_not_looked_for(root):
    """In the rules, where Snakemake's object is called workflow, and in the guard; basedir is documented."""
    rules = sorted([root / "Snakefile", *(root / "workflow/rules").rglob("*.smk")])
    used = {name for path in rules for name in re.findall(r"(?<![\w./])workflow\.(\w+)", path.read_text())}
    guarded = Path(guard.__file__).read_text()
    used |= set(re.findall(r"dag\.workflow\.(\w+)", guarded))
    assert used - {"basedir", "smk"} <= {*guard._OF_WORKFLOW, *guard._OF_PLAN, *guard._OF_SETTINGS}
    assert {"configfiles", "persistence", "output_settings"} <= used
    parts = re.findall(r"workflow\.(\w+_settings)\.(\w+)", guarded + "".join(path.read_text() for path in rules))
    assert parts
    assert all(name in guard._OF_SETTINGS[settings] for settings, name in parts)
