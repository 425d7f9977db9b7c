"""Production over time: deployments and failures, and the anatomy of an incident."""

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from devopssim.kpis import Run, failed_deployments, mtbf, mttd, mttf, mttr, restored
from devopssim.plots.axes import clock_axis
from devopssim.plots.canvas import Label, axes, bracket, label_right, nothing, tidy
from devopssim.plots.descriptions import set_description
from devopssim.plots.theme import BLUE, GREEN, OCHRE, VERMILION, faint, ink
from devopssim.wording import counted, duration, rows_of

LEAST_WIDTH: Final = 0.003
MANY: Final = 150


def deployments(log: pd.DataFrame, *, period: tuple[float, float] | None = None, ax: Axes | None = None) -> Axes:
    """Draw deployments, failed deployments and incidents on a timeline.

    An incident is a bar in two colours: until it is detected, and until users are served again. Short ones are widened to stay visible.

    Parameters
    ----------
    log : DataFrame
        Event log.
    period : tuple of float, optional
        Start and end in hours; default: the whole log.
    ax : Axes, optional
        Axes to draw on; default: a new figure.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from devopssim import DEVOPS, plots, simulate, vary
    >>> log = simulate(vary(DEVOPS, {"years": 0.1}), seed=1)
    >>> plots.alt_text(deployments(log, period=(0.0, 336.0), ax=Figure().subplots()))
    'In the first 14 days: ... deployments, ... of them failed; ... incident..., open for ... in all.'
    """
    ax = axes(ax, (9.0, 2.6))
    run = Run(log)
    start, end = period or (run.warm_up, run.horizon)
    shipped = _deployments(run, start, end)
    incidents = _incidents(run, start, end)
    if shipped.empty and incidents.empty:
        return nothing(ax, f"{_period(start, end)}: nothing was deployed and nothing failed")
    unit = clock_axis(ax, start, end)
    failed = shipped["failed"].to_numpy()
    width, alpha = (0.6, 0.5) if len(shipped) > MANY else (1.4, 1.0)
    ax.vlines(shipped["time"] / unit.hours, 1.62, 2.38, color=BLUE, linewidth=width, alpha=alpha)
    ax.plot(
        shipped["time"][failed] / unit.hours,
        np.full(failed.sum(), 1.0),
        linestyle="",
        marker="x",
        color=VERMILION,
        markersize=6,
        markeredgewidth=1.6,
    )
    least = LEAST_WIDTH * (end - start)
    for begun, detected, restored_at in rows_of(incidents[["failed", "detected", "restored"]], plain=True):
        known_at = detected if np.isfinite(detected) else restored_at
        shown_until = max(restored_at, begun + least)
        ax.barh(0, (shown_until - begun) / unit.hours, left=begun / unit.hours, height=0.62, color=OCHRE, linewidth=0)
        ax.barh(
            0,
            (min(known_at, shown_until) - begun) / unit.hours,
            left=begun / unit.hours,
            height=0.62,
            color=VERMILION,
            linewidth=0,
        )
    ax.set_yticks([2, 1, 0], ["deployments", "of these failed", "incidents"])
    ax.set_ylim(-0.6, 2.75)
    label_right(
        ax,
        [
            Label(2, f"{len(shipped)} in all", BLUE),
            Label(1, f"{int(failed.sum())} failed ({_percent(failed)})", VERMILION),
            Label(0.18, "until detected", VERMILION),
            Label(-0.18, "until restored", OCHRE),
        ],
    )
    ax.set_title("Deployments and failures")
    tidy(ax, grid="x")
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    set_description(
        ax,
        f"{_period(start, end)}: {counted(len(shipped), 'deployment')}, {int(failed.sum())} of them failed; "
        f"{counted(len(incidents), 'incident')}, open for {duration(float((incidents['restored'] - incidents['failed']).sum()))} in all.",
        pd.concat(
            [shipped.assign(what="deployment"), incidents.rename(columns={"failed": "time"}).assign(what="incident")],
            ignore_index=True,
        ),
    )
    return ax


