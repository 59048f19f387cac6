# The ledger of all studies: each claim's prediction, measurement and verdict.
#
# REQUIRED INPUTS: workflow/claims/<study>/<part>.yaml, the tables of measurements that they name, workflow/report/claims.md.j2
# OUTPUTS: RESULTS/claims.csv, RESULTS/claims.md

CLAIMS = [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("workflow/claims/*/*.yaml"))]
CLAIMS_TEMPLATE = "workflow/report/claims.md.j2"
CLAIMS_CODE = digest("claims.ledger", *CLAIMS, CLAIMS_TEMPLATE)
try:
    CLAIMS_TABLES = [name for path in CLAIMS for name in entries.tables_of(ROOT / path)]
except UserError as error:
    raise WorkflowError(str(error))


rule claims:
    input:
        tables=[f"{MEASUREMENTS}/{name}.csv" for name in CLAIMS_TABLES],
    output:
        csv=report(f"{RESULTS}/claims.csv", caption="../report/claims.rst", category="claims"),
        md=f"{RESULTS}/claims.md",
    log:
        f"{LOGS}/claims.log",
    group:
        "last"
    resources:
        mem_mb=growing(1000),
        runtime=growing(2),
    params:
        code=CLAIMS_CODE,
        command=shlex.join(
            ["ledger", "--entries", *CLAIMS, "--measurements", MEASUREMENTS, "--tier", config["tier"]]
            + ["--template", CLAIMS_TEMPLATE, "--source", CLAIMS_CODE]
        ),
        files=lambda wildcards, output: named(output),
    message:
        "the ledger of claims"
    shell:
        "python -m shallownets {params.command} {params.files} 2>&1 | tee {log}"
