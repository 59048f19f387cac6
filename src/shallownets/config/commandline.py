"""A section as options of a command line, and back: ``--eta-hat 0.1 --widths 4,2 8,2``.

A list takes several words. Values that belong together, a pair or a small section in a list, are one word with commas.
"""

import argparse
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from itertools import takewhile
from typing import Any, Literal, NoReturn, TypeVar, get_args, get_origin

import msgspec

from shallownets.config.check import expectation, fields, first_fault, meaning, parts, plain, required
from shallownets.config.nearest import nearest
from shallownets.config.section import Section
from shallownets.errors import UserError, in_short

Kind = TypeVar("Kind", bound=Section)


def option(name: str) -> str:
    """The option of a field: ``--eta-hat`` of ``eta_hat``."""
    return f"--{name.replace('_', '-')}"


def _word(value: Any) -> str:
    """One item as a word."""
    if isinstance(value, Section):
        value = [getattr(value, name) for name in value.__struct_fields__]
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def words(section: Section) -> list[str]:
    """The options of a command that takes this section, every field with its value."""
    found = []
    for name in section.__struct_fields__:
        value = getattr(section, name)
        if value is not None:
            found += [option(name), *(map(_word, value) if isinstance(value, list) else [_word(value)])]
    return found


def _value(word: str, kind: Any) -> Any:
    """What a word says where a value of this kind is expected; the word itself where it makes no sense."""
    bare, _ = parts(kind)
    if isinstance(bare, type) and issubclass(bare, Section):
        known = fields(bare)
        items = word.split(",")
        if len(items) != len(known):
            return word
        return {name: _value(item, part) for item, (name, part) in zip(items, known.items(), strict=True)}
    if get_origin(bare) is tuple:
        items, kinds = word.split(","), get_args(bare)
        return [_value(*pair) for pair in zip(items, kinds, strict=True)] if len(items) == len(kinds) else word
    if bare is int:
        with suppress(ValueError):
            return int(word)
    if bare in (int, float):
        with suppress(ValueError):
            return plain(float(word), kind)
    return {"true": True, "false": False}.get(word, word) if bare is bool else word


def values(kind: type[Section], said: Mapping[str, str]) -> dict[str, Any]:
    """The words that stand under the name of a field, as values of the field's kind; the others are left out."""
    return {name: _value(said[name], part) for name, part in fields(kind).items() if name in said}


class Parser(argparse.ArgumentParser):
    """An argument parser that knows sections, and whose errors are one line."""

    def __init__(self, prog: str, doc: str) -> None:
        super().__init__(
            prog=prog, description=doc, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
        )
        # What argparse takes for a value, not for an option, though it begins with a minus: its own pattern knows
        # neither exponents nor commas, and would call -1e-3 and -1.25,1.25 unknown options.
        self._negative_number_matcher = re.compile(r"-([0-9.]|inf|nan)", re.IGNORECASE)

    def error(self, message: str) -> NoReturn:
        raise UserError(" ".join(message.split()))

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        given = sys.argv[1:] if args is None else list(args)
        for text in given:
            if text.endswith("=--"):  # argparse itself reads this as no value at all and says nothing
                self.error(f"{text}: expected a value after the =")
        known = [name for action in self._actions for name in action.option_strings]
        try:
            found, unknown = super().parse_known_args(given, namespace)
        except UserError:  # what it says to be missing may be there, misspelt
            options = [text for text in takewhile(lambda text: text != "--", given) if text.startswith("--")]
            if not (unknown := [text for text in options if text.partition("=")[0] not in known]):
                raise
            found = None
        if unknown:
            near = nearest(unknown[0].partition("=")[0], known)
            self.error(f"{unknown[0]}: unknown; " + (f"did you mean {near}?" if near else "see --help"))
        return found, unknown

    def add_section(self, kind: type[Section]) -> None:
        """Give the command an option for each field of a section; one without a default is required."""
        usual = {field.name: field.default for field in msgspec.structs.fields(kind)}
        for name, part in fields(kind).items():
            bare, _ = parts(part)
            means, unit = meaning(part)
            said = [means] * bool(means) + [f"in {unit}"] * bool(unit) + [f"expected: {expectation(part)}"]
            if usual[name] not in (None, msgspec.NODEFAULT):
                said.append(f"{usual[name]} unless given")
            is_list = get_origin(bare) is list
            self.add_argument(
                option(name),
                dest=name,
                nargs="+" if is_list else None,
                required=name in required(kind),
                metavar="WORD"
                if get_origin(bare) is Literal or bare is str
                else "NUMBER"
                if bare in (int, float)
                else "ITEM",
                help="; ".join(said).replace("%", "%%"),
            )

    def section(self, kind: type[Kind], found: argparse.Namespace) -> Kind:
        """The section that the options say.

        Raises:
            UserError: one line for the first value that is wrong, by itself or beside another.
        """
        document = {}
        for name, part in fields(kind).items():
            said = getattr(found, name)
            if said is None:
                continue
            bare, _ = parts(part)
            if isinstance(said, list):
                document[name] = [_value(word, get_args(bare)[0]) for word in said]
            else:
                document[name] = _value(said, part) if isinstance(said, str) else said
        if fault := first_fault(document, kind):
            shown = getattr(found, fault.place[0])
            shown = fault.value if shown is None else " ".join(shown) if isinstance(shown, list) else shown
            raise UserError(f"{option(fault.place[0])} {in_short(shown)}: {fault.right}")
        return msgspec.convert(document, kind)
