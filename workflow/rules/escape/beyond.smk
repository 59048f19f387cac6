# Part beyond: late times, the map of stationary points, starts that are not orthogonal.
#
# REQUIRED INPUTS: the section `escape.beyond` of the config, `escape.tolerance` and `seed`
# OUTPUTS, below RESULTS:
#   measurements/escape/{late_times,stationary_map,not_orthogonal}.csv
#   figure_data/escape/{late_times,stationary_map,not_orthogonal}.csv


use rule stage as escape_late_times with:
    output:
        measurements=f"{MEASUREMENTS}/escape/late_times.csv",
        figure_data=f"{FIGURE_DATA}/escape/late_times.csv",
    log:
        f"{LOGS}/escape/late_times.log",
    benchmark:
        f"{BENCHMARKS}/escape/late_times.tsv"
    params:
        **stage("escape.late_times", "escape.beyond.late_times"),
    message:
        "late times"


use rule stage as escape_stationary_map with:
    output:
        measurements=f"{MEASUREMENTS}/escape/stationary_map.csv",
        figure_data=f"{FIGURE_DATA}/escape/stationary_map.csv",
    log:
        f"{LOGS}/escape/stationary_map.log",
    benchmark:
        f"{BENCHMARKS}/escape/stationary_map.tsv"
    params:
        **stage("escape.stationary_map", "escape.beyond.stationary_map"),
    message:
        "the map of stationary points"


use rule stage as escape_not_orthogonal with:
    output:
        measurements=f"{MEASUREMENTS}/escape/not_orthogonal.csv",
        figure_data=f"{FIGURE_DATA}/escape/not_orthogonal.csv",
    log:
        f"{LOGS}/escape/not_orthogonal.log",
    benchmark:
        f"{BENCHMARKS}/escape/not_orthogonal.tsv"
    params:
        **stage("escape.not_orthogonal", "escape.beyond.not_orthogonal"),
    message:
        "starts that are not orthogonal"
