"""YAML files, read as data: nothing in them is executed, and nothing is dropped in silence."""

import zipfile
from pathlib import Path
from typing import Any

import yaml

from shallownets.errors import UserError, in_short, key_name

# libyaml's loader, nine times as fast as PyYAML's own, which reads the same where libyaml is missing.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST = 100  # of collections within each other; files of this project have 12


def _refuse_repetition(document: yaml.Node | None) -> None:
    """Refuse a key that stands twice, for YAML drops the first in silence, and aliases, which can nest endlessly."""
    waiting, met = [document] if document else [], set()
    while waiting:
        node = waiting.pop()
        if id(node) in met:
            raise UserError(f"line {node.start_mark.line + 1}: an alias stands for this; expected the value itself")
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


def _refuse_depth(text: str) -> None:
    """Refuse collections nested so deeply that a loader, which calls itself for each, would run out of stack.

    libyaml's would end the process.
    """
    loader, depth = LOADER(text), 0
    while event := loader.get_event():
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise UserError(f"line {event.start_mark.line + 1}: lists and sections nest to {DEEPEST} at most")


def load(path: Path | zipfile.Path) -> Any:
    """What a YAML file says. It is read as data: nothing in it is executed.

    Raises:
        UserError: the file is missing, not YAML, holds a key twice, uses aliases or nests too deeply.
    """
    try:
        text = path.read_text(encoding="utf-8")
        _refuse_depth(text)
        loader = LOADER(text)
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
        # libyaml counts the end of a file without a last newline as one line more
        line = f", line {min(mark.line, text.count(chr(10))) + 1}" if mark else ""
        raise UserError(f"{path}: not YAML that can be read{line}") from error


def load_section(path: Path) -> dict:
    """What a YAML file says that holds keys and their values.

    Raises:
        UserError: as for ``load``, or the file holds something else, or nothing.
    """
    document = load(path)
    if not isinstance(document, dict):
        raise UserError(f"{path}: expected keys and their values, got {in_short(document) if document else 'nothing'}")
    return document
