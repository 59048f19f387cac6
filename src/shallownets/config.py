"""The config: checked against its schema before anything starts, compared with its defaults, written down.

Messages are one line: the key, its value, and what would be right.
"""

import difflib
import math
import operator
import reprlib
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from shallownets.artefacts import write_whole
from shallownets.errors import UserError

LARGEST = 10**15  # beyond it no number here has a meaning, and floats no longer tell whole numbers apart


def _refuse_repetition(document: yaml.Node | None) -> None:
    """Refuse a key that stands twice, for YAML drops the first in silence, and aliases, which can nest endlessly."""
    waiting, met = [document] if document else [], set()
    while waiting:
        node = waiting.pop()
        if id(node) in met:
            raise UserError(f"line {node.start_mark.line + 1}: an alias stands for this; the value itself is right")
        met.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.MappingNode):
            keys = set()
            for key, value in node.value:
                if str(key.value) in keys:
                    raise UserError(f"line {key.start_mark.line + 1}: {_word(key.value)} stands there twice")
                keys.add(str(key.value))
                waiting += [key, value]


def load_yaml(path: Path) -> object:
    """What a YAML file says. It is read as data: nothing in it is executed.

    Raises:
        UserError: the file is missing, not YAML, holds a key twice or uses aliases.
    """
    try:
        loader = yaml.SafeLoader(path.read_text(encoding="utf-8"))
        document = loader.get_single_node()
        _refuse_repetition(document)
        return loader.construct_document(document) if document else None
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except Exception as error:  # of a file that is no YAML, PyYAML says so by nearly every exception there is
        mark = getattr(error, "problem_mark", None)
        raise UserError(f"{path}: not YAML that can be read{f', line {mark.line + 1}' if mark else ''}") from error


def load_schema(path: Path) -> dict:
    """A schema, a YAML file of this project."""
    return load_yaml(path)


def _value(value: object) -> str:
    """A value as the message shows it, cut to one short line."""
    text = " ".join(reprlib.repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."


def _word(key: object) -> str:
    """A key as the message shows it: as it is, unless it would tear the line."""
    return key if isinstance(key, str) and key.isprintable() and len(key) <= 40 else _value(key)


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


def _leaves(node: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """(path, value) of everything that is not a mapping; an empty mapping counts as a value."""
    if isinstance(node, Mapping) and node:
        for key, value in node.items():
            yield from _leaves(value, (*path, _word(key)))
    else:
        yield path, node


def _explain(error: ValidationError) -> str:
    """One line for one violation."""
    path = [_word(part) for part in error.absolute_path]
    right = error.schema.get("description") if isinstance(error.schema, Mapping) else None
    if error.validator == "additionalProperties":
        known = list(error.schema["properties"])
        unknown = next(key for key in error.instance if key not in known)
        name = _word(unknown)
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
        return f"{'.'.join([*path, name])} = {_value(error.instance[unknown])}: unknown key; {hint}"
    if error.validator == "required":
        missing = next(key for key in error.validator_value if key not in error.instance)
        return f"{'.'.join([*path, missing])}: missing; it is needed here"
    key, value = ".".join(path) or "the config", _value(error.instance)
    if error.validator == "type" and error.schema["type"] == "object":
        right = "a section with keys of its own"
    elif isinstance(error.instance, float) and not math.isfinite(error.instance):
        right = "a finite number"
    elif isinstance(error.instance, int | float) and abs(error.instance) >= LARGEST:
        right = f"a number below {LARGEST:.0e}"
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
    # A value that is wrong by itself is said before one that does not fit another.
    try:
        errors = sorted(
            _Validator(schema).iter_errors(config),
            key=lambda error: (error.validator in _BETWEEN_KEYS, len(error.absolute_path)),
        )
    except ValueError as error:  # Python, and with it jsonschema, does not print numbers of thousands of digits
        raise UserError(f"{name}: a number of thousands of digits stands in it; numbers here have few") from error
    if errors:
        raise UserError(f"{name}: {_explain(errors[0])}")


def check_config(config: object, schema: Mapping) -> None:
    """Refuse a config whose values make no sense, each alone or together.

    What must hold between the values of a study's section is said by the study, in ``<study>/limits.py``.

    Raises:
        UserError: one line for the first violation.
    """
    check(config, schema)
    for study, section in config.items():
        if isinstance(section, Mapping) and find_spec(f"shallownets.{study}.limits"):
            import_module(f"shallownets.{study}.limits").check(section)


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
