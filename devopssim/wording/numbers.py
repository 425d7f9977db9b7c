"""Numbers as text: durations in the unit a reader thinks in, amounts with their unit, estimates with their interval.

KPIs come in four kinds of unit: `"h"` (hours), `"share"` (of 1), counts per time such as `"per week"`, and plain counts.
"""

import math
from typing import Final, NamedTuple

from devopssim.events import HOURS_PER_DAY, HOURS_PER_MONTH, HOURS_PER_WEEK, HOURS_PER_YEAR

ROUNDING_ERROR: Final = 1e-12
"""An interval narrower than this has no width: only the rounding of a sum separates its ends."""


class Unit(NamedTuple):
    """A unit of time: its name and its length in hours.

    Attributes
    ----------
    name : str
        Plural for axes and sentences (`"days"`).
    hours : float
        Length of one unit; 1.0 for axes in the KPI's own unit.

    Examples
    --------
    >>> name, hours = Unit("days", 24.0)
    >>> 48 / hours
    2.0
    """

    name: str
    hours: float


CLOCK: Final = (
    (2.0, Unit("minutes", 1 / 60)),
    (72.0, Unit("hours", 1.0)),
    (60 * HOURS_PER_DAY, Unit("days", HOURS_PER_DAY)),
    (1.5 * HOURS_PER_YEAR, Unit("weeks", HOURS_PER_WEEK)),
    (8 * HOURS_PER_YEAR, Unit("months", HOURS_PER_MONTH)),
    (math.inf, Unit("years", HOURS_PER_YEAR)),
)
SHORT_UNITS: Final = (
    Unit("month", HOURS_PER_MONTH),
    Unit("week", HOURS_PER_WEEK),
    Unit("day", HOURS_PER_DAY),
    Unit("h", 1.0),
    Unit("min", 1 / 60),
)
LANDMARKS: Final = (
    (1 / 3600, "1 s", 1),
    (10 / 3600, "10 s", 2),
    (1 / 60, "1 min", 1),
    (1 / 20, "3 min", 3),
    (1 / 6, "10 min", 2),
    (1 / 2, "30 min", 3),
    (1.0, "1 hour", 1),
    (3.0, "3 hours", 3),
    (6.0, "6 hours", 2),
    (12.0, "12 hours", 3),
    (HOURS_PER_DAY, "1 day", 1),
    (3 * HOURS_PER_DAY, "3 days", 2),
    (HOURS_PER_WEEK, "1 week", 1),
    (2 * HOURS_PER_WEEK, "2 weeks", 3),
    (HOURS_PER_MONTH, "1 month", 1),
    (2 * HOURS_PER_MONTH, "2 months", 3),
    (3 * HOURS_PER_MONTH, "3 months", 2),
    (6 * HOURS_PER_MONTH, "6 months", 3),
    (HOURS_PER_YEAR, "1 year", 1),
    (3 * HOURS_PER_YEAR, "3 years", 2),
    (10 * HOURS_PER_YEAR, "10 years", 1),
    (100 * HOURS_PER_YEAR, "100 years", 1),
)
"""Familiar durations, the ticks of a logarithmic axis of time: hours, text, rank. Where space is short, low ranks come first."""


def unit_for(hours: float) -> Unit:
    """Return the unit of time in which a duration reads best: minutes up to 2 hours, hours up to 3 days, and so on.

    Parameters
    ----------
    hours : float
        Duration in hours, 0 or more.

    Examples
    --------
    >>> unit_for(30).name, unit_for(1000).name
    ('hours', 'days')

    """
    return next(unit for most, unit in CLOCK if hours <= most)


