"""The window of observation: rates count it, durations count what ends in it, and what is open at its edges stays open.

`attrs["window"]` holds the hour at which a log's window starts; it ends with the horizon. Rows from before the window stay in the
log, because they are the starts of what ends in it. `cut_to_window` drops them and notes what was in progress instead.
"""

from datetime import UTC, date, datetime, timedelta

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events.clock import HOURS_PER_DAY, SECONDS_PER_HOUR
from devopssim.events.warm_up import since as cut_from


def window_start(log: pd.DataFrame) -> float:
    """Return the hour at which observation of a log begins: the window's start, the warm-up's end, or 0.

    Examples
    --------
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(0, "ticket.created", item="W1"), event(900, "ticket.closed", item="W1")])
    >>> log.attrs["window"] = 800.0
    >>> window_start(log)
    800.0
    """
    return max(float(log.attrs.get("warm_up") or 0.0), float(log.attrs.get("window") or 0.0))


def between(log: pd.DataFrame, since: str | None = None, until: str | None = None) -> pd.DataFrame:
    """Return the log as observed between two dates.

    Rows after `until` are dropped. Rows before `since` stay, as the starts of what ends in the window.

    Parameters
    ----------
    log : DataFrame
        Event log whose attribute `start` states the time of hour 0.
    since, until : str, optional
        ISO dates or times (UTC without a zone). `since` is the beginning of its day, `until` the end of its day. By default the log's
        own window and horizon. Dates outside the log extend its window: nothing happened there.

    Returns
    -------
    DataFrame
        Event log with the attributes `window` and `horizon` of the dates.

    Raises
    ------
    InvalidInputError
        If a date is malformed, `since` does not lie before `until`, or the log states no start.

    Examples
    --------
    >>> from devopssim.events import event, from_rows
    >>> rows = [event(hours, "ticket.created", item=f"W{hours}") for hours in (0, 30, 80)]
    >>> later = between(from_rows(rows, start="2026-03-01T00:00:00+00:00"), "2026-03-02", "2026-03-03")
    >>> later["item"].tolist(), later.attrs["window"], later.attrs["horizon"]
    (['W0', 'W30'], 24.0, 72.0)
    """
    if since is None and until is None:
        return log
    stated = log.attrs.get("start")
    if not stated:
        raise InvalidInputError(
            "the log states no start, so dates have no place in it; use --warm-up HOURS instead of dates."
        )
    start = _zoned(datetime.fromisoformat(stated))
    begin = window_start(log) if since is None else _hour(since, "since", start)
    end = float(log.attrs["horizon"]) if until is None else _hour(until, "until", start, end_of_day=True)
    if begin >= end:
        moments = (start + timedelta(hours=hour) for hour in (begin, end))
        shown = " to ".join(f"{moment:%Y-%m-%d %H:%M}" for moment in moments)
        raise InvalidInputError(
            f"the window {shown} is empty; --since must lie before --until and before the last event."
        )
    observed = log[log["time"] <= end].reset_index(drop=True)
    shift = max(0.0, -begin)
    observed["time"] += shift
    observed.attrs = {
        **log.attrs,
        "start": (start - timedelta(hours=shift)).isoformat(),
        "window": begin + shift,
        "horizon": end + shift,
    }
    return observed


def cut_to_window(log: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a log's window, with what was in progress at its start; a log without a window is returned unchanged.

    Examples
    --------
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(0, "ticket.created", item="W1"), event(900, "ticket.closed", item="W1")])
    >>> log.attrs["window"] = 800.0
    >>> cut_to_window(log).attrs["open_items"]
    1
    """
    start = window_start(log)
    if not log.attrs.get("window") or start <= float(log.attrs.get("warm_up") or 0.0):
        return log
    return cut_from(log, start)


def _hour(text: str, name: str, start: datetime, *, end_of_day: bool = False) -> float:
    """Return the hour of the log at a date or time."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    try:
        moment = _zoned(datetime.fromisoformat(text))
        return (moment - start).total_seconds() / SECONDS_PER_HOUR + (HOURS_PER_DAY if day and end_of_day else 0)
    except (ValueError, OverflowError) as error:
        raise InvalidInputError(
            f"--{name} {text!r} is not a date; write it as 2026-03-01 or 2026-03-01T09:30."
        ) from error


def _zoned(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
