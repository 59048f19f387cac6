"""The command for people: its words are those of the theory, and it refuses what makes no sense."""

import re
from contextlib import contextmanager

import numpy as np
import pytest

from shallownets.claims.significance import standard
from shallownets.config.check import section_of
from shallownets.drawing import style
from shallownets.errors import Impossible, UserError
from shallownets.numerics.statistics import Estimate
from shallownets.studies.perceptron import library, model, starts
from shallownets.studies.perceptron.commands import perceptron
from shallownets.studies.perceptron.engines.minimise import minimise
from shallownets.studies.perceptron.parameters.solve import Solve
from shallownets.studies.perceptron.theory import limits, saddle
from tests.pictures import assert_drawn


def said(capsys, tmp_path, *words):
    perceptron.main([*words, "--out", str(tmp_path / "a.png")])
    assert_drawn(tmp_path / "a.png", style.COLUMN, 2.7)
    return " ".join(capsys.readouterr().out.split())


def test_it_says_what_theory_says(capsys, tmp_path):
    text = said(capsys, tmp_path, "--alpha", "5", "--norm", "3")
    assert f"probability {saddle.solve(5, 3).error[0]:.4g}" in text
    assert f"Bayes, {limits.bayes(5):.4g}" in text
    assert f"Hebb's rule has {limits.hebb(5):.4g}" in text
    for noise, share in (("0.499999999", "49.9999999"), ("0.07", "7"), ("1e-9", "1e-07")):
        words = ["--alpha", "5", "--norm", "3", "--noise", noise]
        assert f"norm = 3, {share} % of the labels turned." in said(capsys, tmp_path, *words)
    assert "too small: training on would help" in text


@pytest.mark.parametrize(
    ("norm", "place"), [("0.01", "close to Hebb's rule"), ("4.5", "at its best"), ("40", "stopping earlier would help")]
)
def test_it_says_where_the_norm_stands(capsys, tmp_path, norm, place):
    assert place in said(capsys, tmp_path, "--alpha", "5", "--norm", norm)


def test_it_simulates_and_counts_what_was_left_out(capsys, tmp_path):
    text = said(capsys, tmp_path, "--alpha", "5", "--norm", "1", "--simulate", "4", "--N", "40", "--inputs", "signs")
    assert "4 samples at N = 40, inputs of -1 and 1" in text and "A free norm that passes here has" in text
    text = said(capsys, tmp_path, "--alpha", "10", "--norm", "9", "--noise", "0.1", "--simulate", "2", "--N", "20")
    assert (
        "A free norm never gets here" in text
        and "2 of 2 samples at N = 20 have their least loss at a smaller norm" in text
    )


@pytest.mark.slow
def test_samples_that_are_selected_are_said_to_be_and_no_solution_is_held_against_them(capsys, tmp_path):
    """They are those whose labels are easier to fit; that their errors are lower is the test below."""
    words = ["--alpha", "5", "--norm", "3", "--noise", "0.05", "--N", "20", "--simulate", "16"]
    text = said(capsys, tmp_path, *words)
    found = re.search(r"(\d+) selected samples at N = 20.*? (\d+) of 16 samples at N = 20 have their least loss", text)
    assert sum(map(int, found.groups())) == 16
    assert "errors, in training and on new examples, are too low for those of all samples" in text
    assert "standard deviations" not in text
    assert "Maximum stability and Bayes are left out: with turned labels" in text
    few = said(capsys, tmp_path, "--alpha", "5", "--norm", "3", "--N", "20", "--simulate", "4")
    assert "selected samples" not in few and "standard deviations" in few


@pytest.mark.slow
def test_samples_that_reach_a_norm_have_lower_errors_than_those_that_do_not():
    """The minimisers of all samples are compared at a small norm, which all of them have."""
    errors = {True: [], False: []}
    for replicate in range(200):
        examples = starts.draw(20, 100, np.random.default_rng([5406, replicate]), noise=0.05)
        try:
            minimise(examples, np.array([3.0]))
            reached = True
        except Impossible:
            reached = False
        W = minimise(examples, np.array([0.3])).W[0]
        errors[reached].append([model.test_error(examples.overlap(W)), (examples.z @ W < 0).mean()])
    kept, lost = (np.array(errors[reached]) for reached in (True, False))
    off = np.sqrt(kept.var(0, ddof=1) / len(kept) + lost.var(0, ddof=1) / len(lost))
    assert ((lost.mean(0) - kept.mean(0)) / off > 2).all()


