"""Read answers back: strict JSON from a source that may be hostile, and the values that its forms stand for."""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NoReturn

from devopssim.course.answers.forms import FORM, Json, number, short
from devopssim.errors import InvalidInputError


def loads(text: str | bytes) -> Json:
    """Read strict JSON from a source that may be hostile.

    Parameters
    ----------
    text : str or bytes
        JSON.

    Returns
    -------
    Json
        The parsed value.

    Raises
    ------
    InvalidInputError
        For malformed JSON, NaN and Infinity, a float beyond the range, an integer of more than 20 characters, a repeated key,
        or nesting deeper than the parser can follow.

    Examples
    --------
    >>> loads('{"is": [1, 2.5]}')
    {'is': [1, 2.5]}
    >>> loads('{"is": NaN}')
    Traceback (most recent call last):
    devopssim.errors.InvalidInputError: ...
    """
    try:
        read: Json = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_short_integer,
            object_pairs_hook=_without_repeats,
        )
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(f"no strict JSON: {error}") from error
    return read


def from_json(form: Json) -> Any:
    """Return the Python value that a JSON form stands for.

    Parameters
    ----------
    form : Json
        A form, as `to_json` or `log_to_json` wrote it.

    Returns
    -------
    object
        A DataFrame for `table`, a Series for `series`, an event log for `log`, a Scenario for `scenario`, a set for `set`, pandas'
        Timestamp for `time` and Timedelta for `duration`. Forms that only describe a value (`figure`, `other`, …) come back as
        their dictionary.

    Raises
    ------
    InvalidInputError
        For a forged form, whose keys `to_json` would not have written.

    Examples
    --------
    >>> from_json({"$": "table", "columns": ["hours"], "index": ["dev"], "values": [[8]]})
         hours
    dev      8
    """
    if isinstance(form, list):
        return [from_json(part) for part in form]
    if not isinstance(form, dict):
        return form
    if FORM not in form:
        return {key: from_json(part) for key, part in form.items()}
    reader = _READERS.get(str(form[FORM]))
    try:
        return reader(form) if reader else form
    except InvalidInputError:  # a part's, a scenario's or a log's own sentence
        raise
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise InvalidInputError(f"no {short(str(form[FORM]))} that an answer can be: {error!r}.") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    """Return the float; refuse a number that overflows to infinity."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number too large for a float")
    return value


def _short_integer(text: str) -> int:
    """Return the integer; refuse long ones, because their conversion takes quadratic time."""
    if len(text) > 20:
        raise ValueError("a whole number of more than twenty digits")
    return int(text)


def _without_repeats(pairs: Iterable[tuple[str, Json]]) -> dict[str, Json]:
    """Build a dictionary; refuse a repeated key, whose last value Python would take and other readers the first."""
    read: dict[str, Json] = {}
    for key, value in pairs:
        if key in read:
            raise ValueError(f"the key {key!r} comes twice")
        read[key] = value
    return read


def _table(form: Mapping[str, Any]) -> Any:
    import pandas as pd  # noqa: PLC0415 - imported for a table only

    filled = {
        name: [from_json(cell) for cell in cells] for name, cells in zip(form["columns"], form["values"], strict=True)
    }
    return pd.DataFrame(filled, index=pd.Index([from_json(cell) for cell in form["index"]]))


def _series(form: Mapping[str, Any]) -> Any:
    import pandas as pd  # noqa: PLC0415 - imported for a series only

    return pd.Series([from_json(cell) for cell in form["values"]], index=[from_json(cell) for cell in form["index"]])


def _array(form: Mapping[str, Any]) -> Any:
    import numpy as np  # noqa: PLC0415 - imported for an array only

    return np.array(from_json(form["of"]))


def _time(form: Mapping[str, Any]) -> Any:
    import pandas as pd  # noqa: PLC0415 - imported for a time only

    return pd.Timestamp(str(form["iso"]))


def _duration(form: Mapping[str, Any]) -> Any:
    import pandas as pd  # noqa: PLC0415 - imported for a duration only

    return pd.Timedelta(hours=number(form["hours"]) or 0.0)


def _log(form: Mapping[str, Any]) -> Any:
    """Read an event log back through its CSV file, which keeps types and attributes."""
    import tempfile  # noqa: PLC0415 - imported for a log only
    from pathlib import Path  # noqa: PLC0415

    from devopssim import events  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "log.csv")
        path.write_text(form["csv"], encoding="utf-8", newline="")
        return events.read(path)


def _scenario(form: Mapping[str, Any]) -> Any:
    from devopssim import scenario  # noqa: PLC0415 - imported for a scenario only

    return scenario.loads(form["toml"])


_READERS: Final[dict[str, Callable[[Mapping[str, Any]], Any]]] = {
    "float": lambda form: number(dict(form)),
    "set": lambda form: {from_json(part) for part in form["of"]},
    "tuple": lambda form: tuple(from_json(part) for part in form["of"]),
    "array": _array,
    "time": _time,
    "duration": _duration,
    "table": _table,
    "series": _series,
    "log": _log,
    "scenario": _scenario,
}
