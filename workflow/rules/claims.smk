# The ledger of all studies: each claim's prediction, measurement and verdict.
#
# REQUIRED INPUTS: workflow/claims/<study>/<part>.yaml, the tables of measurements that they name, workflow/report/claims.md.j2
# OUTPUTS: RESULTS/claims.csv, RESULTS/claims.md

CLAIMS_SCHEMA = "workflow/schemas/claims.schema.yaml"
CLAIMS_TEMPLATE = "workflow/report/claims.md.j2"
try:
    schema = yamlfile.load(ROOT / CLAIMS_SCHEMA)
    CLAIMS_TABLES = [name for path in CLAIMS for name in claims.tables_of(ROOT / path, schema)]
except UserError as error:
    sys.exit(f"error: {error}")


rule claims:
    input:
        code("ledger"),
        entries=[ancient(path) for path in CLAIMS],
        schema=ancient(CLAIMS_SCHEMA),
        template=ancient(CLAIMS_TEMPLATE),
        tables=[f"{MEASUREMENTS}/{name}.csv" for name in CLAIMS_TABLES],
    output:
        csv=report(f"{RESULTS}/claims.csv", caption="../report/claims.rst", category="claims"),
        md=f"{RESULTS}/claims.md",
    log:
        f"{LOGS}/claims.log",
    benchmark:
        f"{BENCHMARKS}/claims.tsv"
    group:
        "last"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(2),
    params:
        code=digest("ledger", *CLAIMS, CLAIMS_SCHEMA, CLAIMS_TEMPLATE),
        tier=config["tier"],
        measurements=lambda wildcards, output: f"{Path(output.csv).parent}/measurements",
    message:
        "the ledger of claims"
    shell:
        "python -m shallownets.ledger --entries {input.entries} --schema {input.schema} --tier {params.tier}"
        " --measurements {params.measurements} --template {input.template} --out {output} 2>&1 | tee {log}"
