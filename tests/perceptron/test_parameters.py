"""What values the stages take, what is said of others, and what a minimisation takes."""

import numpy as np
import pytest

from shallownets.config import settings
from shallownets.config.check import section_of
from shallownets.errors import UserError
from shallownets.studies.perceptron import starts
from shallownets.studies.perceptron.engines import descend, minimise
from shallownets.studies.perceptron.parameters.data import FreeNormValues, factor, newton, steps
from tests.perceptron.made import DYNAMICS, RUN, STAGES, made


@pytest.mark.parametrize(
    ("name", "values", "size"),
    [
        ("margins", {"alpha": 0.2, "norms": [0.3, 200.0]}, "alpha = 0.2, N = 40"),
        ("finite_size", {"alpha": 0.2, "norms": [0.3, 200.0]}, "alpha = 0.2, N = 20"),
        ("runs", {"alpha": 0.2, "norms": [0.3, 200.0]}, "alpha = 0.2, N = 40"),
    ],
)
def test_norms_that_no_sample_has_are_refused_by_their_key(name, values, size):
    with pytest.raises(UserError, match=rf"norms = \[0.3, 200.0\]: expected smaller ones at {size}; norm = 200"):
        made(name, STAGES.get(name, RUN) | values)


@pytest.mark.slow
def test_a_norm_at_which_message_passing_finds_no_fixed_point_is_refused_by_its_key():
    sizes = [[10, 20], [11, 20], [12, 20]]
    why = r"norms = \[1.0, 30.0\]: expected smaller ones at alpha = 1, N = 1\d; norm = 30.*message passing"
    with pytest.raises(UserError, match=why):
        made("finite_size", STAGES["finite_size"] | {"alpha": 1.0, "norms": [1.0, 30.0], "sizes": sizes})


@pytest.mark.slow
def test_the_widest_values_that_the_config_takes_are_solved():
    for name, values in (
        ("first_law", {"alphas": [0.0101], "window": [1e-3, 0.0101]}),
        ("first_law", {"alphas": [0.02, 1e8], "window": [1e-3, 1e6], "judged_at": [1e-3, 1e6]}),
        ("second_law", {"alphas": [0.011, 1e8]}),
        ("second_law", {"alphas": [1.0], "window": [1e-3, 1000.0], "judged_at": [0.1, 1000.0]}),
        ("optimum", {"alphas": [0.01, 0.02, 0.03, 1e8], "fit_from": 0.01}),
        ("norm_curves", {"alphas": [0.01, 1e8], "least": 1e-3, "span": 1000.0}),
    ):
        _, of = made(name, STAGES[name] | values)
        assert np.isfinite(of.measurements.frame.estimate).all(), name
    _, of = made("learning_curves", STAGES["learning_curves"] | {"alphas": [0.2, 1e8], "points": 4}, [])
    frame = of.measurements.frame
    assert np.isfinite(frame.estimate).all()


SENSELESS = [
    ("norm_curves", {"alphas": [2.0, 1.0]}, "alphas = [2.0, 1.0]: expected a list that rises"),
    ("norm_curves", {"span": 0.1, "least": 1.0}, "span = 0.1: expected at least 10 least/alpha = 5"),
    ("first_law", {"window": [10.0, 20.0]}, "window = [10.0, 20.0]: expected two norms, the second at least 10 times"),
    ("optimum", {"fit_from": 50.0}, "fit_from = 50.0: expected a number that at least three alphas reach"),
    ("learning_curves", {"far": 500.0}, "window = [30.0, 1000.0]: expected two norms below far = 500"),
    ("learning_curves", {"window": [30.0, 31.0]}, "window = [30.0, 31.0]: expected two norms, the second at least 10"),
    ("learning_curves", {"alphas": [0.1]}, "alphas.0 = 0.1: expected a number from 0.2"),
    ("first_law", {"alphas": [0.01]}, "alphas = [0.01]: expected numbers above 0.01"),
    ("first_law", {"window": [0.001, 0.01]}, "window = [0.001, 0.01]: expected two norms, the second above 0.01"),
    ("second_law", {"alphas": [0.01]}, "alphas = [0.01]: expected numbers above 0.01"),
    ("second_law", {"judged_at": [1e6]}, "judged_at.0 = 1000000.0: expected a number from 0.1 to 1000"),
    (
        "finite_size",
        {"sizes": [[20, 8], [20, 4]]},
        "sizes = [[20, 8], [20, 4]]: expected a list in which only one entry",
    ),
    (
        "label_noise",
        {"cases": [[10.0, 20, 3], [10.0, 20, 4]]},
        "expected a list in which no two entries have one",
    ),
    (
        "label_noise",
        {"cases": [[10.0, 20, 3], [10.0, 40, 3]]},
        "expected a list in which no two entries have one",
    ),
    ("label_noise", {"cases": [[2.0, 20, 3]]}, "expected a number above 2"),
    ("label_noise", {"noise": 1e-6}, "noise = 1e-06: expected a number from 0.001 to 0.49"),
    ("label_noise", {"noise": 0.499}, "noise = 0.499: expected a number from 0.001 to 0.49"),
    ("label_noise", {"fit_from": 100.0}, "fit_from = 100.0: expected a number that at least three alphas reach"),
]


