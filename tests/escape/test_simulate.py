"""One function for all engines, and the command that simulates one experiment and says what theory predicts."""

import re
from typing import get_args

import numpy as np
import pytest
from numpy.random import SeedSequence, default_rng

from shallownets.config.check import fields, parts
from shallownets.drawing import style
from shallownets.errors import UserError
from shallownets.studies.escape import library, starts
from shallownets.studies.escape.commands import escape as command
from shallownets.studies.escape.parameters.simulate import Asked
from shallownets.studies.escape.simulate import ENGINES, SGD, simulate
from tests.pictures import assert_drawn

SMALL = "--p 3 --p-star 2 --N 300 --eta-hat 0.1 --points 61"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_list_of_starts_gives_a_run_from_each(engine, rng):
    begun = [starts.orthonormal_overlaps(3, 2, 100, rng) for _ in range(3)]
    alpha, streams = np.array([0.0, 0.5, 1.0]), SeedSequence(7).spawn(3)
    done = []
    together = simulate(begun, engine, 0.2, alpha, N=100, streams=streams, progress=done.append)
    for number, (start, stream) in enumerate(zip(begun, streams, strict=True)):
        alone = simulate(start, engine, 0.2, alpha, N=100, streams=[stream])
        np.testing.assert_allclose(together.M[number], alone.M[0], rtol=1e-12)
        np.testing.assert_allclose(together.M[number, 0], start.M, atol=1e-12)
    assert sum(done) == pytest.approx(3.0)


def test_the_command_knows_every_engine():
    assert set(get_args(parts(fields(Asked)["engine"])[0])) == set(ENGINES)


def told(capsys, tmp_path, line):
    """What the command prints; its plot lands in tmp_path/plot.png."""
    command.main([*line.split(), "--out", str(tmp_path / "plot.png")])
    return " ".join(capsys.readouterr().out.split())


def numbers(text, pattern):
    """The numbers that stand where the pattern has N."""
    found = re.search(pattern.replace("N", r"(\d+(?:\.\d+)?(?:e-?\d+)?)"), text)
    assert found, text
    return [float(number) for number in found.groups()]


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_agrees_with_what_is_predicted(engine, capsys, tmp_path):
    text = told(capsys, tmp_path, f"{SMALL} --engine {engine} --replicates 30 --alpha-max 200")
    value, error, predicted = numbers(text, r"the risk is N ± N\. Predicted: N = 1/p")
    # the overlaps with the teacher, Q = 1 at the start and finite eta each move it by a few per cent
    assert value == pytest.approx(predicted, rel=0.05)
    if engine == "gradient-flow":
        time, _, law = numbers(text, r"plateau's, at alpha = N ± N\. Eq\. 13,.*?there: N")
        assert law < time < 1.5 * law
    else:
        time, error, predicted = numbers(text, r"plateau's, at alpha = N ± N\. Predicted: N")
        assert abs(time - predicted) < (4 * error if engine in SGD else 0.1)
    risk, _, predicted = numbers(text, r"the risk is N ± N\. Predicted: N, the late law")
    assert risk == pytest.approx(predicted, rel=0.15)
    if engine in SGD:
        value, error, predicted = numbers(text, r"random one, is N ± N\. Predicted: N")
        assert abs(value - predicted) < 4 * error
    else:
        distance, _, left = numbers(text, r"to N ± N; random solutions are 2 p = 6 .* Predicted: N, on")
        assert distance == pytest.approx(left, rel=0.1)
    assert_drawn(tmp_path / "plot.png", style.PAGE, 2.7)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("--p 2 --p-star 3 --N 300 --replicates 1", ["the least that p < p* vectors can reach", "None has zero error"]),
        ("--p 2 --p-star 2 --N 300 --replicates 2", ["Predicted: 0, approached exponentially"]),
        ("--p 2 --p-star 2 --N 300 --eta 2", ["Diverged 4 of 4 runs", "beyond eta-hat = 0.2"]),
        (f"{SMALL} --alpha-max 2 --engine spectral", ["0 of 4 runs escape", "Predicted: 0 in the end"]),
        ("--p 4 --p-star 2 --N 300 --eta-hat 0.26 --engine spectral", ["no solution is stable"]),
    ],
)
def test_every_case_is_told(line, words, capsys, tmp_path):
    text = told(capsys, tmp_path, line)
    for word in words:
        assert word in text
    assert "nan" not in text.lower()


