"""The exceptions that mean: the user can mend this."""


class UserError(Exception):
    """A mistake in the input. Its text is one line that names the culprit and says what would be right."""


class OutOfReach(UserError, ArithmeticError):
    """A tolerance that no length of a step reaches."""
