"""The config: checked against its schema before anything starts, compared with its defaults, written down.

Messages are one line: the key, its value, and what would be right.
"""

import difflib
import math
import operator
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from shallownets.artefacts import write_whole
from shallownets.errors import UserError


def load_schema(path: Path) -> dict:
    """The schema, a YAML file of this project."""
    return yaml.safe_load(path.read_text())


def _value(value: object) -> str:
    """A value as the message shows it, cut to one short line."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."


def _bound_by_others(combine: Callable, holds: Callable, words: str, sign: str) -> Callable:
    """Schema keyword ``{key: [others]}`` that bounds a key's value by the combined values of other keys beside it."""

    def keyword(validator, rule: Mapping, section: object, schema: Mapping) -> Iterator[ValidationError]:
        for key, others in rule.items():
            values = [section.get(name) for name in (key, *others)] if isinstance(section, Mapping) else [None]
            if all(isinstance(value, int | float) for value in values):
                bound = combine(values[1:])
                if not holds(values[0], bound):
                    right = f"a number of {words} {f' {sign} '.join(others)} = {bound:g}"
                    yield ValidationError(right, path=[key], instance=values[0])

    return keyword


_BETWEEN_KEYS = {
    "atLeastSum": _bound_by_others(sum, operator.ge, "at least", "+"),
    "atMostProduct": _bound_by_others(math.prod, operator.le, "at most", "x"),
}
_Validator = extend(Draft202012Validator, _BETWEEN_KEYS)


def _leaves(node: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """(path, value) of everything that is not a mapping; an empty mapping counts as a value."""
    if isinstance(node, Mapping) and node:
        for key, value in node.items():
            yield from _leaves(value, (*path, str(key)))
    else:
        yield path, node


def _numbers(node: object) -> Iterator[float]:
    if isinstance(node, list):
        for value in node:
            yield from _numbers(value)
    elif isinstance(node, float):
        yield node


def _explain(error: ValidationError) -> str:
    """One line for one violation."""
    path = [str(part) for part in error.absolute_path]
    right = error.schema.get("description") if isinstance(error.schema, Mapping) else None
    if error.validator == "additionalProperties":
        known = list(error.schema["properties"])
        unknown = next(key for key in error.instance if key not in known)
        near = difflib.get_close_matches(str(unknown), known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
        return f"{'.'.join([*path, str(unknown)])} = {_value(error.instance[unknown])}: unknown key; {hint}"
    if error.validator == "required":
        missing = next(key for key in error.validator_value if key not in error.instance)
        return f"{'.'.join([*path, missing])}: missing; it is needed here"
    key, value = ".".join(path) or "the config", _value(error.instance)
    if error.validator == "type" and error.schema["type"] == "object":
        right = "a section with keys of its own"
    elif error.validator in _BETWEEN_KEYS:
        right = error.message
    hint = ""
    if isinstance(error.instance, str) and error.schema.get("type") in ("number", "integer"):
        hint = " (this is text; YAML reads 1e-3 as text and 1.0e-3 as a number)"
    return f"{key} = {value}: {right} is right{hint}"


def check(config: object, schema: Mapping, name: str = "config") -> None:
    """Refuse a config, or any other YAML file, that its schema does not allow.

    Args:
        config: the merged config.
        schema: JSON schema (2020-12) with the keywords ``atLeastSum`` and ``atMostProduct`` on top.
        name: what the message calls it.

    Raises:
        UserError: one line for the first violation.
    """
    for path, value in _leaves(config):
        if not all(math.isfinite(number) for number in _numbers([value])):
            raise UserError(f"{name}: {'.'.join(path)} = {_value(value)}: a finite number is right")
    # A value that is wrong by itself is said before one that does not fit another.
    errors = sorted(
        _Validator(schema).iter_errors(config),
        key=lambda error: (error.validator in _BETWEEN_KEYS, len(error.absolute_path)),
    )
    if errors:
        raise UserError(f"{name}: {_explain(errors[0])}")


def defaults(schema: Mapping) -> object:
    """The values that the schema gives as ``default``, nested as in the config."""
    if "default" in schema:
        return schema["default"]
    return {key: defaults(part) for key, part in schema["properties"].items()}


def differences(config: Mapping, default: Mapping) -> list[str]:
    """One line for each value that is not the default: ``key: value (default: value)``."""
    usual = dict(_leaves(default))
    return [
        f"{'.'.join(path)}: {value!r} (default: {usual.get(path)!r})"
        for path, value in _leaves(config)
        if usual.get(path) != value
    ]


def results_folder(config: Mapping) -> str:
    """Where the results of this config's tier land, relative to the working directory."""
    return "results" if config["tier"] == "paper" else f"results/{config['tier']}"


def summary(config: Mapping, schema: Mapping) -> str:
    """What a run is about to do: its tier, its folder, and each value that is not the default."""
    changed = differences(config, defaults(schema))
    head = f"Tier {config['tier']}, results in {results_folder(config)}/; "
    return "\n    ".join(
        [
            head
            + (f"{len(changed)} values differ from the default:" if changed else "all values are the default ones"),
            *changed,
        ]
    )


def write(config: Mapping, path: Path) -> None:
    """Write the merged config as YAML."""
    text = yaml.safe_dump(dict(config), sort_keys=False, allow_unicode=True)
    write_whole(path, ("# The config of these results, all overlays merged.\n" + text).encode())
