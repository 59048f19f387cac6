"""The papers behind the studies, as workflow/studies/<study>.yaml names them, and what was read of each."""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from shallownets.claims.entries import Words
from shallownets.config import yamlfile
from shallownets.config.check import section_of
from shallownets.config.section import Section, expected

FOLDER = Path("workflow/studies")  # relative to the checkout
SOURCES = ("paper", "talk")


class Paper(Section):
    """The paper of a study. What is claimed in its name are the words of its source: itself, or a talk on it."""

    title: Annotated[Words, expected("the title of the paper")]
    arxiv: Annotated[str, Meta(pattern=r"^[0-9]{4}\.[0-9]{4,5}\Z"), expected("its number at arXiv, in quotes")]
    source: Annotated[Literal["paper", "talk"], expected(f"what was read: one of {', '.join(SOURCES)}")]
    read: Annotated[str, Meta(min_length=20), expected("a sentence: what was read, and of which version")]
    document: Annotated[str, Meta(pattern=r"^docs/[a-z0-9_]+\.md\Z"), expected("the study's document, docs/<name>.md")]


def load(study: str, checkout: Path = Path()) -> Paper:
    """The paper of a study.

    Raises:
        UserError: the study has no such file, or it says something else.
    """
    path = FOLDER / f"{study}.yaml"
    return section_of(yamlfile.load(checkout / path), Paper, str(path))
