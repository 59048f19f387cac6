"""The work of every stage grows with its parameters as its loops do."""

import msgspec
import pytest

from shallownets import rooms
from shallownets.config import settings
from shallownets.config.check import section_of
from shallownets.config.section import Section
from shallownets.workflow import cost
from tests.test_parameters import planned

LONG = {"sizes": [[32, 4, d, 6] for d in (4096, 4097, 4098)], "sgd": True}
FLOW = LONG | {"sgd": False}
# A stage, what it is given where that is not what the smoke tier gives it, what grows, and by how much the work grows.
GROWTH = [
    ("emergence.compute_frontier", {}, {"points": 80}, 1),  # what takes the time is the same at all sizes
    ("emergence.coverage", {"drawn": [[10**6, 10000]]}, {"drawn": [[10**6, 20000]]}, 2),
    ("emergence.falling_runs", {}, {"d": 80}, 2**1.5),
    ("emergence.learning_times", {}, {"starts": 8, "crowding_starts": 6}, 2),
    ("emergence.light_tail", {}, {"starts": 4}, 2),
    ("emergence.link", {}, {"starts": 4}, 2),
    ("emergence.samples_runs", {}, {"cases": [[3, d, 0.25, 16] for d in (30, 40, 60)]}, 2),
    ("emergence.scaling_law_runs", {}, {"P": 128}, 2),
    ("emergence.sgd_checks", {"floor_memories": 20000}, {"floor_variances": [1.0, 2.0]}, 2),
    ("emergence.sgd_runs", {}, {"starts": 6}, 2),
    ("emergence.staircase", {"P": 256, "N": 256, "d": 2**24}, {"N": 512}, 3),
    ("escape.chain", {"N": 10**5}, {"N": 2 * 10**5}, 2),
    ("escape.descent_runs", {}, {"starts": 10}, 2),
    ("escape.equations", {}, {"samples": 40000}, 2),
    ("escape.escape_law", {}, {"starts": 40}, 2),
    ("escape.escape_time", {}, {"starts": 20}, 2),
    ("escape.escape_times", {"replicates": 400}, {"replicates": 800}, 2),
    ("escape.escape_times", {"engine": "direct"}, {"replicates": 80}, 2),
    ("escape.fig3", {"others": 1, "N": 1000}, {"N": 2000}, 2),
    ("escape.finite_divergence_runs", {}, {"t_max": 12}, 2),
    ("escape.finite_escape", {}, {"ode_starts": 80}, 2),
    ("escape.finite_spread", {"N": 10**5}, {"N": 2 * 10**5}, 2),
    ("escape.fluctuations_runs", {}, {"alpha_max": 120}, 2),
    ("escape.fluctuations_runs", {"engine": "direct"}, {"N": 1024}, 4),
    ("escape.late_times", {"N": 10**6}, {"N": 2 * 10**6}, 2),
    ("escape.norm_learning_runs", {}, {"N": 600}, 2),
    ("escape.not_orthogonal_runs", {}, {"starts": 16}, 2),
    ("escape.overlap_growth_runs", {}, {"N": 600}, 2),
    ("escape.overparameterisation_runs", {"N": 10**5}, {"N": 2 * 10**5}, 2),
    ("escape.plateau_scan", {}, {"starts": 20}, 2),
    ("escape.sgd", {"N": 1000}, {"N": 2000}, 4),
    ("escape.sgd_selection_runs", {}, {"t_max": 16}, 2),
    ("escape.solution_selection", {}, {"starts": 20}, 2),
    ("perceptron.deep_clock", {}, {"replicates": 4}, 2),
    ("perceptron.deep_curves", {}, {"resamples": 100}, 2),
    ("perceptron.deep_images", {}, {"test": 1000}, 1.5),
    ("perceptron.deep_runs", {}, {"steps": 400, "records": 40}, 2),
    ("perceptron.deep_table", {}, {"resamples": 100}, 2),
    ("perceptron.dynamics", {}, {"alphas": [5.0, 5.0001]}, 2),
    ("perceptron.finite_size", {"sizes": [[20, 8], [40, 4]]}, {"sizes": [[20, 16], [40, 8]]}, 2),
    ("perceptron.first_law", {}, {"points": 60}, 2),
    ("perceptron.label_noise", {}, {"alphas": [10, 20, 50, 100, 120, 150, 200, 300], "cases": [[10, 60, 8]]}, 2),
    ("perceptron.learning_curves", {"points": 400}, {"points": 800}, 2),
    ("perceptron.margins", {}, {"samples": 8}, 2),
    ("perceptron.norm_curves", {}, {"alphas": [2, 10, 20, 50, 100, 200]}, 2),
    ("perceptron.optimum", {}, {"alphas": [1, 20, 50, 100, 200, 300, 400, 500]}, 2),
    ("perceptron.runs", {}, {"samples": 8}, 2),
    ("perceptron.second_law", {}, {"points": 60}, 2),
    ("riccati.emergence", {}, {"starts": 20}, 2),
    ("riccati.exactness", {}, {"starts": 4}, 2),
    ("riccati.exactness", {"times": [1, 50]}, {"times": [1, 100]}, 1.13),
    ("riccati.exponents_curves", {"M_star": 256}, {"M_star": 512}, 8),
    ("riccati.powers", {}, {"starts": 8}, 2),
    ("riccati.radial_fit", {"replicates": 2400}, {"replicates": 4800}, 2),
    ("riccati.radial_widths", {}, {"replicates": 8}, 2),
    ("riccati.resolved_steps", {}, {"replicates": 6}, 2),
    ("riccati.resolved_steps", {}, {"share": 0.025}, 2),
    ("riccati.risk_scaling_curves", {}, {"starts": 16}, 2),
    ("riccati.sample_complexity_runs", LONG, {"sizes": [[*size[:3], 12] for size in LONG["sizes"]]}, 2),
    # steps so small that they slow nothing
    ("riccati.sample_complexity_runs", LONG | {"kappa": 5e-4}, {"kappa": 2.5e-4}, 2),
    ("riccati.sample_complexity_runs", LONG | {"kappa": 5e-4}, {"gamma": 1}, 32),
    # never there: given up after the same time
    ("riccati.sample_complexity_runs", LONG | {"kappa": 1}, {"kappa": 2}, 0.5),
    # the flow alone, whose work does not grow with d
    ("riccati.sample_complexity_runs", FLOW, {"sizes": [[*size[:2], 1000 * size[2], 6] for size in FLOW["sizes"]]}, 1),
    ("riccati.sgd_checks", {"replicates": 11}, {"replicates": 23}, 2),
    ("riccati.sgd_flow_curves", {}, {"replicates": 6}, 2),
    ("riccati.sgd_flow_curves", {}, {"eta_d": 0.01, "falls_from": 0.08}, 2),
    # twice the samples, each of as many coordinates
    ("riccati.sgd_flow_curves", {"d": 25600}, {"d": 51200}, 2),
    ("riccati.sgd_emergence_runs", {}, {"eta_d": 0.01}, 2),
    ("riccati.sgd_emergence_runs", {}, {"d": 128}, 2),
    ("riccati.time_units_runs", {}, {"starts": 8}, 2),
    ("spectra.decomposition", {}, {"points": 8}, 2),
    ("spectra.equivalence_runs", {}, {"draws": 4, "descents": 2}, 2),
    ("spectra.exponents", {}, {"singles": 400}, 2),
    ("spectra.lasso_runs", {}, {"sizes": [[20, 48], [120, 48]]}, 2),
    ("spectra.matrix_runs", {}, {"sizes": [[4, 12], [16, 12]]}, 2),
    ("spectra.noiseless", {}, {"points": 8}, 2),
    ("spectra.optimal", {}, {"points": 8}, 2),
    ("spectra.peak", {}, {"decays": [0.01, 0.02, 0.03, 0.04], "saturating": [0.7, 0.75]}, 2),
    ("spectra.phases", {}, {"points": [20, 6]}, 2),
    ("spectra.risk_curves", {}, {"points": 16}, 2),
    ("spectra.stopping", {}, {"sizes": [[8.0, 8]]}, 2),
    ("spectra.tails", {}, {"points": 10, "draws": 4}, 2),
    ("spectra.universality_runs", {}, {"sizes": [[5.0, 20], [20.0, 12]]}, 2),
    ("spectra.weight_spectra", {}, {"draws": 4}, 2),
]


