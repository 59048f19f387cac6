# Part plateau: norm learning, the plateau and the escape from it (equations 9 to 13, 35, 36, Figure 2).
#
# REQUIRED INPUTS: the section `escape.plateau` of the config, the escape times of part finite
# OUTPUTS, below RESULTS:
#   measurements/escape/plateau_{optimum,rates,norms,growth,law,times}.csv
#   figure_data/escape/{fig2,norm_learning,overlap_growth,escape_law,escape_time}.csv


use rule stage as escape_plateau_optimum with:
    output:
        measurements=f"{MEASUREMENTS}/escape/plateau_optimum.csv",
        figure_data=f"{FIGURE_DATA}/escape/fig2.csv",
    log:
        f"{LOGS}/escape/plateau_optimum.log",
    benchmark:
        f"{BENCHMARKS}/escape/plateau_optimum.tsv"
    params:
        **stage("escape.plateau_optimum", "escape.plateau.optimum"),
    message:
        "learning rate of the fastest escape"
