"""Write answers and arguments in their JSON form, whatever their size and shape, with a bounded amount of work."""

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from devopssim.course.answers.forms import FORM, LONGEST_TYPE, Json
from devopssim.errors import InvalidInputError

MOST_VALUES: Final = 100_000
MOST_CHARACTERS: Final = 500_000
DEEPEST: Final = 12


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
    >>> from devopssim.course.answers import from_json
    >>> from_json(argument_to_json((1, [2])))
    (1, [2])
    """
    return _form(value, _AnswerWriter(keeps_types=True))


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
    >>> from devopssim.course.answers import from_json
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


def _form(value: object, writer: "_AnswerWriter") -> Json:
    """Return what a writer makes of a value; the form `large` beyond its bounds."""
    try:
        return writer.written(value, DEEPEST)
    except TooLargeError:
        return {FORM: "large", "type": type(value).__name__[:LONGEST_TYPE]}


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
