"""How long things take in one log: each duration over time, and their distribution."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from devopssim.errors import InvalidInputError
from devopssim.kpis import KPIS, Floats, Kpi, Run
from devopssim.plots.axes import clock_axis, log_durations
from devopssim.plots.canvas import Label, axes, halo, label_right, nothing, tidy
from devopssim.plots.descriptions import set_description
from devopssim.plots.theme import BLUE, ink
from devopssim.wording import duration

PERCENTILES: Final = (50, 85, 95)


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
    start, hours, unfinished = finished_durations(run, chosen)
    if not len(hours):
        return nothing(ax, f"{chosen.title}: nothing was finished in this log ({unfinished} unfinished)")
    unit = clock_axis(ax, run.warm_up, run.horizon)
    heights = for_log_axis(hours)
    size = float(np.clip(6000 / len(hours), 5, 30))
    ax.scatter((start + hours) / unit.hours, heights, s=size, color=BLUE, alpha=0.75, linewidth=0)
    log_durations(ax.yaxis, float(heights.min()), float(heights.max()))
    levels = {f"{percentile} %": float(np.percentile(hours, percentile)) for percentile in percentiles}
    labels = []
    for name, level in levels.items():
        ax.axhline(max(level, heights.min()), color=ink(), linewidth=1.1, linestyle=(0, (5, 3)))
        labels.append(Label(max(level, heights.min()), f"{name}: {duration(level)}"))
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
    _, hours, unfinished = finished_durations(run, chosen)
    if not len(hours):
        return nothing(ax, f"{chosen.title}: nothing was finished in this log ({unfinished} unfinished)")
    lengths = for_log_axis(hours)
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


def finished_durations(run: Run, kpi: Kpi) -> tuple[Floats, Floats, int]:
    """Return start and length of the finished ones in hours, and the number of unfinished ones."""
    assert kpi.durations is not None  # noqa: S101 - `duration_kpi` checked it
    durations = kpi.durations(run)
    return durations.start[durations.finished], durations.lengths, durations.unfinished


def for_log_axis(hours: Floats) -> Floats:
    """Return durations for a logarithmic axis: zeros are raised to its lower end."""
    positive = hours[hours > 0]
    least = float(positive.min()) if len(positive) else 1 / 60
    return np.maximum(hours, least)


def _counted(kpi: Kpi) -> str:
    """Return what a duration is counted over, in the plural."""
    subject = kpi.events[0].partition(".")[0]
    return {"ticket": "work items", "change": "changes", "service": "incidents", "finding": "findings"}[subject]
