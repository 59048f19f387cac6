"""With turned labels: the best norm, the end of a free one, and what may be said of a power."""

import numpy as np
import pytest
import yaml

from shallownets.errors import Impossible, UserError
from shallownets.studies.perceptron import model, starts
from shallownets.studies.perceptron.engines import minimise
from shallownets.studies.perceptron.measure import curves, turned_labels
from shallownets.studies.perceptron.theory import laws, saddle
from tests.conftest import ROOT
from tests.perceptron.made import STAGES, made


@pytest.mark.parametrize(("noise", "alpha"), [(0.02, 50.0), (0.05, 50.0), (0.08, 100.0), (0.1, 200.0), (0.12, 1000.0)])
def test_what_the_best_norms_exponent_may_be_off_is_not_exceeded(noise, alpha):
    """The local exponent, and a fit. Close to 13.9 % turned labels the first order vanishes, what follows decides."""
    alphas = alpha * np.array([0.98, 1.02, 2, 4, 10])
    best = np.array([curves.optimum(one, noise)[0] for one in alphas])
    left_out = turned_labels.off_the_root(noise, alpha)
    local = curves.exponent(alphas[:2], best[:2])
    assert abs(local - 0.5) < left_out
    assert abs(curves.exponent(alphas[1:], best[1:]) - 0.5) < left_out
    assert turned_labels.off_the_root(noise, 100 * alpha) < left_out / 9


@pytest.mark.parametrize("noise", [0.02, 0.1, 0.2, 0.4])
def test_the_best_norm_grows_without_end_below_a_share_of_turned_labels_and_not_above(noise):
    """As alpha goes to infinity the error at fixed norm is the root of E f^2: does it fall to the end?"""
    grows = noise < laws.MUCH_NOISE
    near, far = (curves.optimum(alpha, noise)[0] for alpha in (1e6, 1e8))
    assert far / near == (pytest.approx(10, rel=0.15) if grows else pytest.approx(1, abs=0.05))
    lam = np.array([10.0, 100.0])
    E = [(1 - noise) * (w @ model.force(z, one) ** 2) + noise * (w @ (2 - model.force(z, one)) ** 2) for one in lam
         for z, w in [laws.half_normal(one)]]  # fmt: skip
    assert (E[0] > E[1] > 4 * noise) if grows else (E[0] < E[1] < 4 * noise)


@pytest.mark.parametrize(("alpha", "noise"), [(0.1, 0.3), (100.0, 0.3), (1000.0, 0.49)])
def test_the_best_norm_is_found_where_labels_say_little(alpha, noise):
    norm, error = curves.optimum(alpha, noise)
    around = saddle.solve(alpha, norm * np.array([0.5, 2.0]), noise).error
    assert (error <= around + 1e-10).all()


@pytest.mark.parametrize(
    ("alpha", "noise"),
    [(1e4, 1e-9), (1e4, 1e-6), (1e4, 1e-5), (1e6, 1e-5), (1e8, 1e-9), (500.0, 1e-12), (0.01, 0.05), (10.0, 0.49)],
)
def test_the_best_norm_is_that_of_a_fine_grid_also_where_few_labels_are_turned_or_nearly_half(alpha, noise):
    """The grid knows no law: it covers all norms. Its steps of 1 % miss the least error by less than their square."""
    lam = np.geomspace(1e-5, 30 * max(alpha, 1), int(100 * np.log(3e6 * max(alpha, 1))))
    grid = saddle.solve(alpha, lam, noise).error
    norm, error = curves.optimum(alpha, noise)
    assert error == pytest.approx(grid.min(), rel=1e-4)
    assert error < grid.min() * (1 + 1e-9)
    assert norm == pytest.approx(lam[grid.argmin()], rel=0.05)
    assert error == pytest.approx(saddle.solve(alpha, norm, noise).error[0], rel=1e-9)


