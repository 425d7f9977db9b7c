"""Answers as JSON: values of a student's notebook, written down so that they can be judged in another process.

Numbers, texts and lists stand for themselves; every other value is an object whose key `$` names its form. Nothing is
pickled, NaN and the infinities have a form of their own, and reading refuses all that strict JSON excludes.

========== =========================================================
`$`        further keys
========== =========================================================
float      `is`: nan, inf or -inf
set        `of`: the members
tuple      `of`: the members; of arguments only, in answers a tuple is a list
array      `of`: the cells of a NumPy array; of arguments only
table      `columns`, `index`, `values`: a list of cells per column
series     `index`, `values`
figure     `axes`: title, labels, ticks, legend, lines, bars
scenario   `toml`
log        `csv`
duration   `hours`
time       `iso`
record     `type`, `of`: the fields of another dataclass
missing    `name` or `file`
raised     `type`, `message`
large      `type`
other      `type`
========== =========================================================
"""

import datetime as dt
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import is_dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, NoReturn, TypeAlias

from devopssim.errors import InvalidInputError

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None

FORM: Final = "$"
MOST_VALUES: Final = 100_000
MOST_CHARACTERS: Final = 500_000
DEEPEST: Final = 12
LONGEST_TYPE: Final = 80
"""Characters of a type's name: a class can have a name of megabytes."""


class TooLargeError(InvalidInputError):
    """Report an answer with more values, characters or levels than an exercise can ask for."""


def to_json(value: object) -> Json:
    """Return a value in its JSON form.

    The work is bounded: at most `MOST_VALUES` values, `MOST_CHARACTERS` characters and `DEEPEST` levels are written.

    Parameters
    ----------
    value : object
        Numbers, texts, lists, sets, mappings; values of pandas, NumPy and matplotlib; a Scenario or another dataclass of this
        package.

    Returns
    -------
    Json
        The form; `{"$": "other", "type": …}` for a value without one, `{"$": "large", "type": …}` for one beyond the bounds.

    Examples
    --------
    >>> to_json({"hours": [1, float("nan")]})
    {'hours': [1, {'$': 'float', 'is': 'nan'}]}
    >>> to_json(object())
    {'$': 'other', 'type': 'object'}
    """
    return _form(value, _AnswerWriter())


def argument_to_json(value: object) -> Json:
    """Return an argument of a function in a form that `from_json` reads back with its type: tuples and arrays stay what they are.

    Parameters
    ----------
    value : object
        The argument.

    Returns
    -------
    Json
        The form, as `to_json` returns it, with tuples and arrays told from lists.

    Examples
    --------
    >>> from_json(argument_to_json((1, [2])))
    (1, [2])
    """
    return _form(value, _AnswerWriter(keeps_types=True))


def _form(value: object, writer: "_AnswerWriter") -> Json:
    """Return what a writer makes of a value; the form `large` beyond its bounds."""
    try:
        return writer.written(value, DEEPEST)
    except TooLargeError:
        return {FORM: "large", "type": type(value).__name__[:LONGEST_TYPE]}


def dumps(value: Json) -> str:
    """Return a form as strict JSON on one line: ASCII only, without NaN and Infinity."""
    return json.dumps(value, allow_nan=False, ensure_ascii=True, separators=(",", ":"))


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
        raise InvalidInputError(f"no {_short(str(form[FORM]))} that an answer can be: {error!r}.") from error


def number(form: Json) -> float | None:
    """Return a form as a float, None for any form but a number.

    Parameters
    ----------
    form : Json
        A form; NaN and the infinities count as numbers, truth values do not.

    Returns
    -------
    float or None
        The number.

    Examples
    --------
    >>> number({"$": "float", "is": "inf"})
    inf
    >>> number(True) is None
    True
    """
    if isinstance(form, dict) and form.get(FORM) == "float":
        return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}.get(str(form.get("is")))
    if isinstance(form, bool) or not isinstance(form, int | float):
        return None
    return float(form)


def describe(form: Json) -> str:
    """Describe a form in a few words for a report.

    Parameters
    ----------
    form : Json
        The form of an answer, perhaps forged.

    Returns
    -------
    str
        A noun phrase with its article; long texts are cut at 60 characters.

    Examples
    --------
    >>> describe(12.5)
    'the number 12.5'
    >>> describe({"$": "table", "columns": ["role", "hours"], "index": [0], "values": [["dev"], [8]]})
    'a table of 1 rows with the columns role, hours'
    """
    if form is None:
        return "nothing (None)"
    if isinstance(form, bool):
        return f"the truth value {form}"
    if (value := number(form)) is not None:
        return f"the number {value:.6g}"
    if isinstance(form, str):
        return f"the text {_short(form)!r}"
    if isinstance(form, list):
        return f"a list of {len(form)} values"
    if not isinstance(form, dict) or FORM not in form:
        return "a dictionary with the keys " + (_short(", ".join(form)) if isinstance(form, dict) else "?")
    describer = _DESCRIBERS.get(str(form[FORM]))
    try:
        return describer(form) if describer else "a value that cannot be judged"
    except (TypeError, ValueError):  # a forged form
        return "a value that cannot be judged"


