"""The work of each stage grows with its parameters as its loops do."""

import pytest

from shallownets import sources
from shallownets.config import settings
from shallownets.config.check import section_of

CURVES = {"beta": 1, "M_star": 32, "d": 256, "N": 16, "eta_d": 0.02, "t_max": 30, "points": 61, "replicates": 8}
RISK = {"sizes": [[32, 4, d, 6] for d in (4096, 4097, 4098)], "beta": 1, "kappa": 0.05, "gamma": 0, "risks": [0.3]}
RISK |= {"from_best": False, "sgd": True}
FIT = CURVES | {"points": 11, "samples": 8, "scan": [1, 2, 4], "replicates": 2400}
EXACT = {"M_star": 8, "N": 4, "d": 100, "beta": 1, "scale": 0.1, "times": [1, 30], "starts": 4, "tolerance": 1e-12}
CHECKS = {"beta": 1, "M_star": 8, "d": 64, "N": 4, "eta_d": 0.02, "samples": 100000, "replicates": 11}
WINDOW = {"beta": 1, "M_star": 256, "d": [2000, 3000, 4000], "window": [10, 0.25], "points": 24, "starts": 8}
UNITS = {"light": [0.25], "M_star": [128, 256, 512], "light_d": 2000, "heavy": 1, "heavy_M_star": 64, "N": 32}
UNITS |= {"direction": 2, "d": [100, 200, 300], "starts": 8, "ratios": [2, 4], "ratios_M_star": 128}
RISKS = {"d": 10**8, "heavy": 1, "heavy_M_star": 1000, "heavy_N": [4, 16], "light": 0.25, "light_M_star": 200}
RISKS |= {"light_N": [50, 100], "points": 120, "starts": 2, "judged_at": [1.0]}
EMERGENCE = {"beta": 1, "M_star": 64, "N": 32, "d": 10**8, "directions": [1, 2], "points": 400, "starts": 20}
EMERGENCE |= {"resamples": 400}
LEARNED = {"beta": 1, "M_star": 8, "N": 8, "d": 25600, "eta_d": 0.02, "t_max": 60, "points": 301, "replicates": 24}
FITS = {"beta": 1, "d": 10**8, "sizes": [[4, 2], [8, 4], [12, 6]], "time": 1, "samples": 8, "replicates": 24}
FALLS = {"betas": [1], "M_star": 8, "N": 8, "d": 2560, "share": 0.05, "points": 11, "replicates": 8}
POWERS = {"betas": [0.25], "alpha": 0.5, "M_star": [16, 32, 64], "starts": 8}

# a stage's parameters, those that grow, by how much the work grows
GROWTH = [
    ("sgd_curves", CURVES, {"replicates": 16}, 2),
    ("sgd_curves", CURVES, {"eta_d": 0.01, "falls_from": 0.08}, 2),
    ("sgd_curves", CURVES | {"d": 25600}, {"d": 51200}, 2),  # twice the samples, each of as many coordinates
    ("samples_to_risk", RISK, {"sizes": [[*size, 12] for *size, _ in RISK["sizes"]]}, 2),
    ("samples_to_risk", RISK | {"kappa": 0.0005}, {"kappa": 0.00025}, 2),  # steps so small that they slow nothing
    ("samples_to_risk", RISK | {"kappa": 0.0005}, {"gamma": 1}, 32),
    ("samples_to_risk", RISK | {"kappa": 1}, {"kappa": 2}, 0.5),  # never there: given up after the same time
    ("samples_to_risk", RISK | {"sgd": False}, {"sizes": [[32, 4, 1000 * d, 6] for _, _, d, _ in RISK["sizes"]]}, 1),
    ("exactness", EXACT, {"starts": 8}, 2),
    ("exactness", EXACT | {"times": [1, 50]}, {"times": [1, 100]}, 1.13),
    ("sgd_checks", CHECKS, {"replicates": 23}, 2),
    ("radial_fit", FIT, {"replicates": 4800}, 2),
    ("radial_widths", FITS, {"replicates": 48}, 2),
    ("exponents_curves", WINDOW, {"M_star": 512}, 8),
    ("resolved_steps", FALLS, {"replicates": 16}, 2),
    ("resolved_steps", FALLS, {"share": 0.025}, 2),
    ("powers", POWERS, {"starts": 16}, 2),
    ("time_units_runs", UNITS, {"starts": 16}, 2),
    ("risk_scaling_curves", RISKS, {"points": 241}, 2),
    ("emergence", EMERGENCE, {"starts": 40}, 2),
    ("sgd_emergence_runs", LEARNED, {"eta_d": 0.01}, 2),
    ("sgd_emergence_runs", LEARNED, {"d": 51200}, 2),
]


def seconds(stage, values):
    """The work of a stage; all of them have a seed."""
    return section_of(values | {"seed": 1}, settings.class_of(f"riccati.{stage}"), stage).work()


@pytest.mark.parametrize(("stage", "given", "grown", "times"), GROWTH)
def test_work_grows_as_the_loops_do(stage, given, grown, times):
    before = seconds(stage, given)
    assert before > 0
    assert seconds(stage, given | grown) / before == pytest.approx(times, rel=0.05)


def test_a_lower_risk_takes_longer_and_the_lowest_is_that_of_the_last_direction():
    work = {risk: seconds("samples_to_risk", RISK | {"risks": [risk, 0.6]}) for risk in (0.5, 0.3, 0.14, 0.134)}
    assert work[0.5] < work[0.3] < work[0.14] == work[0.134]


def test_every_stage_that_takes_longer_at_a_larger_size_is_tried(root):
    # they read what others simulated
    read_only = {"exponents", "risk_scaling", "time_units", "sgd_flow", "sgd_emergence", "sample_complexity", "drawn"}
    stages = {path.stem for path in (root / "src/shallownets/studies/riccati/stages").glob("*.py")} - {"__init__"}
    assert {stage for stage, *_ in GROWTH} == stages - read_only


@pytest.mark.parametrize(
    ("simulates", "reads", "measures"),
    [
        ("risk_scaling_curves", "risk_scaling", "risk_scaling"),
        ("time_units_runs", "time_units", "units"),
        ("sgd_emergence_runs", "sgd_emergence", "sgd_directions"),
        ("exponents_curves", "exponents", "exponents"),
        ("sgd_curves", "sgd_flow", "gaps"),
    ],
)
def test_an_edit_of_what_is_measured_simulates_nothing(simulates, reads, measures):
    folder = sources.ROOT / "shallownets/studies/riccati"
    runs, tables = (sources.closure(f"shallownets.studies.riccati.stages.{one}") for one in (simulates, reads))
    assert folder / "measure" / f"{measures}.py" in {*tables} - {*runs}
