"""Working hours: when people work, and how long an effort takes on the clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import inf
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from devopssim.errors import InvalidInputError
from devopssim.events.clock import HOURS_PER_DAY, HOURS_PER_WEEK

WORKING_DAYS: Final = 5
NOON: Final = 13.0
"""Middle of a working day: eight hours last from 9:00 to 17:00."""


@dataclass(frozen=True)
class Calendar:
    """Working hours of a person: five equal days from Monday, around the clock for a week of 168 hours.

    Above 120 hours a week the person also works on weekends. Hour 0 of the clock is a Monday, 0:00, unless `monday` moves it.

    Parameters
    ----------
    hours_per_week : float, default 40
        Working hours in a week, above 0 up to 168.
    monday : float, default 0
        Hour of the clock at which a Monday begins, in the time zone of the person.

    Raises
    ------
    InvalidInputError
        If `hours_per_week` lies outside its range.

    Examples
    --------
    A day of eight hours begins at 9:00, so four hours of work that begin on Friday at 15:00 end on Monday at 11:00.

    >>> calendar = Calendar(hours_per_week=40)
    >>> friday = 4 * 24 + 15
    >>> friday + calendar.elapsed(friday, effort=4) == 7 * 24 + 11
    True
    >>> calendar.working_hours(0, 168)
    40.0
    """

    hours_per_week: float = 40.0
    monday: float = 0.0

    def __post_init__(self) -> None:
        """Check the hours of a week."""
        if not 0 < self.hours_per_week <= HOURS_PER_WEEK:
            message = f"hours_per_week={self.hours_per_week:g} (working hours in a week) must lie above 0, up to 168."
            raise InvalidInputError(message)

    @cached_property
    def is_continuous(self) -> bool:
        """Whether the person works around the clock."""
        return self.hours_per_week == HOURS_PER_WEEK

    @cached_property
    def _days(self) -> list[tuple[float, float, float]]:
        """Return for each weekday from Monday the hour at which work begins, how long it lasts, and the week's hours before it."""
        weekday = min(self.hours_per_week / WORKING_DAYS, HOURS_PER_DAY)
        opens = min(max(0.0, NOON - weekday / 2), HOURS_PER_DAY - weekday)
        days = [(opens, weekday, number * weekday) for number in range(WORKING_DAYS)]
        weekend = max(0.0, self.hours_per_week - WORKING_DAYS * HOURS_PER_DAY) / 2
        opens = (HOURS_PER_DAY - weekend) / 2
        return [*days, *((opens, weekend, WORKING_DAYS * weekday + number * weekend) for number in range(2))]

    def shift(self, time: float) -> tuple[bool, float]:
        """Return whether the person is on duty at a moment, and until when that stays so."""
        if self.is_continuous:
            return True, inf
        begin, end = self._shift(time)
        return (True, end) if begin <= time else (False, begin)

    def elapsed(self, start: float, effort: float) -> float:
        """Return the hours on the clock that an effort takes which begins at `start`: work pauses outside working hours.

        Parameters
        ----------
        start : float
            Hour of the clock; outside working hours, the work begins at the next opening.
        effort : float
            Working hours, 0 or more.

        Returns
        -------
        float
            Hours on the clock, at least `effort`.
        """
        if self.is_continuous:
            return effort
        weeks = int(max(0.0, effort - self._days[0][1]) // self.hours_per_week)
        now, left = start + weeks * HOURS_PER_WEEK, effort - weeks * self.hours_per_week
        while True:
            begin, end = self._shift(now)
            begin = max(begin, now)
            if left <= end - begin:
                return begin + left - start
            left -= end - begin
            now = end

    def working_hours(self, start: float, end: float) -> float:
        """Return the working hours between two moments, `start` first."""
        return self._until(end) - self._until(start)

    def _shift(self, time: float) -> tuple[float, float]:
        """Return begin and end of the shift that goes on at `time`, or else of the next one."""
        midnight = (time - self.monday) // HOURS_PER_DAY
        while True:
            opens, hours, _ = self._days[int(midnight % 7)]
            begin = self.monday + midnight * HOURS_PER_DAY + opens
            if hours and begin + hours > time:
                return begin, begin + hours
            midnight += 1

    def _until(self, time: float) -> float:
        """Return the working hours from the first Monday to `time`."""
        week, rest = divmod(time - self.monday, HOURS_PER_WEEK)
        if rest >= HOURS_PER_WEEK:  # a time that rounding moved to the very end of the week before
            week, rest = week + 1, 0.0
        day, hour = divmod(rest, HOURS_PER_DAY)
        opens, length, before = self._days[int(day)]
        return week * self.hours_per_week + before + min(max(hour - opens, 0.0), length)


@dataclass(frozen=True)
class WorkingTime:
    """Time in which somebody of a team is on duty: the working hours of all its time zones together.

    Parameters
    ----------
    hours_per_week : float, default 40
        Working hours of a person in a week.
    monday : float, default 0
        Hour of the clock at which a Monday begins, in the first time zone.
    zones : tuple of float, default ()
        Hours by which further time zones lie behind the first one.

    Examples
    --------
    >>> week = np.array([0.0, 168.0])
    >>> WorkingTime(hours_per_week=40).until(week).tolist()
    [0.0, 40.0]
    >>> WorkingTime(hours_per_week=40, zones=(8.0,)).until(week).tolist()
    [0.0, 80.0]
    """

    hours_per_week: float = 40.0
    monday: float = 0.0
    zones: tuple[float, ...] = ()

    @classmethod
    def of(cls, attrs: Mapping[Any, Any]) -> "WorkingTime | None":
        """Return the working time that the attribute `calendar` of a log states; None if it states none."""
        stated = attrs.get("calendar")
        if not stated:
            return None
        return _working_time(stated["hours_per_week"], stated["monday"], tuple(stated.get("zones", ())))

    def as_dict(self) -> dict[str, Any]:
        """Return the working time as a log's attribute `calendar` holds it."""
        return {
            "hours_per_week": self.hours_per_week,
            "monday": self.monday,
            **({"zones": list(self.zones)} if self.zones else {}),
        }

    def of_zone(self, zone: float) -> "WorkingTime":
        """Return the working time of the people whose time zone lies so many hours behind the first one."""
        return _working_time(self.hours_per_week, self.monday + zone, ())

    def until(self, time: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the hours from the first Monday to each time in which somebody is on duty; NaN for NaN.

        Parameters
        ----------
        time : array of float
            Hours of the clock.

        Returns
        -------
        array of float
            Working hours, in the shape of `time`.
        """
        moments, hours = self._week
        weeks, rest = np.divmod(time - self.monday, HOURS_PER_WEEK)
        return np.asarray(weeks * hours[-1] + np.interp(rest, moments, hours))

    @cached_property
    def _week(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the moments of a week at which people begin or end their work, and the working hours until then."""
        calendars = [Calendar(self.hours_per_week, self.monday + zone) for zone in (0.0, *self.zones)]
        begin, end = self.monday, self.monday + HOURS_PER_WEEK
        edges = {begin, end}
        for calendar in calendars:
            moment = begin
            while moment < end:
                _, moment = calendar.shift(moment)
                edges.add(min(moment, end))
        moments = np.array(sorted(edges))
        middles = (moments[1:] + moments[:-1]) / 2
        on_duty = np.array([any(calendar.shift(middle)[0] for calendar in calendars) for middle in middles])
        return moments - begin, np.concatenate([[0.0], np.cumsum(np.diff(moments) * on_duty)])


@lru_cache
def _working_time(hours_per_week: float, monday: float, zones: tuple[float, ...]) -> WorkingTime:
    """Return the same object for the same working time, which keeps the week that it has worked out."""
    return WorkingTime(hours_per_week, monday, zones)
