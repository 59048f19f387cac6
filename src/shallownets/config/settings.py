"""The values of a run, config.yaml with its overlays: checked before it starts, compared with the default, kept."""

import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Annotated, Any

import msgspec
import yaml
from msgspec import Meta

from shallownets import studies
from shallownets.config import yamlfile
from shallownets.config.check import fields, section_of
from shallownets.config.section import Limit, Section, Seed, expected, means
from shallownets.errors import UserError, in_short, key_name
from shallownets.files import write_whole

CONFIG = Path("config.yaml")  # relative to the checkout, as are the tiers
TIERS = Path("workflow/tiers")
_LISTED = 10  # differences from config.yaml that are said one by one at the start of a run
FOLDERS = ("archive", "data", "figure_data", "figures", "logs", "measurements", "report")
Tier = Annotated[
    str,
    Meta(pattern=r"^[a-z][a-z0-9_-]{0,39}\Z"),
    expected(
        "a name of up to 40 lower-case letters, digits, - and _ that begins with a letter and is no folder of results/"
    ),
    means("name of this set of values; results of any other tier than paper land in results/<tier>/"),
]


class _Root(Section):
    """The whole config: each study adds its section."""

    tier: Tier
    seed: Seed

    def limits(self) -> Iterator[Limit]:
        yield self.tier not in FOLDERS, "tier", f"a name that is no folder of results/, such as {self.tier}-values"


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def study_names() -> list[str]:
    """The studies, in the order of their names; a folder in ``studies`` with parameters is one.

    A folder in which only bytecode is left, from another branch, is none.
    """
    folder = Path(next(iter(studies.__path__)))
    return sorted(path.parent.parent.name for path in folder.glob("*/parameters/whole.py"))


@cache
def config_class() -> type[Section]:
    """The class of the whole config, a section for each study: ``Escape`` of ``studies.escape.parameters.whole``."""
    sections = [(name, getattr(import_module(f"{_parameters(name)}.whole"), _camel(name))) for name in study_names()]
    # msgspec's types do not say that a class has the bases that it is given
    return msgspec.defstruct("Config", sections, bases=(_Root,), frozen=True, kw_only=True, forbid_unknown_fields=True)  # ty: ignore[invalid-explicit-return]


def _parameters(study: str) -> str:
    return f"{studies.__name__}.{study}.parameters"


@cache
def _classes(study: str) -> dict[str, type[Section]]:
    """The sections that the modules of a study's parameters define, by their names."""
    package = import_module(_parameters(study))
    found: dict[str, type[Section]] = {}
    for module in iter_modules(package.__path__, f"{package.__name__}."):
        for name, kind in vars(import_module(module.name)).items():
            if isinstance(kind, type) and issubclass(kind, Section) and kind.__module__ == module.name:
                if name in found and found[name] is not kind:
                    first = found[name].__module__
                    raise UserError(f"{name} of {module.name}: expected another name, that of {first} has this one")
                found[name] = kind
    return found


@cache
def class_of(stage: str) -> type[Section]:
    """What a stage takes, by its name: ``PlateauOptimum`` of the parameters of escape for ``escape.plateau_optimum``.

    The module of the stage itself is not imported: Snakemake asks for this each time it reads the workflow.

    Raises:
        UserError: no class of the study's parameters has the name, or two classes there have one name.
    """
    study, _, name = stage.partition(".")
    if found := _classes(study).get(_camel(name)):
        return found
    module = f"{studies.__name__}.{study}.stages.{name}"
    raise UserError(f"{_parameters(study)}: no class {_camel(name)}; expected what {module} takes")


def check(config: object, known: Mapping[str, Collection[str]]) -> Section:
    """The config as a section with all that is in it, or one line on what makes no sense.

    Args:
        config: what config.yaml and its overlays say.
        known: the names of each study's figures, those of its catalogue.

    Raises:
        UserError: one line for the first violation.
    """
    section = section_of(config, config_class())
    for study in study_names():
        for n, figure in enumerate(getattr(section, study).figures or ()):
            if figure not in known[study]:
                right = f"expected one of {', '.join(known[study])}"
                raise UserError(f"config: {study}.figures.{n} = {in_short(figure)}: {right}")
    return section


