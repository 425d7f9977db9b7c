"""Flow of work in one log: what waits, what moves, and how old it is."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes

from devopssim.kpis import KPIS, Floats, Run
from devopssim.plots.axes import clock_axis, log_durations
from devopssim.plots.canvas import Label, axes, label_right, nothing, tidy
from devopssim.plots.descriptions import set_description
from devopssim.plots.durations import PERCENTILES, finished_durations, for_log_axis
from devopssim.plots.theme import BLUE, GREEN, GREY, VIOLET, ink
from devopssim.wording import duration, number

STEPS: Final = ("ticket.created", "ticket.started", "ticket.done", "ticket.closed")
BANDS: Final = (
    ("waiting for work to begin", GREY),
    ("in development", BLUE),
    ("done, not released", VIOLET),
    ("available to users", GREEN),
)


def cumulative_flow(log: pd.DataFrame, *, explain: bool = True, ax: Axes | None = None) -> Axes:
    """Draw the cumulative flow diagram: items that have reached each step, over time.

    The height of a band is the work in that step; its width is about the time an item spends there. Items that were open when a
    log was cut count from the cut.

    Parameters
    ----------
    log : DataFrame
        Event log.
    explain : bool
        Mark work in progress (height) and lead time (width) once, if at least ten items were finished.
    ax : Axes, optional
        Axes to draw on; default: a new figure.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from devopssim import DEVOPS, plots, simulate, vary
    >>> log = simulate(vary(DEVOPS, {"years": 0.1}), seed=1)
    >>> plots.alt_text(cumulative_flow(log, ax=Figure().subplots()))
    'Cumulative flow over 36.5 days: ... items requested, ... available to users. At the end ... wait for work to begin, ...'
    """
    ax = axes(ax)
    run = Run(log)
    if not len(run.rows("ticket.created")):
        return nothing(ax, "no work item was requested in this log")
    times, counts = _arrived(run)
    unit = clock_axis(ax, run.warm_up, run.horizon)
    lower = [*counts[1:], np.zeros_like(counts[0])]
    for (name, colour), top, bottom in zip(BANDS, counts, lower, strict=True):
        ax.fill_between(times / unit.hours, bottom, top, step="post", color=colour, alpha=0.85, linewidth=0, label=name)
    ax.set_ylim(0, max(1, counts[0][-1]) * 1.02)
    ax.set_ylabel("work items, all so far")
    ax.set_title("Cumulative flow")
    tidy(ax)
    middles = [
        (float(top[-1] + bottom[-1]) / 2, float(top[-1] - bottom[-1]))
        for top, bottom in zip(counts, lower, strict=True)
    ]
    labels = [
        Label(y, f"{name}\n({size:.0f} at the end)", colour)
        for (name, colour), (y, size) in zip(BANDS, middles, strict=True)
    ]
    label_right(ax, labels[::-1])  # from below: where bands are empty, their labels keep the order of the stack
    if explain:
        _explain(ax, times / unit.hours, counts)
    _describe_flow(ax, run, times, counts)
    return ax


def work_in_progress(log: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the number of items that are requested and not yet available to users, over time, with its time average.

    Parameters
    ----------
    log : DataFrame
        Event log.
    ax : Axes, optional
        Axes to draw on; default: a new figure.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from devopssim import DEVOPS, simulate, vary
    >>> log = simulate(vary(DEVOPS, {"years": 0.1}), seed=1)
    >>> work_in_progress(log, ax=Figure().subplots()).get_ylabel()
    'work items in progress'
    """
    ax = axes(ax)
    run = Run(log)
    times, counts = _arrived(run)
    open_now = counts[0] - counts[3]
    unit = clock_axis(ax, run.warm_up, run.horizon)
    ax.fill_between(times / unit.hours, 0, open_now, step="post", color=BLUE, alpha=0.3, linewidth=0)
    ax.step(times / unit.hours, open_now, where="post", color=BLUE, linewidth=1.4)
    average = float((open_now[:-1] * np.diff(times)).sum() / run.hours) if run.hours else float("nan")
    ax.axhline(average, color=ink(), linewidth=1.1, linestyle=(0, (5, 3)))
    ax.set_ylim(0, max(1.0, float(open_now.max())) * 1.08)
    label_right(ax, [Label(average, f"average\n{number(average)} items")])
    ax.set_ylabel("work items in progress")
    ax.set_title("Work in progress")
    tidy(ax)
    set_description(
        ax,
        f"Work in progress over {duration(run.hours)}: on average {number(average)} items, at most {open_now.max():.0f}, at the end {open_now[-1]:.0f}.",
        pd.DataFrame({"time (h)": times, "items in progress": open_now}),
    )
    return ax


