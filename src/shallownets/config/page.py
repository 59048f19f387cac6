"""The reference page of the config: every key with its meaning, unit, limits and the paper tier's value.

From: the classes of parameters, and config.yaml.
Makes: docs/config.md.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

from shallownets.config import settings
from shallownets.config.check import expectation, fields, meaning, parts
from shallownets.config.commandline import Parser
from shallownets.config.section import Section
from shallownets.files import write_whole

HEAD = """# The config, key by key

Made from the classes of parameters by `make docs`; a test holds it to them. Values are those of the paper tier,
[config.yaml](../config.yaml); a tier, [workflow/tiers](../workflow/tiers), changes some of them.
"""


def inner(kind: Any) -> type[Section] | None:
    """The section that a field is, or that each item of it is; None where it is neither."""
    bare, _ = parts(kind)
    if get_origin(bare) is list:
        bare, _ = parts(get_args(bare)[0])
    return bare if isinstance(bare, type) and issubclass(bare, Section) else None


def _about(kind: type[Section]) -> str:
    """What a section is for: the first line of its docstring, empty where it has none."""
    written = kind.__doc__ and not kind.__doc__.startswith(f"{kind.__name__}(")
    return kind.__doc__.partition("\n")[0] if written else ""


def meanings() -> dict[str, str]:
    """What each key of the config means, by its dotted name; units in parentheses."""
    found = {}

    def walk(kind: type[Section], above: str) -> None:
        for name, part in fields(kind).items():
            section, (said, unit) = inner(part), meaning(part)
            found[f"{above}{name}"] = f"{said} ({unit})" if unit else said or (_about(section) if section else "")
            if section:
                walk(section, f"{above}{name}.")

    walk(settings.config_class(), "")
    return found


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("*", "\\*").replace("\n", " ")


def _sections(kind: type[Section], values: Mapping[str, Any], place: str) -> Iterator[str]:
    """A heading and a table of its keys for a section, and then for each section in it."""
    yield f"\n## `{place or 'config'}`\n"
    if about := _about(kind):
        yield f"{_cell(about)}\n"
    yield "| key | meaning | unit | expected | value |\n| --- | --- | --- | --- | --- |"
    below = []
    for name, part in fields(kind).items():
        section = inner(part)
        if section and isinstance(values.get(name), Mapping):
            below.append((name, section))
            continue
        said, unit = meaning(part)
        value = f"`{values[name]}`" if name in values else "not given"
        yield f"| `{name}` | {_cell(said)} | {_cell(unit)} | {_cell(expectation(part))} | {value} |"
    for name, section in below:
        yield from _sections(section, values[name], f"{place}.{name}".removeprefix("."))


def page(config: Mapping[str, Any]) -> str:
    """The page, for the values of a config."""
    return HEAD + "\n".join(_sections(settings.config_class(), config, "")) + "\n"


def main(words: list[str]) -> None:
    parser = Parser("python -m shallownets config", __doc__ or "")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the page, .md")
    write_whole(parser.parse_args(words).out, page(settings.default()).encode())
