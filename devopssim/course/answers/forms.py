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

import math
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None

FORM: Final = "$"
LONGEST_TYPE: Final = 80
"""Characters of a type's name: a class can have a name of megabytes."""


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
        return f"the text {short(form)!r}"
    if isinstance(form, list):
        return f"a list of {len(form)} value{'' if len(form) == 1 else 's'}"
    if not isinstance(form, dict) or FORM not in form:
        return "a dictionary with the keys " + (short(", ".join(form)) if isinstance(form, dict) else "?")
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


def short(text: str, length: int = 60) -> str:
    """Return the text, cut with an ellipsis if it is longer than `length`."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


_DESCRIBERS: Final[dict[str, Callable[[Mapping[str, Any]], str]]] = {
    "set": lambda form: f"a set of {len(form.get('of', ()))} values",
    "table": lambda form: (
        f"a table of {len(form.get('index', ()))} rows with the columns {short(', '.join(map(str, form.get('columns', ()))))}"
    ),
    "series": lambda form: f"a series of {len(form.get('values', ()))} values",
    "log": lambda form: f"an event log of {str(form.get('csv', '')).count(chr(10))} lines",
    "scenario": lambda _: "a scenario",
    "figure": lambda form: f"a figure with {len(form.get('axes', ()))} axes",
    "duration": lambda form: f"a duration of {number(form.get('hours')) or 0:g} hours",
    "time": lambda form: f"the time {short(str(form.get('iso')))}",
    "record": lambda form: f"a value of the type {short(str(form.get('type')))}",
    "large": lambda form: f"a value of the type {short(str(form.get('type')))} that is too large to be judged",
    "raised": lambda form: ": ".join(
        [
            f"the error {short(str(form.get('type')))}",
            *([short(str(form["message"]), 120)] if form.get("message") else []),
        ]
    ),
    "missing": lambda form: (
        f"no such name: {short(str(form.get('name')))}"
        if "name" in form
        else f"no such file: {short(str(form.get('file')))}"
    ),
    "tuple": lambda form: f"a tuple of {len(form.get('of', ()))} values",
    "array": lambda form: f"an array of {len(form.get('of', ()))} values",
    "other": lambda form: f"a value of the type {short(str(form.get('type')))}",
}
