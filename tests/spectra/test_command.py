"""The command for people: its words are those of the theory, and it refuses what makes no sense."""

import pytest

from shallownets.errors import UserError
from shallownets.studies.spectra.commands import spectra
from shallownets.studies.spectra.theory import evolution, law
from shallownets.studies.spectra.theory.quadratic import Quadratic


def said(capsys, tmp_path, *words):
    spectra.main([*words, "--out", str(tmp_path / "a.png")])
    assert (tmp_path / "a.png").stat().st_size > 5000
    return " ".join(capsys.readouterr().out.split())


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


def test_it_takes_dimensions_that_no_computer_trains(capsys, tmp_path):
    text = said(capsys, tmp_path, "--network", "quadratic", "--n", "1e11", "--d", "1000000", "--lam", "1")
    assert "n_eff = 100000" in text


@pytest.mark.parametrize("network", ["diagonal", "quadratic"])
def test_it_trains(capsys, tmp_path, network):
    words = ["--network", network, "--n", "200", "--d", "20", "--lam", "1", "--train", "3"]
    text = said(capsys, tmp_path, *words)
    assert "3 trainings: risk" in text
    assert "standard errors" in text


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
        (["--network", "diagonal", "--n", "9", "--d", "20", "--lam", "1", "--out", "a.txt"], "--out a.txt: expected a"),
    ],
)
def test_it_refuses_what_makes_no_sense(words, message):
    with pytest.raises(UserError) as caught:
        spectra.main(words)
    assert message in str(caught.value)
