"""What goes wrong in a way that a person can mend: each error says the value, its meaning, what is allowed and what to do."""


class DevopssimError(Exception):
    """A failure that is explained in one line; the command line prints that line and exits with 2."""


class InvalidInputError(DevopssimError, ValueError):
    """Something that was given is not usable: a value out of range, an unknown name, a file that is not what it should be."""


class BrokenContractError(InvalidInputError):
    """A table that is offered as an event log breaks a rule of the log; `row` and `rule` tell where and which."""

    def __init__(self, message: str, *, row: int | None, rule: str) -> None:
        super().__init__(message)
        self.row = row
        self.rule = rule
