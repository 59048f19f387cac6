"""The command for people: its words are those of the theory, and it refuses what makes no sense."""

import pytest

from shallownets.errors import UserError
from shallownets.studies.perceptron.commands import perceptron
from shallownets.studies.perceptron.theory import limits, saddle


def said(capsys, tmp_path, *words):
    perceptron.main([*words, "--out", str(tmp_path / "a.png")])
    assert (tmp_path / "a.png").stat().st_size > 5000
    return " ".join(capsys.readouterr().out.split())


def test_it_says_what_theory_says(capsys, tmp_path):
    text = said(capsys, tmp_path, "--alpha", "5", "--norm", "3")
    assert f"probability {saddle.solve(5, 3).error[0]:.4g}" in text
    assert f"Bayes, {limits.bayes(5):.4g}" in text
    assert f"Hebb's rule has {limits.hebb(5):.4g}" in text
    assert "too small: training on would help" in text


@pytest.mark.parametrize(
    ("norm", "place"), [("0.01", "close to Hebb's rule"), ("4.5", "at its best"), ("40", "stopping earlier would help")]
)
def test_it_says_where_the_norm_stands(capsys, tmp_path, norm, place):
    assert place in said(capsys, tmp_path, "--alpha", "5", "--norm", norm)


def test_it_simulates_and_counts_what_was_left_out(capsys, tmp_path):
    text = said(capsys, tmp_path, "--alpha", "5", "--norm", "1", "--simulate", "4", "--N", "40", "--inputs", "signs")
    assert "4 samples at N = 40, signs inputs" in text and "A free norm that passes here has" in text
    text = said(capsys, tmp_path, "--alpha", "10", "--norm", "9", "--noise", "0.1", "--simulate", "2", "--N", "20")
    assert "A free norm never gets here" in text and "No two of 2 samples at N = 20" in text


def test_it_blames_no_labels_where_none_is_turned_and_sees_a_norm_that_is_too_large(capsys, tmp_path):
    """The force along the student falls as exp(-2 norm margin), to a number that is 0."""
    text = said(capsys, tmp_path, "--alpha", "0.02", "--norm", "500")
    assert "wrong labels" not in text and "after a time longer than a number can hold" in text
    text = said(capsys, tmp_path, "--alpha", "100", "--norm", "3", "--noise", "0.3")
    assert "stopping earlier would help" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--alpha", "-1", "--norm", "1"], "--alpha '-1': expected a number from 0.01"),
        (["--alpha", "1", "--norm", "1", "--simulate", "1"], "--simulate '1': expected 0 or at least 2"),
        (["--alpha", "1", "--norm", "1", "--out", "a.txt"], "--out a.txt: expected a name that ends in .png or .pdf"),
        (["--alpha", "1000", "--norm", "1", "--simulate", "9999", "--N", "1000"], "at most an hour"),
    ],
)
def test_what_makes_no_sense_is_refused(words, message):
    with pytest.raises(UserError) as caught:
        perceptron.main(words)
    assert message in str(caught.value)
