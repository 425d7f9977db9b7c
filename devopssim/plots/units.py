"""Hours in the unit that a reader thinks in: on axes, and in words."""

import math
from typing import Final, Literal, NamedTuple

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from devopssim.events import HOURS_PER_DAY, HOURS_PER_WEEK, HOURS_PER_YEAR

MONTH: Final = HOURS_PER_YEAR / 12


class Unit(NamedTuple):
    """A unit of time: its name and its length in hours."""

    name: str
    hours: float


CLOCK: Final = (
    (2.0, Unit("minutes", 1 / 60)),
    (72.0, Unit("hours", 1.0)),
    (60 * HOURS_PER_DAY, Unit("days", HOURS_PER_DAY)),
    (1.5 * HOURS_PER_YEAR, Unit("weeks", HOURS_PER_WEEK)),
    (8 * HOURS_PER_YEAR, Unit("months", MONTH)),
    (math.inf, Unit("years", HOURS_PER_YEAR)),
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
    (MONTH, "1 month", 1),
    (2 * MONTH, "2 months", 3),
    (3 * MONTH, "3 months", 2),
    (6 * MONTH, "6 months", 3),
    (HOURS_PER_YEAR, "1 year", 1),
    (3 * HOURS_PER_YEAR, "3 years", 2),
    (10 * HOURS_PER_YEAR, "10 years", 1),
    (100 * HOURS_PER_YEAR, "100 years", 1),
)
"""Durations that everybody has a feeling for: the ticks of a logarithmic axis of time. The third part is a rank: where
there is no room for all, the first ranks go first."""
ROOM: Final = {"x": 0.75, "y": 0.26}
"""Inches that a tick needs."""


def unit_for(hours: float) -> Unit:
    """Return the unit in which a span of so many hours is told."""
    return next(unit for most, unit in CLOCK if hours <= most)


def duration(hours: float) -> str:
    """Return a duration in words, with two or three digits: `duration(30) == "30 hours"`."""
    if not math.isfinite(hours):
        return "unknown"
    unit = unit_for(abs(hours))
    if 0 < abs(hours) < 1 / 60:
        unit = Unit("seconds", 1 / 3600)
    amount = number(hours / unit.hours)
    return f"{amount} {unit.name.removesuffix('s') if amount == '1' else unit.name}"


def number(value: float) -> str:
    """Return a number with as many digits as help: `number(0.1234) == "0.12"`, `number(1234.5) == "1,234"`."""
    if not math.isfinite(value):
        return "-"
    size = abs(value)
    return f"{value:,.0f}" if size >= 100 else f"{value:.3g}" if size >= 10 else f"{value:.2g}"


def counted(n: int, thing: str) -> str:
    """Return how many there are of a thing, in words: `counted(1, "incident") == "1 incident"`."""
    return f"{n} {thing}{'' if n == 1 else 's'}"


def amount(value: float, unit: str) -> str:
    """Return a value of a KPI in words, with its unit: `amount(0.5, "share") == "50 %"`."""
    if not math.isfinite(value):
        return "unknown"
    if unit == "h":
        return duration(value)
    if unit == "share":
        return f"{100 * value:.3g} %"
    return f"{number(value)} {unit}"


def with_interval(estimate: float, low: float, high: float, unit: str, *, sign: bool = False) -> str:
    """Return an estimate of a KPI and its interval in words, in one unit: `"37.2 weeks (34.8 to 39.7)"`.

    `sign` is for differences: a plus or a minus stands before each number, and shares are told in percentage points.
    """
    if not math.isfinite(estimate):
        return "nothing to count"
    scale, name = 1.0, unit
    if unit == "h":
        known = unit_for(max(abs(estimate), 1 / 60))
        scale, name = (known.hours, known.name) if abs(estimate) >= 1 / 60 or not estimate else (1 / 3600, "seconds")
    elif unit == "share":
        scale, name = 0.01, "points" if sign else "%"
    said = [_signed(each / scale) if sign else number(each / scale) for each in (estimate, low, high)]
    bounds = f" ({said[1]} to {said[2]})" if math.isfinite(low) and math.isfinite(high) else ""
    return f"{said[0]} {name}{bounds}"


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else chr(0x2212) if value < 0 else ''}{number(abs(value))}"


def clock_axis(ax: Axes, start: float, end: float) -> Unit:
    """Make x an axis of time since the log's start, from `start` to `end` hours; return the unit that it is in."""
    unit = unit_for(end)
    span = end - start
    ax.set_xlim(start / unit.hours, (end if span > 0 else start + unit.hours) / unit.hours)
    steps = {"minutes": [1, 1.5, 3, 6, 10], "hours": [1, 1.2, 2.4, 6, 10], "months": [1, 1.2, 2.4, 3, 6, 10]}
    ax.xaxis.set_major_locator(MaxNLocator(8, steps=steps.get(unit.name, [1, 2, 2.5, 5, 10]), integer=True))
    ax.set_xlabel(f"time since the start ({unit.name})")
    return unit


def log_durations(axis: Axis, low: float, high: float, ticks: tuple[str, ...] = ()) -> None:
    """Make an axis logarithmic, of hours from `low` to `high`, with ticks at durations that everybody knows.

    `ticks` names those of LANDMARKS that are wanted (default: as many as there is room for).
    """
    _set(axis, "scale", "log")
    if not 0 < low <= high < math.inf:
        low, high = 1.0, HOURS_PER_DAY
    low, high = low / 1.3, high * 1.3
    words = {at: name for at, name, _ in LANDMARKS if name in ticks and low <= at <= high} or _landmarks(
        axis, low, high
    )
    if len(words) < 2:
        words = {at: duration(at) for at in sorted({low * 1.3, math.sqrt(low * high), high / 1.3})}
    axis.set_major_locator(FixedLocator(list(words)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda at, _: words.get(at, duration(at))))
    _set(axis, "lim", low, high)


def _landmarks(axis: Axis, low: float, high: float) -> dict[float, str]:
    """Return the ticks between two durations for which the axis has room."""
    ax = axis.axes
    figure, place = ax.get_figure(root=True), ax.get_position()
    inches = (
        (figure.get_figwidth() * place.width if _letter(axis) == "x" else figure.get_figheight() * place.height)
        if figure
        else 5.0
    )
    least = ROOM[_letter(axis)] / (0.65 * inches) * math.log(high / low)
    kept: dict[float, str] = {}
    for at, name, _ in sorted(LANDMARKS, key=lambda landmark: landmark[2]):
        if low <= at <= high and all(abs(math.log(at / other)) >= least for other in kept):
            kept[at] = name
    return dict(sorted(kept.items()))


def value_axis(axis: Axis, unit: str) -> None:
    """Give an axis of a KPI's values the ticks of its unit: percent for shares, numbers for the rest."""
    if unit == "share":
        percent_axis(axis)


def percent_axis(axis: Axis) -> None:
    """Give an axis of shares (0 to 1) ticks in percent, written as everywhere: `50 %`."""
    axis.set_major_formatter(FuncFormatter(lambda at, _: f"{100 * at:.3g} %"))


def axis_label(title: str, unit: str) -> str:
    """Return the label of an axis of a KPI; ticks that carry their unit need none."""
    return title if unit in ("h", "share") else f"{title} ({unit})"


def _set(axis: Axis, what: str, *values: object) -> None:
    getattr(axis.axes, f"set_{_letter(axis)}{what}")(*values)


def _letter(axis: Axis) -> Literal["x", "y"]:
    return "x" if axis is axis.axes.xaxis else "y"
