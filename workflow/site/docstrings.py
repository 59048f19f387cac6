"""Docstrings are plain text: <x> in one is a mean, and no tag. mkdocs.yml names this file to mkdocstrings."""

import re
from typing import Any

import griffe


class PlainText(griffe.Extension):
    """Writes a < that begins a tag as a sign, but in code."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        if obj.docstring:
            code_or_tag = re.compile(r"`[^`]*`|<(?=[A-Za-z/])")
            obj.docstring.value = code_or_tag.sub(lambda m: "&lt;" if m[0] == "<" else m[0], obj.docstring.value)