def ageing_work(log: pd.DataFrame, *, at: float | None = None, ax: Axes | None = None) -> Axes:
    """Draw each item in progress at a moment, by its step and its age.

    Horizontal lines are the lead times within which 50, 85 and 95 % of the items finished by then were available. An item above a
    line is already late, although KPIs of finished items do not count it yet.

    Parameters
    ----------
    log : DataFrame
        Event log.
    at : float, optional
        Moment in hours; default: the horizon of the log.
    ax : Axes, optional
        Axes to draw on; default: a new figure.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from devopssim import DEVOPS, simulate, vary
    >>> log = simulate(vary(DEVOPS, {"years": 0.1}), seed=1)
    >>> ageing_work(log, at=480.0, ax=Figure().subplots()).get_title()
    'Work in progress after 20 days, by age'
    """
    ax = axes(ax)
    run = Run(log)
    moment = run.horizon if at is None else float(at)
    ages, step = _open_at(run, moment)
    if not len(ages):
        return nothing(ax, f"no work item is in progress after {duration(moment)}")
    start, hours, _ = finished_durations(run, KPIS["lead_time"])
    finished = hours[start + hours <= moment]
    sideways = np.random.default_rng(1).uniform(-0.28, 0.28, len(ages))
    heights = for_log_axis(ages)
    for index, (_, colour) in enumerate(BANDS[:3]):
        chosen = step == index
        ax.scatter(index + sideways[chosen], heights[chosen], s=24, color=colour, alpha=0.8, linewidth=0)
    levels = [float(np.percentile(finished, percentile)) for percentile in PERCENTILES] if len(finished) else []
    log_durations(ax.yaxis, float(min([heights.min(), *levels])), float(max([heights.max(), *levels])))
    for level in levels:
        ax.axhline(level, color=ink(), linewidth=1.1, linestyle=(0, (5, 3)))
    label_right(
        ax,
        [
            Label(level, f"{percentile} % took less\nthan {duration(level)}")
            for percentile, level in zip(PERCENTILES, levels, strict=bool(levels))
        ],
    )
    counts = [int((step == index).sum()) for index in range(3)]
    ax.set_xticks(range(3), [f"{name}\n{count} items" for (name, _), count in zip(BANDS, counts, strict=False)])
    ax.set(xlim=(-0.5, 2.5), ylabel="age since the request")
    ax.set_title(f"Work in progress after {duration(moment)}, by age")
    tidy(ax)
    late = int((ages > levels[1]).sum()) if levels else 0
    set_description(
        ax,
        f"{len(ages)} items in progress after {duration(moment)}: {counts[0]} wait for work to begin, {counts[1]} are in development, {counts[2]} are done and not "
        f"released. The oldest is {duration(float(ages.max()))} old; {late} are older than 85 % of the finished ones ever became.",
        pd.DataFrame({"step": [BANDS[index][0] for index in step], "age (h)": ages}).sort_values(
            "age (h)", ascending=False
        ),
    )
    return ax


def _arrived(run: Run) -> tuple[Floats, list[Floats]]:
    """Return the times at which an item moved, and the number of items that had reached each of STEPS by then."""
    at_start = int(run.open_at_start.get("open_items", 0))
    moved = [np.sort(run.times(step)) for step in STEPS]
    times = np.unique(np.concatenate([[run.warm_up, run.horizon], *moved]))
    counts = [np.searchsorted(moments, times, side="right").astype(np.float64) for moments in moved]
    counts[0] += at_start
    next_count = counts[3]
    for index in (2, 1):  # a cut log lacks the earlier steps of items whose later steps it holds
        missing = max(0.0, float((next_count - counts[index]).max())) if run.is_cut else 0.0
        counts[index] = np.clip(counts[index] + missing, next_count, None)
        next_count = counts[index]
    counts[0] = np.maximum(counts[0], counts[1])
    return times, counts


def _explain(ax: Axes, x: Floats, counts: list[Floats]) -> None:
    """Mark, in the middle of the run, the height that is work in progress and the width that is about the lead time."""
    height = counts[3][-1] * 0.55
    left = int(np.argmax(counts[0] >= height))
    right = int(np.argmax(counts[3] >= height))
    if counts[3][-1] < 10 or not x[right] > x[left]:
        return
    span = x[-1] - x[0]
    label = "width: about the lead time"
    arrow = {"arrowstyle": "<|-|>", "color": ink(), "linewidth": 1.3, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 9}
    ax.annotate("", xy=(x[left], height), xytext=(x[right], height), arrowprops=arrow)
    ax.annotate(
        label,
        (x[left], height),
        xytext=(-5, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        fontsize=9,
        color=ink(),
    )
    later = int(np.searchsorted(x, x[right] + 0.12 * span))
    if later >= len(x):
        return
    ax.annotate("", xy=(x[later], counts[3][later]), xytext=(x[later], counts[0][later]), arrowprops=arrow)
    ax.annotate(
        "height: work in progress",
        (x[later], counts[0][later]),
        xytext=(-5, 4),
        textcoords="offset points",
        ha="right",
        fontsize=9,
        color=ink(),
    )


def _describe_flow(ax: Axes, run: Run, times: Floats, counts: list[Floats]) -> None:
    """Set the description of the cumulative flow diagram."""
    created, started, done, closed = (float(series[-1]) for series in counts)
    table = pd.DataFrame(
        {"time (h)": times, "requested": counts[0], "begun": counts[1], "done": counts[2], "available": counts[3]}
    )
    set_description(
        ax,
        f"Cumulative flow over {duration(run.hours)}: {created:.0f} items requested, {closed:.0f} available to users. At the end {created - started:.0f} wait "
        f"for work to begin, {started - done:.0f} are in development and {done - closed:.0f} are done and not released.",
        table,
    )


def _open_at(run: Run, moment: float) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Return age and step (an index of BANDS) of each item in progress at a moment."""
    reached = [run.first("item", step) for step in STEPS]
    is_open = (reached[0] <= moment) & ~(reached[3] <= moment)
    step = (reached[1] <= moment).astype(np.intp) + (reached[2] <= moment)
    return moment - reached[0][is_open], step[is_open]
