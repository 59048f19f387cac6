"""What a YAML file of this project may hold: a schema, and one line for what it refuses.

Messages are one line: the key, its value, and what would be right.
"""

import difflib
import math
import operator
from collections.abc import Callable, Iterator, Mapping

import yaml
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from shallownets.errors import UserError, in_short, key_name

LARGEST = 10**15  # beyond it no number here has a meaning, and floats no longer tell whole numbers apart


def _bound_by_others(combine: Callable, holds: Callable, words: str, sign: str) -> Callable:
    """Schema keyword ``{key: [others]}`` that bounds a key's value by the combined values of other keys beside it."""

    def keyword(validator, rule: Mapping, section: object, schema: Mapping) -> Iterator[ValidationError]:
        for key, others in rule.items():
            values = [section.get(name) for name in (key, *others)] if isinstance(section, Mapping) else [None]
            if all(validator.is_type(value, "number") for value in values):
                bound = combine(values[1:])
                if not holds(values[0], bound):
                    right = f"a number of {words} {f' {sign} '.join(others)} = {bound:g}"
                    yield ValidationError(right, path=[key], instance=values[0])

    return keyword


_BETWEEN_KEYS = {
    "atLeastSum": _bound_by_others(sum, operator.ge, "at least", "+"),
    "atMostProduct": _bound_by_others(math.prod, operator.le, "at most", "x"),
}


def _is_number(_, value: object) -> bool:
    """NaN fails the comparison, infinity and what is larger than any meaning does too."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST


def _is_integer(checker, value: object) -> bool:
    """Unlike in JSON, 4.0 is not a whole number: the command lines would not read it as one."""
    return isinstance(value, int) and _is_number(checker, value)


_TYPES = Draft202012Validator.TYPE_CHECKER.redefine_many({"number": _is_number, "integer": _is_integer})
_Validator = extend(Draft202012Validator, _BETWEEN_KEYS, type_checker=_TYPES)


def _text_hint(text: str) -> str:
    """Why there may be text where a number is right."""
    try:
        float(text)
    except ValueError:
        return ""
    if isinstance(yaml.safe_load(text), str):
        return " (this is text: YAML reads 1e-3 as text and 1.0e-3 as a number)"
    return " (this is text: quotes make it so, and Snakemake does with what is nested in --config; use --configfile)"


def _explain(error: ValidationError) -> str:
    """One line for one violation."""
    path = [key_name(part) for part in error.absolute_path]
    right = error.schema.get("description") if isinstance(error.schema, Mapping) else None
    if error.validator == "additionalProperties":
        known = list(error.schema["properties"])
        unknown = next(key for key in error.instance if key not in known)
        name = key_name(unknown)
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
        return f"{'.'.join([*path, name])} = {in_short(error.instance[unknown])}: unknown key; {hint}"
    if error.validator == "required":
        missing = next(key for key in error.validator_value if key not in error.instance)
        return f"{'.'.join([*path, missing])}: missing; it is needed here"
    key, value = ".".join(path) or "the config", in_short(error.instance)
    if error.validator == "type" and error.schema["type"] == "object":
        right = "a section with keys of its own"
    elif isinstance(error.instance, float) and not math.isfinite(error.instance):
        right = "a finite number"
    elif isinstance(error.instance, int | float) and abs(error.instance) >= LARGEST:
        right = f"a number below {LARGEST:.0e}"
    elif error.validator in _BETWEEN_KEYS:
        right = error.message
    number = isinstance(error.instance, str) and error.schema.get("type") in ("number", "integer")
    hint = _text_hint(error.instance) if number else ""
    return f"{key} = {value}: {right} is right{hint}"


def check(document: object, schema: Mapping, name: str) -> None:
    """Refuse a document that its schema does not allow.

    Args:
        document: what a YAML or JSON file says.
        schema: JSON schema (2020-12) with the keywords ``atLeastSum`` and ``atMostProduct`` on top.
        name: what the message calls it.

    Raises:
        UserError: one line for the first violation.
    """
    # A value that is wrong by itself is said before one that does not fit another.
    try:
        errors = sorted(
            _Validator(schema).iter_errors(document),
            key=lambda error: (error.validator in _BETWEEN_KEYS, len(error.absolute_path)),
        )
    except ValueError as error:  # Python, and with it jsonschema, does not print numbers of thousands of digits
        raise UserError(f"{name}: a number of thousands of digits stands in it; numbers here have few") from error
    if errors:
        raise UserError(f"{name}: {_explain(errors[0])}")


def defaults(schema: Mapping) -> object:
    """The values that the schema gives as ``default``, nested as in the document."""
    if "default" in schema:
        return schema["default"]
    return {key: defaults(part) for key, part in schema["properties"].items()}
