"""Names of months, and of the halves of the day, in the languages in which trackers write their exports; from Unicode's CLDR by Babel."""

import re
from collections import defaultdict
from functools import cache
from typing import Final

from babel import Locale, UnknownLocaleError

from devopssim.errors import InvalidInputError

LANGUAGES: Final = [
    "cs",
    "da",
    "de",
    "el",
    "es",
    "et",
    "fi",
    "fr",
    "hr",
    "hu",
    "id",
    "it",
    "lt",
    "lv",
    "nb",
    "nl",
    "pl",
    "pt",
    "pt_PT",
    "ro",
    "ru",
    "sk",
    "sl",
    "sv",
    "tr",
    "uk",
    "vi",
]
"""Languages of Jira and of usual spreadsheets whose months have names."""
WORD: Final = re.compile(r"[^\W\d_]+(?:\.(?:\s?[^\W\d_]+\.)?)?")
FILLER: Final = re.compile(r"\s+(?:de|del|di)\s+|\s+d[\u2019']\s*")
"""Words between day, month and year."""
ENGLISH: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


FIXED: Final = {**{name: name for name in ENGLISH}, "AM": "AM", "PM": "PM", "vorm": "AM", "nachm": "PM"}
"""Words that mean the same in every export; Java's German halves of the day are those of an older CLDR."""


def in_english(text: str, language: str | None = None) -> str | None:
    """Return a time with its words in English; None if a word is unknown, or names different months in different languages.

    Parameters
    ----------
    text : str
        Time as a tracker writes it, with the name of the month and perhaps the half of the day.
    language : str, optional
        Language of the words, such as `pl`; by default all of `LANGUAGES`.

    Raises
    ------
    InvalidInputError
        Where the language is unknown.

    Examples
    --------
    >>> in_english("05/Mär/24 9:00 AM"), in_english("5 févr. 2024 14:30"), in_english("05/Okt/24 9:00 nachm.")
    ('05/Mar/24 9:00 AM', '5 Feb 2024 14:30', '05/Oct/24 9:00 PM')
    >>> in_english("05/lis/24"), in_english("05/lis/24", "pl"), in_english("tomorrow")  # October in Croatian, November in Polish
    (None, '05/Nov/24', None)

    """
    text = FILLER.sub(" ", text)
    words = [word for word in WORD.findall(text) if word]
    known = _words(language)
    found = {word: known.get(_plain(word), set()) for word in words}
    if not words or any(len(english) != 1 for english in found.values()):
        return None
    return WORD.sub(lambda match: next(iter(found[match[0]])), text)


@cache
def _words(language: str | None) -> dict[str, set[str]]:
    """Return the English words for each name, in one language or over all."""
    known: dict[str, set[str]] = defaultdict(set)
    for code in LANGUAGES if language is None else (language,):
        try:
            locale = Locale.parse(code.replace("-", "_"))
        except (UnknownLocaleError, ValueError) as error:
            raise InvalidInputError(
                f"language {code!r} of month names is unknown; pass a code such as de, fr or pt_BR."
            ) from error
        for form in ("format", "stand-alone"):
            for width in ("abbreviated", "wide"):
                for number, month in locale.months[form][width].items():
                    known[_plain(month)].add(ENGLISH[number - 1])
        for style in locale.day_periods:
            for width in locale.day_periods[style]:
                for half in ("am", "pm"):
                    if period := locale.day_periods[style][width].get(half):
                        known[_plain(period)].add(half.upper())
    return {**known, **{_plain(word): {english} for word, english in FIXED.items()}}


def _plain(word: str) -> str:
    return re.sub(r"[.\s]", "", word.casefold())
