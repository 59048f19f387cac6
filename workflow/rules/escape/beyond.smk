# Part beyond: late times, the map of stationary points, starts that are not orthogonal.


use rule stage as escape_late_times with:
    output:
        **tables("escape/late_times"),
    log:
        f"{LOGS}/escape/late_times.log",
    params:
        **stage("escape.late_times", "escape.beyond.late_times"),
    message:
        "late times"


use rule stage as escape_stationary_map with:
    output:
        **tables("escape/stationary_map"),
    log:
        f"{LOGS}/escape/stationary_map.log",
    params:
        **stage("escape.stationary_map", "escape.beyond.stationary_map"),
    message:
        "the map of stationary points"


use rule stage as escape_not_orthogonal_runs with:
    output:
        data=f"{DATA}/escape/not_orthogonal_runs.npz",
    log:
        f"{LOGS}/escape/not_orthogonal_runs.log",
    params:
        **stage("escape.not_orthogonal_runs", "escape.beyond.not_orthogonal"),
    message:
        "where the ODE ends from starts that are not orthogonal"


use rule stage as escape_not_orthogonal with:
    input:
        runs=rules.escape_not_orthogonal_runs.output.data,
    output:
        **tables("escape/not_orthogonal"),
    log:
        f"{LOGS}/escape/not_orthogonal.log",
    params:
        **stage("escape.not_orthogonal", "escape.beyond.not_orthogonal"),
    message:
        "starts that are not orthogonal"
