import math

import pytest

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
    ],
)
def test_arithmetic(formula, value):
    assert evaluate(formula, NAMES) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    "formula",
    [
        "__import__('os').system('true')",
        "p.real",
        "[p]",
        "p if eta else 0",
        "lambda: 1",
        "q + 1",
        "p +",
        "1/0",
        "log(-1)",
        "exp(1000)",
        "sqrt(p, p)",
        "True",
        "'a'",
        "2**2**2**2**2**2",
        "1j",
        "",
    ],
)
def test_anything_else_is_refused(formula):
    with pytest.raises(UserError, match="formula"):
        evaluate(formula, NAMES)
