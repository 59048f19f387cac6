# What every study's rules use: the checked config, where results lie, and the code that a command runs.
#
# REQUIRED INPUTS: config.yaml with its overlays, the catalogues workflow/figures/<study>.yaml
# OUTPUTS: RESULTS/config.yaml, the merged config

import os
import sys
from functools import cache
from pathlib import Path

ROOT = Path(workflow.basedir)
sys.path.insert(0, str(ROOT / "src"))

from shallownets.config import settings, yamlfile
from shallownets.config.commandline import option, words
from shallownets.errors import UserError
from shallownets.workflow import catalogue, guard, runs, sources

# Jobs run this checkout's code with the Python that runs Snakemake, whatever else is installed or activated.
shell.prefix(f"set -euo pipefail; export PATH='{Path(sys.executable).parent}':\"$PATH\" PYTHONPATH='{ROOT / 'src'}'; ")

try:
    for path in workflow.configfiles:
        yamlfile.load(Path(path))
    settings.check(config, catalogue.names(ROOT))
except UserError as error:
    raise WorkflowError(str(error))

RESULTS = settings.results_folder(config)
DATA, MEASUREMENTS, FIGURE_DATA, FIGURES, LOGS, BENCHMARKS = (
    f"{RESULTS}/{folder}" for folder in ("data", "measurements", "figure_data", "figures", "logs", "benchmarks")
)
CATALOGUE = catalogue.load(ROOT)
CLAIMS = [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("workflow/claims/*/*.yaml"))]


@cache  # a rule asks twice, and on a cluster each job reads these files anew
def digest(module, *others):
    """Hash of what a command runs, found from its imports, and of other files of this project that it reads.

    As a parameter of a rule, it reruns exactly the jobs that an edit can change.
    """
    return sources.digest([*sources.closure(f"shallownets.{module}"), *(ROOT / other for other in others)])


def growing(amount):
    """Memory or time of a job, for `resources`: a retry asks for twice as much."""
    return lambda wildcards, attempt: amount * 2 ** (attempt - 1)


# guard.watch()


onstart:
    try:
        runs.start(Path(RESULTS))
        # guard.tidy(Path(RESULTS))
        settings.write(config, Path(RESULTS, "config.yaml"))
    except UserError as error:
        raise WorkflowError(str(error))
    print(settings.summary(config, settings.default(ROOT)), file=sys.stderr)
