"""From what a YAML file says to a section, or one line on the first wrong value: its key, what was expected."""

import math
import types
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
import yaml
from msgspec import UNSET, Meta

from shallownets.config.nearest import nearest
from shallownets.config.section import LARGEST, Section
from shallownets.errors import UserError, in_short, key_name

Kind = TypeVar("Kind", bound=Section)
Place = tuple[str, ...]


class Fault(NamedTuple):
    """A value that is wrong: where it stands, what was expected of it, and perhaps how it came about in a file."""

    place: Place
    value: object  # UNSET where a key is missing
    right: str
    hint: str = ""

    def __str__(self) -> str:
        name = ".".join(self.place) or "the config"
        return (
            f"{name}: {self.right}"
            if self.value is UNSET
            else f"{name} = {in_short(self.value)}: {self.right}{self.hint}"
        )


def parts(kind: Any) -> tuple[Any, list[Meta]]:
    """(the bare type, what is said of it, outermost last) of an annotation; ``X | None`` is X."""
    metas: list[Meta] = []
    while True:
        if get_origin(kind) is Annotated:
            metas = [meta for meta in kind.__metadata__ if isinstance(meta, Meta)] + metas
            kind = get_args(kind)[0]
        elif get_origin(kind) in (Union, types.UnionType):
            kind = next(part for part in get_args(kind) if part is not type(None))
        else:
            return kind, metas


@cache
def fields(kind: type[Section]) -> dict[str, Any]:
    """The annotations of a section's fields by their names, in the order of the class."""
    hints = get_type_hints(kind, include_extras=True)
    return {name: hints[name] for name in kind.__struct_fields__}


def plain(number: float, kind: Any) -> float:
    """A number as a value of this kind: 1e4 is as good as 10000 where a whole number is expected."""
    return int(number) if parts(kind)[0] is int and number % 1 == 0 else number


def meaning(kind: Any) -> tuple[str, str]:
    """(what a field means, its unit), from its annotation; empty where nothing is said."""
    _, metas = parts(kind)
    titles = [meta.title for meta in metas if meta.title]
    units = [unit for meta in metas if (unit := (meta.extra or {}).get("unit"))]
    return (titles or [""])[-1], (units or [""])[-1]


def _bounds(metas: list[Meta], value: str) -> str:
    """The limits in words: ``of at least 2``, ``from 1e-13 to 0.01``, ``above 0 and below 1``."""
    limits = {
        name: bound for meta in metas for name in ("ge", "gt", "le", "lt") if (bound := getattr(meta, name)) is not None
    }
    say = {
        name: f"{bound:g}" if abs(bound) < 10**6 or isinstance(bound, float) else str(bound)
        for name, bound in limits.items()
    }
    if "ge" in say and "le" in say:
        return f"{value} from {say['ge']} to {say['le']}"
    words = {"ge": "of at least", "gt": "above", "le": "of at most", "lt": "below"}
    return f"{value} {' and '.join(f'{words[name]} {bound}' for name, bound in say.items())}".strip()


def expectation(kind: Any) -> str:
    """What a value of this kind must be, in words."""
    bare, metas = parts(kind)
    if said := [meta.description for meta in metas if meta.description]:
        return said[-1]
    if bare is int:
        return _bounds(metas, "a whole number")
    if bare is float:
        return _bounds(metas, "a number")
    if bare is bool:
        return "true or false"
    if get_origin(bare) is Literal:
        return f"one of {', '.join(map(str, get_args(bare)))}"
    if get_origin(bare) is list:
        least = _least(metas)
        many = {0: "", 1: " at least one", 2: " at least two", 3: " at least three"}.get(least, f" at least {least}")
        many += " different" * _is_different(metas)
        value = "value" if least == 1 else "values"
        return f"a list of{many} {value}, each {expectation(get_args(bare)[0])}"
    if get_origin(bare) is tuple:
        return f"a list of {len(get_args(bare))}: {', '.join(expectation(part) for part in get_args(bare))}"
    if get_origin(bare) is dict or (isinstance(bare, type) and issubclass(bare, Section)):
        return "a section with keys of its own"
    return "text"


def _least(metas: list[Meta]) -> int:
    """How many items there must be."""
    return max((meta.min_length or 0 for meta in metas), default=0)


def _is_different(metas: list[Meta]) -> bool:
    return any((meta.extra or {}).get("different", False) for meta in metas)


def _text_hint(text: str, kind: Any) -> str:
    """Why there may be text where a number of this kind was expected, and what would be read as that number.

    Empty where the text says no such number: it would be wrong in any other form, too.
    """
    try:
        number = plain(float(text), kind)
    except ValueError:
        return ""
    if _is_wrong_number(number) or not _converts(number, kind):
        return ""
    if isinstance(yaml.safe_load(text), str):
        right = yaml.safe_dump(number).split()[0]
        return f" (this is text: YAML asks for a point and a sign where there is an exponent, 1.0e-3; write {right})"
    return " (this is text: quotes make it so, and Snakemake does with what is nested in --config; use --configfile)"


