"""How much the service is used: fully in working hours, less at night and on weekends."""

from math import inf

from devopssim.events import HOURS_PER_WEEK, Calendar


class ServiceUse:
    """Use of the service over the week, an hour an hour on average.

    Failures that follow the use, and not the clock, are rare when few people use the service.

    Parameters
    ----------
    calendar : Calendar
        Working hours of the users.
    quiet : float
        Use outside working hours, as a share of that in working hours.

    Examples
    --------
    >>> use = ServiceUse(Calendar(hours_per_week=40), quiet=0.1)
    >>> round(use.elapsed(9.0, hours=1.0), 2)  # a busy hour, on Monday at nine
    0.31
    >>> use.elapsed(9.0, hours=168.0)
    168.0
    """

    def __init__(self, calendar: Calendar, quiet: float) -> None:
        self._calendar = calendar
        busy = calendar.hours_per_week
        self._busy_rate = HOURS_PER_WEEK / (busy + quiet * (HOURS_PER_WEEK - busy))
        self._quiet_rate = quiet * self._busy_rate

    def elapsed(self, start: float, hours: float) -> float:
        """Return the time on the clock in which the service has so many hours of average use.

        Parameters
        ----------
        start : float
            Hour of the clock.
        hours : float
            Hours of average use, 0 or more.

        Returns
        -------
        float
            Hours on the clock; a week of use takes a week.
        """
        if self._calendar.is_continuous or hours == inf:
            return hours
        weeks, left = divmod(hours, HOURS_PER_WEEK)
        now = start
        while left > 0:
            busy, until = self._calendar.shift(now)
            rate = self._busy_rate if busy else self._quiet_rate
            if left <= rate * (until - now):
                now += left / rate
                break
            left -= rate * (until - now)
            now = until
        return weeks * HOURS_PER_WEEK + now - start
