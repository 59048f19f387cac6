"""Where results come from: versions and seeds of all data, the machines and days they were made on, other seeds."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from shallownets.errors import UserError
from shallownets.files import sidecar
from shallownets.results.artefacts import load_bytes, load_table


@dataclass(frozen=True)
class Origin:
    """Versions and seeds, as tables record them; machines, and the first and the last day, as their seals do."""

    versions: dict[str, str]
    seeds: list[str]
    machines: list[str]
    first: str
    last: str


def origin(paths: Iterable[Path]) -> Origin:
    """The origin of the tables at these paths.

    Raises:
        UserError: one is missing or damaged.
    """
    paths = sorted(set(paths))
    tables = [load_table(path) for path in paths]
    found: dict[str, set[str]] = {}
    for table in tables:
        for name, number in table.versions.items():
            found.setdefault(name, set()).add(number)
    seals = [json.loads(sidecar(path).read_text(encoding="utf-8")) for path in paths if sidecar(path).is_file()]
    days = sorted(seal["finished"] for seal in seals)
    return Origin(
        versions={name: ", ".join(sorted(numbers)) for name, numbers in sorted(found.items())},
        seeds=sorted({str(table.parameters["seed"]) for table in tables if "seed" in table.parameters}),
        machines=sorted({f"{seal['machine']}, {seal['cores']} cores" for seal in seals}),
        first=days[0] if days else "",
        last=days[-1] if days else "",
    )


def reseeded(results: Path) -> str:
    """What was found at other root seeds, in words; empty where it was not tried.

    Raises:
        UserError: the finding cannot be read.
    """
    path = results / "reseed.json"
    if not path.is_file():
        return ""
    try:
        return str(json.loads(load_bytes(path))["says"])
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path}: expected what `make reseed` writes; delete it and run that again") from error
