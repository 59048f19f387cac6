"""What griffe, which reads the source for mkdocstrings, is told of it. mkdocs.yml names this file.

Docstrings are plain text: <x> in one is a mean, and no tag. A function decorated with ``takes`` has the signature and
the docstring that the decorator gives it, which no source says.
"""

import inspect
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import griffe

SOURCE = Path(__file__).resolve().parents[2] / "src"
TAKES = "shallownets.config.keywords.takes"


def written(annotation: object) -> str | None:
    """An annotation or a default as a signature shows it."""
    return None if annotation is inspect.Parameter.empty else inspect.formatannotation(annotation)


class Decorated(griffe.Extension):
    """Shows a function decorated with ``takes`` as `inspect.signature` and `inspect.getdoc` do."""

    def on_function(self, *, func: griffe.Function, **_: Any) -> None:
        if not any(one.callable_path == TAKES for one in func.decorators):
            return
        if str(SOURCE) not in sys.path:
            sys.path.insert(0, str(SOURCE))
        described = getattr(import_module(func.module.path), func.name)
        func.parameters = griffe.Parameters(
            *(
                griffe.Parameter(
                    one.name,
                    kind=griffe.ParameterKind.keyword_only,
                    annotation=written(one.annotation),
                    default=None if one.default is one.empty else repr(one.default),
                )
                for one in inspect.signature(described).parameters.values()
            )
        )
        func.docstring.value = inspect.getdoc(described) or ""


class PlainText(griffe.Extension):
    """Writes a < that begins a tag as a sign, but in code."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        if obj.docstring:
            code_or_tag = re.compile(r"`[^`]*`|<(?=[A-Za-z/])")
            obj.docstring.value = code_or_tag.sub(lambda m: "&lt;" if m[0] == "<" else m[0], obj.docstring.value)
