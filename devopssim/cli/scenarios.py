"""How arguments name a scenario, and assign values to names."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from devopssim.scenario import Scenario


def named(name: str) -> "Scenario":
    """Return the preset of that name, or the scenario of the TOML file at that path.

    Raises InvalidInputError where there is neither.
    """
    from devopssim.scenario import load, preset

    path = Path(name)
    if path.suffix.lower() == ".toml" or path.is_file():
        return load(path)
    return preset(name)


def assignments(words: Sequence[str], option: str, example: str) -> dict[str, float | str]:
    """Return `NAME=VALUE` words as a mapping; values that are numbers become numbers.

    Raises InvalidInputError for a word without `=`.
    """
    from devopssim.errors import InvalidInputError

    found: dict[str, float | str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name or not value:
            message = f"{option} {word!r} is no assignment; write it as {option} {example}."
            raise InvalidInputError(message)
        found[name.strip()] = number_or_text(value.strip())
    return found


def number_or_text(text: str) -> float | str:
    """Return the number that the text is, or the text."""
    try:
        return float(text)
    except ValueError:
        return text


def only_numbers(found: Mapping[str, float | str], option: str, example: str) -> dict[str, float]:
    """Return the mapping if all its values are numbers; raise InvalidInputError otherwise."""
    from devopssim.errors import InvalidInputError

    numbers: dict[str, float] = {}
    for name, value in found.items():
        if isinstance(value, str):
            message = f"{option} {name}={value} is no number; write it as {option} {example}."
            raise InvalidInputError(message)
        numbers[name] = value
    return numbers