def test_it_blames_no_labels_where_none_is_turned_and_sees_a_norm_that_is_too_large(capsys, tmp_path):
    """The force along the student falls as exp(-2 norm margin), to a number that is 0."""
    text = said(capsys, tmp_path, "--alpha", "0.02", "--norm", "500")
    assert "wrong labels" not in text and "after a time longer than a number can hold" in text
    text = said(capsys, tmp_path, "--alpha", "5", "--norm", "3", "--noise", "0.05")
    assert "stopping earlier would help" in text and "The best norm lies beyond" not in text


@pytest.mark.parametrize(
    ("alpha", "norm", "noise", "place"),
    [
        ("100", "3", "0.05", "smaller than the best one, which only a fixed norm reaches"),
        ("20", "3", "0.05", "larger than the best one"),
        ("100", "3", "0.3", "larger than the best one"),
    ],
)
def test_no_training_is_advised_at_a_norm_that_training_does_not_reach(capsys, tmp_path, alpha, norm, noise, place):
    text = said(capsys, tmp_path, "--alpha", alpha, "--norm", norm, "--noise", noise)
    assert f"The norm is {place}. " in text and "A free norm never gets here" in text
    assert "would help" not in text
    beyond = "The best norm lies beyond the end of a free one; there theory rests on replica symmetry alone."
    assert (beyond in text) == (noise == "0.05")


def test_a_best_norm_that_no_digit_tells_is_not_named(capsys, tmp_path):
    for noise in ("0.4999", "0.499999999"):
        text = said(capsys, tmp_path, "--alpha", "0.01", "--norm", "0.01", "--noise", noise)
        assert "close to Hebb's rule" in text and "no norm falls below by as much as the solution has digits" in text
        assert "the best norm" not in text.lower()
    assert "the best norm, 0.002515, has" in said(capsys, tmp_path, "--alpha", "100", "--norm", "1", "--noise", "0.49")
    found = library.solve(alpha=5, norm=3, noise=0.499999999)
    assert not found.best_told and "best norm" not in repr(found)
    assert found.curve.lam[0] == pytest.approx(0.1)


def test_a_norm_that_is_solved_is_drawn_however_large(capsys, tmp_path):
    assert "a time longer than a number can hold" in said(capsys, tmp_path, "--alpha", "5", "--norm", "1e6")
    text = said(capsys, tmp_path, "--alpha", "20", "--norm", "800", "--noise", ".05")
    assert "Replica symmetry is not stable here (de Almeida and Thouless: 1.09, above 1)" in text
    assert "Replica symmetry" not in said(capsys, tmp_path, "--alpha", "20", "--norm", "8", "--noise", ".05")


def test_samples_whose_arithmetic_fails_are_said_to_and_not_that_they_have_no_student(capsys, tmp_path):
    """Without turned labels every norm has a student of least loss."""
    words = ["--alpha", "2", "--norm", "1000", "--simulate", "3", "--N", "40"]
    text = said(capsys, tmp_path, *words)
    assert "3 of 3 samples at N = 40 cannot be solved: the force that the norm holds is too small for a number" in text


def test_free_and_fixed_norm_are_of_the_same_samples_and_lost_ones_are_counted(monkeypatch):
    """The flow fails in the second sample, and the minimiser in the third."""
    calls = {"minimise": 0, "descend": 0}

    def failing(name, when):
        real = getattr(library, name)

        def one(*args, **named):
            calls[name] += 1
            if calls[name] == when:
                raise Impossible("here")
            return real(*args, **named)

        return one

    given = Solve(alpha=3.0, norm=1.0, noise=0.0, simulate=5, N=30, inputs="gaussian", seed=1)
    whole = library._simulate(given)
    assert (whole.fixed.n, whole.free.n, whole.lost) == (5, 5, 0)
    monkeypatch.setattr(library, "minimise", failing("minimise", 3))
    monkeypatch.setattr(library, "descend", failing("descend", 2))
    found = library._simulate(given)
    assert (found.fixed.n, found.free.n, found.training.n) == (3, 3, 3)
    assert (found.lost, found.late) == (1, 1)
    text = perceptron._seen(given, found, 0.2, 1.0)
    assert "3 selected samples" in text and "In 1 samples a free norm did not get here" in text


