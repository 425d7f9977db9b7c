"""Security in one log: open vulnerabilities, the time to fix them, and where they are found."""

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from devopssim.events import HOURS_PER_DAY, HOURS_PER_WEEK
from devopssim.kpis import FIX, PATCH, Floats, Run, open_vulnerabilities
from devopssim.plots.axes import clock_axis, log_durations, percent_axis
from devopssim.plots.canvas import Label, axes, label_right, nothing, tidy
from devopssim.plots.descriptions import set_description
from devopssim.plots.theme import BLUE, GREEN, GREY, OCHRE, PURPLE, VERMILION, faint, ink
from devopssim.wording import duration

KNOWN: Final = ("known to the team", BLUE)
PRESENT: Final = ("really there", VERMILION)
LANDMARKS: Final = (HOURS_PER_WEEK, 30 * HOURS_PER_DAY, 90 * HOURS_PER_DAY)
"""A week, 30 days and 90 days: durations at which the text gives the share closed."""
ROUNDING: Final = 1e-9
"""A share is a product of many ratios: exactly a half may miss it by its last bits."""


def vulnerabilities(log: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the number of open vulnerabilities over time: those the team knows of, and those present in the product.

    The known ones include false alarms until they are dismissed, so they may exceed those present. Only a simulated or prepared
    log records which are present; for other logs that line is omitted.

    Parameters
    ----------
    log : DataFrame
        Event log.
    ax : Axes, optional
        Axes to draw on; default: a new figure.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from devopssim import DEVSECOPS, plots, simulate, vary
    >>> log = simulate(vary(DEVSECOPS, {"years": 0.1}), seed=1)
    >>> plots.alt_text(vulnerabilities(log, ax=Figure().subplots()))
    'Open vulnerabilities over 36.5 days: ... on average known to the team, ... on average really there, ...'
    """
    ax = axes(ax)
    run = Run(log)
    lines = {KNOWN: open_vulnerabilities(run), PRESENT: open_vulnerabilities(run, known=False)}
    if not len(run.rows("vulnerability.injected")):
        lines.pop(PRESENT)
    unit = clock_axis(ax, run.warm_up, run.horizon)
    labels, summaries, tables = [], [], []
    for (name, colour), series in lines.items():
        times = np.append(series.index.to_numpy(float), run.horizon)
        values = np.append(series.to_numpy(float), series.iloc[-1])
        average = float((values[:-1] * np.diff(times)).sum() / run.hours) if run.hours else float("nan")
        ax.step(times / unit.hours, values, where="post", color=colour, linewidth=1.7)
        labels.append(Label(float(values[-1]), f"{name}\n{average:.1f} on average", colour))
        summaries.append(f"{average:.1f} on average {name}, at most {values.max():.0f}, at the end {values[-1]:.0f}")
        tables.append(pd.DataFrame({"which": name, "time (h)": times, "open": values}))
    ax.set_ylim(0, max(1.0, *(float(table["open"].max()) for table in tables)) * 1.08)
    ax.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    label_right(ax, labels)
    ax.set_ylabel("open vulnerabilities")
    ax.set_title("Open vulnerabilities")
    tidy(ax)
    set_description(
        ax,
        f"Open vulnerabilities over {duration(run.hours)}: {'; '.join(summaries)}.",
        pd.concat(tables, ignore_index=True),
    )
    return ax


def time_to_fix(log: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the share of findings that is closed within each duration since their report: repaired, and in production.

    Open findings are censored at the horizon, so that a short log does not flatter. Dismissed findings are excluded; what was
    repaired before it reached production needs no patch and is left out of the second curve.

    Parameters
    ----------
    log : DataFrame
        Event log.
    ax : Axes, optional
        Axes to draw on; default: a new figure.

    References
    ----------
    E. L. Kaplan and P. Meier, Nonparametric estimation from incomplete observations, *JASA* 53 (1958).

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from devopssim import DEVSECOPS, simulate, vary
    >>> log = simulate(vary(DEVSECOPS, {"years": 0.1}), seed=1)
    >>> time_to_fix(log, ax=Figure().subplots()).get_xlabel()
    'time since the report'
    """
    ax = axes(ax)
    run = Run(log)
    pairs = {("repaired", BLUE): FIX, ("in production", GREEN): PATCH}
    curves = {key: pair.durations(run).shares_ended(run.horizon) for key, pair in pairs.items()}
    curves = {key: (hours, share) for key, (hours, share) in curves.items() if len(hours)}
    if not curves:
        return nothing(ax, "no finding was repaired in this log")
    every = np.concatenate([hours for hours, _ in curves.values()])
    least = max(float(every[every > 0].min()) if (every > 0).any() else 1.0, 0.05)
    log_durations(ax.xaxis, least, float(every.max()))
    labels, summaries, tables = [], [], []
    for (name, colour), (hours, share) in curves.items():
        ax.step(
            np.append(np.maximum(hours, least), ax.get_xlim()[1]),
            np.append(share, share[-1]),
            where="post",
            color=colour,
            linewidth=2,
        )
        labels.append(Label(float(share[-1]), name, colour))
        reached = share >= 0.5 - ROUNDING
        half = float(hours[np.argmax(reached)]) if reached.any() else float("nan")
        within = ", ".join(f"{100 * _at(hours, share, mark):.0f} % within {duration(mark)}" for mark in LANDMARKS)
        summaries.append(f"{name}: {within}; half {f'within {duration(half)}' if np.isfinite(half) else 'not reached'}")
        tables.append(pd.DataFrame({"closed": name, "within (h)": hours, "share": share}))
    ax.axhline(0.5, color=faint(), linewidth=0.9, linestyle=":")
    ax.set_ylim(0, 1.02)
    percent_axis(ax.yaxis)
    label_right(ax, labels)
    ax.set(xlabel="time since the report", ylabel="share of the findings")
    ax.set_title("Time to fix: how many findings are closed within")
    tidy(ax)
    set_description(
        ax, f"Share of findings closed within a time. {'. '.join(summaries)}.", pd.concat(tables, ignore_index=True)
    )
    return ax


def detection_funnel(log: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw what becomes of vulnerabilities, step by step: found, found before deployment, repaired; attacks and false alarms beside.

    Parameters
    ----------
    log : DataFrame
        Event log with `vulnerability.injected` events, as a simulation writes them.
    ax : Axes, optional
        Axes to draw on; default: a new figure.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from devopssim import DEVSECOPS, plots, simulate, vary
    >>> log = simulate(vary(DEVSECOPS, {"years": 0.1}), seed=1)
    >>> plots.describe(detection_funnel(log, ax=Figure().subplots())).table["step"].tolist()[:2]
    ['came into the product', 'found']
    """
    ax = axes(ax, (8.0, 3.2))
    run = Run(log)
    steps = _funnel(run)
    if not steps["came into the product"]:
        return nothing(ax, "this log does not record which vulnerabilities came into the product")
    colours = (GREY, BLUE, PURPLE, GREEN, VERMILION, OCHRE)
    whole = max(steps.values())
    for index, (count, colour) in enumerate(zip(steps.values(), colours, strict=True)):
        ax.barh(-index, count, height=0.68, color=colour, linewidth=0)
        share = f" ({100 * count / steps['came into the product']:.0f} %)" if 0 < index < 4 else ""
        ax.annotate(
            f"{count}{share}",
            (count, -index),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            color=ink(),
        )
    ax.set_yticks(-np.arange(len(steps)), list(steps))
    ax.set(xlim=(0, whole * 1.15), xlabel="vulnerabilities; incidents in the row of attacks")
    ax.set_title("What becomes of vulnerabilities")
    tidy(ax, grid="x")
    ax.tick_params(axis="y", length=0)
    summary = ", ".join(f"{name} {count}" for name, count in steps.items())
    set_description(
        ax,
        f"What becomes of vulnerabilities: {summary}.",
        pd.DataFrame({"step": list(steps), "count": list(steps.values())}),
    )
    return ax


def _funnel(run: Run) -> dict[str, int]:
    """Return the count of each step."""
    real = run.occurred("finding", "vulnerability.injected")
    reported = run.occurred("finding", "finding.reported")
    repaired = run.occurred("finding", "finding.fixed") | run.occurred("finding", "patch.deployed")
    in_time = run.first("finding", "finding.reported") < _deployed_at(run)
    attacks = int(run.detail_matches("service.failed", "cause", "vulnerability").sum())
    return {
        "came into the product": int(real.sum()),
        "found": int((real & reported).sum()),
        "before deployment": int((real & reported & in_time).sum()),
        "repaired": int((real & repaired).sum()),
        "successful attacks": attacks,
        "false alarms": int((reported & ~real).sum()),
    }


def _deployed_at(run: Run) -> Floats:
    """Return when the change that introduced each finding was first deployed.

    Infinite if the change was never deployed; minus infinity for a dependency, which was in production all along.
    """
    injected = run.log.iloc[run.rows("vulnerability.injected")]
    shipped = pd.Series(run.first("change", "service.deployed"), index=run.names("change"))
    by_finding = injected.dropna(subset=["change"]).set_index("finding")["change"]
    change = by_finding[~by_finding.index.duplicated()].reindex(run.names("finding"))
    deployed = shipped.reindex(pd.Index(change.to_numpy())).to_numpy(float)
    # a vulnerability without a change is a dependency's: it was in production all along
    never_shipped = np.where(change.notna().to_numpy(), np.inf, -np.inf)
    return np.where(np.isfinite(deployed), deployed, never_shipped)


def _at(hours: Floats, share: Floats, mark: float) -> float:
    """Return the share that is closed within a duration."""
    count = int(np.searchsorted(hours, mark, side="right"))
    return float(share[count - 1]) if count else 0.0
