# The figures of all studies: each is drawn from its tidy CSV alone, by the module of its name.
#
# REQUIRED INPUTS: the catalogues workflow/figures/<study>.yaml
#                  RESULTS/figure_data/<study>/<figure>.csv, made by the study's rules
# OUTPUTS: RESULTS/figures/<study>/<figure>.{pdf,png}

SHOWN = settings.figures(config, KNOWN)
TARGETS = {
    study: [f"{FIGURES}/{study}/{figure}.{kind}" for figure in figures for kind in ("pdf", "png")]
    for study, figures in SHOWN.items()
}

for study in SHOWN:

    rule:
        name:
            study
        input:
            TARGETS[study],
        message:
            f"all figures of {study}"


for figure in CATALOGUE.values():

    rule:
        name:
            f"draw_{figure.study}_{figure.name}"
        input:
            table=f"{FIGURE_DATA}/{figure.table}.csv",
        output:
            out=report(
                multiext(f"{FIGURES}/{figure.study}/{figure.name}", ".pdf", ".png"),
                caption="../report/figure.rst",
                category=figure.study,
                labels={"figure": figure.label, "shows": figure.shows},
            ),
        log:
            f"{LOGS}/{figure.study}/draw_{figure.name}.log",
        priority: -1  # no other job waits for a figure
        group:
            "last"  # on a cluster small jobs share a submission: workflow/profiles
        resources:
            mem_mb=growing(1000),
            runtime=growing(2),
        params:
            **command(
                module_of("figures", figure.address, f"workflow/figures/{figure.study}.yaml"), "draw", figure.address
            ),
            caption=lambda _, text=figure.caption: text,  # a string would have its braces filled in, as in G_{jj}
        message:
            f"figure {figure.name} of {figure.study}"
        shell:
            "python -m shallownets {params.command} {params.files} 2>&1 | tee {log}"
