"""The command for people: its words are those of theory and flow, and it refuses what makes no sense."""

import re

import numpy as np
import pytest

from shallownets.drawing import style
from shallownets.errors import UserError
from shallownets.studies.emergence import library
from shallownets.studies.emergence.commands import emergence
from tests.pictures import assert_drawn

SMALL = {"P": 4, "N": 8, "d": 400, "seed": 3}


def said(capsys, tmp_path, *words):
    emergence.main([*words, "--out", str(tmp_path / "a.png")])
    assert_drawn(tmp_path / "a.png", style.PAGE, 2.9)
    return " ".join(capsys.readouterr().out.split())


def test_it_says_what_theory_and_flow_say(capsys, tmp_path):
    text = said(capsys, tmp_path, "--P", "4", "--N", "8", "--d", "400", "--seed", "3")
    done = library.run(**SMALL)
    for m in range(4):
        assert f"{done.theory.times[m]:.4g} {done.flow.times[m]:.4g} {done.flow.owner[m]}" in text
    assert "information exponent 4" in text
    assert "loss + tail ~ t^-1, with T_m ~ m^1 d^1" in text


def test_it_says_what_is_missing_and_where_a_narrow_student_ends(capsys, tmp_path):
    text = said(capsys, tmp_path, "--link", "h3", "--engine", "deflated", "--P", "12", "--N", "6", "--d", "60")
    assert "more could have been learned: near ties" in text
    assert "6 neurons end near N^-1" in text
    assert "never" in text


def test_near_ties_fall_by_a_power_of_the_link(capsys, tmp_path):
    text = said(capsys, tmp_path, "--link", "h3", "--engine", "deflated", "--P", "12", "--N", "12", "--d", "100")
    assert "near ties, whose number falls as d^-0.5, or overlaps" in text


@pytest.mark.parametrize(("link", "N", "d", "seed", "halted"), [("h5", 3, 50, 4, 2), ("h3", 4, 5, 0, 1)])
def test_directions_with_overlaps_below_zero_alone_could_not_have_been_learned(
    capsys, tmp_path, link, N, d, seed, halted
):
    words = ["--P", "4", "--N", str(N), "--d", str(d), "--link", link, "--seed", str(seed)]
    done = library.run(P=4, N=N, d=d, link=link, seed=seed)
    assert np.isinf(done.theory.times).sum() == 4 - N + halted
    text = said(capsys, tmp_path, *words)
    missing = np.isfinite(done.theory.times).sum() - done.flow.learned.sum()
    assert ("Missing" in text) == (missing > 0)
    assert f"Never {halted} more have neurons left, but by theory none that learns them: at odd k" in text


def test_it_says_that_sgd_made_no_step(capsys, tmp_path):
    text = said(capsys, tmp_path, "--P", "1", "--N", "1", "--d", "2", "--link", "h2", "--kappa", "100")
    assert "SGD No step was made: one of 50 is more than twice the time t; a smaller kappa makes some." in text
    assert "0 samples" not in text


def test_it_says_that_k_2_does_not_decouple(capsys, tmp_path):
    text = said(capsys, tmp_path, "--link", "h2", "--P", "4", "--N", "8", "--beta", "0.3")
    assert "At k = 2 directions are not decoupled" in text
    assert "what is learned, not the loss, is a power of time" in text


def test_the_plot_holds_shares_theory_and_loss():
    left, right = library.run(**SMALL).draw().axes
    assert len(left.lines) == 8
    assert [line.get_label() for line in right.lines] == ["flow", "theory", "theory, mean over starts"]
    assert np.all(np.diff(right.lines[0].get_ydata()) <= 1e-9)


SGD = ["--P", "2", "--N", "8", "--d", "60", "--link", "h3", "--r0", "1e-4"]


def test_it_runs_sgd_from_the_same_start(capsys, tmp_path):
    text = said(capsys, tmp_path, *SGD, "--kappa", "0.2")
    done = library.run(P=2, N=8, d=60, link="h3", r0=1e-4, kappa=0.2)
    assert done.sgd.learned.all()
    for m in range(2):
        assert f"{done.flow.times[m]:.4g} {done.sgd.times[m]:.4g} {done.flow.owner[m]}" in text
    assert f"2 of 2 directions after {done.sgd.steps:.3g} samples" in text
    # from the same start: the first direction is learned about when the flow learns it
    assert abs(np.log(done.sgd.times[0] / done.flow.times[0])) < 0.2
    left, right = done.draw().axes
    assert len(left.lines) == 6
    assert [line.get_label() for line in right.lines][:2] == ["flow", "SGD"]


