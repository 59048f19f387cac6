# Part beyond: late times, the map of stationary points, starts that are not orthogonal; the chain at large N.
#
# REQUIRED INPUTS: the section `escape.beyond` of the config, `escape.tolerance` and `seed`
# OUTPUTS, below RESULTS:
#   measurements/escape/{late_times,stationary_map,not_orthogonal}.csv
#   figure_data/escape/{late_times,stationary_map,not_orthogonal}.csv
#   data/escape/{run}/chain.npz              the overlap chain from the start of a run, at a larger N

BEYOND = config["escape"]["beyond"]


rule late_times_data:
    input:
        code("studies.escape.stages.late_times"),
    output:
        measurements=f"{MEASUREMENTS}/escape/late_times.csv",
        table=f"{FIGURE_DATA}/escape/late_times.csv",
    log:
        f"{LOGS}/escape/late_times_data.log",
    benchmark:
        f"{BENCHMARKS}/escape/late_times_data.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(5),
    params:
        code=digest("studies.escape.stages.late_times"),
        equal=BEYOND["late"]["equal"],
        wide=[",".join(map(str, pair)) for pair in BEYOND["late"]["wide"]],
        N=BEYOND["late"]["N"],
        starts=BEYOND["late"]["starts"],
        eta_hat=BEYOND["late"]["eta_hat"],
        t_max=BEYOND["late"]["t_max"],
        points=BEYOND["late"]["points"],
        window=BEYOND["late"]["window"],
        chain_equal=BEYOND["late"]["chain_equal"],
        chain_wide=",".join(map(str, BEYOND["late"]["chain_wide"])),
        chain_t_max=BEYOND["late"]["chain_t_max"],
        replicates=BEYOND["late"]["replicates"],
        tolerance=config["escape"]["tolerance"],
        seed=config["seed"],
    message:
        "late times"
    shell:
        "python -m shallownets.studies.escape.stages.late_times --equal {params.equal} --wide {params.wide} --N {params.N}"
        " --starts {params.starts} --eta-hat {params.eta_hat} --t-max {params.t_max} --points {params.points}"
        " --window {params.window} --chain-equal {params.chain_equal} --chain-wide {params.chain_wide}"
        " --chain-t-max {params.chain_t_max} --replicates {params.replicates} --tolerance {params.tolerance}"
        " --seed {params.seed} --measurements {output.measurements} --figure-data {output.table} 2>&1 | tee {log}"


rule stationary_map_data:
    input:
        code("studies.escape.stages.stationary_map"),
    output:
        measurements=f"{MEASUREMENTS}/escape/stationary_map.csv",
        table=f"{FIGURE_DATA}/escape/stationary_map.csv",
    log:
        f"{LOGS}/escape/stationary_map_data.log",
    benchmark:
        f"{BENCHMARKS}/escape/stationary_map_data.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(5),
    params:
        code=digest("studies.escape.stages.stationary_map"),
        sizes=[",".join(map(str, size)) for size in BEYOND["map"]["sizes"]],
        p_max=BEYOND["map"]["p_max"],
        values=BEYOND["map"]["values"],
        points=BEYOND["map"]["points"],
        tolerance=config["escape"]["tolerance"],
        seed=config["seed"],
    message:
        "the map of stationary points"
    shell:
        "python -m shallownets.studies.escape.stages.stationary_map --maps {params.sizes} --p-max {params.p_max}"
        " --values {params.values} --points {params.points} --tolerance {params.tolerance} --seed {params.seed}"
        " --measurements {output.measurements} --figure-data {output.table} 2>&1 | tee {log}"


rule not_orthogonal_data:
    input:
        code("studies.escape.stages.not_orthogonal"),
    output:
        measurements=f"{MEASUREMENTS}/escape/not_orthogonal.csv",
        table=f"{FIGURE_DATA}/escape/not_orthogonal.csv",
    log:
        f"{LOGS}/escape/not_orthogonal_data.log",
    benchmark:
        f"{BENCHMARKS}/escape/not_orthogonal_data.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(5),
    params:
        code=digest("studies.escape.stages.not_orthogonal"),
        widths=",".join(map(str, BEYOND["frames"]["widths"])),
        dimensions=BEYOND["frames"]["dimensions"],
        overlaps=BEYOND["frames"]["overlaps"],
        N=BEYOND["frames"]["N"],
        large=BEYOND["frames"]["large"],
        large_overlap=BEYOND["frames"]["large_overlap"],
        eta_hat=BEYOND["frames"]["eta_hat"],
        starts=BEYOND["frames"]["starts"],
        t_max=BEYOND["frames"]["t_max"],
        tolerance=config["escape"]["tolerance"],
        seed=config["seed"],
    message:
        "starts that are not orthogonal"
    shell:
        "python -m shallownets.studies.escape.stages.not_orthogonal --widths {params.widths} --dimensions {params.dimensions}"
        " --overlaps {params.overlaps} --N {params.N} --large {params.large} --large-overlap {params.large_overlap}"
        " --eta-hat {params.eta_hat} --starts {params.starts} --t-max {params.t_max} --tolerance {params.tolerance}"
        " --seed {params.seed} --measurements {output.measurements} --figure-data {output.table} 2>&1 | tee {log}"


rule chain:
    input:
        code("studies.escape.stages.chain"),
        start=f"{DATA}/escape/{{run}}/start.npz",
    output:
        f"{DATA}/escape/{{run}}/chain/{{first}}-{{last}}.npz",
    log:
        f"{LOGS}/escape/{{run}}/chain_{{first}}-{{last}}.log",
    benchmark:
        f"{BENCHMARKS}/escape/{{run}}/chain_{{first}}-{{last}}.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(20),
    params:
        code=digest("studies.escape.stages.chain"),
        N=lambda wildcards: RUNS[wildcards.run]["chain_N"],
        eta=lambda wildcards: RUNS[wildcards.run]["eta"],
        alpha_max=lambda wildcards: RUNS[wildcards.run]["alpha_max"],
        points=lambda wildcards: RUNS[wildcards.run]["points"],
        replicates=lambda wildcards: int(wildcards.last) - int(wildcards.first) + 1,
        seed=config["seed"],
    message:
        "overlap chain of {wildcards.run}, replicates {wildcards.first} to {wildcards.last}"
    shell:
        "python -m shallownets.studies.escape.stages.chain --start {input.start} --N {params.N} --eta {params.eta}"
        " --alpha-max {params.alpha_max} --points {params.points} --seed {params.seed}"
        " --first {wildcards.first} --replicates {params.replicates} --out {output} 2>&1 | tee {log}"


rule gather_chain:
    input:
        code("studies.escape.stages.gather"),
        batches=lambda wildcards: [
            f"{DATA}/escape/{wildcards.run}/chain/{batch}.npz"
            for batch in batches(RUNS[wildcards.run]["chain_replicates"], config["escape"]["batch"])
        ],
    output:
        f"{DATA}/escape/{{run}}/chain.npz",
    log:
        f"{LOGS}/escape/{{run}}/gather_chain.log",
    benchmark:
        f"{BENCHMARKS}/escape/{{run}}/gather_chain.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(2),
    params:
        code=digest("studies.escape.stages.gather"),
    message:
        "overlap chain of {wildcards.run}, all replicates"
    shell:
        "python -m shallownets.studies.escape.stages.gather --batches {input.batches} --out {output} 2>&1 | tee {log}"