def incident_anatomy(log: pd.DataFrame | None = None, *, ax: Axes | None = None) -> Axes:
    """Draw the definitions of MTTF, MTTD, MTTR and MTBF on a service that is up or down, not to scale.

    Parameters
    ----------
    log : DataFrame, optional
        Event log; adds each mean and the number of incidents behind it.
    ax : Axes, optional
        Axes to draw on; default: a new figure.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from devopssim import plots
    >>> list(plots.describe(incident_anatomy(ax=Figure().subplots())).table.index)
    ['MTTD', 'MTTR', 'MTTF', 'MTBF']
    """
    ax = axes(ax, (9.0, 3.6))
    means = {} if log is None else {name: measured(log) for name, measured in _MEANS.items()}
    x = {"failed": 1.6, "detected": 2.8, "restored": 4.6, "again": 8.2, "back": 9.6}
    line = [
        (0.0, 1),
        (x["failed"], 1),
        (x["failed"], 0),
        (x["restored"], 0),
        (x["restored"], 1),
        (x["again"], 1),
        (x["again"], 0),
        (x["back"], 0),
        (x["back"], 1),
        (10.6, 1),
    ]
    ax.plot(*zip(*line, strict=True), color=ink(), linewidth=2)
    for name, low, high in (("failed", x["failed"], x["restored"]), ("again", x["again"], x["back"])):
        ax.axvspan(low, high, ymin=0.0, ymax=1.0, color=VERMILION, alpha=0.12, linewidth=0, label=name)
    for label, at, up in (
        ("failed", x["failed"], 0),
        ("detected", x["detected"], 0),
        ("restored", x["restored"], 1),
        ("failed again", x["again"], 0),
    ):
        ax.plot(
            [at],
            [up],
            marker="o",
            color=VERMILION if "failed" in label else OCHRE if label == "detected" else GREEN,
            markersize=8,
        )
        ax.annotate(
            label,
            (at, up),
            xytext=(0, -8 if up == 0 else 9),
            textcoords="offset points",
            ha="center",
            va="top" if up == 0 else "bottom",
            fontsize=9,
            color=ink(),
        )
    spans = (
        ("MTTD", x["failed"], x["detected"], -0.75, OCHRE),
        ("MTTR", x["failed"], x["restored"], -1.3, VERMILION),
        ("MTTF", x["restored"], x["again"], -1.3, GREEN),
        ("MTBF", x["failed"], x["again"], -1.85, BLUE),
    )
    for name, begin, end, y, colour in spans:
        bracket(ax, (begin, end), y, _named(name, means.get(name)), colour=colour)
    for at in (x["failed"], x["detected"], x["restored"], x["again"]):
        ax.plot([at, at], [-1.95, 0], color=faint(), linewidth=0.7, linestyle=":", zorder=0)
    ax.set_yticks([0, 1], ["down", "running"])
    ax.set(xlim=(0, 10.6), ylim=(-2.1, 1.6), xticks=[], xlabel="time (not to scale)")
    ax.set_title("The anatomy of an incident")
    tidy(ax, grid="")
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    _describe_anatomy(ax, means)
    return ax


_MEANS: Final = {"MTTD": mttd, "MTTR": mttr, "MTTF": mttf, "MTBF": mtbf}
_MEANING: Final = {
    "MTTD": "from the failure until it is detected",
    "MTTR": "from the failure until the service is restored",
    "MTTF": "from running again until the next failure",
    "MTBF": "from a failure to the next",
}


def _named(name: str, hours: "pd.Series[float] | None") -> str:
    """Return the name of a mean, with its value and the number of incidents if a log was given."""
    if hours is None:
        return name
    return f"{name} {duration(float(hours.mean()))} (n = {len(hours)})" if len(hours) else f"{name}: none"


def _describe_anatomy(ax: Axes, means: "dict[str, pd.Series[float]]") -> None:
    """Set the description: the four definitions with their means."""
    rows = {
        name: {
            "runs": meaning,
            "mean (h)": float(means[name].mean()) if name in means else np.nan,
            "n": len(means[name]) if name in means else 0,
        }
        for name, meaning in _MEANING.items()
    }
    summary = "; ".join(f"{_named(name, means.get(name))} runs {meaning}" for name, meaning in _MEANING.items())
    set_description(
        ax,
        f"Two incidents on a line of time. {summary}. Over the same pairs of outages, MTBF is MTTF plus MTTR.",
        pd.DataFrame.from_dict(rows, orient="index"),
    )


def _deployments(run: Run, start: float, end: float) -> pd.DataFrame:
    """Return the deployments of a period: columns deployment, time (hours), failed."""
    time = run.first("deployment", "service.deployed")
    failed = failed_deployments(run)
    in_period = (time >= start) & (time <= end)
    table = pd.DataFrame(
        {"deployment": run.names("deployment")[in_period], "time": time[in_period], "failed": failed[in_period]}
    )
    return table.sort_values("time", ignore_index=True)


def _incidents(run: Run, start: float, end: float) -> pd.DataFrame:
    """Return the incidents of a period: columns incident, failed, detected (NaN if never), restored (the period's end if not yet)."""
    began = run.first("incident", "service.failed")
    until = restored(run)
    until = np.minimum(np.where(np.isfinite(until), until, run.horizon), end)
    in_period = (began <= end) & (until >= start)
    columns = {"failed": began, "detected": run.first("incident", "incident.detected"), "restored": until}
    table = pd.DataFrame(
        {"incident": run.names("incident")[in_period], **{name: values[in_period] for name, values in columns.items()}}
    )
    return table.sort_values("failed", ignore_index=True)


def _percent(failed: np.ndarray) -> str:
    return f"{100 * failed.mean():.3g} %" if len(failed) else "none"


def _period(start: float, end: float) -> str:
    return f"From {duration(start)} to {duration(end)} after the start" if start else f"In the first {duration(end)}"
