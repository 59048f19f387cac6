# shallownets: papers on the learning dynamics of shallow networks, reproduced with one command.
#
#   snakemake --cores 8                                              the paper tier (config.yaml)
#   snakemake --cores 8 --configfile workflow/tiers/smoke.yaml       the smoke tier, about two minutes
#   snakemake --cores 8 draw_escape_fig1                             one figure

from snakemake.utils import min_version

min_version("9.20")


include: "workflow/rules/common.smk"
include: "workflow/rules/stage.smk"


for study in KNOWN:

    include: f"workflow/rules/{study}.smk"


include: "workflow/rules/figures.smk"
include: "workflow/rules/claims.smk"
include: "workflow/rules/report.smk"


rule all:
    default_target: True
    input:
        TARGETS.values(),
        rules.claims.output,
        rules.report.output,
    message:
        "all figures, the ledger of claims and the report"
