# What the rules of all stages share: how a stage is called, and what a rule says of it.
#
#     use rule stage as escape_overlap_growth with:
#         input: runs=...                                        # the names of inputs and outputs are those of the
#         output: **tables("escape/overlap_growth")              # function's arguments and of what it returns
#         params: **stage("escape.overlap_growth", "escape.plateau.growth")
#
# `tables` names measurements=... and figure_data=..., which most stages make; a stage that keeps runs makes data=...
#
# The parameters are those of the class of the stage's name: each from the wildcard of its name, else from its section
# of the config or from one around it; what comes from elsewhere is said, `stage(..., replicates=...)`. The seal beside
# each result holds what the job cost.


rule stage:  # no job of its own: the rules of the stages are made from it
    log:
        f"{LOGS}/stage.log",
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    shell:
        "python -m shallownets {params.command} {params.files} 2>&1 | tee {log}"
