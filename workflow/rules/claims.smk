# The ledger of all studies: each claim's prediction, measurement and verdict.
#
# REQUIRED INPUTS: workflow/claims/<study>/<part>.yaml, the tables of measurements that they name, templates in workflow/report
# OUTPUTS: RESULTS/claims.csv, RESULTS/claims.md, RESULTS/claims.html

CLAIMS_SCHEMA = "workflow/schemas/claims.schema.yaml"
TEMPLATES = ["workflow/report/claims.md.j2", "workflow/report/claims.html.j2"]


rule claims:
    input:
        code("claims"),
        entries=[ancient(path) for path in CLAIMS],
        schema=ancient(CLAIMS_SCHEMA),
        templates=[ancient(path) for path in TEMPLATES],
        tables=[f"{MEASUREMENTS}/{name}.csv" for path in CLAIMS for name in ledger.tables_of(Path(path))],
    output:
        csv=f"{RESULTS}/claims.csv",
        md=f"{RESULTS}/claims.md",
        html=report(f"{RESULTS}/claims.html", caption="../report/claims.rst", category="claims"),
    log:
        f"{LOGS}/claims.log",
    benchmark:
        f"{COST}/claims.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=500,
        runtime=2,
    params:
        code=digest("claims", *CLAIMS, CLAIMS_SCHEMA, *TEMPLATES),
        tier=config["tier"],
        measurements=lambda wildcards, output: f"{Path(output.csv).parent}/measurements",
    message:
        "the ledger of claims"
    shell:
        "python -m shallownets.claims --entries {input.entries} --schema {input.schema} --tier {params.tier}"
        " --measurements {params.measurements} --templates {input.templates} --out {output} 2>&1 | tee {log}"
