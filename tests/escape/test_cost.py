"""The work of each stage grows with its parameters as its loops do."""

from itertools import product

import pytest

from shallownets import rooms
from shallownets.config import settings
from shallownets.config.section import Section
from shallownets.studies.escape.engines import lanes
from shallownets.studies.escape.parameters import work

BATCH = {"N": 1000, "alpha_max": 10, "replicates": 2}
ESCAPE = {"p": 2, "p_star": 1, "eta_hat": 0.1}
PLATEAU = {"p": 4, "p_star": 2, "N": 6000, "t_max": 2, "eta_hat": 0.05, "replicates": 24}
FLUCTUATIONS = {"p": 4, "p_star": 2, "alpha_max": 9, "N": 512, "replicates": 10}
LATE = {"eta_hat": 0.1, "N": 90000, "replicates": 9, "wide": [[2, 1]], "equal": [1, 2], "starts": 4}
LATE |= {"chain_wide": [4, 2], "chain_equal": 2, "chain_t_max": 9}
FRAMES = {
    "widths": [4, 2],
    "dimensions": [100, 300],
    "overlaps": [0, 0.5],
    "large": [10000],
    "starts": 10,
    "t_max": 200,
}
RATES = {"first": 0.1, "step": 0.1, "last": 0.3, "t_max": 6, "p": 2, "p_star": 1, "N": 1000, "replicates": 40}
SELECTION = {"starts": 100, "t_max": 50, "widths": [[4, 2], [8, 2]]}
SELECTION |= {"unequal_widths": [4, 2], "unequal_dimensions": [100, 300]}

# a stage's parameters that its work depends on, those that grow, by how much the work grows
GROWTH = [
    ("sgd", BATCH, {"N": 2000}, 4),
    ("chain", BATCH | {"N": 100000}, {"N": 200000}, 2),
    ("escape_times", ESCAPE | BATCH | {"engine": "direct"}, {"replicates": 4}, 2),
    ("escape_times", ESCAPE | BATCH | {"engine": "chain", "replicates": 400}, {"replicates": 800}, 2),
    ("fluctuations_runs", FLUCTUATIONS | {"engine": "chain"}, {"alpha_max": 18}, 2),
    ("fluctuations_runs", FLUCTUATIONS | {"engine": "direct"}, {"N": 1024}, 4),
    ("sgd_selection_runs", ESCAPE | {"N": 1000, "t_max": 8, "replicates": 40}, {"t_max": 16}, 2),
    ("fig3", FLUCTUATIONS | {"eta": 0.1, "others": 1, "alpha_max": 1000}, {"N": 1024}, 2),
    ("late_times", LATE, {"N": 180000}, 2),
    ("not_orthogonal_runs", FRAMES, {"starts": 20}, 2),
    ("plateau_scan", {"largest": 0.8, "step": 0.01, "widths": [[1, 1], [2, 1]], "starts": 200}, {"starts": 400}, 2),
    ("escape_law", {"widths": [[1, 1], [2, 1]], "starts": 100, "points": 80, "resamples": 400}, {"starts": 200}, 2),
    ("escape_time", {"N": [100, 1000], "eta_hat": [0.1], "widths": [[1, 1]], "starts": 100}, {"starts": 200}, 2),
    ("descent_runs", {"N": [1e4, 1e8], "shares": [0.1, 0.01], "widths": [[1, 1]], "starts": 100}, {"starts": 200}, 2),
    ("equations", {"widths": [[1, 1]], "samples": 1000}, {"samples": 2000}, 2),
    ("norm_learning_runs", PLATEAU | {"initial": [0.3, 0.6]}, {"N": 12000}, 2),
    ("overlap_growth_runs", PLATEAU, {"replicates": 48}, 2),
    ("finite_spread", ESCAPE | {"N": 40000, "t_max": 6, "starts": 500, "runs": 4, "one_start": 0}, {"N": 80000}, 2),
    ("finite_escape", {"ode_starts": 100}, {"ode_starts": 200}, 2),
    ("finite_divergence_runs", RATES, {"t_max": 12}, 2),
    ("overparameterisation_runs", ESCAPE | {"N": 10000, "t_max": 6, "starts": 1, "replicates": 32}, {"N": 20000}, 2),
    ("solution_selection", SELECTION, {"starts": 200}, 2),
]


def seconds(stage, values):
    """The work of a stage of which no other parameter matters: they are left away, and not checked."""
    kind = settings.class_of(f"escape.{stage}")
    return kind(**{name: values.get(name) for name in kind.__struct_fields__}).work()


@pytest.mark.parametrize(("stage", "given", "grown", "times"), GROWTH)
def test_work_grows_as_the_loops_do(stage, given, grown, times):
    before = seconds(stage, given)
    assert before > 0
    assert seconds(stage, given | grown) / before == pytest.approx(times, rel=0.06)


def test_every_stage_whose_work_grows_is_tried():
    stages = [name for name in rooms.stages() if name.startswith("escape.")]
    classes = {stage.partition(".")[2]: settings.class_of(stage) for stage in stages}
    grow = {stage for stage, kind in classes.items() if kind.work is not Section.work}
    assert {stage for stage, *_ in GROWTH} == grow


def test_the_chain_takes_half_the_time_where_the_engine_is_compiled_for_its_widths():
    for p, p_star, replicates in product((1, 4, 5, 64), (1, 4, 5), (1, 2, 3, 8, 9, 1000)):
        least = -(-lanes._WORTH // replicates)  # samples from which compiling is worth it, if the widths are small
        short, long = (work.chain(p, p_star, replicates, samples) / samples for samples in (least - 1, least))
        if lanes.worthwhile(p, p_star, least * replicates) and replicates >= lanes.FEWEST:
            full = lanes.LANES * -(-replicates // lanes.LANES)
            assert short / long == pytest.approx(2 * (replicates + 1.3) / full)
        else:
            assert short == pytest.approx(long)
