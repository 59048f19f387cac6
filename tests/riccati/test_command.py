"""The command for people: its words are those of theory and flow, and it refuses what makes no sense."""

import re

import numpy as np
import pytest

from shallownets import commands
from shallownets.errors import UserError
from shallownets.studies.riccati import library, model
from shallownets.studies.riccati.commands import riccati
from shallownets.studies.riccati.theory import emergence

SMALL = {"M_star": 4, "N": 3, "d": 50, "beta": 1}
WORDS = ["--M-star", "4", "--N", "3", "--d", "50", "--beta", "1"]


def said(capsys, tmp_path, *words):
    riccati.main([*words, "--out", str(tmp_path / "a.png")])
    assert (tmp_path / "a.png").stat().st_size > 5000
    return " ".join(capsys.readouterr().out.split())


def in_words(**given):
    return " ".join(" ".join(riccati.summary(library.solve(**SMALL | given))).split())


def test_it_is_called_by_the_name_of_the_study():
    assert commands.choose(["riccati", "--N", "3"]) == (riccati.__name__, ["--N", "3"])


def test_it_says_what_theory_and_flow_say(capsys, tmp_path):
    text = said(capsys, tmp_path, *WORDS, "--points", "2000")
    found = library.solve(**SMALL, points=2000)
    mean, deviation = emergence.deflated_times(found.lam, 3, 50)
    for j, at in enumerate(np.log(50 / 3) / (2 * found.lam[:3])):
        row = re.search(rf"{j + 1} {found.lam[j]:.3g} {at:.4g} {mean[j]:.4g} ± {deviation[j]:.2g} (\S+)", text)
        # a second road: the overlap at the time that is said, between those at the times before and after it
        before, after = (found.flow.diagonal[:, j][side(found.t, float(row[1]))] for side in (below, above))
        assert before - 0.01 < 0.5 < after + 0.01
    assert "Learned 3 of 3 directions" in text
    assert (
        f"From {found.risk[0]:.4g} to {found.risk[-1]:.4g} of E y^2; {model.best_risk(found.lam, 3):.4g} at best"
        in text
    )
    assert f"within {np.abs(found.risk - found.equivalent).max():.2g} of the deterministic equivalent" in text


def below(t, time):
    return np.flatnonzero(t <= time)[-1]


def above(t, time):
    return np.flatnonzero(t >= time)[0]


@pytest.mark.parametrize(
    ("beta", "words"),
    [
        (1, "The risk falls as t^-1, where many"),
        (0.25, "One less the risk grows as t^2, where many"),
        (0.5, "At beta = 1/2 the risk falls as a logarithm of t"),
    ],
)
def test_the_law_is_that_of_the_tail(beta, words):
    assert words in in_words(beta=beta)


def test_a_direction_that_is_not_learned_is_not_given_a_time():
    found = library.solve(**SMALL | {"beta": 0.5})
    assert found.flow.diagonal[-1, 2] < 0.5
    text = in_words(beta=0.5)
    assert re.search(r"3 0\.4 3\.517 \S+ ± \S+ not yet", text)
    assert "Learned 2 of 3 directions" in text


def test_all_directions_are_shown_where_there_is_room(tmp_path, capsys):
    assert "Shown" not in in_words(M_star=12, N=12, d=200)
    assert "of the 20 directions that a student of this width can learn" in in_words(M_star=20, N=20, d=200)


def test_it_runs_sgd_from_the_same_start():
    found = library.solve(**SMALL, eta_d=0.1)
    text = in_words(eta_d=0.1)
    assert f"SGD Risk {found.sgd[-1]:.4g} after {found.t[-1] * 50 / 0.2:.3g} samples of step 0.002" in text
    assert "below eta d (1 + 2/N) = 0.167: 0 directions" in text


def test_it_says_that_sgd_has_lost_what_it_learned_and_why():
    text = in_words(eta_d=20)
    assert re.search(r"It had lost what it learned by \S+ samples; a smaller eta-d holds it\.", text)
    assert "below eta d (1 + 2/N) = 33.3: 3 directions" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--d", "6"], "--d 6: expected at least M* + N = 7"),
        (["--N", "0"], "--N 0: expected a whole number from 1 to 4000"),
        (["--beta", "nan"], "--beta nan: expected a finite number"),
        (["--M-star", "4000", "--N", "4000", "--d", "10000"], "--points 200: expected times that take at most an hour"),
        (["--d", "1000000", "--eta-d", "1e-3"], "--eta-d 1e-3: expected 0, or samples that take at most an hour"),
        (["--out", "a.txt"], "expected a name that ends in .png or .pdf"),
    ],
)
def test_what_makes_no_sense_is_refused(words, message):
    with pytest.raises(UserError) as refused:
        riccati.main([*WORDS, *words])
    assert message in str(refused.value).replace("'", "")
    assert "\n" not in str(refused.value)
