"""The timeline of one work item, from the request to its users, with the three clocks that run on it."""

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from devopssim.errors import InvalidInputError
from devopssim.kpis import Run
from devopssim.plots.canvas import axes, bracket, halo, nothing, tidy
from devopssim.plots.descriptions import set_description
from devopssim.plots.theme import BLUE, GREEN, STAGE_COLOURS, VERMILION, faint, ink
from devopssim.wording import duration, rows_of, unit_for

LEAST_WIDTH: Final = 0.004
"""Least width of a piece of work, as a share of the axis, so that short work stays visible."""
MOST_CHANGES: Final = 8
FEW_CHANGES: Final = 3


def item_path(log: pd.DataFrame, item: str | None = None, *, ax: Axes | None = None) -> Axes:
    """Draw one item's timeline: work on each stage as bars, waiting as gaps, and three clocks.

    Lead time runs from the request to availability; cycle time from the start of development until it is done; lead time for
    changes from a commit to its deployment.

    Parameters
    ----------
    log : DataFrame
        Event log.
    item : str, optional
        Id of a finished item; default: of the finished items with two or three changes, the one of median lead time.
    ax : Axes, optional
        Axes to draw on; default: a new figure.

    Raises
    ------
    InvalidInputError
        If the item is not in the log, or was not requested and finished within it.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from devopssim import DEVOPS, plots, simulate, vary
    >>> log = simulate(vary(DEVOPS, {"years": 0.1}), seed=1)
    >>> plots.alt_text(item_path(log, ax=Figure().subplots()))
    'The path of work item W...: lead time ...; cycle time ...; lead time for changes ...'
    """
    run = Run(log)
    chosen = item or _typical(run)
    if chosen is None:
        return nothing(axes(ax), "no work item was finished in this log")
    times = _milestones(run, chosen)
    work = _work(log, chosen, times["available"])
    changes = _changes(log, chosen, times["available"])
    lanes = ["item", *changes.index[:MOST_CHANGES]]
    ax = axes(ax, (9.0, 2.2 + 0.42 * len(lanes)))
    unit = unit_for(times["available"] - times["requested"])
    start, length = times["requested"], (times["available"] - times["requested"]) / unit.hours
    ax.set_xlim(-0.02 * length, length * 1.02)
    for index, lane in enumerate(lanes):
        _lane(ax, -index, work[work["lane"] == lane], start=start, scale=unit.hours, length=length)
    ax.set_yticks(-np.arange(len(lanes)), [f"{chosen}" if lane == "item" else f"change {lane}" for lane in lanes])
    ax.set_ylim(-len(lanes) - 0.6, 2.6)
    _clocks(ax, times, changes, start, unit.hours)
    _stage_key(ax, work, len(lanes))
    ax.set_xlabel(f"time since the request ({unit.name})")
    ax.set_title(
        f"The path of {chosen}: most of it is waiting"
        if _busy(work) < 0.5 * length * unit.hours
        else f"The path of {chosen}"
    )
    tidy(ax, grid="x")
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    _describe(ax, chosen, times, changes, work)
    return ax


