"""YAML files, read as data: nothing in them is executed, and nothing is dropped in silence."""

from pathlib import Path

import yaml

from shallownets.errors import UserError, in_short, key_name


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
                    raise UserError(f"line {key.start_mark.line + 1}: {key_name(key.value)} stands there twice")
                keys.add(str(key.value))
                waiting += [key, value]


def load(path: Path) -> object:
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
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None
    except Exception as error:  # of a file that is no YAML, PyYAML says so by nearly every exception there is
        mark = getattr(error, "problem_mark", None)
        raise UserError(f"{path}: not YAML that can be read{f', line {mark.line + 1}' if mark else ''}") from error


def load_section(path: Path) -> dict:
    """What a YAML file says that holds keys and their values.

    Raises:
        UserError: as for ``load``, or the file holds something else, or nothing.
    """
    document = load(path)
    if not isinstance(document, dict):
        raise UserError(f"{path}: expected keys and their values, got {in_short(document) if document else 'nothing'}")
    return document
