"""Read what an author declares in `exercises.toml` into typed values with msgspec: a wrong type is an error."""

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

import msgspec

from devopssim.errors import InvalidInputError

Declared = TypeVar("Declared")


def typed(settings: Mapping[str, Any], form: type[Declared], where: str) -> Declared:
    """Return settings as a value of the type `form`.

    Parameters
    ----------
    settings : mapping
        Settings by name, as TOML holds them.
    form : type
        A dataclass whose fields name and type the settings; unknown settings are ignored (see `refuse_unknown`).
    where : str
        Location of the settings, for errors.

    Returns
    -------
    Declared
        An instance of `form`.

    Raises
    ------
    InvalidInputError
        For a setting of another type, with the location and both types.
    """
    try:
        return msgspec.convert(settings, form)
    except msgspec.ValidationError as error:
        raise InvalidInputError(f"{where}: {error}") from error


def refuse_unknown(settings: Collection[str], allowed: Collection[str], of: str, where: str) -> None:
    """Raise InvalidInputError for the first setting that is not allowed.

    Parameters
    ----------
    settings, allowed : collection of str
        Names that are given, and names that are allowed.
    of : str
        What has these settings, for the message: `the kind 'number'`.
    where : str
        Location of the settings, for the message.
    """
    for name in settings:
        if name not in allowed:
            raise InvalidInputError(
                f"{where}: {name!r} is an unknown setting of {of}; allowed are {', '.join(allowed)}."
            )