def test_engines_share_the_starts_and_sgd_its_seed():
    def ran(**more):
        return library.run(p=3, p_star=2, N=300, eta_hat=0.1, points=61, alpha_max=2, **more)

    chain, again, limit = ran(), ran(), ran(engine="ode")
    np.testing.assert_array_equal(chain.M, again.M)
    for one, two, three in zip(chain.starts, again.starts, limit.starts, strict=True):
        np.testing.assert_array_equal(one.M, two.M)
        np.testing.assert_array_equal(one.M, three.M)
    assert not np.array_equal(chain.starts[0].M, ran(seed=1).starts[0].M)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("--p 0", "--p '0': expected a whole number from 1 to 1000"),
        ("--N 3", "--N '3': expected at least p + p* = 6"),
        ("--points 1", "--points '1': expected a whole number from 2 to 1000000"),
        ("--alpha-max 0.00001", "alpha_max = 1e-05: 0.1 samples at N = 10000; expected at least 2"),
        ("--alpha-max 1 --N 100 --points 401", "points = 401: expected at most one time a sample, 100 at N = 100"),
        ("--eta 1e6", "eta = 1e+06 without alpha_max: 0.31 samples at N = 10000; expected at least 2"),
        (
            "--eta 1e-300",
            "eta = 1e-300 without alpha_max: a run to alpha = 3.1e+301; expected one to less than 1e+15",
        ),
        ("--eta-hat 1e-312", "eta_hat = 1e-312 without alpha_max: a run to alpha = "),
        ("--alpha-max 1e300 --engine ode", "--alpha-max '1e300': expected a number below 1e+15"),
        ("--eta 1e-12", "4 runs to alpha = 3.1e+13, 3.1e+17 samples each, take about 5.3e+03 years on one core; "),
        ("--N 999999999999999 --engine direct", "N = 999999999999999: weights of 4 + 2 vectors need 9.6e+07 GB of "),
        (
            "--N 999999999999999",
            "take about 6.7e+03 years on one core; expected fewer of them, a larger eta, a smaller N, or",
        ),
        (
            "--replicates 1000000 --points 900000 --engine ode",
            "replicates = 1000000 and 900000 times: the overlaps need 5.18e+05 GB of memory; expected at most the ",
        ),
        ("--p 2000 --N 5000", "--p '2000': expected a whole number from 1 to 1000"),
        ("--tolerance 1", "--tolerance '1': expected a number from 1e-13 to 0.01"),
        ("--eta 1 --eta-hat 1", "--eta '1': expected one of eta and eta_hat"),
        ("--engine fast", "--engine 'fast': expected one of direct, chain"),
        ("--out plot.svg", "--out plot.svg: expected a name that ends in .png or .pdf"),
    ],
)
def test_a_mistake_is_refused_in_the_words_of_the_config(line, words):
    with pytest.raises(UserError) as refused:
        command.main(line.split())
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_takes_long_is_said_before_it_starts(capsys, monkeypatch):
    monkeypatch.setattr(library, "_simulate", lambda given: given)

    def said(**given):
        library.run(**given)
        return capsys.readouterr().err

    assert said(N=10_000_000) == "4 runs to alpha = 170, 1.7e+09 samples each, take about 15 minutes on one core\n"
    assert said(N=10_000) == ""
    assert said(eta=1e-12, engine="spectral") == ""


def test_a_run_of_few_samples_is_recorded_after_each(capsys, tmp_path):
    text = told(capsys, tmp_path, "--p 1 --p-star 1 --N 2 --engine chain")
    assert "Student p = 1, teacher p* = 1, N = 2" in text
    given = library.run(p=1, p_star=1, N=2).given
    assert given.points == int(given.alpha_max * 2) < 401


def test_starts_are_those_of_the_paper():
    begun = library.run(N=400, replicates=200, engine="spectral").starts
    squares = np.array([(start.M**2).mean() for start in begun])
    assert abs(squares.mean() - 1 / 400) < 4 * squares.std(ddof=1) / np.sqrt(len(squares))
    assert all(np.array_equal(start.Q, np.eye(4)) for start in begun)
    assert not np.array_equal(begun[0].M, starts.orthonormal_overlaps(4, 2, 400, default_rng(0)).M)


@pytest.mark.parametrize("engine", ["chain", "spectral"])
def test_where_no_overlap_grows_no_escape_is_predicted(engine):
    done = library.run(p=4, p_star=4, N=1000, eta_hat=0.35, engine=engine, alpha_max=20, replicates=2)
    said = " ".join("\n".join(command.summary(done)).split())
    assert "0 of 2 runs escape. None is predicted beyond eta-hat = 0.333" in said
    assert "nan" not in said