def form_of(answer: Json) -> str | None:
    """Return the name of a form (`table`, `figure`, …), None for numbers, texts, lists and plain dictionaries.

    Parameters
    ----------
    answer : Json
        A form.

    Returns
    -------
    str or None
        The value of its key `$`.

    Examples
    --------
    >>> form_of({"$": "scenario", "toml": ""})
    'scenario'
    """
    return str(answer[FORM]) if isinstance(answer, dict) and FORM in answer else None


def missing(answer: Json) -> str | None:
    """Return why a form holds no answer, None if it holds one.

    Parameters
    ----------
    answer : Json
        A form. None, and the forms `missing`, `raised` and `large` hold no answer.

    Returns
    -------
    str or None
        A sentence for the report.

    Examples
    --------
    >>> missing({"$": "missing", "name": "lead"})
    'no such name: lead.'
    >>> missing(0) is None
    True
    """
    if answer is None:
        return "the answer is missing (None)."
    if form_of(answer) in {"missing", "raised", "large"}:
        return f"{describe(answer)}."
    return None


class _AnswerWriter:
    """Write forms and count what is written, so that an answer of any size and shape costs a bounded amount of work."""

    def __init__(self, *, keeps_types: bool = False) -> None:
        self.keeps_types = keeps_types
        self.values = 0
        self.characters = 0

    def written(self, value: object, depth: int) -> Json:
        """Return the form of a value; `depth` levels may still follow. Raise TooLargeError beyond a bound."""
        self.values += 1
        if self.values > MOST_VALUES or depth < 0:
            raise TooLargeError("an answer of more values or levels than can be judged.")
        if value is None or value is True or value is False:
            return bool(value) if value is not None else None
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, int):
            return self._whole(value)
        if isinstance(value, float):
            return _float(float(value))
        if isinstance(value, complex | Decimal | Fraction | dt.date | dt.timedelta):
            return _number_or_moment(value)
        if isinstance(value, list | tuple):
            return self._sequence(value, depth)
        if isinstance(value, set | frozenset):
            # by repr, because members of different types have no order of their own
            return {FORM: "set", "of": sorted((self.written(part, depth - 1) for part in value), key=repr)}
        if isinstance(value, Mapping):
            return self._mapping(value, depth)
        return self._library_value(value, depth)

    def _sequence(self, value: list[Any] | tuple[Any, ...], depth: int) -> Json:
        """Return a list or tuple as a list; one of matplotlib's artists, such as `plot` returns, as their figure."""
        first: Any = value
        while isinstance(first, list | tuple) and first:
            first = first[0]
        if type(first).__module__.startswith("matplotlib."):
            return self._library_value(first, depth)
        parts = [self.written(part, depth - 1) for part in value]
        return {FORM: "tuple", "of": parts} if self.keeps_types and isinstance(value, tuple) else parts

    def _text(self, value: str) -> str:
        """Return the text as a plain `str` without lone surrogates, which UTF-8 cannot encode."""
        self.characters += len(value)
        if self.characters > MOST_CHARACTERS:
            raise TooLargeError("an answer of more characters than can be judged.")
        return str(value).encode("utf-8", "replace").decode()

    def _whole(self, value: int) -> Json:
        """Return an integer that fits 64 bits, else the form `large`."""
        whole = int(value)
        return whole if abs(whole) < 2**63 else {FORM: "large", "type": "int"}

    def _mapping(self, value: Mapping[Any, Any], depth: int) -> Json:
        """Return a mapping with its keys as texts; one that has the key `$` could pose as a form and becomes `other`."""
        written = {str(key): self.written(part, depth - 1) for key, part in value.items()}
        return written if FORM not in written else {FORM: "other", "type": "dict"}

    def _library_value(self, value: Any, depth: int) -> Json:
        """Write values of pandas, NumPy, matplotlib and this package; the module's name selects the writer, so that none is imported."""
        home = type(value).__module__.partition(".")[0]
        if home == "pandas" and type(value).__name__ in {"NAType", "NaTType"}:
            return _float(math.nan)  # missing is missing
        writer: Callable[[Any, int], Json | None] | None = {
            "pandas": self._pandas,
            "numpy": self._numpy,
            "matplotlib": self._figure,
            "devopssim": self._scenario,
        }.get(home)
        written = writer(value, depth) if writer else None
        return {FORM: "other", "type": type(value).__name__[:LONGEST_TYPE]} if written is None else written

    def _numpy(self, value: Any, depth: int) -> Json | None:
        """Return an array or scalar as plain values, None for a dtype without a form."""
        if not hasattr(value, "dtype") or value.dtype.kind not in "biufcUSmMO":
            return None
        if value.size + self.values > MOST_VALUES:
            raise TooLargeError("an array of more values than can be judged.")
        if value.dtype.kind in "mM":
            return self._numpy_times(value, depth)
        if value.dtype.kind in "fc" and value.dtype.itemsize > (8 if value.dtype.kind == "f" else 16):
            value = value.astype("float64" if value.dtype.kind == "f" else "complex128")
        plain = value.tolist()
        if isinstance(plain, list) and self.keeps_types:
            return {FORM: "array", "of": self.written(plain, depth)}
        return self.written(plain, depth) if type(plain) is not type(value) else None

    def _numpy_times(self, value: Any, depth: int) -> Json:
        """Return NumPy's times and durations in the forms of pandas'."""
        import pandas as pd  # noqa: PLC0415 - for times only

        convert = pd.Timestamp if value.dtype.kind == "M" else pd.Timedelta
        if value.ndim == 0:
            return self.written(convert(value[()]), depth)
        return [self.written(part if value.ndim > 1 else convert(part), depth - 1) for part in value]

    def _pandas(self, value: Any, depth: int) -> Json | None:
        """Return the form of a time, a duration, a Series, an index or a DataFrame, None for another pandas object."""
        import pandas as pd  # noqa: PLC0415 - for values of pandas only, so that a check without them stays fast

        if isinstance(value, pd.Period):
            return _moment(value.start_time)
        if isinstance(value, pd.api.extensions.ExtensionArray):
            return self._cells(value, depth)
        if isinstance(value, pd.Series | pd.Index):
            series = value if isinstance(value, pd.Series) else value.to_series()
            return {FORM: "series", "index": self._cells(series.index, depth), "values": self._cells(series, depth)}
        if isinstance(value, pd.DataFrame):
            columns = [str(name) for name in value.columns]
            filled = [self._cells(value.iloc[:, position], depth) for position in range(len(columns))]
            return {
                FORM: "table",
                "columns": list[Json](columns),
                "index": self._cells(value.index, depth),
                "values": list[Json](filled),
            }
        return None

    def _cells(self, cells: Any, depth: int) -> list[Json]:
        """Return the forms of a column's or an index's cells."""
        if len(cells) + self.values > MOST_VALUES:
            raise TooLargeError("a table of more values than can be judged.")
        written = [self.written(cell, depth - 1) for cell in cells]
        return [_float(math.nan) if cell is None else cell for cell in written]  # missing is missing

    def _figure(self, value: Any, depth: int) -> Json | None:
        """Return the form of a figure or of the figure that an artist belongs to, None for another matplotlib object."""
        figure = getattr(value, "figure", None) or value
        if not hasattr(figure, "get_axes"):
            return None
        return {FORM: "figure", "axes": [self._axes(axes, depth - 2) for axes in figure.get_axes()]}

    def _axes(self, axes: Any, depth: int) -> Json:
        """Return what a reader sees of axes; each bar is `[centre, height, width]`, of a horizontal one `[centre, width, height]`."""
        legend = axes.get_legend()
        named = [self._text(text.get_text()) for text in legend.get_texts()] if legend else []
        lines: list[Json] = [
            {"label": self._text(label), "x": self.written(list(x), depth), "y": self.written(list(y), depth)}
            for label, x, y in _series_of(axes, named)
        ]
        return {
            "title": self._text(axes.get_title()),
            "xlabel": self._text(axes.get_xlabel()),
            "ylabel": self._text(axes.get_ylabel()),
            "xticks": [self._text(tick.get_text()) for tick in axes.get_xticklabels()],
            "legend": list[Json](named),
            "lines": lines,
            "bars": self.written(_bars_of(axes), depth),
        }

    def _scenario(self, value: Any, depth: int) -> Json | None:
        """Return the form of a Scenario or of another dataclass of this package, None otherwise."""
        from devopssim import scenario  # noqa: PLC0415 - imported for a scenario only

        if isinstance(value, scenario.Scenario):
            return {FORM: "scenario", "toml": self._text(scenario.dumps(value))}
        if is_dataclass(value) and not isinstance(value, type):
            return {FORM: "record", "type": type(value).__name__, "of": self._mapping(vars(value), depth)}
        return None


