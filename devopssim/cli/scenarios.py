"""Parse arguments that name a scenario or assign values to names."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from devopssim.scenario import Scenario


def named(name: str) -> "Scenario":
    """Return the preset of that name, or the scenario of the TOML file at that path.

    Raises InvalidInputError if neither exists.
    """
    from devopssim.scenario import load, preset

    path = Path(name)
    if path.suffix.lower() == ".toml" or path.is_file():
        return load(path)
    return preset(name)


def assignments(arguments: Sequence[str], option: str, example: str) -> dict[str, float | str]:
    """Parse `NAME=VALUE` arguments into a mapping; numeric values become floats.

    Raises InvalidInputError for an argument without `=`.
    """
    from devopssim.errors import InvalidInputError

    values: dict[str, float | str] = {}
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if not equals or not name or not value:
            message = f"{option} {argument!r}: expected NAME=VALUE, for example {option} {example}."
            raise InvalidInputError(message)
        values[name.strip()] = number_or_text(value.strip())
    return values


def number_or_text(text: str) -> float | str:
    """Parse the text as a number; return it unchanged if it is not numeric."""
    try:
        return float(text)
    except ValueError:
        return text


def only_numbers(values: Mapping[str, float | str], option: str, example: str) -> dict[str, float]:
    """Return the mapping if all its values are numbers; raise InvalidInputError otherwise."""
    from devopssim.errors import InvalidInputError

    numbers: dict[str, float] = {}
    for name, value in values.items():
        if isinstance(value, str):
            message = (
                f"{option} {name}={value}: expected a number, got {value!r}; write, for example, {option} {example}."
            )
            raise InvalidInputError(message)
        numbers[name] = value
    return numbers