def test_few_samples_are_said_by_students_t():
    done = library.Simulated(Estimate(0.1, 0.001, 4), None, Estimate(0.01, 0.001, 4), 0)
    given = Solve(alpha=3.0, norm=1.0, noise=0.0, simulate=4, N=30, inputs="gaussian", seed=1)
    text = perceptron._seen(given, done, 0.115, 1.0)
    assert f"{-standard(-0.015, 0.001, 3):.1f} standard deviations below" in text
    assert "15.0" not in text and "order 1/N" in text


@pytest.mark.parametrize(
    ("alpha", "norm", "noise"), [(5, 3, 0), (5, 3, 0.05), (0.1, 3, 0), (200, 1, 0), (1000, 500, 0)]
)
def test_the_axis_of_errors_has_labels_enough_and_not_too_many(alpha, norm, noise):
    figure = library.solve(alpha=alpha, norm=norm, noise=noise).draw()
    figure.canvas.draw()
    (axes,) = figure.axes
    low, high = axes.get_ylim()
    labels = axes.yaxis.get_ticklabels() + axes.yaxis.get_ticklabels(minor=True)
    shown = [one for one in labels if one.get_text() and low <= one.get_position()[1] <= high]
    assert 2 <= len(shown) <= 8


def test_the_curve_is_in_the_legend_and_the_axes_say_what_they_are():
    (axes,) = library.solve(alpha=5, norm=3).draw().axes
    assert "solution" in [text.get_text() for text in axes.get_legend().get_texts()]
    assert "norm" in axes.get_xlabel() and "test error" in axes.get_ylabel()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--alpha", "-1", "--norm", "1"], "--alpha '-1': expected a number from 0.01"),
        (["--alfa", "1", "--norm", "1"], "--alfa: unknown; did you mean --alpha?"),
        (["--alpha", "1", "--norm", "1", "--simulate", "1"], "--simulate '1': expected 0 or at least 2"),
        (["--alpha", "1", "--norm", "1", "--out", "a.txt"], "--out a.txt: expected a name that ends in .png or .pdf"),
        (["--alpha", "1000", "--norm", "1", "--simulate", "9999", "--N", "1000"], "at most an hour"),
        (
            ["--alpha", "1000", "--norm", "500", "--simulate", "20", "--N", "20"],
            "--simulate '20': expected a number of samples that",
        ),
        (["--alpha", "100", "--norm", "90", "--simulate", "500", "--N", "200"], "at most an hour"),
    ],
)
def test_what_makes_no_sense_is_refused(words, message):
    with pytest.raises(UserError) as caught:
        perceptron.main(words)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("alpha", "norm", "N", "taken"),
    [(5.0, 3.0, 1000, 4.6), (2.0, 8.0, 1500, 7.9), (5.0, 3.0, 500, 0.85), (50.0, 30.0, 100, 1.35)],
)
def test_a_hundred_samples_that_take_a_quarter_of_an_hour_or_less_are_not_refused(alpha, norm, N, taken):
    """They were, as of more than an hour. ``taken`` is what a sample took, in core seconds."""
    given = section_of({"alpha": alpha, "norm": norm, "N": N, "simulate": 100}, Solve, "solve")
    assert taken / 2 < given.work() / 100 < 2 * taken


def test_how_far_a_sample_is_is_said_on_the_way(monkeypatch):
    """The flow's shares of a sample come to one, also of a sample that the flow or the minimiser does not reach."""
    said = []

    @contextmanager
    def progress(label, total, least):
        yield said.append

    monkeypatch.setattr(library, "progress", progress)
    library.solve(alpha=20, norm=5, simulate=2, N=20)
    assert sum(said) == pytest.approx(2) and len(said) > 100 and max(said) < 0.1
    said.clear()
    library.solve(alpha=10, norm=9, noise=0.1, simulate=2, N=20)
    assert said == [1, 1]


@pytest.mark.parametrize(("alpha", "P"), [(0.0125, 2), (0.0135, 3), (0.015, 3)])
def test_samples_are_held_against_the_solution_at_their_own_number_of_examples(alpha, P):
    found = library.solve(alpha=alpha, norm=1, N=200, simulate=3)
    text = " ".join(" ".join(perceptron.summary(found)).split())
    error = float(saddle.solve(P / 200, 1.0, 0.0).error[0])
    words = f"{P} examples, alpha = {P / 200:.4g}, where the solution has {error:.4g}."
    assert (words in text) == (alpha * 200 != P)
    off = abs(standard(found.simulated.fixed.value - error, found.simulated.fixed.error, 2))
    assert f"{off:.1f} standard deviations" in text
