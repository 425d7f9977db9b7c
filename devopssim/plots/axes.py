"""Axes of time, durations and shares, with ticks at familiar values."""

import math
from typing import Final, Literal

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from devopssim.events import HOURS_PER_DAY
from devopssim.wording import LANDMARKS, Unit, duration, unit_for

ROOM: Final = {"x": 0.75, "y": 0.26}
"""Inches that a tick label needs."""
LOG_CURVES_FROM: Final = 30
"""Ratio of the largest to the smallest value from which curves have a logarithmic axis."""
LOG_MARKERS_FROM: Final = 15
"""Ratio of the largest to the smallest value from which an axis is logarithmic; a linear one would squeeze the small values."""


def clock_axis(ax: Axes, start: float, end: float) -> Unit:
    """Make x an axis of time since the start of the log.

    Parameters
    ----------
    ax : Axes
        Axes to change: limits, ticks and label.
    start, end : float
        Ends of the axis in hours.

    Returns
    -------
    Unit
        Unit of the axis; data has to be divided by its `hours`.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> clock_axis(ax, 0.0, 48.0).name, ax.get_xlabel()
    ('hours', 'time since the start (hours)')
    """
    unit = unit_for(end)
    span = end - start
    ax.set_xlim(start / unit.hours, (end if span > 0 else start + unit.hours) / unit.hours)
    steps = {"minutes": [1, 1.5, 3, 6, 10], "hours": [1, 1.2, 2.4, 6, 10], "months": [1, 1.2, 2.4, 3, 6, 10]}
    ax.xaxis.set_major_locator(MaxNLocator(8, steps=steps.get(unit.name, [1, 2, 2.5, 5, 10]), integer=True))
    ax.set_xlabel(f"time since the start ({unit.name})")
    return unit


def log_durations(axis: Axis, low: float, high: float, ticks: tuple[str, ...] = ()) -> None:
    """Make an axis logarithmic, in hours, with ticks at familiar durations such as a day or a week.

    Parameters
    ----------
    axis : Axis
        `ax.xaxis` or `ax.yaxis`.
    low, high : float
        Range of the data in hours; the limits get a margin of 30 %. Without a positive range the axis shows an hour to a day.
    ticks : tuple of str
        Names from `LANDMARKS` to show; default: as many as fit.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> log_durations(ax.xaxis, 1.0, 200.0, ("1 hour", "1 day", "1 week"))
    >>> [label.get_text() for label in ax.get_xticklabels()]
    ['1 hour', '1 day', '1 week']
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
    """Return the ticks between two durations that fit on the axis, lowest rank first."""
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
    """Format the ticks of a KPI's values by its unit: percent for shares, plain numbers otherwise.

    Parameters
    ----------
    axis : Axis
        `ax.xaxis` or `ax.yaxis`.
    unit : str
        Unit of the KPI.
    """
    if unit == "share":
        percent_axis(axis)


def percent_axis(axis: Axis) -> None:
    """Format the ticks of an axis of shares (0 to 1) as percent.

    Parameters
    ----------
    axis : Axis
        `ax.xaxis` or `ax.yaxis`.
    """
    axis.set_major_formatter(FuncFormatter(lambda at, _: f"{100 * at:.3g} %"))


def axis_label(title: str, unit: str) -> str:
    """Return the label of an axis of KPI values; ticks of hours and shares carry their unit, so their label omits it.

    Examples
    --------
    >>> axis_label("Throughput", "per week"), axis_label("Lead time", "h")
    ('Throughput (per week)', 'Lead time')
    """
    return title if unit in ("h", "share") else f"{title} ({unit})"


def difference_unit(most: float, unit: str) -> Unit:
    """Return the unit of an axis of differences of a KPI, with its length in the KPI's unit.

    Parameters
    ----------
    most : float
        Largest absolute difference, in the KPI's unit; chooses the unit of time.
    unit : str
        Unit of the KPI.

    Examples
    --------
    >>> difference_unit(0.2, "share").name, difference_unit(500.0, "h").name
    ('percentage points', 'days')
    """
    if unit == "h":
        return unit_for(most)
    return Unit("percentage points" if unit == "share" else unit, 1.0)


def difference_axis(axis: Axis, kpi_unit: str, unit: str) -> None:
    """Format and label an axis of differences of a KPI.

    Parameters
    ----------
    axis : Axis
        `ax.xaxis` or `ax.yaxis`.
    kpi_unit : str
        Unit of the KPI.
    unit : str
        Name of the axis unit, from `difference_unit`.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> difference_axis(ax.xaxis, "share", "percentage points")
    >>> ax.xaxis.get_major_formatter()(-0.12)
    '\N{MINUS SIGN}12'
    """
    axis.set_major_locator(MaxNLocator(6))
    if kpi_unit == "share":
        axis.set_major_formatter(FuncFormatter(lambda at, _: f"{100 * at:.3g}".replace("-", "\N{MINUS SIGN}")))
    axis.set_label_text(f"difference ({unit})")


def direction(better: str | None) -> str:
    """Return the suffix of a KPI's title that names its better direction; `""` if neither is better.

    Parameters
    ----------
    better : str or None
        `Kpi.better`: `"lower"`, `"higher"` or None.

    Examples
    --------
    >>> direction("lower")
    ' (less is better)'
    """
    return {"lower": " (less is better)", "higher": " (more is better)"}.get(better or "", "")


def _set(axis: Axis, setter: str, *values: object) -> None:
    """Call the axes' setter of the scale or the limits for this axis."""
    getattr(axis.axes, f"set_{_letter(axis)}{setter}")(*values)


def _letter(axis: Axis) -> Literal["x", "y"]:
    return "x" if axis is axis.axes.xaxis else "y"
