# Study perceptron: Implicit bias produces neural scaling laws in learning curves, from perceptrons to deep networks
# (arXiv:2505.13230).
#
# REQUIRED INPUTS: the section `perceptron` of the config
# OUTPUTS, below RESULTS:
#   measurements/perceptron/<table>.csv and figure_data/perceptron/<table>.csv of each rule below


use rule stage as perceptron_norm_curves with:
    output:
        measurements=f"{MEASUREMENTS}/perceptron/norm_curves.csv",
        figure_data=f"{FIGURE_DATA}/perceptron/norm_curves.csv",
    log:
        f"{LOGS}/perceptron/norm_curves.log",
    benchmark:
        f"{BENCHMARKS}/perceptron/norm_curves.tsv"
    params:
        **stage("perceptron.norm_curves", "perceptron.norm_curves"),
    message:
        "test error against norm"


use rule stage as perceptron_first_law with:
    output:
        measurements=f"{MEASUREMENTS}/perceptron/first_law.csv",
        figure_data=f"{FIGURE_DATA}/perceptron/first_law.csv",
    log:
        f"{LOGS}/perceptron/first_law.log",
    benchmark:
        f"{BENCHMARKS}/perceptron/first_law.tsv"
    params:
        **stage("perceptron.first_law", "perceptron.first_law"),
    message:
        "first law, at fixed norm"


use rule stage as perceptron_second_law with:
    output:
        measurements=f"{MEASUREMENTS}/perceptron/second_law.csv",
        figure_data=f"{FIGURE_DATA}/perceptron/second_law.csv",
    log:
        f"{LOGS}/perceptron/second_law.log",
    benchmark:
        f"{BENCHMARKS}/perceptron/second_law.tsv"
    params:
        **stage("perceptron.second_law", "perceptron.second_law"),
    message:
        "second law, at a norm in proportion to the examples"


use rule stage as perceptron_optimum with:
    output:
        measurements=f"{MEASUREMENTS}/perceptron/optimum.csv",
        figure_data=f"{FIGURE_DATA}/perceptron/optimum.csv",
    log:
        f"{LOGS}/perceptron/optimum.log",
    benchmark:
        f"{BENCHMARKS}/perceptron/optimum.tsv"
    params:
        **stage("perceptron.optimum", "perceptron.optimum"),
    message:
        "the norm of least error"
