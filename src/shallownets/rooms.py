"""What stands in the rooms of the studies: the folders say it, so that a new file is found without a list."""

import re
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from shallownets import studies
from shallownets.config.nearest import nearest
from shallownets.errors import UserError


def _path(room: str, name: str) -> Path:
    study, _, last = name.partition(".")
    return Path(next(iter(studies.__path__)), study, room, f"{last}.py")


@cache
def names(room: str) -> tuple[str, ...]:
    """``study.module`` of all modules of a room, ``stages``, ``figures`` or ``commands``, as they were first found."""
    folder = Path(next(iter(studies.__path__)))
    return tuple(sorted(f"{path.parts[-3]}.{path.stem}" for path in folder.glob(f"*/{room}/[!_]*.py")))


def stages() -> list[str]:
    """``study.stage`` of all stages: of the modules in their room those that define one; stages share the others."""
    found = {name: _path("stages", name).read_text(encoding="utf-8") for name in names("stages")}
    return [name for name, text in found.items() if re.search(rf"^@stage\ndef {name.partition('.')[2]}\(", text, re.M)]


def unknown(room: str, name: str) -> UserError:
    """What to say of a name that is none of a room's: one line with the close one, and those of its study."""
    known = stages() if room == "stages" else names(room)
    if not name:
        return UserError(f"no name given: expected one of the {room} {', '.join(known)}")
    near = nearest(name, known)
    hint = f"did you mean {near}? " if near else ""
    study = f"{name.partition('.')[0]}."
    listed = [one for one in known if one.startswith(study)] or known
    return UserError(f"{name}: no such {room.removesuffix('s')}; {hint}expected one of {', '.join(listed)}")


def find(room: str, name: str) -> ModuleType:
    """The module of a name, ``study.module``.

    Raises:
        UserError: no module of the room has this name.
    """
    if name not in names(room):
        raise unknown(room, name)
    study, _, last = name.partition(".")
    return import_module(f"{studies.__name__}.{study}.{room}.{last}")


def module(room: str, name: str, named: str) -> str:
    """The module of a name below this package, not imported: ``studies.escape.stages.sgd``.

    Args:
        room: of the study.
        name: ``study.module``.
        named: what names it, for the message.

    Raises:
        UserError: there is no such file.
    """
    if not (path := _path(room, name)).is_file():
        place = path.relative_to(Path(next(iter(studies.__path__))).parents[2])
        raise UserError(f"{place}: no such file; expected the {room.removesuffix('s')} {name}, which {named} names")
    study, _, last = name.partition(".")
    return f"studies.{study}.{room}.{last}"
