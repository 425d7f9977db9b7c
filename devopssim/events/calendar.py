"""Working hours: when people work, and how long an effort takes on the clock."""

from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Any, Final, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from devopssim.errors import InvalidInputError
from devopssim.events.clock import HOURS_PER_DAY, HOURS_PER_WEEK

Hours = TypeVar("Hours", float, NDArray[np.float64])
"""A time or duration in hours, or an array of them."""

WORKING_DAYS: Final = 5
NOON: Final = 13.0
"""Middle of a working day: eight hours last from 9:00 to 17:00."""


@dataclass(frozen=True)
class Calendar:
    """Working hours of a week: five equal days from Monday, around the clock for a week of 168 hours.

    Above 120 hours a week people also work on weekends. Hour 0 of the clock is a Monday, 0:00, unless `monday` moves it.

    Parameters
    ----------
    hours_per_week : float, default 40
        Working hours in a week, above 0 up to 168.
    monday : float, default 0
        Hour of the clock at which a Monday begins, in the time zone of the people.

    Raises
    ------
    InvalidInputError
        If `hours_per_week` lies outside its range.

    Examples
    --------
    A day of eight hours begins at 9:00, so four hours of work that begin on Friday at 15:00 end on Monday at 11:00.

    >>> calendar = Calendar(hours_per_week=40)
    >>> friday = 4 * 24 + 15
    >>> calendar.opening(friday), friday + calendar.elapsed(friday, effort=4) == 7 * 24 + 11
    (111.0, True)
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
        """Whether people work around the clock."""
        return self.hours_per_week == HOURS_PER_WEEK

    @cached_property
    def day(self) -> float:
        """Working hours of a day from Monday to Friday."""
        return min(self.hours_per_week / WORKING_DAYS, HOURS_PER_DAY)

    @cached_property
    def weekend_day(self) -> float:
        """Working hours of a Saturday, and of a Sunday."""
        return max(0.0, self.hours_per_week - WORKING_DAYS * HOURS_PER_DAY) / 2

    @cached_property
    def opens(self) -> float:
        """Hour of the day at which work begins from Monday to Friday."""
        return min(max(0.0, NOON - self.day / 2), HOURS_PER_DAY - self.day)

    def shift(self, time: float) -> tuple[bool, float]:
        """Return whether people work at a moment, and until when that stays so."""
        if self.is_continuous:
            return True, inf
        begin, end = self._shift(time)
        return (True, end) if begin <= time else (False, begin)

    def opening(self, time: float) -> float:
        """Return the first moment from `time` on at which people work, in hours."""
        works, until = self.shift(time)
        return float(time) if works else until

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
        weeks = int(max(0.0, effort - self.day) // self.hours_per_week)
        now, left = start + weeks * HOURS_PER_WEEK, effort - weeks * self.hours_per_week
        while True:
            begin, end = self._shift(now)
            begin = max(begin, now)
            if left <= end - begin:
                return begin + left - start
            left -= end - begin
            now = end

    def working_hours(self, start: Hours, end: Hours) -> Hours:
        """Return the working hours between two moments.

        Parameters
        ----------
        start, end : float or array of float
            Hours of the clock, `start` first.

        Returns
        -------
        float or array of float
            Working hours.
        """
        return cast("Hours", self._until(end) - self._until(start))

    def as_dict(self) -> dict[str, float]:
        """Return the calendar as a log's attribute `calendar` holds it."""
        return {"hours_per_week": self.hours_per_week, "monday": self.monday}

    @classmethod
    def of(cls, attrs: Any) -> "Calendar | None":
        """Return the calendar that the attributes of a log state; None if they state none."""
        stated = attrs.get("calendar")
        return cls(**stated) if stated else None

    def _shift(self, time: float) -> tuple[float, float]:
        """Return begin and end of the shift that goes on at `time`, or else of the next one."""
        midnight = (time - self.monday) // HOURS_PER_DAY
        while True:
            opens, hours = self._hours_of(midnight % 7)
            begin = self.monday + midnight * HOURS_PER_DAY + opens
            if hours and begin + hours > time:
                return begin, begin + hours
            midnight += 1

    def _until(self, time: Any) -> Any:
        """Return the working hours from the first Monday to `time`."""
        if isinstance(time, int | float):  # without NumPy: the simulation asks often, for one moment each
            week, rest = divmod(time - self.monday, HOURS_PER_WEEK)
            day, hour = divmod(rest, HOURS_PER_DAY)
            opens, length = self._hours_of(day)
            return week * self.hours_per_week + self._before(day) + min(max(hour - opens, 0.0), length)
        week, rest = np.divmod(np.subtract(time, self.monday), HOURS_PER_WEEK)
        day, hour = np.divmod(rest, HOURS_PER_DAY)
        days = [(*self._hours_of(number), self._before(number)) for number in range(7)]
        opens, length, before = np.array(days)[day.astype(int)].T
        return week * self.hours_per_week + before + np.clip(hour - opens, 0, length)

    def _hours_of(self, weekday: float) -> tuple[float, float]:
        """Return the hour of the day at which a weekday's work begins, from 0 for Monday, and how long it lasts."""
        if weekday < WORKING_DAYS:
            return self.opens, self.day
        return (HOURS_PER_DAY - self.weekend_day) / 2, self.weekend_day

    def _before(self, weekday: float) -> float:
        """Return the working hours of a week before a weekday."""
        return min(weekday, WORKING_DAYS) * self.day + max(weekday - WORKING_DAYS, 0) * self.weekend_day