def duration(hours: float) -> str:
    """Return a duration with its unit, to two or three digits.

    Parameters
    ----------
    hours : float
        Duration in hours; negative ones keep their sign.

    Returns
    -------
    str
        `"unknown"` if the duration is NaN or infinite.

    Examples
    --------
    >>> duration(30), duration(1), duration(0.001)
    ('30 hours', '60 minutes', '3.6 seconds')

    """
    if not math.isfinite(hours):
        return "unknown"
    unit = unit_for(abs(hours))
    if 0 < abs(hours) < 1 / 60:
        unit = Unit("seconds", 1 / 3600)
    amount = number(hours / unit.hours)
    return f"{amount} {unit.name.removesuffix('s') if amount == '1' else unit.name}"


def number(value: float) -> str:
    """Return a number to two or three significant digits, without decimals from 100; `"-"` if it is NaN or infinite.

    Examples
    --------
    >>> number(0.1234), number(12.34), number(1234.5)
    ('0.12', '12.3', '1,234')

    """
    if not math.isfinite(value):
        return "-"
    size = abs(value)
    return f"{value:,.0f}" if size >= 100 else f"{value:.3g}" if size >= 10 else f"{value:.2g}"


def counted(n: int, thing: str) -> str:
    """Return a count with its noun in the singular or plural.

    Parameters
    ----------
    n : int
        The count.
    thing : str
        Noun in the singular, with a regular plural.

    Examples
    --------
    >>> counted(1, "incident"), counted(3, "incident")
    ('1 incident', '3 incidents')

    """
    return f"{n} {thing}{'' if n == 1 else 's'}"


def amount(value: float, unit: str) -> str:
    """Return a value of a KPI with its unit.

    Parameters
    ----------
    value : float
        In the KPI's unit.
    unit : str
        `"h"` chooses a unit of time, `"share"` becomes percent, any other unit is appended.

    Returns
    -------
    str
        `"unknown"` if the value is NaN or infinite.

    Examples
    --------
    >>> amount(0.5, "share"), amount(48, "h"), amount(7, "per week")
    ('50 %', '48 hours', '7 per week')

    """
    if not math.isfinite(value):
        return "unknown"
    if unit == "h":
        return duration(value)
    if unit == "share":
        return f"{100 * value:.3g} %"
    return f"{number(value)} {unit}"


def display_unit(unit: str, like: float) -> Unit:
    """Return the unit in which values of a KPI near `like` read best, and its size in units of the KPI.

    Parameters
    ----------
    unit : str
        Unit of the KPI.
    like : float
        In the KPI's unit.

    Examples
    --------
    >>> display_unit("h", 400.0).name, display_unit("share", 0.1), display_unit("per week", 3.0).hours
    ('days', Unit(name='%', hours=0.01), 1.0)
    """
    if unit == "h":
        return unit_for(max(abs(like), 1 / 60)) if abs(like) >= 1 / 60 or not like else Unit("seconds", 1 / 3600)
    return Unit("%", 0.01) if unit == "share" else Unit(unit, 1.0)


class EstimateText(NamedTuple):
    """An estimate as text: value with unit, and the bounds of its interval.

    Attributes
    ----------
    value : str
        The estimate with its unit.
    interval : str
        `"low to high"` in the same unit; empty if the bounds are unknown.

    Examples
    --------
    >>> str(EstimateText("37.2 weeks", "34.8 to 39.7"))
    '37.2 weeks (34.8 to 39.7)'

    """

    value: str
    interval: str

    def __str__(self) -> str:
        return f"{self.value} ({self.interval})" if self.interval else self.value