def _series_of(axes: Any, named: list[str]) -> list[tuple[str, Any, Any]]:
    """Return (label, x, y) of the lines and scatters of axes; what has no label of its own takes the legend's, in order.

    A legend may name all that is drawn after the fact: `axes.legend(["open", "closed"])`.
    """
    drawn = [(str(line.get_label()), line.get_xdata(), line.get_ydata()) for line in axes.get_lines()]
    for collection in axes.collections:
        if type(collection).__name__ == "PathCollection":
            points = collection.get_offsets().tolist()
            drawn.append((str(collection.get_label()), [point[0] for point in points], [point[1] for point in points]))
    own = {label for label, _, _ in drawn if not label.startswith("_")}
    left = iter([name for name in named if name not in own])
    return [(next(left, label) if label.startswith("_") else label, x, y) for label, x, y in drawn]


def _bars_of(axes: Any) -> list[list[float]]:
    """Return the bars of axes as `[centre, length, breadth]`; spans and other rectangles are no bars."""
    bars = []
    for container in axes.containers:
        lying = getattr(container, "orientation", None) == "horizontal"
        for bar in container if type(container).__name__ == "BarContainer" else ():
            x, y, width, height = (
                float(value) for value in (bar.get_x(), bar.get_y(), bar.get_width(), bar.get_height())
            )
            bars.append([y + height / 2, width, height] if lying else [x + width / 2, height, width])
    return bars