def _wrong(value: object, kind: Any) -> str:
    """What was expected in place of a value that is not of its kind."""
    if isinstance(value, float) and not math.isfinite(value) and parts(kind)[0] is not int:
        return "a finite number"
    if isinstance(value, int | float) and not isinstance(value, bool) and LARGEST <= abs(value) < math.inf:
        return f"a number below {LARGEST:.0e}"
    return expectation(kind)


def _faults(value: object, kind: Any, place: Place) -> Iterator[Fault]:
    """Each value that is not of its kind, the first ones first."""
    bare, metas = parts(kind)
    if value is None and bare is not kind and type(None) in get_args(kind):
        return

    def fault(right: str) -> Fault:
        return Fault(place, value, f"expected {right}")

    if isinstance(bare, type) and issubclass(bare, Section):
        if not isinstance(value, Mapping):
            yield fault(expectation(bare))
            return
        known = fields(bare)
        for key in value:
            if key not in known:
                name = key_name(key)
                near = nearest(name, known)
                hint = f"did you mean {near}?" if near else f"known here: {', '.join(known)}"
                yield Fault((*place, name), value[key], f"unknown key; {hint}")
        for name, part in known.items():
            if name in value:
                yield from _faults(value[name], part, (*place, name))
            elif name in required(bare):
                yield Fault((*place, name), UNSET, "missing; it is needed here")
        return
    if get_origin(bare) in (list, tuple):
        # without the items: how many there are, and that it is a list at all
        length = len(get_args(bare)) if get_origin(bare) is tuple else None
        if (
            not isinstance(value, list | tuple)
            or len(value) < _least(metas)
            or (length is not None and len(value) != length)
        ):
            yield fault(expectation(kind))
            return
        items = get_args(bare) if length is not None else get_args(bare) * len(value)
        for n, (item, part) in enumerate(zip(value, items, strict=True)):
            yield from _faults(item, part, (*place, str(n)))
        if _is_different(metas):
            for n, item in enumerate(value):
                if item in value[:n]:
                    yield Fault((*place, str(n)), item, f"expected {expectation(kind)}; this one stands there twice")
        return
    if get_origin(bare) is dict:
        if not isinstance(value, Mapping) or len(value) < _least(metas):
            yield fault(expectation(kind))
            return
        of_key, of_item = get_args(bare)
        for key, item in value.items():
            where = (*place, key_name(key))
            if not _converts(key, of_key):
                yield Fault(where, item, f"expected {expectation(of_key)}")
            yield from _faults(item, of_item, where)
        return
    if _is_wrong_number(value) or not _converts(value, kind):
        hint = _text_hint(value, kind) if isinstance(value, str) and bare in (int, float) else ""
        yield Fault(place, value, f"expected {_wrong(value, kind)}", hint)


@cache
def required(kind: type[Section]) -> set[str]:
    """The names of the fields without a default."""
    return {field.name for field in msgspec.structs.fields(kind) if field.required}


def _is_wrong_number(value: object) -> bool:
    """NaN fails the comparison; infinity, and what is larger than any meaning, does too."""
    return isinstance(value, int | float) and not abs(value) < LARGEST


def _converts(value: object, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except (msgspec.ValidationError, UnicodeEncodeError):  # msgspec cannot even look at text with half a character
        return False
    return True


def _broken(section: Section, place: Place) -> Iterator[Fault]:
    """Each value by which a limit between values does not hold, those of inner sections first."""
    for name in section.__struct_fields__:
        value = getattr(section, name)
        for n, part in enumerate(value) if isinstance(value, list) else [("", value)]:
            if isinstance(part, Section):
                yield from _broken(part, (*place, name, *([str(n)] if n != "" else [])))
    for holds, key, right in section.limits():
        if not holds:
            value: Any = section
            for part in key.split("."):
                value = value[int(part)] if part.isdigit() else getattr(value, part)
            value = msgspec.json.decode(msgspec.json.encode(value))  # as YAML says it, without tuples
            yield Fault((*place, *key.split(".")), value, f"expected {right}")


def first_fault(document: object, kind: type[Section]) -> Fault | None:
    """The first value that is wrong: one that is so by itself, before one that does not fit another."""
    fault = next(_faults(document, kind, ()), None)
    return fault or next(_broken(msgspec.convert(document, kind), ()), None)


def section_of(document: object, kind: type[Kind], name: str = "config") -> Kind:
    """The section that a document says.

    Args:
        document: what a YAML or JSON file says.
        kind: the class of the section.
        name: what the message calls the document.

    Raises:
        UserError: one line for the first value that is wrong.
    """
    if fault := first_fault(document, kind):
        raise UserError(f"{name}: {fault}")
    return msgspec.convert(document, kind)
