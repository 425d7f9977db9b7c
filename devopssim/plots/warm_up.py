"""Warm-up: Welch's plot, with the cut that MSER-5 proposes."""

from typing import TYPE_CHECKING

from matplotlib.axes import Axes

from devopssim.kpis import KPIS
from devopssim.plots.axes import axis_label, clock_axis, value_axis
from devopssim.plots.canvas import axes, tidy
from devopssim.plots.descriptions import set_description
from devopssim.plots.theme import BLUE, faint, ink
from devopssim.wording import amount, duration

if TYPE_CHECKING:
    from devopssim.experiment import WarmUp


def welch(warm_up: "WarmUp", *, ax: Axes | None = None) -> Axes:
    """Draw the daily course of a KPI, averaged over replications and smoothed, with the proposed end of the warm-up.

    The cut is a proposal: check that the smoothed line is level behind it.

    Parameters
    ----------
    warm_up : WarmUp
        Result of `experiment.warm_up`.
    ax : Axes, optional
        Axes to draw on; default: a new figure.

    References
    ----------
    P. D. Welch, The statistical analysis of simulation results, in *The Computer Performance Modeling Handbook* (1983).

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from devopssim import DEVOPS, experiment, vary
    >>> warm_up = experiment.warm_up(vary(DEVOPS, {"years": 0.25}), replications=2, progress=False)
    >>> welch(warm_up, ax=Figure().subplots()).get_legend().texts[1].get_text()
    'moving average'
    """
    ax = axes(ax)
    declaration, table = KPIS[warm_up.kpi], warm_up.table
    unit = clock_axis(ax, 0.0, float(table["time"].max()))
    time = table["time"] / unit.hours
    ax.plot(time, table["mean"], color=faint(), linewidth=0.8, label="mean of the replications")
    ax.plot(time, table["smooth"], color=BLUE, linewidth=2.0, label="moving average")
    ax.axvspan(0, warm_up.hours / unit.hours, color=faint(), alpha=0.18, linewidth=0)
    ax.axvline(warm_up.hours / unit.hours, color=ink(), linewidth=1.1, linestyle=(0, (5, 3)))
    value_axis(ax.yaxis, declaration.unit)
    ax.set_ylabel(axis_label(declaration.title, declaration.unit))
    settles = f"settles after {duration(warm_up.hours)}" if warm_up.settled else "does not settle within this run"
    ax.set_title(f"{declaration.title} {settles}")
    ax.legend(frameon=False)
    tidy(ax)
    after = table.loc[table["time"] > warm_up.hours, "mean"].mean()
    text = f"Welch's plot of {declaration.title.lower()}: it {settles}; behind the cut it is {amount(float(after), declaration.unit)} on average."
    set_description(ax, text, table.rename(columns={"time": "time (h)"}))
    return ax