def test_the_curve_of_sgd_ends_where_its_last_direction_is_learned():
    done = library.run(P=4, N=8, d=100, link="h3", r0=1e-4, kappa=0.2)
    last = int(done.sgd.times.argmax())
    assert np.isfinite(done.sgd.times[last])
    share = done.sgd.shares[:, last]
    assert share[np.isfinite(share)][-1] >= 0.5
    t = done.sgd.t[np.isfinite(share)]
    assert np.all(np.diff(t) > 0)
    assert t[-1] >= done.sgd.times[last] > t[-2]


@pytest.mark.parametrize(("P", "most", "shown"), [(5, 12, 5), (12, 12, 12), (16, 12, 10), (7, 7, 7), (64, 7, 7)])
def test_all_directions_are_shown_where_there_is_room(P, most, shown):
    found = library.chosen(P, most)
    assert found.size <= most
    assert found.size == shown
    assert (found[0], found[-1]) == (0, P - 1)


def test_the_one_direction_that_is_learned_is_shown(capsys, tmp_path):
    text = said(capsys, tmp_path, "--P", "8", "--N", "1", "--link", "h3", "--d", "50", "--seed", "2")
    (m,) = np.flatnonzero(library.run(P=8, N=1, link="h3", d=50, seed=2).flow.learned)
    times = re.findall(r"(\d+) (?:\S+) (?:\S+) (\d\S*) 0 yes", text)
    assert [int(one) for one, _ in times] == [m + 1]
    assert "Shown" not in text


def test_it_says_that_directions_are_not_shown(capsys, tmp_path):
    text = said(capsys, tmp_path, "--P", "40", "--N", "40", "--d", "4096")
    learned = library.run(P=40, N=40, d=4096).flow.learned
    shown = library.chosen(40, 12)
    hidden = learned.sum() - learned[shown].sum()
    assert f"Shown {shown.size} of 40 directions; {hidden} of those that are learned are not among them." in text


def test_it_says_that_a_run_is_lost(capsys, tmp_path):
    text = said(capsys, tmp_path, *SGD, "--kappa", "8")
    assert "the run is lost: a step this large holds nothing that it learns" in text
    assert "rare" not in text
    assert float(re.search(r"The step is ([\d.]+) of the largest", text)[1]) > 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--d", "3"], "--d 3: expected at least P = 16"),
        (["--link", "h1"], "expected Hermite polynomials h2 to h8"),
        (["--engine", "deflated", "--link", "h3 + h4"], "expected flow, where the link is not one of h3 to h8"),
        (["--N", "4096", "--P", "4096", "--d", "1000000"], "widths that take at most an hour"),
        (["--link", "h3", "--N", "1", "--P", "1", "--d", "9", "--seed", "2"], "no neuron of this start can learn"),
        (["--kappa", "0.1"], "--kappa 0.1: expected 0, or samples that take at most an hour"),
        (["--kappa", "-1"], "--kappa -1: expected a number from 0 to 100"),
        (["--beta", "10", "--P", "8"], "--r0 1e-06: expected at most a hundredth of the weakest strength"),
        (["--link", "h4 + h5"], "expected even degrees alone, or an odd lowest degree"),
        (["--link", "0 h4"], "expected Hermite polynomials h2 to h8"),
        (["--link", "9" * 400 + " h4"], "9 h4: expected weights from 1e-06 to 1e+06"),
        (["--link", "h4 + " + "9" * 160 + " h6"], "9 h6: expected weights from 1e-06 to 1e+06"),
        (["--link", "0." + "0" * 400 + "1 h4"], "1 h4: expected weights from 1e-06 to 1e+06"),
        (["--out", "a.txt"], "expected a name that ends in .png or .pdf"),
    ],
)
def test_what_makes_no_sense_is_refused(words, message):
    with pytest.raises(UserError) as refused:
        emergence.main(words)
    assert message in str(refused.value).replace("'", "")
    assert "\n" not in str(refused.value)
