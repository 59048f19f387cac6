"""How the numbers of a comparison are written, in the ledger and the report alike.

Four digits tell most numbers apart. Of a comparison that deviates, as many are written as are needed to see that the
measured number is not what is allowed.
"""

from math import isfinite

from shallownets.claims.judge import DEVIATES, Comparison, allowed

_DIGITS, _MOST = 4, 15  # significant ones: usually, and as many as a float holds
_BOUNDS = {"at_most": "at most ", "at_least": "at least "}


def _digits(comparison: Comparison) -> int:
    predicted, measured = comparison.predicted, comparison.measured
    if comparison.verdict != DEVIATES or predicted is None or measured is None:
        return _DIGITS
    ends = [end for end in allowed(comparison.kind, predicted, comparison.tolerance or 0.0) if isfinite(end)]

    def tell_apart(digits: int) -> bool:
        return all(f"{end:.{digits}g}" != f"{measured:.{digits}g}" for end in ends)

    return next((digits for digits in range(_DIGITS, _MOST) if tell_apart(digits)), _MOST)


def _number(value: float | None, comparison: Comparison) -> str:
    return "" if value is None else f"{value:.{_digits(comparison)}g}"


def expected(comparison: Comparison) -> str:
    """The number or the bound that a comparison is held against; empty where it is not known in this tier."""
    number = _number(comparison.predicted, comparison)
    return number and _BOUNDS.get(comparison.kind, "") + number


def allowance(comparison: Comparison) -> str:
    """How far from the expected number a law may be: ``allowed ± 0.02``; empty for all other rules."""
    if comparison.kind != "within" or comparison.tolerance is None:
        return ""
    return f"allowed ± {comparison.tolerance:.{_digits(comparison) - 2}g}"


def against(comparison: Comparison) -> str:
    """What is expected, and what is allowed beside it: ``1, allowed ± 0.02``."""
    return ", ".join(filter(None, (expected(comparison), allowance(comparison))))


def measured(comparison: Comparison) -> str:
    """The measured number; empty where it was not measured."""
    return _number(comparison.measured, comparison)


def interval(comparison: Comparison) -> str:
    """The interval of the measured number; empty of one without error."""
    if comparison.low is None or comparison.low == comparison.high:
        return ""
    return f"{_number(comparison.low, comparison)} … {_number(comparison.high, comparison)}"


FILTERS = {one.__name__: one for one in (expected, allowance, against, measured, interval)}  # of templates