@pytest.mark.parametrize(("name", "changed", "message"), SENSELESS)
def test_values_that_do_not_go_together_are_refused(name, changed, message):
    with pytest.raises(UserError) as caught:
        section_of(STAGES[name] | changed, settings.class_of(f"perceptron.{name}"), name)
    assert message in str(caught.value)


def test_paths_are_a_power_of_two():
    with pytest.raises(UserError, match="paths = 100: expected a power of 2"):
        section_of(DYNAMICS | {"paths": 100}, settings.class_of("perceptron.dynamics"), "dynamics")


def test_samples_of_one_kind_are_asked_for_once():
    """Two lists of them would begin with the same samples, and count them twice."""
    with pytest.raises(UserError, match=r"sizes = \[\[20, 8\], \[20, 4\]\]: expected a list in which only one entry"):
        section_of(DYNAMICS | {"sizes": [[20, 8], [20, 4]]}, settings.class_of("perceptron.dynamics"), "dynamics")
    given = {"small": [0.02, 0.04], "norms": [1.0, 2.0], "cases": [[2.0, 60, 4], [2.0, 80, 4]]}
    with pytest.raises(UserError, match=r"cases = .*: expected a list in which no two entries have one alpha"):
        section_of(given, FreeNormValues, "free_norm")


def test_norms_of_the_flow_lie_above_the_small_ones():
    with pytest.raises(UserError, match="expected numbers above the small ones"):
        section_of(RUN | {"norms": [0.03, 1.0]}, settings.class_of("perceptron.runs"), "runs")


@pytest.mark.parametrize("norms", [[3.0], [1.0, 8.0], [0.3, 3.0, 30.0], [0.02, 0.04, 0.33, 2.0, 8.0], [0.01]])
def test_work_counts_the_steps_that_the_minimiser_and_the_flow_take(monkeypatch, norms):
    """A trap: steps four times as many, each five times as long, refused runs of a minute as of more than an hour."""
    taken, real = [], minimise._hessian
    monkeypatch.setattr(minimise, "_hessian", lambda z, f: taken.append(z.shape) or real(z, f))
    examples = starts.draw(60, 300, np.random.default_rng(5408))
    minimise.minimise(examples, np.array(norms))
    said = newton(60, 300, norms) / factor(60, 300)
    assert len(taken) / 1.7 < said < 1.7 * len(taken)
    flow = descend.descend(examples, np.array(norms)).steps[-1]
    assert flow / 1.5 < steps(5.0, norms[-1]) < 1.5 * flow


@pytest.mark.parametrize("alpha", [2.0, 5.0, 50.0])
def test_a_step_of_the_minimiser_grows_with_n_as_its_products_and_its_factor_do(alpha):
    """Multiplications of the symmetric product and of Cholesky's factor; at small N what is done once adds to them."""
    N = np.array([500.0, 1000.0, 2000.0, 4000.0])
    each = factor(N, alpha * N) / (N**2 * alpha * N / 2 + N**3 / 6)
    assert (np.diff(each) < 0).all() and each[0] < 1.5 * each[-1]
    assert factor(100.0, alpha * 100) / (1e6 * (alpha / 2 + 1 / 6)) > 1.5 * each[-1]
