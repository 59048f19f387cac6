"""Which known name may be meant by one that is none: did you mean?"""

import difflib
from collections.abc import Iterable


def _own(name: str) -> str:
    """A name without what it shares with others: the dashes of options, and the study of a stage."""
    return name.lstrip("-").rpartition(".")[2]


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that may be meant by one that is none; empty where none is close.

    That two names begin with the same dashes, or the same study, does not make them close.
    """
    known, like = list(known), 0.6 if "." in name else 0.0
    for own in difflib.get_close_matches(_own(name), {_own(one) for one in known}, n=1):
        alike = [one for one in known if _own(one) == own]
        return next(iter(difflib.get_close_matches(name, alike, n=1, cutoff=like)), "")
    return ""
