# The report: a small site with every figure, the ledger, what was learned and where the numbers come from.
#
# REQUIRED INPUTS: all figures and their data, RESULTS/claims.csv, RESULTS/config.yaml, which each run writes when it starts,
#                  workflow/studies/<study>.yaml and the documents that they name, the catalogues, templates in workflow/report;
#                  what `make reseed` found, where it was run
# OUTPUTS: RESULTS/report/: its pages, what they load, and the figures and their data once more

import json
from importlib.metadata import version

from shallownets.report import site
from shallownets.workflow import papers

try:
    REPORT = site.files(SHOWN, site.shown(CATALOGUE, SHOWN))
    REPORT_DOCUMENTS = [papers.load(study, ROOT).document for study in SHOWN]
except UserError as error:
    raise WorkflowError(str(error))

REPORT_FILES = [
    str(path.relative_to(ROOT))
    for pattern in ("figures/*.yaml", "studies/*.yaml", "report/*.html.j2", "report/*.css", "report/*.js")
    for path in sorted(ROOT.glob(f"workflow/{pattern}"))
] + REPORT_DOCUMENTS
CHARTS = [f"studies.{study}.charts" for study in SHOWN if find_spec(f"shallownets.studies.{study}.charts")]
# The report says where its config differs from config.yaml: it depends on the values there, not on the comments. And it
# says the project's version.
REPORT_CODE = digest(
    "report.command",
    *REPORT_FILES,
    *(path for charts in CHARTS for path in closure(charts)),
    said=json.dumps([settings.default(ROOT), version("shallownets")]),
)


rule report:
    input:
        figures=TARGETS.values(),
        data=[f"{FIGURE_DATA}/{figure.table}.csv" for figure in site.shown(CATALOGUE, SHOWN)],
        claims=rules.claims.output.csv,
        reseed=[path for path in [f"{RESULTS}/reseed.json"] if os.path.exists(path)],
    output:
        [f"{RESULTS}/{site.FOLDER}/{name}" for name in REPORT],
    log:
        f"{LOGS}/report.log",
    group:
        "last"
    resources:
        mem_mb=growing(1000),
        runtime=growing(5),
    params:
        code=REPORT_CODE,
        command=shlex.join(["report", "--results", RESULTS, "--source", REPORT_CODE]),
        files="",  # they follow from the config of the results
        config=settings.summary(config, settings.default(ROOT)),
    message:
        "the report"
    shell:
        "python -m shallownets {params.command} 2>&1 | tee {log}"
