"""Scenarios as TOML files: the name, the workflow, the years, and a table for each part."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from devopssim.errors import InvalidInputError
from devopssim.files import write_text
from devopssim.scenario.presets import PRESETS, preset
from devopssim.scenario.scenario import LISTS, PARTS, Scenario, check_parameter, unknown_name_message, vary

BASE = "base"
"""The key that names the preset from which a file departs."""
TWIN = "twin"
"""The table that `devopssim calibrate` adds: the posterior of the parameters. A scenario has no use for it."""


def to_table(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as a nested mapping that JSON and TOML can hold; `from_table` returns an equal scenario from it."""
    table: dict[str, Any] = msgspec.to_builtins(scenario)
    for name in LISTS:
        part, rows = name.split(".")
        table[part][rows] = list(table[part][rows])
    return table


def dumps(scenario: Scenario) -> str:
    """Return the scenario as TOML text, with every value stated.

    Parameters
    ----------
    scenario : Scenario
        What to write.

    Returns
    -------
    str
        TOML text; `loads` returns an equal scenario from it.

    Examples
    --------
    >>> from devopssim.scenario import AGILE
    >>> print(dumps(AGILE))
    name = "agile"
    workflow = "agile"
    years = 3.0
    ...
    >>> loads(dumps(AGILE)) == AGILE
    True
    """
    import tomli_w  # noqa: PLC0415 - reading needs only the standard library

    return tomli_w.dumps(to_table(scenario))


def save(scenario: Scenario, path: str | Path) -> None:
    """Write the scenario to a TOML file, completely or not at all.

    Parameters
    ----------
    scenario : Scenario
        What to write.
    path : str or Path
        File to write; an existing file is replaced.

    See Also
    --------
    load : Read the file again.

    Examples
    --------
    >>> import tempfile
    >>> from devopssim.scenario import AGILE
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(AGILE, f"{folder}/agile.toml")
    ...     load(f"{folder}/agile.toml") == AGILE
    True
    """
    write_text(path, dumps(scenario))


def loads(text: str, *, name: str = "the scenario") -> Scenario:
    """Return the scenario of a TOML text.

    Values that the text omits come from its `base` preset, or from the defaults without one.

    Parameters
    ----------
    text : str
        TOML with `name`, `base`, `workflow`, `years` and a table for each part, all optional.
    name : str, default 'the scenario'
        Where the text comes from, for error messages.

    Returns
    -------
    Scenario
        The scenario that the text states.

    Raises
    ------
    InvalidInputError
        For invalid TOML, an unknown key, or a value outside its range.

    Examples
    --------
    >>> scenario = loads('''
    ... base = "agile"
    ... [team]
    ... developers = 5
    ... ''')
    >>> scenario.workflow, scenario.team.developers
    ('agile', 5)
    """
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a whole number of thousands of digits, or arrays nested as deeply
        message = f"{name}: not TOML ({error}); write it as `devopssim parameters --toml` shows."
        raise InvalidInputError(message) from error
    try:
        return from_table(table)
    except InvalidInputError as error:
        message = f"{name}: {error}"
        raise InvalidInputError(message) from error


def load(path: str | Path) -> Scenario:
    """Return the scenario of a TOML file.

    Parameters
    ----------
    path : str or Path
        File in UTF-8; see `loads` for its content.

    Returns
    -------
    Scenario
        The scenario that the file states.

    Raises
    ------
    InvalidInputError
        For an unreadable file, and for all that `loads` raises it for; the message names the file.

    Examples
    --------
    >>> load("missing.toml")
    Traceback (most recent call last):
    devopssim.errors.InvalidInputError: missing.toml: cannot be read (No such file or directory); give a preset ...
    """
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
    """Return the scenario of a nested mapping, as `dataclasses.asdict` or a TOML reader returns it.

    Raises InvalidInputError for an unknown key or a value outside its range.
    """
    changes: dict[str, Any] = {}
    for key, value in table.items():
        if key in PARTS:
            if not isinstance(value, Mapping):
                message = f"{key}={value!r} must be a table: write [{key}] and its values below it."
                raise InvalidInputError(message)
            changes |= {f"{key}.{name}": parameter for name, parameter in value.items()}
        elif key not in ("name", BASE, TWIN):
            changes[key] = value
    for name in changes:
        if "." not in name and name not in ("workflow", "years"):
            raise InvalidInputError(unknown_name_message("key", name, ["name", BASE, "workflow", "years", *PARTS]))
        if name not in LISTS:
            check_parameter(name)
    scenario = vary(preset(str(table[BASE])) if BASE in table else Scenario(), changes)
    return _named(scenario, table.get("name", scenario.name))


def _named(scenario: Scenario, name: object) -> Scenario:
    if not isinstance(name, str) or not name.strip() or "\n" in name:
        message = f"name={name!r} (what the scenario is called) must be one line of text."
        raise InvalidInputError(message)
    return replace(scenario, name=name)
