# The report: one page with every figure, the ledger and where the numbers come from.
#
# REQUIRED INPUTS: all figures and their data, RESULTS/claims.csv, RESULTS/config.yaml, which each run writes when it starts,
#                  workflow/studies/<study>.yaml, the catalogues and captions, templates in workflow/report
# OUTPUTS: RESULTS/report.html

REPORT_WORDS = [
    str(path.relative_to(ROOT))
    for pattern in ("figures/*.yaml", "studies/*.yaml", "report/*.rst", "report/report.*")
    for path in sorted((ROOT / "workflow").glob(pattern))
] + ["config.yaml"]
CHARTS = [f"{study}.charts" for study in STUDIES if (ROOT / f"src/shallownets/{study}/charts.py").is_file()]
REPORT_FILES = [*REPORT_WORDS, *(path for charts in CHARTS for path in files_of(charts))]


rule report_page:
    input:
        code("report.__main__", *REPORT_FILES),
        figures=TARGETS.values(),
        data=[data_of(figure) for study in STUDIES for figure in SHOWN[study]],
        claims=rules.claims.output.csv,
    output:
        f"{RESULTS}/report.html",
    log:
        f"{LOGS}/report.log",
    benchmark:
        f"{BENCHMARKS}/report.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(5),
    params:
        code=digest("report.__main__", *REPORT_FILES),
        config=settings.summary(config, settings.default(ROOT)),
        results=lambda wildcards, output: str(Path(output[0]).parent),
    message:
        "the report"
    shell:
        "python -m shallownets.report --results {params.results} --out {output} 2>&1 | tee {log}"