def test_a_free_norm_that_does_not_stop_is_said_to():
    right = "expected more examples or more noise than 0.1, a free norm grows beyond 30 here"
    with pytest.raises(UserError, match=f"alphas, alpha = 2.5: {right}"):
        made("label_noise", STAGES["label_noise"] | {"alphas": [2.5, 50.0, 100.0, 200.0]})
    with pytest.raises(UserError, match=f"cases, alpha = 2.5: {right}"):
        made("label_noise", STAGES["label_noise"] | {"cases": [[2.5, 20, 2]]})


def test_labels_that_a_sample_can_separate_are_said_to_by_the_key():
    right = "cases = 10, 20, 3: expected a larger alpha or N, or more noise than 0.005; the labels can be separated"
    with pytest.raises(UserError, match=right):
        made("label_noise", STAGES["label_noise"] | {"noise": 0.005, "alphas": [20.0, 50.0, 100.0]})
    examples = starts.draw(20, 10, np.random.default_rng(5407), noise=0.1)  # a Hessian that is singular
    with pytest.raises(Impossible, match="the labels can be separated"):
        minimise.free(examples)


@pytest.mark.parametrize("noise", [1e-12, 1e-6, 0.001, 0.49, 0.4999, 0.499999])
def test_a_free_norm_ends_at_any_share_of_turned_labels(noise):
    """Both ends: 1 - λ √(π/2)/(1 - 2 p0) + O(λ^2) vanishes, and RATE/λ^2 = 2 p0 √(2/π) (1 + O(λ^-2))."""
    norm, first = laws.last_norm(noise)
    small, large = np.sqrt(2 / np.pi) * (1 - 2 * noise), np.sqrt(laws.RATE / (2 * noise * np.sqrt(2 / np.pi)))
    right, off = (large, 2 / large**2) if noise < 0.25 else (small, 2 * small)
    assert norm == pytest.approx(right, rel=off)
    assert np.isfinite(first)


@pytest.mark.parametrize("noise", [0.001, 0.49])
def test_every_share_of_turned_labels_that_the_config_takes_has_its_figure(noise):
    given = {"noise": noise, "alphas": [50.0, 100.0, 200.0], "fit_from": 50.0, "cases": [[100.0, 60, 2]]}
    _, of = made("label_noise", STAGES["label_noise"] | given)
    assert np.isfinite(of.measurements.frame.estimate).all() and (of.figure_data.frame.norm > 0).all()


@pytest.mark.parametrize(("noise", "judged"), [(0.139, True), (0.1395, False), (0.3, False)])
def test_with_many_turned_labels_nothing_is_said_of_a_power_that_the_best_norm_is_not(noise, judged):
    _, of = made("label_noise", STAGES["label_noise"] | {"noise": noise})
    of_best = {"exponent of the best norm", "best norm over the end"}
    said = set(of.measurements.frame.quantity) & of_best
    assert said == (of_best if judged else set())
    assert (set(of.figure_data.frame.series) >= {"best", "end"}) and of.figure_data.notes == of.measurements.notes
    concerned = [row["quantity"] for rows in of.measurements.notes.values() for row in rows]
    assert set(concerned) == of_best - said


def test_words_of_claims_hold_at_any_share_of_turned_labels():
    """A trap: a statement had the limit of the norm, and the share, that the config had when it was written."""
    claims = yaml.safe_load((ROOT / "workflow/claims/perceptron/data.yaml").read_text())
    ours = [claim for claim in claims if claim["table"] == "label_noise"]
    assert len(ours) == 5
    for claim in ours:
        assert "5 %" not in claim["statement"] and "1.82" not in claim["statement"]
    (passes,) = [claim for claim in ours if claim["id"] == "perceptron-noise-passes"]
    for noise in (0.001, 0.01, 0.05, 0.139):
        alpha = float(min(passes["rows"]["alpha"]))
        assert saddle.solve(alpha, curves.optimum(alpha, noise)[0], noise).multiplier[0] < 0  # no free norm gets there
    for noise in (0.02, 0.05, 0.2):
        values = {"noise": noise, "alphas": [20.0, 50.0, 100.0, 200.0, 500.0]}
        _, of = made("label_noise", STAGES["label_noise"] | values)
        found = of.measurements.frame
        found = found[found.quantity == "first order of the end"]
        assert (np.abs(found.estimate - found.theory) < found.order).all()
