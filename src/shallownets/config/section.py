"""A parameter stands once: as a typed field, with limits, unit and meaning, of a section of config.yaml.

From the class of a section follow the check of config.yaml, the command line of a stage and its help, the options of a
rule, the record in an artefact, the tables of the report, and the reference page of the config. Values stand in
config.yaml and in the tiers alone. Modules of parameters hold no computation and import no NumPy, because Snakemake
imports them each time it reads the workflow.
"""

from collections.abc import Iterator
from typing import Annotated, dataclass_transform

import msgspec
from msgspec import Meta

# (whether it holds, the key below this section, what was expected of its value)
Limit = tuple[bool, str, str]


# To type checkers: subclasses are frozen too, as msgspec makes them.
@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A section of config.yaml, or the parameters of a stage: named values that belong together."""

    def limits(self) -> Iterator[Limit]:
        """What must hold between the values, beyond the limits of each one alone.

        Yields:
            whether it holds; the key that is to blame, with points between sections and items; what was expected.
        """
        return iter(())

    def work(self) -> float:
        """How the core seconds of a stage grow with its parameters, but for a factor; 0: they do not."""
        return 0.0


def means(text: str, unit: str = "") -> Meta:
    """The meaning of a field, for people: ``N: Annotated[Count, means("input dimension")]``.

    Args:
        text: the meaning, as it stands in the help of a command and in the reference of the config.
        unit: of the value, such as ``"samples/N"``; empty where it has none.
    """
    return Meta(title=text, extra={"unit": unit})


def expected(words: str) -> Meta:
    """What a value of this kind must be, for messages, where its type and limits do not say it by themselves."""
    return Meta(description=words)


# Of a list: no value stands in it twice.
different = Meta(extra={"different": True})

# The kinds of value that several sections use. Numbers of things that are counted one by one have an upper limit, so
# that a slip of the keyboard is refused and does not fill the memory.
LARGEST = 10**15  # beyond it no number here has a meaning, and floats no longer tell whole numbers apart
MOST = 10**6
WIDEST = 1000  # a step of any engine costs at least the square of a width

Count = Annotated[int, Meta(ge=1)]
Index = Annotated[int, Meta(ge=0)]
Many = Annotated[int, Meta(ge=1, le=MOST)]
Several = Annotated[int, Meta(ge=2, le=MOST)]
Width = Annotated[int, Meta(ge=1, le=WIDEST)]
Positive = Annotated[float, Meta(gt=0)]
NotNegative = Annotated[float, Meta(ge=0)]
Fraction = Annotated[float, Meta(gt=0, lt=1)]
Tolerance = Annotated[float, Meta(ge=1e-13, le=1e-2), means("relative error of a step of the integration")]
Seed = Annotated[
    int,
    Meta(ge=0, lt=LARGEST),
    expected(f"a whole number of at least 0 and below {LARGEST:.0e}"),
    means("root of every random stream"),
]
USUAL_SEED = 20260403  # of what people start by hand, unless they give another
Resamples = Annotated[int, Meta(ge=2, le=MOST), means("resamples of every bootstrap")]
Figures = Annotated[
    list[str],
    Meta(min_length=1),
    different,
    expected("a list of at least one figure, all different"),
    means("which figures to make; all of the study's catalogue where this key is not given"),
]