def estimate_text(
    estimate: float, low: float, high: float, unit: str, *, sign: bool = False, like: float | None = None
) -> EstimateText:
    """Return an estimate of a KPI and its confidence interval, both in one unit.

    Parameters
    ----------
    estimate, low, high : float
        In the KPI's unit; NaN bounds are omitted.
    unit : str
        Unit of the KPI.
    sign : bool
        For differences: plus or minus before each number, shares in percentage points.
    like : float, optional
        Hours that choose the unit of time, so that neighbouring estimates share it; default: the estimate.

    Returns
    -------
    EstimateText
        `"no data"` if the estimate is NaN or infinite.

    Examples
    --------
    >>> estimate_text(6250.0, 5846.0, 6670.0, "h")
    EstimateText(value='37.2 weeks', interval='34.8 to 39.7')
    >>> estimate_text(6250.0, 5846.0, 6670.0, "h", like=100.0).value
    '260 days'
    >>> estimate_text(-0.05, -0.08, -0.02, "share", sign=True).value
    '...5 points'

    """
    if not math.isfinite(estimate):
        return EstimateText("no data", "")
    name, scale = display_unit(unit, estimate if like is None else like)
    name = "points" if sign and unit == "share" else name
    mean, least, most = (_signed(value / scale) if sign else number(value / scale) for value in (estimate, low, high))
    bounds = f"{least} to {most}" if math.isfinite(low) and math.isfinite(high) else ""
    return EstimateText(f"{mean} {name}", bounds)


def with_interval(estimate: float, low: float, high: float, unit: str, *, sign: bool = False) -> str:
    """Return `estimate_text` as one string.

    Parameters
    ----------
    estimate, low, high : float
        In the KPI's unit; NaN bounds are omitted.
    unit : str
        Unit of the KPI.
    sign : bool
        For differences: plus or minus before each number, shares in percentage points.

    Examples
    --------
    >>> with_interval(30.0, 25.0, 40.0, "h")
    '30 hours (25 to 40)'

    """
    return str(estimate_text(estimate, low, high, unit, sign=sign))


def significant(value: float) -> str:
    """Return a number to four significant digits without an exponent; `"-"` if it is NaN.

    Examples
    --------
    >>> significant(0.123456), significant(123456.7)
    ('0.1235', '123,457')

    """
    if math.isnan(value):
        return "-"
    return f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


def plain_estimate(estimate: float, low: float, high: float) -> str:
    """Return a mean with its interval, without a unit, to as many digits as the interval's width supports.

    Parameters
    ----------
    estimate, low, high : float
        Mean and bounds; without bounds, or for an interval without width, the mean alone is returned.

    Examples
    --------
    >>> plain_estimate(2.3456, 1.9, 2.7)
    '2.35 (1.90 to 2.70)'
    >>> plain_estimate(-0.2, -9, 8)
    '0 (-9 to 8)'
    >>> plain_estimate(4e-18, 0.0, 4e-18)
    '0'

    """
    if math.isnan(estimate) or math.isnan(low) or math.isclose(low, high, abs_tol=ROUNDING_ERROR):
        return significant(0.0 if abs(estimate) < ROUNDING_ERROR else estimate)
    digits = min(6, max(0, math.ceil(1 - math.log10(high - low))))
    mean, least, most = (f"{round(value, digits) + 0.0:,.{digits}f}" for value in (estimate, low, high))
    return f"{mean} ({least} to {most})"


def short_amount(value: float, unit: str, like: float | None = None) -> str:
    """Return a value of a KPI to three digits with a short unit, for table cells.

    Parameters
    ----------
    value : float
        In the KPI's unit.
    unit : str
        Unit of the KPI.
    like : float, optional
        Hours that choose the unit of time, so that neighbouring cells share it; default: `value`.

    Examples
    --------
    >>> short_amount(1.5, "h"), short_amount(12, "h", like=48), short_amount(0.5, "share")
    ('1.5 h', '0.5 days', '50 %')

    """
    if math.isinf(value):
        return "no limit"
    if value == 0:
        return "0"
    if unit == "share":
        return f"{100 * value:.3g} %"
    if unit != "h":
        return f"{value:.3g} {unit}"
    size = value if like is None else like
    name, hours = next(short for short in SHORT_UNITS if size >= short.hours or short is SHORT_UNITS[-1])
    plural = "s" * (name not in ("h", "min") and value != hours)
    return f"{value / hours:.3g} {name}{plural}"


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else chr(0x2212) if value < 0 else ''}{number(abs(value))}"
