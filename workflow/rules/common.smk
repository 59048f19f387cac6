# What every study's rules use: the checked config, where results lie, and the code that a command runs.
#
# REQUIRED INPUTS: config.yaml with its overlays, the catalogues workflow/figures/<study>.yaml
# OUTPUTS: RESULTS/config.yaml, the merged config

import os
import re
import shlex
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(workflow.basedir)
sys.path.insert(0, str(ROOT / "src"))

from shallownets.claims import entries
from shallownets.config import settings, yamlfile
from shallownets.config.commandline import option, values, words
from shallownets.errors import UserError
from shallownets.workflow import blas, catalogue, guard, user
from shallownets import forkserver, rooms, sources

guard.check(workflow)
user.introduce()
blas.settle(os.environ)

# Rules and commands name the project's files relative to its folder.
if Path.cwd() != ROOT.resolve():
    raise WorkflowError(
        f"{Path.cwd()}: not the folder of this Snakefile; expected --directory {shlex.quote(str(ROOT))}"
    )
# A pipe to the log fails where its command does. Jobs run this checkout's code with the Python that runs Snakemake,
# whatever else is installed or activated; `:q` quotes whatever stands in these paths.
PYTHON, SOURCE = Path(sys.executable).parent, ROOT / "src"
for path in (PYTHON, SOURCE):
    if os.pathsep in str(path):
        raise WorkflowError(f"{path}: expected a path without {os.pathsep}, which separates folders of a search path")
shell.prefix('set -euo pipefail; export PATH={PYTHON:q}:"$PATH" PYTHONPATH={SOURCE:q}; ')


# Of a file that is no YAML Snakemake says neither which nor where; what it takes beyond YAML is refused, too.
try:
    for path in (settings.CONFIG, *workflow.configfiles):
        yamlfile.load(Path(path))
except UserError as error:
    raise WorkflowError(str(error))


configfile: "config.yaml"


try:
    KNOWN = catalogue.names(ROOT)
    settings.check(config, KNOWN)
except UserError as error:
    raise WorkflowError(str(error))

RESULTS = settings.results_folder(config)
# Where there are no results yet there will be jobs: their libraries are read while Snakemake plans.
if not (Path(RESULTS).exists() or workflow.output_settings.dryrun or workflow.non_local_exec):
    forkserver.start(*forkserver.LIBRARIES)

DATA, MEASUREMENTS, FIGURE_DATA, FIGURES, LOGS = (
    f"{RESULTS}/{folder}" for folder in ("data", "measurements", "figure_data", "figures", "logs")
)
CATALOGUE = catalogue.load(ROOT)


def tables(name):
    """The outputs of a stage that makes a table of measurements and, of the same name, the tidy one of a figure."""
    return {"measurements": f"{MEASUREMENTS}/{name}.csv", "figure_data": f"{FIGURE_DATA}/{name}.csv"}


def named(*files):
    """Named inputs or outputs of a job as words of a command line: --name file."""
    listed = ((name, [paths] if isinstance(paths, str) else paths) for of in files for name, paths in of.items())
    return shlex.join(word for name, paths in listed for word in (option(name), *paths))


def closure(module):
    """The files that a module runs, relative to the checkout."""
    return [os.path.relpath(path, ROOT) for path in sources.closure(f"shallownets.{module}")]


def command(module, *said):
    """The params of a rule: the hash of the source, what stands behind `python -m shallownets`, and the job's files."""
    return {
        "code": digest(module),
        "command": shlex.join(said),
        "files": lambda wildcards, input, output: named(input, output),
    }


@cache
def digest(module, *others, said=""):
    """Hash of what a command runs, found from its imports, of other files of this project that it reads, and of a text.

    As a parameter of a rule, it reruns exactly the jobs that an edit can change.
    """
    return sources.digest([*sources.closure(f"shallownets.{module}"), *(ROOT / other for other in others)], said)


def module_of(room, name, named):
    """The module of a stage or a figure, found by its file, or one line on what is missing."""
    try:
        return rooms.module(room, name, named)
    except UserError as error:
        raise WorkflowError(str(error))


def stage(name, section="", **more):
    """The hash of a stage's source, its command with all parameters, and the job's files, as the params of its rule.

    A parameter is what `more` says of it; else the wildcard of its name; else what the config says, in the section or
    around it. The section and the values in `more` may be functions of the wildcards.
    """

    code = digest(module_of("stages", name, "a rule of workflow/rules"))
    try:
        kind = settings.class_of(name)
    except UserError as error:
        raise WorkflowError(str(error))

    def command(wildcards):
        said = values(kind, dict(wildcards.items()))
        said |= {key: value(wildcards) if callable(value) else value for key, value in more.items()}
        place = section(wildcards) if callable(section) else section
        return shlex.join(["run", name, *words(settings.values_of(name, config, place, said))])

    files = lambda wildcards, input, output: named(input, output)
    return {"code": code, "command": command, "files": files}


def batches(folder, replicates, size):
    """The files of a folder that hold the replicates, so many each, by the first and the last of them."""
    return [f"{folder}/{first}-{min(first + size, replicates) - 1}.npz" for first in range(0, replicates, size)]


def batch_size(wildcards):
    """How many replicates the file of a batch holds, from its first to its last."""
    return int(wildcards.last) - int(wildcards.first) + 1


def growing(amount):
    """Memory or time of a job, for `resources`: a retry asks for twice as much."""
    return lambda wildcards, attempt: amount * 2 ** (attempt - 1)


guard.watch(Path(RESULTS))


onstart:
    # Those who submit jobs put the path of Python into a script as it is, and that of the script into double quotes.
    for path, special in ((sys.executable, r"[^\w@%+=:,./-]"), (str(ROOT), r'["$`\\]')):
        if workflow.non_local_exec and re.search(special, path, re.ASCII):
            raise WorkflowError(f"{path}: expected a path without spaces and quotes for jobs of a batch system")
    try:
        guard.tidy(Path(RESULTS))
        settings.write(config, Path(RESULTS, "config.yaml"))
    except UserError as error:
        raise WorkflowError(str(error))
    print(settings.summary(config, settings.default(ROOT)), file=sys.stderr)
    if not workflow.non_local_exec:
        forkserver.start()
