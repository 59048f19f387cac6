"""A section as the keyword arguments of a function: ``escape.run(p=4, N=10_000)``.

The signature, the description of the arguments and the check of their values all come from the section, as the options
of a command do.
"""

import inspect
import textwrap
from collections.abc import Callable, Mapping
from functools import wraps
from numbers import Integral, Real
from typing import Any, TypeVar, get_args, get_origin

import msgspec

from shallownets.config.check import expectation, fields, first_fault, meaning, parts, plain
from shallownets.config.section import Section
from shallownets.errors import Impossible

Kind = TypeVar("Kind", bound=Section)
Result = TypeVar("Result")
_WIDTH = 116


def _as_in_config(value: object, kind: Any) -> object:
    """A value as the config has it: a number of NumPy's is as good as one of Python's."""
    bare, _ = parts(kind)
    if isinstance(value, list | tuple) and get_origin(bare) is list:
        return [_as_in_config(item, get_args(bare)[0]) for item in value]
    if isinstance(value, bool) or not isinstance(value, Real):
        return value
    if isinstance(value, Integral):
        return int(value)
    return plain(float(value), kind)


def section(kind: type[Kind], values: Mapping[str, object]) -> Kind:
    """The section that has these values; the others have their defaults.

    Raises:
        Impossible: one line for the first value that is wrong, as the config has it; it is a ValueError.
    """
    known = fields(kind)
    document = {name: _as_in_config(value, known.get(name)) for name, value in values.items()}
    if fault := first_fault(document, kind):
        raise Impossible(str(fault._replace(hint="")))  # hints are on files and quotes
    return msgspec.convert(document, kind)


def _described(kind: type[Section]) -> str:
    """The arguments as a docstring has them."""
    lines = ["Args:"]
    for name, part in fields(kind).items():
        means, unit = meaning(part)
        said = f"{name}: {means}{f', in {unit}' if unit else ''}; {expectation(part)}."
        lines += textwrap.wrap(said, _WIDTH, initial_indent="    ", subsequent_indent="        ")
    return "\n".join(lines)


def takes(kind: type[Kind]) -> Callable[[Callable[[Kind], Result]], Callable[..., Result]]:
    """Decorator: let a function of a section be called with the section's fields, each by its name.

    Its docstring begins with what it does; the arguments are described between that and what it returns.

    Args:
        kind: the class of the section.
    """

    def by_name(function: Callable[[Kind], Result]) -> Callable[..., Result]:
        @wraps(function)
        def call(**values: object) -> Result:
            return function(section(kind, values))

        known = {name: parts(part) for name, part in fields(kind).items()}
        usual = {field.name: field for field in msgspec.structs.fields(kind)}
        arguments = [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=inspect.Parameter.empty if usual[name].required else usual[name].default,
                annotation=bare if usual[name].default is not None else bare | None,
            )
            for name, (bare, _) in known.items()
        ]
        arguments.sort(key=lambda one: one.default is not inspect.Parameter.empty)
        returned = inspect.signature(function).return_annotation
        described: Any = call
        described.__signature__ = inspect.Signature(arguments, return_annotation=returned)
        does, returns, rest = (inspect.getdoc(function) or "").partition("Returns:")
        described.__doc__ = f"{does}{_described(kind)}\n\n{returns}{rest}"
        return call

    return by_name
