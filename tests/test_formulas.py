"""A formula of a claim is arithmetic: no text, whoever wrote it, does anything else."""

import math

import hypothesis
import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given

from shallownets.claims.formulas import evaluate
from shallownets.errors import UserError

NAMES = {"p": 4, "p_star": 2, "eta": 0.1}


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("p/(p+2)", 4 / 6),
        ("4*eta/(p*p_star)", 0.05),
        ("-p**2 + sqrt(p_star)", -16 + math.sqrt(2)),
        ("min(p, p_star) - max(1, eta)", 1),
        ("log(exp(2)) * pi", 2 * math.pi),
        (3, 3),
        ("1e-3", 1e-3),
        ("p #", 4),  # a comment changes nothing
    ],
)
def test_arithmetic(formula, value):
    assert evaluate(formula, NAMES) == pytest.approx(value, rel=1e-15)


def test_a_formula_has_at_most_500_characters():
    assert evaluate("1" + "+1" * 249 + " ", NAMES) == 250
    with pytest.raises(UserError, match="501 characters; expected at most 500"):
        evaluate("1" + "+1" * 250, NAMES)


REFUSED = [
    "__import__('os').system('touch pwned')",
    "().__class__.__bases__[0].__subclasses__()",
    "p.__class__",
    "(lambda: 1)()",
    "[x for x in (1, 2)]",
    "[p]",
    "f'{p}'",
    "'a'",
    "b'x'",
    "1j",
    "True",
    "None",
    "...",
    "q + 1",
    "p +",
    "p := 3",
    "sqrt.__globals__",
    "sqrt(*[4])",
    "sqrt(x=4)",
    "sqrt(p, p)",
    "max(p, key=p)",
    "min([1, 2])",
    "min()",
    "abs()",
    "exp(exp(exp(9)))",
    "9**9**9**9",
    "10**10000",
    "1e308*10",
    "(-8)**0.5",
    "0**-1",
    "1/0",
    "log(0)",
    "p if p else p",
    "p < 3",
    "p and 1",
    "not p",
    "~p",
    "p // 2",
    "p % 2",
    "p @ p",
    "p << 9999999",
    "await p",
    "yield",
    "p; p",
    "p\np",
    "import os",
    "",
    "\0",
    "\ud800",
    "ｐ．ｑ",
    "1" + "+1" * 100_000,
    "sqrt(" * 80 + "2" + ")" * 80 + "(",
]


@pytest.mark.parametrize("formula", REFUSED, ids=range(len(REFUSED)))
def test_anything_else_is_refused_in_one_line(formula, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="formula") as refused:
        evaluate(formula, NAMES)
    assert str(refused.value).isprintable()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("formula", ["-" * 400 + "1", "(" * 200 + "1" + ")" * 200])
def test_arithmetic_that_is_deep_is_arithmetic_or_refused(formula):
    try:
        assert evaluate(formula, NAMES) == 1
    except UserError as error:
        assert str(error).isprintable()


@hypothesis.settings(
    max_examples=500, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)
@given(st.text(alphabet="p14.e+-*/()[]{}_,:'\"=<> lambdxsqrt\n\\@%", max_size=30) | st.text(max_size=12) | st.floats())
def test_any_formula_is_a_finite_number_or_refused_in_one_line(formula):
    try:
        assert math.isfinite(evaluate(formula, {"p": 4.0}))
    except UserError as error:
        assert str(error).isprintable()
