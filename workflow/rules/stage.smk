# What the rules of all stages share: how a stage is called, and what a rule says of it.
#
#     use rule stage as escape_growth with:
#         input: start=...                                       # the names of inputs and outputs are those of the
#         output: measurements=..., figure_data=...              # function's arguments and of what it returns
#         params: **stage("escape.growth", "escape.plateau.growth")
#
# The parameters are those of the class of the stage's name: each from its section of the config, or from one around it.

import shlex


def _flat(paths):
    return [paths] if isinstance(paths, str) else list(paths)


def files(wildcards, input, output):
    """The inputs and outputs of a job as options: --name file."""
    named = [(name, _flat(paths)) for name, paths in (*input.items(), *output.items())]
    return shlex.join(word for name, paths in named for word in (option(name), *paths))


def stage(name, section="", **more):
    """The params of a rule that runs a stage: its name, the hash of its source, its parameters and files as options.

    The section, and the values in `more` that do not stand in the config, may be functions of the wildcards.
    """

    def options(wildcards):
        values = {key: value(wildcards) if callable(value) else value for key, value in more.items()}
        place = section(wildcards) if callable(section) else section
        return shlex.join(words(settings.values_of(name, config, place, values)))

    study, _, last = name.partition(".")
    return {
        "stage": name,
        "code": digest(f"studies.{study}.stages.{last}"),
        "options": options if callable(section) or any(map(callable, more.values())) else options(None),
        "files": files,
    }


rule stage:  # no job of its own: the rules of the stages are made from it
    log:
        f"{LOGS}/stage.log",
    benchmark:
        f"{BENCHMARKS}/stage.tsv"
    resources:
        mem_mb=growing(1000),
        runtime=growing(20),
    shell:
        "python -m shallownets run {params.stage} {params.options} {params.files} 2>&1 | tee {log}"
