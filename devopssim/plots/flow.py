"""Flow of work in one log: what waits and what moves, how long items take, how old they are."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes

from devopssim.errors import InvalidInputError
from devopssim.kpis import KPIS, Floats, Kpi, Run
from devopssim.plots.axes import clock_axis, log_durations
from devopssim.plots.canvas import Label, axes, halo, label_right, nothing, tidy
from devopssim.plots.descriptions import set_description
from devopssim.plots.theme import BLUE, GREEN, GREY, VIOLET, ink
from devopssim.wording import duration, number

STEPS: Final = ("ticket.created", "ticket.started", "ticket.done", "ticket.closed")
BANDS: Final = (
    ("waiting for work to begin", GREY),
    ("in development", BLUE),
    ("done, not released", VIOLET),
    ("available to users", GREEN),
)
PERCENTILES: Final = (50, 85, 95)


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


def cycle_time_scatter(
    log: pd.DataFrame, *, kpi: str = "cycle_time", percentiles: Sequence[int] = PERCENTILES, ax: Axes | None = None
) -> Axes:
    """Draw each finished item as a dot: when it was finished and how long it took, with percentile lines.

    Parameters
    ----------
    log : DataFrame
        Event log.
    kpi : str
        A KPI that is a duration. The axis is logarithmic, since a few items take many times as long as most.
    percentiles : sequence of int
        Percent of the items, 0 to 100; one line each.
    ax : Axes, optional
        Axes to draw on; default: a new figure.

    Raises
    ------
    InvalidInputError
        If a percentile lies outside 0 to 100 or the KPI is not a duration.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from devopssim import DEVOPS, simulate, vary
    >>> log = simulate(vary(DEVOPS, {"years": 0.1}), seed=1)
    >>> cycle_time_scatter(log, ax=Figure().subplots()).get_ylabel()
    'Cycle time'
    """
    for percentile in percentiles:
        if not 0 <= percentile <= 100:
            raise InvalidInputError(
                f"percentiles: {percentile} (% of the items) must lie between 0 and 100; 50, 85 and 95 are usual."
            )
    ax = axes(ax)
    run, chosen = Run(log), duration_kpi(kpi)
    start, hours, unfinished = _durations(run, chosen)
    if not len(hours):
        return nothing(ax, f"{chosen.title}: nothing was finished in this log ({unfinished} unfinished)")
    unit = clock_axis(ax, run.warm_up, run.horizon)
    heights = _shown(hours)
    size = float(np.clip(6000 / len(hours), 5, 30))
    ax.scatter((start + hours) / unit.hours, heights, s=size, color=BLUE, alpha=0.75, linewidth=0)
    log_durations(ax.yaxis, float(heights.min()), float(heights.max()))
    levels = {f"{percentile} %": float(np.percentile(hours, percentile)) for percentile in percentiles}
    labels = []
    for name, level in levels.items():
        ax.axhline(max(level, heights.min()), color=ink(), linewidth=1.1, linestyle=(0, (5, 3)))
        labels.append(Label(max(level, heights.min()), f"{name} within\n{duration(level)}"))
    label_right(ax, labels)
    ax.set_ylabel(chosen.title)
    ax.set_title(f"{chosen.title} of each of {len(hours)} {_counted(chosen)}, when it was finished")
    tidy(ax)
    within = ", ".join(f"{name} within {duration(level)}" for name, level in levels.items())
    set_description(
        ax,
        f"{chosen.title} of {len(hours)} finished {_counted(chosen)}, {unfinished} unfinished: {within}; the longest took {duration(float(hours.max()))}.",
        pd.DataFrame({"finished (h)": start + hours, f"{chosen.name} (h)": hours}),
    )
    return ax


def lead_time_distribution(
    log: pd.DataFrame, *, kpi: str = "lead_time", bins: int = 30, ax: Axes | None = None
) -> Axes:
    """Draw a histogram of a duration, with median, mean and 85th percentile.

    Parameters
    ----------
    log : DataFrame
        Event log.
    kpi : str
        A KPI that is a duration.
    bins : int
        Number of bars, at least 1, of equal width on the logarithmic axis.
    ax : Axes, optional
        Axes to draw on; default: a new figure.

    Raises
    ------
    InvalidInputError
        If `bins` is less than 1 or the KPI is not a duration.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from devopssim import DEVOPS, plots, simulate, vary
    >>> log = simulate(vary(DEVOPS, {"years": 0.1}), seed=1)
    >>> ax = lead_time_distribution(log, kpi="cycle_time", bins=10, ax=Figure().subplots())
    >>> len(plots.describe(ax).table)
    10
    """
    if bins < 1:
        raise InvalidInputError(f"bins={bins} (bars of the distribution) must be a whole number from 1; 30 are usual.")
    ax = axes(ax)
    run, chosen = Run(log), duration_kpi(kpi)
    _, hours, unfinished = _durations(run, chosen)
    if not len(hours):
        return nothing(ax, f"{chosen.title}: nothing was finished in this log ({unfinished} unfinished)")
    lengths = _shown(hours)
    log_durations(ax.xaxis, float(lengths.min()), float(lengths.max()))
    edges = np.geomspace(lengths.min() / 1.01, lengths.max() * 1.01, bins + 1)
    counts, _, _ = ax.hist(lengths, bins=list(edges), color=BLUE, alpha=0.85, linewidth=0)
    marks = {
        "median": float(np.median(hours)),
        "mean": float(hours.mean()),
        "85 % within": float(np.percentile(hours, 85)),
    }
    top = float(np.max(counts))
    ax.set_ylim(0, top * 1.45)
    for height, (name, at) in zip((1.38, 1.26, 1.14), sorted(marks.items(), key=lambda mark: mark[1]), strict=True):
        ax.plot([at, at], [0, top * height], color=ink(), linewidth=1.1, linestyle=(0, (5, 3)))
        halo(ax.annotate(f" {name}: {duration(at)}", (at, top * height), va="top", fontsize=9, color=ink()))
    ax.set(ylabel=_counted(chosen), xlabel=chosen.title)
    ax.set_title(f"{chosen.title}: how often each duration occurred")
    tidy(ax)
    table = pd.DataFrame({"from (h)": edges[:-1], "to (h)": edges[1:], "count": np.asarray(counts).astype(int)})
    summary = ", ".join(f"{name} {duration(at)}" for name, at in marks.items())
    set_description(
        ax,
        f"Distribution of {chosen.title.lower()} over {len(hours)} {_counted(chosen)} ({unfinished} unfinished): {summary}.",
        table,
    )
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
    start, hours, _ = _durations(run, KPIS["lead_time"])
    finished = hours[start + hours <= moment]
    sideways = np.random.default_rng(1).uniform(-0.28, 0.28, len(ages))
    heights = _shown(ages)
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


def duration_kpi(name: str) -> Kpi:
    """Return the KPI of this name if it is a duration.

    Raises
    ------
    InvalidInputError
        If the name is unknown or the KPI is not a duration.

    Examples
    --------
    >>> duration_kpi("mttr").title
    'Mean time to recovery'
    """
    if name not in KPIS or KPIS[name].durations is None:
        durations = [kpi.name for kpi in KPIS.values() if kpi.durations is not None]
        raise InvalidInputError(
            f"kpi={name!r} must be a duration, one value an item; those are {', '.join(durations)}."
        )
    return KPIS[name]


def _durations(run: Run, kpi: Kpi) -> tuple[Floats, Floats, int]:
    """Return start and length of the finished ones in hours, and the number of unfinished ones."""
    assert kpi.durations is not None  # noqa: S101 - `duration_kpi` checked it
    durations = kpi.durations(run)
    return durations.start[durations.finished], durations.lengths, durations.unfinished


def _shown(hours: Floats) -> Floats:
    """Return durations for a logarithmic axis: zeros are raised to its lower end."""
    positive = hours[hours > 0]
    least = float(positive.min()) if len(positive) else 1 / 60
    return np.maximum(hours, least)


def _counted(kpi: Kpi) -> str:
    """Return what a duration is counted over, in the plural."""
    subject = kpi.events[0].partition(".")[0]
    return {"ticket": "work items", "change": "changes", "service": "incidents", "finding": "findings"}[subject]


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
