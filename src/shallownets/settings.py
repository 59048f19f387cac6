"""The values of a run, config.yaml with its overlays: checked before it starts, compared with the default, kept."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import yaml

from shallownets import catalogue, schema, yamlfile
from shallownets.artefacts import write_whole
from shallownets.errors import UserError, in_short, key_name

SCHEMA = Path("workflow/schemas/config.schema.yaml")  # relative to the checkout


def load_schema(checkout: Path = Path()) -> dict:
    """What config.yaml may hold. A study's ``figures`` are those of its catalogue; by default it makes all of them.

    Raises:
        UserError: a study has a catalogue of figures and no section in the schema.
    """
    allowed = yamlfile.load(checkout / SCHEMA)
    for study, figures in catalogue.names(checkout).items():
        if study not in allowed["properties"]:
            raise UserError(f"{SCHEMA}: no section {study}, whose figures are in {catalogue.FOLDER}; one is right")
        one = f"one of {', '.join(figures)}"
        allowed["properties"][study]["properties"]["figures"] = {
            "type": "array",
            "uniqueItems": True,
            "minItems": 1,
            "description": f"a list of different figures, each {one}",
            "items": {"enum": figures, "description": one},
            "default": figures,
        }
    return allowed


def check(config: object, allowed: Mapping) -> None:
    """Refuse a config whose values make no sense, each alone or together.

    What must hold between the values of a study's section is said by the study, in ``<study>/limits.py``.

    Args:
        config: the merged config.
        allowed: from ``load_schema``.

    Raises:
        UserError: one line for the first violation.
    """
    schema.check(config, allowed, "config")
    for study, section in config.items():
        if isinstance(section, Mapping) and find_spec(f"shallownets.{study}.limits"):
            import_module(f"shallownets.{study}.limits").check(section)


def load(path: Path) -> dict:
    """The config of a run, such as RESULTS/config.yaml: whole, and held to the schema in the checkout where it is run.

    Raises:
        UserError: the file is missing, or holds what config.yaml may not hold.
    """
    config = yamlfile.load(path)
    try:
        check(config, load_schema())
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    return config


def _leaves(node: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """(path, value) of everything that is not a mapping; an empty mapping counts as a value."""
    if isinstance(node, Mapping) and node:
        for key, value in node.items():
            yield from _leaves(value, (*path, key_name(key)))
    else:
        yield path, node


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


def tier_of(path: Path) -> str:
    """The tier that a config file names, config.yaml itself, an overlay of it, or what a run wrote down.

    Raises:
        UserError: the file cannot be read as a config, or names no tier.
    """
    config = yamlfile.load_section(path)
    if not isinstance(tier := config.get("tier"), str):
        raise UserError(f"{path}: expected the name of a tier, got tier = {in_short(tier)}")
    return tier


def summary(config: Mapping, allowed: Mapping) -> str:
    """What a run is about to do: its tier, its folder, and each value that is not the default."""
    changed = differences(config, schema.defaults(allowed))
    said = f"{len(changed)} values differ from the default:" if changed else "all values are the default ones"
    head = f"Tier {config['tier']}, results in {results_folder(config)}/; {said}"
    return "\n    ".join([head, *changed])


def write(config: Mapping, path: Path) -> None:
    """Write the merged config as YAML."""
    text = yaml.safe_dump(dict(config), sort_keys=False, allow_unicode=True)
    write_whole(path, ("# The config of these results, all overlays merged.\n" + text).encode())