def figures(config: Mapping, known: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The names of the figures to make, study by study: those that the config names, else all of the catalogue."""
    chosen = {study: config[study].get("figures") for study in known}
    return {study: list(names) if chosen[study] is None else chosen[study] for study, names in known.items()}


def values_of(stage: str, config: Mapping, place: str, more: Mapping[str, Any]) -> Section:
    """The parameters of a stage: each from ``more``, else from its section of the config, else from one around it.

    Args:
        stage: its name, ``study.stage``.
        config: the merged config.
        place: of the section, such as ``escape.plateau.optimum``; a figure is the place of an item in a list.
        more: values that do not stand in the config under the name of the field.

    Raises:
        LookupError: the config has no such section.
        UserError: a field has no value, or the values do not fit each other.
    """
    node: Any = config
    around = dict(config)
    for part in place.split(".") if place else ():
        node = node[part]
        around |= node
    around |= more
    kind = class_of(stage)
    names = [name for name in fields(kind) if name in around]
    return section_of({name: around[name] for name in names}, kind, f"config: {place}")


def load(path: Path | zipfile.Path, known: Mapping[str, Collection[str]]) -> dict:
    """The config of a run, such as RESULTS/config.yaml: whole, and held to what this checkout allows.

    Args:
        path: of the file.
        known: the names of each study's figures, those of its catalogue.

    Raises:
        UserError: the file is missing, or holds what config.yaml may not hold.
    """
    config = yamlfile.load(path)
    try:
        check(config, known)
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    return config


def leaves(node: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """(path, value) of everything that is not a mapping; an empty mapping counts as a value."""
    if isinstance(node, Mapping) and node:
        for key, value in node.items():
            yield from leaves(value, (*path, key_name(key)))
    else:
        yield path, node


def differences(config: Mapping, default: Mapping) -> list[str]:
    """One line for each value that is not the default: ``key: value (default: value)``."""
    usual = dict(leaves(default))
    return [
        f"{'.'.join(path)}: {value!r} (default: {usual.get(path)!r})"
        for path, value in leaves(config)
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


def _config_of(checkout: Path) -> Path:
    """Where a checkout has config.yaml."""
    if not (path := checkout / CONFIG).is_file():
        raise UserError(f"{path}: not there; expected the folder of the checkout")
    return path


def overlays(tier: str | None) -> list[Path]:
    """The config file that makes this tier of ``config.yaml``: that of its name, or else what a run wrote down.

    No file is needed for the tier that config.yaml names, which None stands for, too.

    Raises:
        UserError: there is no such file, or it is that of another tier; or this is not the folder of the checkout, or
            its config.yaml cannot be read.
    """
    usual = tier_of(_config_of(Path()))
    if tier in (None, usual):
        return []
    for path in (TIERS / f"{tier}.yaml", Path("results", tier, "config.yaml")):
        if path.is_file():
            if (named := tier_of(path)) != tier:
                raise UserError(f"{path}: expected the config of tier {tier}, got that of {named}")
            return [path]
    known = {path.stem for path in TIERS.glob("*.yaml")} | {
        path.parent.name for path in Path("results").glob("*/config.yaml")
    }
    raise UserError(
        f"--tier {tier}: no such tier in {TIERS} or results; expected one of {', '.join([usual, *sorted(known)])}"
    )


def summary(config: Mapping, default: Mapping) -> str:
    """What a run is about to do: its tier, its folder, and each value that is not the default, that of config.yaml.

    Where they are many, how many, and where all values stand.
    """
    changed, folder = differences(config, default), results_folder(config)
    head = f"Tier {config['tier']}, results in {folder}/; "
    if not changed:
        return f"{head}all values are those of config.yaml"
    head += f"{len(changed)} values differ from those of config.yaml"
    if len(changed) > _LISTED:
        return f"{head}; all values are in {folder}/config.yaml"
    return "\n    ".join([f"{head}:", *changed])


def write(config: Mapping, path: Path) -> None:
    """Write the merged config as YAML."""
    text = yaml.safe_dump(dict(config), sort_keys=False, allow_unicode=True)
    write_whole(path, ("# The config of these results, all overlays merged.\n" + text).encode())


def default(checkout: Path = Path()) -> dict:
    """What config.yaml says.

    Raises:
        UserError: it is missing or cannot be read.
    """
    return yamlfile.load_section(_config_of(checkout))
