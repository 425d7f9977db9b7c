"""What an author declares in `exercises.toml`, read into typed values by msgspec: a wrong type is an error, never a guess."""

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

import msgspec

from devopssim.errors import InvalidInputError

Declared = TypeVar("Declared")


def typed(settings: Mapping[str, Any], form: type[Declared], where: str) -> Declared:
    """Return the settings as a value of the type `form`. Raises InvalidInputError, which names the place and the types."""
    try:
        return msgspec.convert(settings, form)
    except msgspec.ValidationError as error:
        raise InvalidInputError(f"{where}: {error}") from error


def refuse_unknown(settings: Collection[str], known: Collection[str], of: str, where: str) -> None:
    """Raise InvalidInputError for the first setting that is not known."""
    for name in settings:
        if name not in known:
            raise InvalidInputError(f"{where}: {name!r} is no setting of {of}; it takes {', '.join(known)}.")
