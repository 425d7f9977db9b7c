"""Clocks of a history: times that no clock should show, and the time from which a history is whole."""

import statistics
import time
from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any, Final

from devopssim.events import HOURS_PER_YEAR
from devopssim.history.history import History
from devopssim.history.joining import JOINED
from devopssim.history.records import DeploymentRecord

YEAR_1980: Final = 315_532_800.0
"""Earliest plausible time of a history of later years, in seconds since 1970."""
DAY: Final = 86_400.0
STRAY_SHARE: Final = 0.02
"""Share of a history's ends that can be strays; one always can."""
LEAST_ENDS: Final = 5
"""Ends that a history needs to show when observation began."""
TIMES: Final = (
    "created",
    "started",
    "done",
    "closed",
    "withdrawn",
    "merged",
    "abandoned",
    "at",
    "occurred",
    "detected",
    "resolved",
    "finished",
)
"""Fields of records that hold times."""


def without_impossible_times(history: History) -> History:
    """Return the history without times in the future, and without times before 1980 if most lie later.

    A deployment without its time is dropped; other records keep their other times. `counts` holds the number of dropped deployments.

    Parameters
    ----------
    history : History
        Records of exports.

    Returns
    -------
    History
        The same history if all its times are possible.

    Examples
    --------
    >>> from devopssim.history import WorkItemRecord, by_id
    >>> typo = WorkItemRecord(id="W1", created=1e9, closed=9e9)
    >>> history = without_impossible_times(History(items=by_id([typo])))
    >>> history.items["W1"].closed is None, dict(history.counts)
    (True, {'times before 1980 or in the future: left out': 1})

    """
    records = [record for name in JOINED for record in getattr(history, name).values()]
    stated = [(record, name) for record in records for name in TIMES if getattr(record, name, None) is not None]
    if not stated:
        return history
    latest = time.time() + DAY
    earliest = YEAR_1980 if statistics.median(getattr(*one) for one in stated) >= YEAR_1980 else 0.0
    wrong = {id(record): record for record, name in stated if not earliest <= getattr(record, name) <= latest}
    if not wrong:
        return history
    count = 0
    cleaned: dict[str, Any] = {}
    for table in JOINED:
        cleaned[table] = {}
        for name, record in getattr(history, table).items():
            if id(record) not in wrong:
                cleaned[table][name] = record
                continue
            bad = [
                item.name
                for item in fields(record)
                if item.name in TIMES and _is_wrong(getattr(record, item.name), earliest, latest)
            ]
            count += len(bad)
            if not isinstance(record, DeploymentRecord):
                cleaned[table][name] = replace(record, **dict.fromkeys(bad))
    counts = {**history.counts, "times before 1980 or in the future: left out": count}
    return replace(history, counts=counts, **cleaned)


def _is_wrong(at: float | None, earliest: float, latest: float) -> bool:
    return at is not None and not earliest <= at <= latest


def observed_from(ends: Iterable[float], horizon: float, typical: float = 0.0) -> float:
    """Return the hour from which a history is whole: that of the first end, strays left out.

    Strays are the first few ends if more time lies between them and the rest than the rest covers, and at least a year.

    Parameters
    ----------
    ends : Iterable of float
        Hours at which something ended, sorted.
    horizon : float
        Hour at which observation ends.
    typical : float, default 0
        Hours from begin to end of a typical item or change.

    Returns
    -------
    float
        0 for fewer than five ends, and if observation would last no time, or not even as long as a typical item or change: then the ends
        are a moment's tidying up, and say nothing of when observation began.

    Examples
    --------
    >>> observed_from([100.0, 150.0, 200.0, 250.0, 300.0], 300.0), observed_from([100.0, 200.0], 300.0)
    (100.0, 0.0)
    >>> observed_from([0.0, *range(100_000, 100_100)], 100_100.0)
    100000

    """
    hours = list(ends)
    if len(hours) < LEAST_ENDS:
        return 0.0
    first = 0
    for stray in range(1, 1 + max(1, int(STRAY_SHARE * len(hours)))):
        gap = hours[stray] - hours[stray - 1]
        if gap > max(float(HOURS_PER_YEAR), hours[-1] - hours[stray]):
            first = stray
    return hours[first] if horizon - hours[first] > typical else 0.0
