"""The work of each stage grows with its arguments as its loops do."""

import pytest

from shallownets.escape.cost import WORK, simulation

# a stage's arguments, the argument that grows, its new value, by how much the work grows
GROWTH = [
    ("sgd", "N=1000 replicates=2 alpha-max=10 points=11", "N=2000", 4),
    ("chain", "N=100000 replicates=2 alpha-max=10 points=11", "N=200000", 2),
    ("escape_times", "engine=direct p=2 p-star=1 N=1000 replicates=4 alpha-max=9 eta-hat=.1", "replicates=8", 2),
    ("escape_times", "engine=chain p=2 p-star=1 N=1000 replicates=400 alpha-max=60 eta-hat=.1", "replicates=800", 2),
    ("fluctuations", "p=4 p-star=2 alpha-max=9 points=9 chain=64,10;512,10 direct=64,5", "alpha-max=18", 2),
    ("sgd_selection", "p=4 p-star=2 t-max=8 cases=250,.1,40;1000,.1,10", "t-max=16", 2),
    ("fig3_data", "p=4 p-star=2 N=1000 alpha-max=1000 replicates=8 others=1 eta=.1 points=9", "N=2000", 2),
    (
        "late_times",
        "eta-hat=.1 N=9000 replicates=9 wide=2,1 equal=1;2 starts=4 chain-wide=4,2 chain-equal=2 "
        "chain-t-max=9 points=9",
        "N=18000",
        2,
    ),
    ("not_orthogonal", "widths=4,2 dimensions=100;300 overlaps=0;.5 large=1e4 starts=10 t-max=200", "starts=20", 2),
    ("plateau_optimum", "largest=.8 step=.01 widths=1,1;2,1 starts=200", "starts=400", 2),
    ("plateau_law", "widths=1,1;2,1 starts=100 points=80 resamples=400", "starts=200", 2),
    ("plateau_times", "N=100;1000 eta-hat=.1 widths=1,1;2,1 starts=100", "starts=200", 2),
    ("plateau_norms", "norms=.3;.6 p-star=4 N=3000 t-max=2.5 eta-hat=.03 replicates=8 points=9", "N=6000", 4),
    ("plateau_growth", "p=4 p-star=2 N=3000 t-max=2 eta-hat=.05 replicates=20 points=9", "replicates=40", 2),
    ("finite_escape", "N=4000 t-max=6 starts=500 runs=4 eta-hat=.1 ode-starts=1 sgd=a;b", "N=8000", 2),
    ("finite_divergence", "first=.1 step=.1 last=.3 t-max=6 widths=2,1 sizes=100,40;1000,20", "t-max=12", 2),
    ("overparameterisation", "N=1000 t-max=6 eta-hat=.1 starts=100 cases=64,1,32", "N=2000", 2),
    ("solution_selection", "starts=100 t-max=50 widths=4,2;8,2 unequal=100;300", "starts=200", 2),
]


def arguments(text: str) -> dict[str, list[str]]:
    return {key: values.split(";") for key, _, values in (word.partition("=") for word in text.split())}


@pytest.mark.parametrize(("stage", "given", "grown", "times"), GROWTH)
def test_work_grows_as_the_loops_do(stage, given, grown, times):
    before = WORK[stage](arguments(given))
    after = WORK[stage](arguments(given) | arguments(grown))
    assert before.seconds > 0
    assert after.seconds / before.seconds == pytest.approx(times, rel=0.05)


@pytest.mark.parametrize(
    ("engine", "grown", "times"),
    [
        ("direct", {"N": 20000}, 4),
        ("chain", {"N": 20000}, 2),
        ("chain", {"alpha_max": 400.0}, 2),
        ("ode", {"replicates": 8}, 2),
        ("spectral", {"replicates": 8}, 2),
        ("gradient-flow", {"N": 20000}, 1),
    ],
)
def test_one_experiment_grows_as_its_engine_does(engine, grown, times):
    given = {"engine": engine, "p": 4, "p_star": 2, "N": 10000, "eta": 0.4}
    given |= {"alpha_max": 200.0, "points": 11, "replicates": 4}
    before, after = simulation(**given), simulation(**given | grown)
    assert after.seconds / before.seconds == pytest.approx(times, rel=0.05)
    assert before.numbers == 4 * 11 * 24


def test_the_recorded_numbers_of_a_trajectory():
    assert WORK["ode"](arguments("points=141")).numbers == 141 * 24
    assert WORK["chain"](arguments("N=9 replicates=3 alpha-max=1 points=11")).numbers == 3 * 11 * 24


def test_every_entry_is_tried_and_is_a_stage(root):
    assert set(WORK) == {stage for stage, *_ in GROWTH} | {"ode"}
    assert [stage for stage in WORK if not (root / f"src/shallownets/escape/stages/{stage}.py").is_file()] == []
