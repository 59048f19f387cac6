# What every study's rules use: the checked config, where results lie, and the code that a command runs.
#
# REQUIRED INPUTS: config.yaml with its overlays, workflow/schemas/config.schema.yaml
# OUTPUTS: RESULTS/config.yaml, the merged config

import os
import re
import shlex
import sys
from functools import cache
from pathlib import Path

ROOT = Path(workflow.basedir)
sys.path.insert(0, str(ROOT / "src"))

from shallownets import catalogue, claims, guard, settings, sources, user, yamlfile
from shallownets.errors import UserError

user.introduce()

# Rules and commands name the project's files relative to its folder.
if Path.cwd() != ROOT.resolve():
    sys.exit(f"error: {Path.cwd()}: not the folder of this Snakefile; --directory {shlex.quote(str(ROOT))} is right")
# A pipe to the log fails where its command does. Jobs run this checkout's code with the Python that runs Snakemake,
# whatever else is installed or activated; `:q` quotes whatever stands in these paths.
PYTHON, SOURCE = Path(sys.executable).parent, ROOT / "src"
for path in (PYTHON, SOURCE):
    if os.pathsep in str(path):
        sys.exit(f"error: {path}: a path without {os.pathsep} is right, which separates folders of a search path")
shell.prefix('set -euo pipefail; export PATH={PYTHON:q}:"$PATH" PYTHONPATH={SOURCE:q}; ')


configfile: "config.yaml"


try:
    for path in workflow.configfiles:
        yamlfile.load(Path(path))
    SCHEMA = settings.load_schema(ROOT)
    settings.check(config, SCHEMA)
except UserError as error:
    sys.exit(f"error: {error}")

RESULTS = settings.results_folder(config)
DATA, MEASUREMENTS, FIGURE_DATA, FIGURES, LOGS, BENCHMARKS = (
    f"{RESULTS}/{folder}" for folder in ("data", "measurements", "figure_data", "figures", "logs", "benchmarks")
)
# For Snakemake's --lint, and for whoever builds an environment from it. --software-deployment-method conda changes
# nothing: the prefix above is for every command. Snakemake takes braces in this path for fields, unless they are doubled.
ENVIRONMENT = str(ROOT / "environment.yml").replace("{", "{{").replace("}", "}}")
# A study is there as soon as it has a catalogue of figures; its rules are workflow/rules/<study>.smk.
STUDIES = catalogue.names(ROOT)
CATALOGUE = catalogue.load(ROOT)
CLAIMS = [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("workflow/claims/*/*.yaml"))]


@cache  # a rule asks twice, and on a cluster each job reads these files anew
def files_of(module, *others):
    """The source files that a command runs, found from its imports, and other files of this project that it reads."""
    return [*sources.closure(f"shallownets.{module}"), *map(Path, others)]


def code(module, *others):
    """These files as inputs. Their times do not matter, their contents do: see digest."""
    return [ancient(os.path.relpath(path)) for path in files_of(module, *others)]


def digest(module, *others):
    """Hash of these files, for `params`: an edit changes it, so that the job reruns; a touch or a new clone does not."""
    return sources.digest(files_of(module, *others))


def batches(total, size):
    """Names first-last of the batches of `size` into which `total` replicates are cut; the last may be smaller."""
    return [f"{first}-{min(first + size, total) - 1}" for first in range(0, total, size)]


def growing(amount):
    """Memory or time of a job, for `resources`: a retry asks for twice as much."""
    return lambda wildcards, attempt: amount * 2 ** (attempt - 1)


guard.watch(Path(RESULTS))


onstart:
    # Those who submit jobs put the path of Python into a script as it is, and that of the script into double quotes.
    for path, special in ((sys.executable, r"[^\w@%+=:,./-]"), (str(ROOT), r'["$`\\]')):
        if workflow.non_local_exec and re.search(special, path, re.ASCII):
            sys.exit(f"error: {path}: a path without spaces and quotes is right for jobs of a batch system")
    try:
        guard.tidy(Path(RESULTS))
        settings.write(config, Path(RESULTS, "config.yaml"))
    except UserError as error:
        sys.exit(f"error: {error}")
    print(settings.summary(config, SCHEMA), file=sys.stderr)
