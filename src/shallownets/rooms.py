"""What stands in the rooms of the studies: the folders say it, so that a new file is found without a list."""

from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from shallownets import studies
from shallownets.errors import UserError


@cache
def names(room: str) -> tuple[str, ...]:
    """``study.module`` of all modules of a room, ``stages``, ``figures`` or ``commands``, as they were first found."""
    folder = Path(next(iter(studies.__path__)))
    return tuple(sorted(f"{path.parts[-3]}.{path.stem}" for path in folder.glob(f"*/{room}/[!_]*.py")))


def find(room: str, name: str) -> ModuleType:
    """The module of a name, ``study.module``.

    Raises:
        UserError: no module of the room has this name.
    """
    if name not in (known := names(room)):
        raise UserError(f"{name or 'no name given'}: expected one of the {room} {', '.join(known)}")
    study, _, last = name.partition(".")
    return import_module(f"{studies.__name__}.{study}.{room}.{last}")
