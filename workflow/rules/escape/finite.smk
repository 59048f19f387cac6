# Part finite: SGD at finite N, its escape time, spread and divergence, and strong overparameterisation.

ESCAPE_FINITE = config["escape"]["finite"]
ESCAPE_TIMES = {"chain": dict(ESCAPE_FINITE["escape"]["sizes"]), "direct": dict([ESCAPE_FINITE["escape"]["direct"]])}
# Runs of SGD from one start more, at the learning rate whose spread is shown: as many as from all others together.
ESCAPE_SHOWN = ESCAPE_FINITE["escape"]["eta_hat"]
ESCAPE_REPEATS = ESCAPE_FINITE["spread"]["starts"] * ESCAPE_FINITE["spread"]["runs"]


use rule stage as escape_escape_times with:
    output:
        data=f"{DATA}/escape/escape_times/{{engine}}_{{N}}.npz",
    log:
        f"{LOGS}/escape/escape_times_{{engine}}_{{N}}.log",
    params:
        **stage(
            "escape.escape_times",
            "escape.finite.escape",
            replicates=lambda wildcards: ESCAPE_TIMES[wildcards.engine][int(wildcards.N)],
        ),
    message:
        "escape times of SGD at N = {wildcards.N}, engine {wildcards.engine}"


use rule stage as escape_finite_spread with:
    output:
        data=f"{DATA}/escape/finite_spread/{{eta_hat}}.npz",
    log:
        f"{LOGS}/escape/finite_spread_{{eta_hat}}.log",
    params:
        **stage(
            "escape.finite_spread",
            "escape.finite.spread",
            p=ESCAPE_FINITE["escape"]["p"],
            p_star=ESCAPE_FINITE["escape"]["p_star"],
            one_start=lambda wildcards: ESCAPE_REPEATS if float(wildcards.eta_hat) == ESCAPE_SHOWN else 0,
        ),
    message:
        "escape times from several starts at eta/p = {wildcards.eta_hat}"


use rule stage as escape_finite_escape with:
    input:
        sgd=expand(rules.escape_escape_times.output.data, engine="chain", N=ESCAPE_TIMES["chain"]),
        direct=expand(rules.escape_escape_times.output.data, engine="direct", N=ESCAPE_TIMES["direct"]),
        spread=expand(rules.escape_finite_spread.output.data, eta_hat=ESCAPE_FINITE["spread"]["eta_hat"]),
    output:
        **tables("escape/finite_escape"),
    log:
        f"{LOGS}/escape/finite_escape.log",
    params:
        **stage("escape.finite_escape", "escape.finite.escape"),
    message:
        "escape times of SGD against N, and their spread"


use rule stage as escape_finite_divergence_runs with:
    output:
        data=f"{DATA}/escape/finite_divergence_runs/{{p}}_{{p_star}}_{{N}}_{{replicates}}.npz",
    log:
        f"{LOGS}/escape/finite_divergence_{{p}}_{{p_star}}_{{N}}_{{replicates}}.log",
    params:
        **stage("escape.finite_divergence_runs", "escape.finite.divergence"),
    message:
        "when SGD diverges at p = {wildcards.p}, p* = {wildcards.p_star}, N = {wildcards.N}"


use rule stage as escape_finite_divergence with:
    input:
        runs=[
            f"{DATA}/escape/finite_divergence_runs/{p}_{p_star}_{N}_{replicates}.npz"
            for p, p_star in ESCAPE_FINITE["divergence"]["widths"]
            for N, replicates in ESCAPE_FINITE["divergence"]["sizes"]
        ],
    output:
        **tables("escape/finite_divergence"),
    log:
        f"{LOGS}/escape/finite_divergence.log",
    params:
        **stage("escape.finite_divergence", "escape.finite"),
    message:
        "divergence of SGD against the learning rate"


use rule stage as escape_overparameterisation_runs with:
    output:
        data=f"{DATA}/escape/overparameterisation_runs/{{p}}_{{p_star}}_{{replicates}}.npz",
    log:
        f"{LOGS}/escape/overparameterisation_{{p}}_{{p_star}}_{{replicates}}.log",
    params:
        **stage("escape.overparameterisation_runs", "escape.finite.overparameterisation"),
    message:
        "escape times of SGD at p = {wildcards.p}, p* = {wildcards.p_star}"


use rule stage as escape_overparameterisation with:
    input:
        runs=[
            f"{DATA}/escape/overparameterisation_runs/{p}_{p_star}_{replicates}.npz"
            for p, p_star, replicates in ESCAPE_FINITE["overparameterisation"]["cases"]
        ],
    output:
        **tables("escape/overparameterisation"),
    log:
        f"{LOGS}/escape/overparameterisation.log",
    params:
        **stage("escape.overparameterisation"),
    message:
        "escape time of SGD against the student's width"
