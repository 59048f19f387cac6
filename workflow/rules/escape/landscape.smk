# Part landscape: degrees of freedom, stationary points and their spectra (equations 24 to 30, App. 7.2 and 7.5).

ESCAPE_MANIFOLD = config["escape"]["landscape"]["manifold"]


use rule stage as escape_dimensions with:
    output:
        measurements=f"{MEASUREMENTS}/escape/dimensions.csv",
        fig5=f"{FIGURE_DATA}/escape/fig5.csv",
        fig6=f"{FIGURE_DATA}/escape/fig6.csv",
    log:
        f"{LOGS}/escape/dimensions.log",
    params:
        **stage(
            "escape.dimensions",
            "escape.landscape.expressivity",
            p_star=ESCAPE_MANIFOLD["p_star"],
            manifold_p_max=ESCAPE_MANIFOLD["p_max"],
        ),
    message:
        "degrees of freedom of students and solutions"


use rule stage as escape_hessian with:
    output:
        measurements=f"{MEASUREMENTS}/escape/hessian.csv",
        hessian=f"{FIGURE_DATA}/escape/hessian.csv",
        hessian_ratio=f"{FIGURE_DATA}/escape/hessian_ratio.csv",
    log:
        f"{LOGS}/escape/hessian.log",
    params:
        **stage("escape.hessian", "escape.landscape"),
    message:
        "spectra of the Hessian at the stationary points"


use rule stage as escape_null_directions with:
    output:
        **tables("escape/null_directions"),
    log:
        f"{LOGS}/escape/null_directions.log",
    params:
        **stage("escape.null_directions", "escape.landscape.null_directions"),
    message:
        "null directions at a solution"
