"""Errors that a person can mend: each message gives the value, its meaning, what is allowed and the next step."""


class DevopssimError(Exception):
    """A failure that one line explains; the command line prints that line and exits with 2."""


class InvalidInputError(DevopssimError, ValueError):
    """An unusable input: a value out of range, an unknown name, a file of the wrong kind.

    Examples
    --------
    >>> from devopssim.scenario import DEVOPS, vary
    >>> vary(DEVOPS, {"team.developers": 0})
    Traceback (most recent call last):
    devopssim.errors.InvalidInputError: team.developers=0 (people who write code) ...
    """


class BrokenContractError(InvalidInputError):
    """A table breaks a rule of the event log.

    Attributes
    ----------
    row : int or None
        First offending row, counted from 0; None where the rule concerns the whole table.
    rule : str
        Text of the broken rule.
    """

    def __init__(self, message: str, *, row: int | None, rule: str) -> None:
        super().__init__(message)
        self.row = row
        self.rule = rule
