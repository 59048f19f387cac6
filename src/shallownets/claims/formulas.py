"""Formulas in claims files: arithmetic on named numbers, read without executing anything."""

import ast
import math
import operator
from collections.abc import Callable, Mapping

from shallownets.errors import UserError

_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_UNARY: dict[type[ast.unaryop], Callable[[float], float]] = {ast.USub: operator.neg}
_FUNCTIONS: dict[str, Callable[..., float]] = {
    "sqrt": math.sqrt,
    "log": math.log,
    "exp": math.exp,
    "min": min,
    "max": max,
    "abs": abs,
}
_CONSTANTS = {"pi": math.pi}
_LONGEST = 500  # characters; longer ones could exhaust the parser's stack


def evaluate(formula: str | float, names: Mapping[str, float]) -> float:
    """Value of a formula: numbers, names, + - * / **, sqrt, log, exp, min, max, abs and pi.

    Raises:
        UserError: anything else in the formula, an unknown name, or a value that is not a finite number.
    """

    text = str(formula)
    if len(text) > _LONGEST:
        raise UserError(f"formula {text[:40]!r}...: {len(text)} characters; expected at most {_LONGEST}")

    def value(node: ast.expr) -> float:
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return float(number)  # whole numbers could grow without bound
            case ast.Name(id=name) if name in names:
                return float(names[name])
            case ast.Name(id=name) if name in _CONSTANTS:
                return _CONSTANTS[name]
            case ast.BinOp(left, op, right) if type(op) in _BINARY:
                return _BINARY[type(op)](value(left), value(right))
            case ast.UnaryOp(op, operand) if type(op) in _UNARY:
                return _UNARY[type(op)](value(operand))
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in _FUNCTIONS:
                return _FUNCTIONS[name](*map(value, arguments))
        raise UserError(f"formula {formula!r}: {ast.unparse(node)!r} is not known; known here: {', '.join(names)}")

    try:
        result = float(value(ast.parse(text, mode="eval").body))
    except (SyntaxError, ArithmeticError, ValueError, TypeError, RecursionError, MemoryError) as error:
        raise UserError(f"formula {formula!r}: {error}") from error
    if not math.isfinite(result):
        raise UserError(f"formula {formula!r}: its value is {result}")
    return result
