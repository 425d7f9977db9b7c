"""Whether two answers are the same, as JSON forms on both sides: no student's object takes part."""

import math
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from devopssim.course.answers.forms import Json, form_of, number

EXACT: Final = 1e-9
ZERO: Final = 1e-12
"""Below this, an expected number is a zero with rounding errors, and `EXACT` is an absolute tolerance."""


@dataclass(frozen=True, kw_only=True)
class Tolerance:
    """The distance at which two numbers count as equal: the larger of a relative and an absolute one, its bound included.

    An expected zero has no relative tolerance; numbers within 1e-9 are equal to it.

    Parameters
    ----------
    within : float, default 1e-9
        Largest distance, as a share of the expected number.
    plus_minus : float, default 0
        Largest distance, in the number's own unit.

    Examples
    --------
    >>> Tolerance(within=0.01).near(12.6, 12.5)
    True
    >>> Tolerance(plus_minus=0.05).near(12.6, 12.5)
    False
    """

    within: float = EXACT
    plus_minus: float = 0

    def near(self, got: float, expected: float) -> bool:
        """Return whether `got` lies within the tolerance of `expected`.

        NaN is near NaN only, an infinity near itself only.
        """
        if math.isnan(expected):
            return math.isnan(got)
        if not math.isfinite(expected) or not math.isfinite(got):
            return got == expected
        bound = max(self.plus_minus, self.within * abs(expected), EXACT if abs(expected) < ZERO else 0.0)
        rounding = 4 * math.ulp(max(abs(got), abs(expected), bound))  # 46.0 is 45.8 ± 0.2, also in binary
        return abs(got - expected) <= bound + rounding

    @property
    def words(self) -> str:
        """How near an answer has to be, in words."""
        if self.plus_minus:
            return f"± {self.plus_minus:g}"
        if self.within >= 1e-4:
            return f"within {self.within * 100:g} %"
        return "with all its digits"


def same(got: Json, expected: Json, near: Tolerance) -> bool:
    """Return whether two forms are equal: numbers within the tolerance, lists in order, dictionaries with keys in any order.

    Texts are equal without blanks at their ends and in any Unicode normal form; times are equal as instants; a list stands for an
    expected set, and a Series or an index of pandas for the list of its values, a Series with texts as its labels
    for a dictionary.

    Parameters
    ----------
    got, expected : Json
        JSON forms, as `to_json` writes them.
    near : Tolerance
        When two numbers count as equal, at any depth.

    Returns
    -------
    bool
        False also where the types differ: `True` is not the number 1, and `"1"` is not 1.

    Examples
    --------
    >>> same({"b": [2], "a": 1.0}, {"a": 1, "b": [2]}, Tolerance())
    True
    >>> same(True, 1, Tolerance())
    False
    >>> same(" devops", "devops", Tolerance())
    True
    """
    wanted, given = number(expected), number(got)
    if wanted is not None:
        return given is not None and near.near(given, wanted)
    if isinstance(expected, str):
        return isinstance(got, str) and plain_text(got) == plain_text(expected)
    if form_of(expected) == "time":
        return form_of(got) == "time" and _instant(got) == _instant(expected)
    if form_of(expected) == "set":
        return _same_members(got, expected, near)
    if isinstance(expected, list):
        given_list = None if form_of(got) == "set" else members(got)
        return (
            given_list is not None
            and len(given_list) == len(expected)
            and all(map(same, given_list, expected, [near] * len(expected)))
        )
    if isinstance(expected, dict):
        got = _labelled(got) if form_of(expected) is None else got
        keys = isinstance(got, dict) and got.keys() == expected.keys()
        return keys and isinstance(got, dict) and all(same(got[key], expected[key], near) for key in expected)
    return type(got) is type(expected) and got == expected


def members(form: Json) -> list[Json] | None:
    """Return the values of a list, a set, or a Series or an index of pandas; None for any other form.

    Examples
    --------
    >>> members({"$": "series", "index": [3, 5], "values": ["a", "b"]}), members("a")
    (['a', 'b'], None)
    """
    part = {"set": "of", "series": "values"}.get(form_of(form) or "")
    values = form.get(part) if part and isinstance(form, dict) else form
    return values if isinstance(values, list) else None


def plain_text(text: str) -> str:
    r"""Return a text in one of its Unicode spellings, without blanks at its ends.

    Examples
    --------
    >>> plain_text("cafe\u0301 ") == "café"
    True
    """
    return unicodedata.normalize("NFC", text).strip()


def is_rounded(got: Json, expected: Json) -> bool:
    """Return whether a number is the expected one, rounded to fewer digits than the tolerance allows.

    Examples
    --------
    >>> is_rounded(12.35, 12.345678), is_rounded(12.4, 12.345678)
    (True, False)
    """
    given, wanted = number(got), number(expected)
    if given is None or wanted is None or not Tolerance(within=0.01).near(given, wanted) or not math.isfinite(wanted):
        return False
    return any(given == round(wanted, digits) for digits in range(1, 13)) or any(
        given == float(f"{wanted:.{digits}g}") for digits in range(2, 13)
    )


def _instant(form: Json) -> object:
    """Return the moment of a form `time`, comparable with others; the text itself if it is forged."""
    text = str(form.get("iso")) if isinstance(form, dict) else ""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text


def _labelled(form: Json) -> Json:
    """Return a Series with texts as its labels as a dictionary, any other form as it is."""
    if not isinstance(form, dict) or form_of(form) != "series":
        return form
    labels, values = form.get("index"), form.get("values")
    if (
        not isinstance(labels, list)
        or not isinstance(values, list)
        or not all(isinstance(label, str) for label in labels)
    ):
        return form
    return {str(label): value for label, value in zip(labels, values, strict=False)}


def _same_members(got: Json, expected: Json, near: Tolerance) -> bool:
    """Return whether a set, or a list without repeats, has the members of an expected set."""
    given, wanted = members(got), members(expected)
    if given is None or wanted is None or len(given) != len(wanted):
        return False
    return all(map(same, sorted(given, key=sort_key), sorted(wanted, key=sort_key), [near] * len(wanted)))


def sort_key(form: Json) -> tuple[int, float, str]:
    """Return a key that sorts forms of any type: numbers by size, others by their text."""
    value = number(form)
    if value is not None:
        return (0, value, "") if not math.isnan(value) else (1, 0.0, "")
    return 2, 0.0, plain_text(form) if isinstance(form, str) else repr(form)