def _number_or_moment(value: complex | Decimal | Fraction | dt.date | dt.timedelta) -> Json:
    """Return a number without an imaginary part as a float, a time or a duration in its form; pandas' derive from the standard ones."""
    if isinstance(value, dt.date | dt.timedelta):
        return _moment(value)
    try:
        if not isinstance(value, complex):
            return _float(float(value))
        if value.imag == 0:
            return _float(value.real)
    except (ValueError, OverflowError):
        return {FORM: "large", "type": type(value).__name__[:LONGEST_TYPE]}
    return {FORM: "other", "type": "complex"}


def _moment(value: dt.date | dt.timedelta) -> Json:
    """Return the form of a time or a duration, of the standard library's types as of pandas', which derive from them."""
    if value != value:  # noqa: PLR0124 - only pandas' NaT, which is a time, differs from itself
        return _float(math.nan)
    if isinstance(value, dt.timedelta):
        return {FORM: "duration", "hours": _float(value / dt.timedelta(hours=1))}
    if not isinstance(value, dt.datetime):
        value = dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a day has no zone
    return {FORM: "time", "iso": value.isoformat()}


def _float(value: float) -> Json:
    """Return a finite float as it is, and NaN or an infinity as the form `float`."""
    if math.isfinite(value):
        return value
    return {FORM: "float", "is": "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"}


def _short(text: str, length: int = 60) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


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


def log_to_json(log: Any) -> Json:
    """Return an event log in the form that `from_json` reads back to the same log with its attributes.

    Parameters
    ----------
    log : DataFrame
        An event log.

    Returns
    -------
    Json
        A form `log` with the log as CSV text.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from devopssim import DEVOPS, simulate
    >>> log = simulate(replace(DEVOPS, years=0.1), seed=1)
    >>> from_json(log_to_json(log)).equals(log)
    True
    """
    import tempfile  # noqa: PLC0415 - imported for a log only
    from pathlib import Path  # noqa: PLC0415

    from devopssim import events  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "log.csv")
        events.write(log, path)
        return {FORM: "log", "csv": path.read_text(encoding="utf-8")}


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

_DESCRIBERS: Final[dict[str, Callable[[Mapping[str, Any]], str]]] = {
    "set": lambda form: f"a set of {len(form.get('of', ()))} values",
    "table": lambda form: (
        f"a table of {len(form.get('index', ()))} rows with the columns {_short(', '.join(map(str, form.get('columns', ()))))}"
    ),
    "series": lambda form: f"a series of {len(form.get('values', ()))} values",
    "log": lambda form: f"an event log of {str(form.get('csv', '')).count(chr(10))} lines",
    "scenario": lambda _: "a scenario",
    "figure": lambda form: f"a figure with {len(form.get('axes', ()))} axes",
    "duration": lambda form: f"a duration of {number(form.get('hours')) or 0:g} hours",
    "time": lambda form: f"the time {_short(str(form.get('iso')))}",
    "record": lambda form: f"a value of the type {_short(str(form.get('type')))}",
    "large": lambda form: f"a value of the type {_short(str(form.get('type')))} that is too large to be judged",
    "raised": lambda form: ": ".join(
        [
            f"the error {_short(str(form.get('type')))}",
            *([_short(str(form["message"]), 120)] if form.get("message") else []),
        ]
    ),
    "missing": lambda form: (
        f"no such name: {_short(str(form.get('name')))}"
        if "name" in form
        else f"no such file: {_short(str(form.get('file')))}"
    ),
    "tuple": lambda form: f"a tuple of {len(form.get('of', ()))} values",
    "array": lambda form: f"an array of {len(form.get('of', ()))} values",
    "other": lambda form: f"a value of the type {_short(str(form.get('type')))}",
}
