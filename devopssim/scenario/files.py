"""Scenarios as TOML files: the name, the workflow, the years, and a table for each part."""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from devopssim.errors import InvalidInputError
from devopssim.files import write_text
from devopssim.scenario.presets import PRESETS, preset
from devopssim.scenario.scenario import PARTS, Scenario, check_parameter, unknown_name_message, vary

BASE = "base"
"""The key that names the preset from which a file departs."""


def dumps(scenario: Scenario) -> str:
    """Return the scenario as TOML text, with every value stated."""
    import tomli_w  # noqa: PLC0415 - reading needs only the standard library

    return tomli_w.dumps(asdict(scenario))


def save(scenario: Scenario, path: str | Path) -> None:
    """Write the scenario to a TOML file, whole or not at all."""
    write_text(path, dumps(scenario))


def loads(text: str, *, name: str = "the scenario") -> Scenario:
    """Return the scenario that a TOML text states; what it does not state comes from its `base` preset or the defaults.

    Raises InvalidInputError for text that is no TOML, an unknown key, or a value that is not allowed.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = f"{name}: not TOML ({error}); write it as `devopssim parameters --toml` shows."
        raise InvalidInputError(message) from error
    try:
        return from_table(table)
    except InvalidInputError as error:
        message = f"{name}: {error}"
        raise InvalidInputError(message) from error


def load(path: str | Path) -> Scenario:
    """Return the scenario that a TOML file states; errors as `loads`."""
    source = Path(path)
    try:
        text = source.read_bytes().decode()
    except OSError as error:
        message = f"{source}: cannot be read ({error.strerror}); give a preset ({', '.join(PRESETS)}) or a TOML file."
        raise InvalidInputError(message) from error
    except UnicodeDecodeError as error:
        message = f"{source}: is not UTF-8 text; save the scenario as UTF-8."
        raise InvalidInputError(message) from error
    return loads(text, name=str(source))


def from_table(table: Mapping[str, Any]) -> Scenario:
    """Return the scenario that a nested mapping states, as `dataclasses.asdict` or a TOML reader gives it."""
    changes: dict[str, Any] = {}
    for key, given in table.items():
        if key in PARTS:
            if not isinstance(given, Mapping):
                message = f"{key}={given!r} must be a table: write [{key}] and its values below it."
                raise InvalidInputError(message)
            changes |= {f"{key}.{name}": each for name, each in given.items()}
        elif key not in ("name", BASE):
            changes[key] = given
    for name in changes:
        if "." not in name and name not in ("workflow", "years"):
            raise InvalidInputError(unknown_name_message("key", name, ["name", BASE, "workflow", "years", *PARTS]))
        check_parameter(name)
    scenario = vary(preset(str(table[BASE])) if BASE in table else Scenario(), changes)
    return _named(scenario, table.get("name", scenario.name))


def _named(scenario: Scenario, name: object) -> Scenario:
    if not isinstance(name, str) or not name.strip() or "\n" in name:
        message = f"name={name!r} (what the scenario is called) must be one line of text."
        raise InvalidInputError(message)
    return replace(scenario, name=name)
