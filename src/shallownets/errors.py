"""The exceptions that mean: the user can mend this. And how their one line shows what is wrong."""

import reprlib


class UserError(Exception):
    """A mistake in the input. Its text is one line that names the culprit and says what would be right."""


class Impossible(UserError, ValueError):
    """Values that do not go together, such as widths and a dimension: a user's choice, which a caller can catch."""


class OutOfReach(UserError, ArithmeticError):
    """A tolerance that no length of a step reaches."""


def in_short(value: object) -> str:
    """A value as a message shows it, cut to one short line."""
    try:
        text = " ".join(reprlib.repr(value).split())
    except ValueError:  # Python does not print numbers of thousands of digits
        return "(with a number of thousands of digits)"
    return text if len(text) <= 60 else text[:57] + "..."


def key_name(key: object) -> str:
    """A key as a message shows it: as it is, unless it would tear the line."""
    return key if isinstance(key, str) and key.isprintable() and len(key) <= 40 else in_short(key)
