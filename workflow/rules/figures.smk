# The figures of all studies: each is drawn from its tidy CSV alone, by the module of its name.
#
# REQUIRED INPUTS: the catalogues workflow/figures/<study>.yaml, captions workflow/report/<figure>.rst,
#                  RESULTS/figure_data/<study>/<figure>.csv, made by the study's rules
# OUTPUTS: RESULTS/figures/<study>/<figure>.{pdf,png}

SHOWN = settings.figures(config, catalogue.names(ROOT))
TARGETS = {
    study: [f"{FIGURES}/{study}/{figure}.{kind}" for figure in SHOWN[study] for kind in ("pdf", "png")]
    for study in STUDIES
}


def data_of(figure):
    """The tidy CSV that a figure is drawn from, its own or that of another figure."""
    return f"{FIGURE_DATA}/{CATALOGUE[figure].study}/{CATALOGUE[figure].data}.csv"


for study, names in STUDIES.items():

    rule:
        name:
            study
        input:
            TARGETS[study],

    for figure in names:

        rule:
            name:
                figure
            input:
                code(f"{study}.figures.{figure}"),
                table=data_of(figure),
            output:
                report(
                    multiext(f"{FIGURES}/{study}/{figure}", ".pdf", ".png"),
                    caption=f"../report/{figure}.rst",
                    category=study,
                    labels={"figure": CATALOGUE[figure].label, "shows": CATALOGUE[figure].shows},
                ),
            log:
                f"{LOGS}/{study}/{figure}.log",
            benchmark:
                f"{BENCHMARKS}/{study}/{figure}.tsv"
            group:
                "last"  # on a cluster small jobs share a submission: workflow/profiles
            conda:
                ENVIRONMENT
            resources:
                mem_mb=growing(1000),
                runtime=growing(2),
            params:
                code=digest(f"{study}.figures.{figure}"),
                module=f"shallownets.{study}.figures.{figure}",
            message:
                f"figure {figure} of {study}"
            shell:
                "python -m {params.module} --table {input.table} --out {output} 2>&1 | tee {log}"
