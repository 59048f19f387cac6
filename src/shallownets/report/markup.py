"""Words of the project as HTML: captions in reStructuredText, and plain statements with formulas in them."""

import re
from collections.abc import Mapping
from copy import copy
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from shallownets.drawing.labels import LETTERS, greek
from shallownets.errors import UserError

if TYPE_CHECKING:
    from docutils.frontend import Values

_SETTINGS = {
    "math_output": "MathML",
    "report_level": 2,
    "halt_level": 2,
    "traceback": True,
    "warning_stream": False,
    "file_insertion_enabled": False,
    "raw_enabled": False,
}
_SIGNS = {"&gt;=": "≥", "&lt;=": "≤", "-&gt;": "→", "sqrt(": "√(", "sum_": "Σ_", "psi&#39;(": "ψ′("}
_SIGNS |= {"p_star": "p*", "eta_hat": "η/p"}  # names of columns
_ID = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)+)")
_RAISED = re.compile(rf"\^(?:(-?)\(((?:[^()]|\([^()]*\))*)\)|(-?(?:\d+\.\d+|[A-Za-z0-9{LETTERS}]+)))")
_LOWERED = re.compile(rf"((?<![A-Za-z_])[A-Za-zΣ{LETTERS}]|\)|\|)_([A-Za-z0-9]{{1,4}})(?![A-Za-z0-9])")


@cache
def _settings() -> "Values":
    """All settings of docutils, which takes as long to gather them as to read a caption."""
    from docutils.core import Publisher

    return Publisher("standalone", "restructuredtext", "html5").get_settings(**_SETTINGS)


def caption(text: str, name: str) -> Markup:
    """The caption of a figure, known by its name, as HTML; its formulas as MathML.

    Raises:
        UserError: it is not reStructuredText.
    """
    from docutils.core import publish_parts
    from docutils.utils import SystemMessage

    try:
        parts = publish_parts(text, source_path=name, writer="html5", settings=copy(_settings()))
    except SystemMessage as error:
        raise UserError(f"caption of {name}: {' '.join(str(error).split())}") from error
    # a fraction on the line is one word, without space around its bar; braces of a set are as high as its letters
    html = parts["body"].replace('<mo stretchy="false">/</mo>', '<mo lspace="0" rspace="0">/</mo>')
    return Markup(re.sub(r"<mo[^>]*>([{}])</mo>", r'<mo stretchy="false">\1</mo>', html))


def _raised(match: re.Match[str]) -> str:
    """An exponent, of which parentheses are left out; those after a minus sign stay."""
    sign, inside, bare = match.groups()
    exponent = bare or (f"-({inside})" if sign else inside)
    return f"<sup>{exponent.replace('-', '−')}</sup>"


def typeset(text: str) -> Markup:
    """A plain sentence with its formulas as a reader expects them: N^(-1/2), M_ir, eta, >= and sqrt(2) become signs."""
    html = str(escape(text))
    for plain, sign in _SIGNS.items():
        html = html.replace(plain, sign)
    html = greek(html)
    html = _LOWERED.sub(r"\1<sub>\2</sub>", html)
    html = _RAISED.sub(_raised, html)
    return Markup(html)


def names(text: str) -> list[str]:
    """What in a sentence may be the name of a claim: words joined by -."""
    return _ID.findall(text)


def linked(text: str, places: Mapping[str, str]) -> Markup:
    """The same, in which each name that ``places`` knows leads to its place."""
    done, words = Markup(""), ""
    for part in _ID.split(text):
        if part in places:
            done, words = done + typeset(words) + Markup('<a href="{}">{}</a>').format(places[part], part), ""
        else:
            words += part  # N^(k-1) is a formula, and no name
    return done + typeset(words)


def markdown(text: str, places: Mapping[str, str]) -> Markup:
    """A line of Markdown of a document, in which each name in backquotes that ``places`` knows leads to its place."""
    plain = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text).replace(r"\*", "*")  # a link within the document: its words
    parts = [
        typeset(part)
        if place % 2 == 0
        else Markup('<a href="{}"><code>{}</code></a>').format(places[part], part)
        if part in places
        else Markup("<code>{}</code>").format(part)
        for place, part in enumerate(plain.split("`"))
    ]
    return Markup("").join(parts)


def formulas(text: str, name: str) -> Markup:
    """Words of a document, known by its name, whose formulas stand between dollars, as MathML: no paragraph of its own.

    Raises:
        UserError: a formula cannot be read.
    """
    html = caption(re.sub(r"\$([^$]+)\$", r":math:`\1`", text), name)
    return Markup(re.sub(r"</?p>|\s+$", "", html))
