# What the rules of all stages share: how a stage is called, and what a rule says of it.
#
#     use rule stage as escape_growth with:
#         input: start=...                                       # the names of inputs and outputs are those of the
#         output: measurements=..., figure_data=...              # function's arguments and of what it returns
#         params: **stage("escape.growth", "escape.plateau.growth")
#
# The parameters are those of the class of the stage's name: each from its section of the config, or from one around it.


def stage(name, section="", **more):
    """The params of a rule that runs a stage: the hash of its source, and its command with parameters and files.

    The section, and the values in `more` that do not stand in the config, may be functions of the wildcards.
    """

    def command(wildcards, input, output):
        values = {key: value(wildcards) if callable(value) else value for key, value in more.items()}
        place = section(wildcards) if callable(section) else section
        given = words(settings.values_of(name, config, place, values))
        return shlex.join(["run", name, *given, *named(input), *named(output)])

    study, _, last = name.partition(".")
    return {"code": digest(f"studies.{study}.stages.{last}"), "command": command}


rule stage:  # no job of its own: the rules of the stages are made from it
    log:
        f"{LOGS}/stage.log",
    benchmark:
        f"{BENCHMARKS}/stage.tsv"
    resources:
        mem_mb=growing(1000),
        runtime=growing(20),
    shell:
        "python -m shallownets {params.command} 2>&1 | tee {log}"
