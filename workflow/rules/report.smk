# The report: one page with every figure, the ledger and where the numbers come from.
#
# REQUIRED INPUTS: all figures and their data, RESULTS/claims.csv, RESULTS/config.yaml, which each run writes when it starts,
#                  workflow/studies/<study>.yaml, the catalogues, templates in workflow/report; what `make reseed` found,
#                  where it was run
# OUTPUTS: RESULTS/report.html

REPORT_FILES = [
    str(path.relative_to(ROOT))
    for pattern in ("workflow/figures/*.yaml", "workflow/studies/*.yaml", "workflow/report/report.*")
    for path in sorted(ROOT.glob(pattern))
] + ["config.yaml"]
CHARTS = [f"studies.{study}.charts" for study in SHOWN if find_spec(f"shallownets.studies.{study}.charts")]
REPORT_CODE = digest("report.command", *REPORT_FILES, *(path for charts in CHARTS for path in closure(charts)))


rule report_page:
    input:
        figures=TARGETS.values(),
        data=[f"{FIGURE_DATA}/{CATALOGUE[f'{study}.{name}'].table}.csv" for study in SHOWN for name in SHOWN[study]],
        claims=rules.claims.output.csv,
        reseed=[path for path in [f"{RESULTS}/reseed.json"] if os.path.exists(path)],
    output:
        out=f"{RESULTS}/report.html",
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
        files=lambda wildcards, output: named(output),
        config=settings.summary(config, settings.default(ROOT)),
    message:
        "the report"
    shell:
        "python -m shallownets {params.command} {params.files} 2>&1 | tee {log}"
