# The figures of all studies: each is drawn from its tidy CSV alone, by the module of its name.
#
# REQUIRED INPUTS: the catalogues workflow/figures/<study>.yaml, captions workflow/report/<figure>.rst,
#                  RESULTS/figure_data/<study>/<figure>.csv, made by the study's rules
# OUTPUTS: RESULTS/figures/<study>/<figure>.{pdf,png}

TARGETS = {
    study: [f"{FIGURES}/{study}/{figure}.{kind}" for figure in config[study]["figures"] for kind in ("pdf", "png")]
    for study in CATALOGUE
}

for study, figures in CATALOGUE.items():

    rule:
        name:
            study
        input:
            TARGETS[study],

    for figure, entry in figures.items():

        rule:
            name:
                figure
            input:
                code(f"{study}.figures.{figure}"),
                table=f"{FIGURE_DATA}/{study}/{figure}.csv",
            output:
                report(
                    multiext(f"{FIGURES}/{study}/{figure}", ".pdf", ".png"),
                    caption=f"../report/{figure}.rst",
                    category=study,
                    labels={"figure": entry["label"], "shows": entry["shows"]},
                ),
            log:
                f"{LOGS}/{study}/{figure}.log",
            benchmark:
                f"{COST}/{study}/{figure}.tsv"
            conda:
                ENVIRONMENT
            resources:
                mem_mb=500,
                runtime=2,
            params:
                code=digest(f"{study}.figures.{figure}"),
                module=f"shallownets.{study}.figures.{figure}",
            message:
                f"figure {figure} of {study}"
            shell:
                "python -m {params.module} --table {input.table} --out {output} 2>&1 | tee {log}"