def _typical(run: Run) -> str | None:
    """Return the item of median lead time, if possible among those with two or three changes; None if no item was finished."""
    names, hours = run.names("item"), run.first("item", "ticket.closed") - run.first("item", "ticket.created")
    complete = np.isfinite(hours) & run.occurred("item", "ticket.started") & run.occurred("item", "ticket.done")
    if not complete.any():
        complete = np.isfinite(hours)
    created = run.log.iloc[run.rows("change.created")]
    number = created["item"].value_counts().reindex(names, fill_value=0).to_numpy()
    few = complete & (number >= 2) & (number <= FEW_CHANGES)
    candidates = np.flatnonzero(few if few.any() else complete)
    if not len(candidates):
        return None
    order = candidates[np.argsort(hours[candidates], kind="stable")]
    return str(names[order[len(order) // 2]])


def _milestones(run: Run, item: str) -> dict[str, float]:
    """Return the times (hours) at which an item was requested, begun, done and available."""
    steps = {
        "requested": "ticket.created",
        "begun": "ticket.started",
        "done": "ticket.done",
        "available": "ticket.closed",
    }
    names = run.names("item")
    if item not in names:
        raise InvalidInputError(
            f"item={item!r} is not in this log; its items are {', '.join(map(str, names[:3]))} and so on."
        )
    index = names.get_loc(item)
    times = {name: float(run.first("item", kind)[index]) for name, kind in steps.items()}
    if not (np.isfinite(times["requested"]) and np.isfinite(times["available"])):
        raise InvalidInputError(f"item={item!r} was not requested and finished within this log; choose one that was.")
    return times


def _changes(log: pd.DataFrame, item: str, until: float) -> pd.DataFrame:
    """Return the item's changes made before it was available: index the change, columns committed and deployed (hours)."""
    created = log[(log["kind"] == "change.created") & (log["item"] == item) & (log["time"] <= until)]
    committed = created.set_index("change")["time"]
    shipped = log[(log["kind"] == "service.deployed") & log["change"].isin(list(committed.index))]
    return pd.DataFrame(
        {"committed": committed, "deployed": shipped.groupby("change")["time"].min().reindex(committed.index)}
    )


def _work(log: pd.DataFrame, item: str, until: float) -> pd.DataFrame:
    """Return each piece of work on the item: columns lane (item or a change), stage, start, end (hours)."""
    changes = _changes(log, item, until).index
    about = (log["item"] == item) | log["change"].isin(list(changes))
    rows = log[about & log["kind"].isin(["stage.started", "stage.finished"]) & (log["time"] <= until)]
    lane = rows["change"].where(rows["change"].notna(), "item")
    pieces = []
    for (name, stage), group in rows.groupby([lane, rows["stage"].astype("str")], sort=False):
        starts = group.loc[group["kind"] == "stage.started", "time"].to_numpy()
        ends = group.loc[group["kind"] == "stage.finished", "time"].to_numpy()
        pieces += [(str(name), str(stage), float(a), float(b)) for a, b in zip(starts, ends, strict=False)]
    return pd.DataFrame(pieces, columns=["lane", "stage", "start", "end"]).sort_values("start", ignore_index=True)


def _busy(work: pd.DataFrame) -> float:
    """Return the hours in which at least one piece of work was under way."""
    total, until = 0.0, -np.inf
    for start, end in rows_of(work[["start", "end"]], plain=True):
        total += max(0.0, end - max(start, until))
        until = max(until, end)
    return total


def _lane(ax: Axes, y: float, work: pd.DataFrame, *, start: float, scale: float, length: float) -> None:
    """Draw the pieces of work of one lane."""
    low, high = ax.get_xlim()
    ax.plot([max(0, low), high], [y, y], color=faint(), linewidth=0.8, alpha=0.5, zorder=0)
    for stage, begun, ended in rows_of(work[["stage", "start", "end"]], plain=True):
        width = max((ended - begun) / scale, LEAST_WIDTH * length)
        ax.barh(y, width, left=(begun - start) / scale, height=0.62, color=STAGE_COLOURS[stage], linewidth=0)


def _clocks(ax: Axes, times: dict[str, float], changes: pd.DataFrame, start: float, scale: float) -> None:
    """Draw lead time and cycle time above the lanes, and the lead time of the last shipped change below its lane."""

    def at(hours: float) -> float:
        return (hours - start) / scale

    whole = times["available"] - start
    bracket(ax, (0, at(times["available"])), 1.95, f"lead time {duration(whole)}", colour=GREEN)
    if np.isfinite(times["begun"]) and np.isfinite(times["done"]):
        cycle = times["done"] - times["begun"]
        bracket(ax, (at(times["begun"]), at(times["done"])), 0.95, f"cycle time {duration(cycle)}", colour=BLUE)
    shipped = changes.iloc[:MOST_CHANGES].dropna()
    for name, (committed, deployed) in shipped.iterrows():
        y = -1.0 - list(changes.index).index(name)
        ax.plot([at(committed)], [y], marker="o", color=ink(), markersize=5)
        ax.plot([at(deployed)], [y], marker="D", color=ink(), markersize=5, clip_on=False)
    if len(shipped):
        committed, deployed = shipped.iloc[-1]
        y = -1.62 - list(changes.index).index(shipped.index[-1])
        label = f"lead time for changes {duration(deployed - committed)}"
        bracket(ax, (at(committed), at(deployed)), y, "", colour=VERMILION)
        left = at(committed) > 0.4 * at(times["available"])
        x = at(committed) if left else at(deployed)
        halo(
            ax.annotate(
                label,
                (x, y),
                xytext=(-6 if left else 6, 0),
                textcoords="offset points",
                ha="right" if left else "left",
                va="center",
                fontsize=9,
                color=ink(),
            )
        )


def _stage_key(ax: Axes, work: pd.DataFrame, lanes: int) -> None:
    """Name the stages that occur, each beside its colour, below the lanes."""
    stages = [stage for stage in STAGE_COLOURS if stage in set(work["stage"])]
    entries = [(STAGE_COLOURS[stage], "\N{BLACK SQUARE}", stage) for stage in stages]
    entries += [(ink(), "\N{BLACK CIRCLE}", "commit"), (ink(), "\N{BLACK DIAMOND}", "deployment")]
    for index, (colour, sign, name) in enumerate(entries):
        x = 0.01 + index * 0.125
        y = (-lanes - 0.3 + lanes + 0.6) / (lanes + 3.2)
        ax.text(x, y, sign, transform=ax.transAxes, color=colour, va="center", fontsize=10)
        ax.text(x + 0.022, y, name, transform=ax.transAxes, color=ink(), va="center", fontsize=8.5)


def _describe(ax: Axes, item: str, times: dict[str, float], changes: pd.DataFrame, work: pd.DataFrame) -> None:
    """Set the description: the clocks, and the share of the lead time in which work was under way."""
    whole, busy = times["available"] - times["requested"], _busy(work)
    clocks = [f"lead time {duration(whole)}"]
    if np.isfinite(times["begun"]) and np.isfinite(times["done"]):
        clocks.append(f"cycle time {duration(times['done'] - times['begun'])}")
    leads = (changes["deployed"] - changes["committed"]).dropna()
    if len(leads):
        clocks.append(f"lead time for changes {', '.join(duration(float(lead)) for lead in leads)}")
    set_description(
        ax,
        f"The path of work item {item}: {'; '.join(clocks)}. People worked on it for {duration(busy)} of these, {100 * busy / whole if whole else 0:.0f} %.",
        work,
    )
