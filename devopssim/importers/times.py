"""The times in exported files: ISO 8601, the formats of trackers and spreadsheets, and months in other languages."""

from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from devopssim.errors import InvalidInputError
from devopssim.importers.exported_files import shown
from devopssim.importers.month_names import in_english

FORMATS: Final = (
    "%d/%b/%y %I:%M %p",
    "%d/%b/%y %H:%M",
    "%d/%b/%Y %I:%M %p",
    "%d/%b/%Y %H:%M",
    "%Y-%m-%d %H:%M:%S %z",
    "%Y-%m-%d %H:%M:%S UTC",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%d %b %Y %H:%M",
    "%d %b %Y %I:%M %p",
    "%d-%b-%Y %H:%M",
)
"""Formats of times beside ISO 8601: those of Jira's and GitLab's exports, and of spreadsheets."""


def seconds(
    text: object, where: str, *, time_format: str | None = None, zone: str | None = None, language: str | None = None
) -> float | None:
    """Return the seconds since 1970 that a value of an export states.

    Parameters
    ----------
    text : object
        ISO 8601, one of `FORMATS`, or a number of seconds; None and the empty text state nothing.
    where : str
        Location of the value, for the error message.
    time_format : str, optional
        Format as of `strptime`; replaces the default formats.
    zone : str, optional
        IANA name of the time zone of times without one; default UTC.
    language : str, optional
        Language of month names, such as `pl`, where they are ambiguous.

    Returns
    -------
    float or None
        None where the value states nothing.

    Raises
    ------
    InvalidInputError
        Where the value is not a time, or lies outside the calendar.

    Examples
    --------
    >>> seconds("1970-01-01T01:00:00Z", "line 2")
    3600.0
    >>> seconds("01/Jan/70 2:00 AM", "line 3", zone="Europe/Berlin")
    3600.0
    >>> seconds("", "line 4") is None
    True

    """
    if text is None or text == "":
        return None
    written = str(text).strip()
    number = float(text) if isinstance(text, int | float) and not isinstance(text, bool) else None
    if number is None:
        moment = _moment(written, time_format)
        if moment is None and (english := in_english(written, language)):
            moment = _moment(english, time_format)
    else:
        try:
            moment = datetime.fromtimestamp(number, UTC)
        except (OverflowError, ValueError, OSError) as error:
            raise InvalidInputError(
                f"{where}: the time {shown(text)} is out of range; allowed are the years 1 to 9999."
            ) from error
    if moment is None:
        raise InvalidInputError(
            f"{where}: unknown time format {shown(text)}; write times as 2026-03-01T09:30:00Z or state their format."
        )
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone_of(zone))
    try:
        return moment.astimezone(UTC).timestamp()
    except (OverflowError, ValueError, OSError) as error:
        raise InvalidInputError(
            f"{where}: the time {shown(text)} is out of range; allowed are the years 1 to 9999."
        ) from error


def _moment(text: str, time_format: str | None) -> datetime | None:
    """Return the time that a text states in one of the formats, or None."""
    for form in (time_format,) if time_format else (None, *FORMATS):
        try:
            return datetime.fromisoformat(text) if form is None else datetime.strptime(text, form)  # noqa: DTZ007 - the zone follows
        except (ValueError, OverflowError):
            continue
    return None


def zone_of(name: str | None) -> ZoneInfo | Any:
    """Return the time zone of an IANA name; UTC for None.

    Raises
    ------
    InvalidInputError
        Where the name is unknown.

    Examples
    --------
    >>> zone_of("Europe/Berlin").key
    'Europe/Berlin'

    """
    if name is None:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInputError(f"time zone {name!r} is unknown; pass an IANA name such as Europe/Berlin.") from error
