"""The command for people: its words are those of the theory, and it refuses what makes no sense."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from shallownets.drawing import style
from shallownets.errors import Impossible, UserError
from shallownets.studies.spectra import library
from shallownets.studies.spectra.commands import spectra
from shallownets.studies.spectra.engines import nuclear
from shallownets.studies.spectra.measure import curves
from shallownets.studies.spectra.theory import evolution, law
from shallownets.studies.spectra.theory.diagonal import Diagonal
from shallownets.studies.spectra.theory.quadratic import Quadratic
from tests.pictures import assert_drawn


def said(capsys, tmp_path, *words):
    spectra.main([*words, "--out", str(tmp_path / "a.png")])
    text = " ".join(capsys.readouterr().out.split())
    # beside the risk the spectrum of the weights, where they have one
    assert_drawn(tmp_path / "a.png", style.PAGE if "eigenvalues" in text else style.COLUMN, 2.7)
    return text


def test_it_says_what_theory_says(capsys, tmp_path):
    text = said(capsys, tmp_path, "--network", "quadratic", "--n", "3000", "--d", "50", "--lam", "1")
    network = Quadratic(1.0, 50, 0.5, 50)
    assert f"{evolution.solve(network, 3000, 1.0).risk:.4g} by state evolution" in text
    assert f"Bayes, {law.bayes(network, 3000):.4g}" in text
    assert "eigenvalues stand alone" in text


@pytest.mark.parametrize(
    ("n", "lam", "words"),
    [
        ("100", "100", "Ib, at leading order: no weight is left"),
        ("100", "0.0001", "this one is too weak"),
        ("100000", "300", "this one is too strong"),
    ],
)
def test_it_says_in_which_phase_the_diagonal_network_is(capsys, tmp_path, n, lam, words):
    assert words in said(capsys, tmp_path, "--network", "diagonal", "--n", n, "--d", "400", "--lam", lam)


def test_it_says_that_no_decay_is_best_where_there_is_little_noise(capsys, tmp_path):
    words = ["--network", "quadratic", "--noise", "0.01", "--n", "150", "--d", "30", "--lam", "0.1"]
    text = said(capsys, tmp_path, *words)
    assert (
        "no weight decay above 0 is the best, and the risk falls to 0.5576 as lam goes to 0: this one is too str"
        in text
    )
    found = library.solve(network="quadratic", noise=0.01, n=150, d=30, lam=0.1)
    assert (found.to_pandas().lam > 0).all()
    assert found.to_pandas().risk.iloc[-1] == pytest.approx(found.best.risk, rel=1e-2)


@pytest.mark.slow
def test_it_takes_dimensions_that_no_computer_trains(capsys, tmp_path):
    text = said(capsys, tmp_path, "--network", "quadratic", "--n", "1e11", "--d", "1000000", "--lam", "1")
    assert "n_eff = 100000" in text


@pytest.mark.parametrize("network", ["diagonal", "quadratic"])
def test_it_trains(capsys, tmp_path, network):
    words = ["--network", network, "--n", "200", "--d", "20", "--lam", "1", "--train", "3"]
    text = said(capsys, tmp_path, *words)
    assert "3 trainings: risk" in text
    assert "by Student's t" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--network", "diagonal", "--n", "-1", "--d", "20", "--lam", "1"], "--n '-1': expected a number"),
        (["--network", "wide", "--n", "9", "--d", "20", "--lam", "1"], "--network 'wide': expected"),
        (
            ["--network", "diagonal", "--n", "9", "--d", "20", "--lam", "1", "--train", "1"],
            "--train '1': expected 0 or",
        ),
        (
            ["--network", "quadratic", "--n", "9", "--d", "5000", "--lam", "1", "--train", "2"],
            "--d '5000': expected at most 400",
        ),
        (
            ["--network", "quadratic", "--n", "150", "--d", "30", "--lam", "1e-6", "--train", "2"],
            "--lam '1e-6': expected at least 1e-05",
        ),
        (["--network", "diagonal", "--n", "9", "--d", "20", "--lam", "1", "--out", "a.txt"], "--out a.txt: expected a"),
    ],
)
def test_it_refuses_what_makes_no_sense(words, message):
    with pytest.raises(UserError) as caught:
        spectra.main(words)
    assert message in str(caught.value)


def test_no_line_joins_two_bands():
    found = library.solve(network="quadratic", gamma=1.5, n=1e14, d=30, lam=1e-3)
    value, density = found.plot().axes[1].lines[0].get_data()
    assert np.isnan(value).sum() == found.law.edges.shape[0] - 1 > 5
    ends = found.law.edges - found.state.x
    for one in np.split(value, np.flatnonzero(np.isnan(value))):
        inside = one[~np.isnan(one)]
        assert ((ends[:, 0] <= inside.min() + 1e-9) & (inside.max() <= ends[:, 1] + 1e-9)).any()
    assert np.isnan(density).sum() == np.isnan(value).sum()


@pytest.mark.parametrize("train", [2, 3, 20])
def test_a_deviation_is_that_of_students_t(train):
    """Two trainings 139 of their own errors away are no news: one pair in 200 is."""
    found = library.solve(network="diagonal", n=30, d=20, lam=1, train=train)
    risk = found.trained.risk
    chance = 2 * stats.t.sf(abs(risk.value - found.risk) / risk.error, train - 1)
    text = " ".join(" ".join(spectra.summary(found)).split())
    assert f"{stats.norm.isf(chance / 2):.1f} standard deviations" in text


@pytest.mark.parametrize("n", [1.5, 2.5])
def test_a_fraction_of_a_sample_is_not_trained(n):
    with pytest.raises(Impossible, match=rf"^n = {n}: expected a whole number where networks are trained$"):
        library.solve(network="diagonal", n=n, d=10, lam=0.01, train=2)


def words_of(network, gamma, n, d, lam):
    found = library.solve(network=network, gamma=gamma, n=n, d=d, lam=lam)
    return " ".join(" ".join(spectra.summary(found)).split())


def test_nothing_is_printed_that_rounding_made():
    text = words_of("quadratic", 0.5000001, 100.0, 2500, 1e3)
    assert "gamma = 0.5000001," in text
    assert "^-0.00" not in text
    assert "; 0 effective parameters" in text
    assert "Phase Ia" in text


@pytest.mark.slow
def test_what_rounding_hides_is_given_as_a_bound():
    assert "fewer than 5e+02 effective parameters" in words_of("quadratic", 0.5000001, 1e9, 10**9, 1e-3)


@pytest.mark.slow
def test_eigenvalues_that_stand_alone_are_counted_as_far_as_they_are_resolved():
    assert "; 300 eigenvalues stand alone" in words_of("quadratic", 1.5, 1e14, 300, 1e-3)
    assert "; at least 400 eigenvalues stand alone" in words_of("quadratic", 1.5, 1e14, 1000, 1e-3)


LOOKS = 8000  # of one solution and four beside it; without a care for rounding they are 200 000
ENDS = list(product((0.5000001, 10.0), (10, 10**9), (1.0, 1e9, 1e14), (1e-8, 1e12), (1e-6, 100.0)))


@pytest.mark.slow
@pytest.mark.parametrize("of_network", [Diagonal, Quadratic])
def test_at_the_ends_of_all_ranges_it_takes_few_looks_or_refuses_before_the_first(of_network):
    """Where rounding hides the last digits of the risk, steps that wait for them would never end."""

    class Counted(of_network):
        looks = 0

        def at(self, v, x):
            Counted.looks += 1
            return super().at(v, x)

    refused = 0
    for gamma, d, n, lam, noise in ENDS:
        network, Counted.looks = Counted(gamma, d, noise), 0
        try:
            curves.along_decay(network, n / network.samples, lam * np.geomspace(10, 0.1, 5))
        except Impossible:
            refused += 1
            assert Counted.looks == 0
            continue
        assert Counted.looks < LOOKS
    assert refused == (8 if of_network is Quadratic else 0)  # at n = 1 and d = 10^9


def test_a_slope_beside_the_peak_is_no_power():
    text = words_of("diagonal", 1.0, 1010.0, 1000, 1e-5)
    assert "beside the interpolation peak" in text
    assert "near a boundary" not in text
    assert "beside the interpolation peak" not in words_of("diagonal", 1.0, 300.0, 1000, 1.0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("network", "n", "d", "lam", "near"),
    [
        ("diagonal", 1.0, 10, 1e-8, True),
        ("quadratic", 6000.0, 80, 1.0, True),
        ("quadratic", 1e11, 10**6, 1.0, False),
        ("diagonal", 1e9, 10**6, 1e-6, False),
        ("diagonal", 100.0, 400, 100.0, False),
        ("diagonal", 500.0, 1000, 1e-6, False),  # in V the risk is no power of the samples
    ],
)
def test_where_leading_order_does_not_hold_it_says_so(network, n, d, lam, near):
    words = "This point is near a boundary: leading order does not hold yet."
    assert (words in words_of(network, 1.0, n, d, lam)) == near


@pytest.mark.parametrize(
    ("network", "gamma", "n", "d", "lam", "noise"),
    [
        ("diagonal", 1.0, 10.0, 100, 1e-8, 0.5),  # "little harm", and a risk above that of zero weights
        ("diagonal", 0.75, 2.11, 10, 0.073, 0.5),
        ("quadratic", 1.0, 10.88, 10, 0.9226, 0.1),  # "no weight is left", and a rank of 1.4
        ("diagonal", 1.0, 386274.0, 1000, 24.3, 1.0),  # "few spikes", and half of all features
    ],
)
def test_words_that_the_numbers_contradict_are_not_left_alone(network, gamma, n, d, lam, noise):
    found = library.solve(network=network, gamma=gamma, n=n, d=d, lam=lam, noise=noise)
    assert "near a boundary: leading order does not hold" in " ".join(" ".join(spectra.summary(found)).split())


@pytest.mark.slow
def test_no_words_of_a_phase_contradict_the_numbers_anywhere():
    """The words are those of many dimensions; read here as people read them, beside what is said of this network."""
    rng, heard = np.random.default_rng(9400), set()
    for case in range(500):
        given = {"network": ("diagonal", "quadratic")[case % 2], "gamma": rng.uniform(0.55, 2.5), "noise": 0.5}
        given |= {"n": 10 ** rng.uniform(0, 6), "d": int(10 ** rng.uniform(1, 3)), "lam": 10 ** rng.uniform(-8, 3)}
        found = library.solve(**given)
        text = " ".join(" ".join(spectra.summary(found)).split())
        if "near a boundary" in text:
            continue
        left, zero = found.left, found.network.zero
        true = {
            "no weight is left": left < 0.5,
            "few spikes": left <= given["d"] / 4,
            "all spikes": left >= 0.75 * given["d"],
            "little harm": found.risk <= zero and found.risk <= 2 * found.best.risk,
            "nothing of the teacher is learned": found.risk >= zero / 2,
        }
        said = {words for words in true if words in text}
        assert all(true[words] for words in said), given
        heard |= said
    assert len(heard) >= 4


@pytest.mark.parametrize(
    ("network", "n", "said_so"),
    [("quadratic", 10.0, True), ("quadratic", 200.0, False), ("diagonal", 10.0, False)],
)
def test_where_the_minimum_is_not_unique_it_says_which_one_was_found(network, n, said_so):
    found = library.solve(network=network, n=n, d=20, lam=0.05, train=2, seed=1)
    text = " ".join(" ".join(spectra.summary(found)).split())
    words = "the minimum is not unique: rank and risk are those of Newton's steps from zero weights."
    assert (words in text) == said_so


def test_where_no_weight_is_left_it_says_so_and_counts_no_errors():
    found = library.solve(network="quadratic", n=2, d=10, lam=1.0, train=3, seed=1)
    text = " ".join(" ".join(spectra.summary(found)).split())
    assert "no weight is left in any of them" in text
    assert "standard deviations" not in text


def test_a_minimum_that_was_not_found_is_no_result(monkeypatch):
    monkeypatch.setattr(nuclear, "_LARGEST", 3)
    with pytest.raises(Impossible, match="the minimum was not found"):
        library.solve(network="quadratic", n=60.0, d=20, lam=0.01, train=2)
