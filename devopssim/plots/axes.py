"""Axes of time, of durations and of shares, with ticks at values that everybody knows."""

import math
from typing import Final, Literal

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from devopssim.events import HOURS_PER_DAY
from devopssim.wording import LANDMARKS, Unit, duration, unit_for

ROOM: Final = {"x": 0.75, "y": 0.26}
"""Inches that a tick needs."""
LOG_CURVES_FROM: Final = 30
LOG_MARKERS_FROM: Final = 15
"""Values that are as many times apart as this stand on a logarithmic axis: on a linear one the small ones would be a point."""


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
    labels = {at: name for at, name, _ in LANDMARKS if name in ticks and low <= at <= high} or _landmarks(
        axis, low, high
    )
    if len(labels) < 2:
        labels = {at: duration(at) for at in sorted({low * 1.3, math.sqrt(low * high), high / 1.3})}
    axis.set_major_locator(FixedLocator(list(labels)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda at, _: labels.get(at, duration(at))))
    _set(axis, "lim", low, high)


def _landmarks(axis: Axis, low: float, high: float) -> dict[float, str]:
    """Return the ticks between two durations for which the axis has room."""
    ax = axis.axes
    figure, position = ax.get_figure(root=True), ax.get_position()
    inches = (
        (figure.get_figwidth() * position.width if _letter(axis) == "x" else figure.get_figheight() * position.height)
        if figure
        else 5.0
    )
    least = ROOM[_letter(axis)] / (0.65 * inches) * math.log(high / low)
    ticks: dict[float, str] = {}
    for at, name, _ in sorted(LANDMARKS, key=lambda landmark: landmark[2]):
        if low <= at <= high and all(abs(math.log(at / other)) >= least for other in ticks):
            ticks[at] = name
    return dict(sorted(ticks.items()))


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


def difference_unit(most: float, unit: str) -> Unit:
    """Return the unit of an axis of differences of a KPI, the largest of which is `most`, and its length in the KPI's unit."""
    if unit == "h":
        return unit_for(most)
    return Unit("percentage points" if unit == "share" else unit, 1.0)


def direction(better: str | None) -> str:
    """Return what to add to a KPI's title: whether less or more of it is better, '' where both can be."""
    return {"lower": " (less is better)", "higher": " (more is better)"}.get(better or "", "")


def _set(axis: Axis, what: str, *values: object) -> None:
    getattr(axis.axes, f"set_{_letter(axis)}{what}")(*values)


def _letter(axis: Axis) -> Literal["x", "y"]:
    return "x" if axis is axis.axes.xaxis else "y"