def work(stage, **values):
    """The work of a stage with the parameters that the smoke tier gives to the first of its jobs, but for these."""
    given = next(cost.given(job) for job in planned("smoke") if job.runs[1] == stage)
    return section_of(msgspec.to_builtins(given) | values, type(given), stage).work()


@pytest.mark.parametrize(("stage", "given", "grown", "times"), GROWTH)
def test_work_grows_as_the_loops_do(stage, given, grown, times):
    before = work(stage, **given)
    assert before > 0
    assert work(stage, **given | grown) / before == pytest.approx(times, rel=0.06)


def study_of(stage):
    return stage.partition(".")[0]


def test_every_stage_whose_work_grows_is_tried():
    """Of the studies above: a new one need not have lines here at once."""
    tried = {stage for stage, *_ in GROWTH}
    of_studies = [stage for stage in rooms.stages() if study_of(stage) in set(map(study_of, tried))]
    assert tried == {stage for stage in of_studies if settings.class_of(stage).work is not Section.work}


def test_a_lower_risk_takes_longer_and_the_lowest_is_that_of_the_last_direction():
    took = {risk: work("riccati.sample_complexity_runs", **LONG, risks=[risk, 0.6]) for risk in (0.5, 0.3, 0.14, 0.134)}
    assert took[0.5] < took[0.3] < took[0.14] == took[0.134]
