"""The four golden signals of a service that is watched: traffic, errors, latency, saturation; deployments as lines."""

from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from devopssim.plots.canvas import panels, tidy
from devopssim.plots.descriptions import set_description
from devopssim.plots.theme import BLUE, GREY, OCHRE, PURPLE, VERMILION, faint

SECONDS_PER_HOUR: Final = 3600.0


class GoldenSignal(NamedTuple):
    """One of the four signals: column of the measurements, title with its unit, and colour."""

    column: str
    title: str
    colour: str


SIGNALS: Final = (
    GoldenSignal("traffic", "Traffic: answers a second", BLUE),
    GoldenSignal("errors", "Errors: share of the answers", VERMILION),
    GoldenSignal("latency", "Latency: seconds for 95 % of the answers", PURPLE),
    GoldenSignal("saturation", "Saturation: share of the memory", OCHRE),
)
"""The signals in the order of the panels."""
MARKS: Final = {"service.deployed": ("deployed", GREY, "-"), "service.failed": ("failed", VERMILION, ":")}
"""Events that are drawn as lines: their name in the text, colour and style."""


def golden_signals(signals: pd.DataFrame, log: pd.DataFrame | None = None) -> Figure:
    """Draw the four golden signals as four panels over one time, with deployments and failures as lines; return a new figure.

    Parameters
    ----------
    signals : DataFrame
        Measurements, as `lab.monitor.golden_signals()` returns them: index in hours of the log's clock, columns traffic
        (answers a second), errors (share), latency (95th percentile in seconds) and saturation (share of the memory).
    log : DataFrame, optional
        Event log of the same time, whose deployments and failures are drawn.

    References
    ----------
    B. Beyer and others, *Site Reliability Engineering* (2016), chapter 6: the four golden signals.

    Examples
    --------
    >>> from devopssim import plots
    >>> hours = pd.Index([0.0, 0.001, 0.002], name="hours")
    >>> table = pd.DataFrame({"traffic": 9.0, "errors": [0.0, 0.5, 0.0], "latency": 0.1, "saturation": 0.2}, index=hours)
    >>> plots.alt_text(golden_signals(table))
    'The four golden signals over 7 seconds: traffic 9 a second on average; errors at most 50 %; ...'
    """
    signals = _aligned(signals)
    figure, panel = panels(4, 1, (8.0, 7.2))
    start, end = (float(signals.index.min()), float(signals.index.max())) if len(signals) else (0.0, 0.0)
    seconds = (signals.index.to_numpy(float) - start) * SECONDS_PER_HOUR
    marks = _marks(log, start, end)
    for ax, signal in zip(panel, SIGNALS, strict=True):
        values = signals[signal.column].to_numpy(float)
        ax.plot(seconds, values, color=signal.colour, linewidth=1.6)
        ax.set_title(signal.title, fontsize=10)
        highest = float(np.nanmax(values)) if np.isfinite(values).any() else 0.0
        ax.set(ylim=(0, 1.08 * highest or 1.0), xlim=(0, max((end - start) * SECONDS_PER_HOUR, 1.0)))
        _draw_marks(ax, marks)
        tidy(ax)
    for ax in panel[:-1]:
        ax.tick_params(axis="x", labelbottom=False)
    panel[-1].set_xlabel("seconds; a solid line is a deployment, a dotted one a failure")
    table = signals.reset_index(names="time (h)")
    set_description(figure, _text(signals, marks, end - start), table)
    return figure


def _aligned(signals: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each millisecond: the times of four queries of one moment differ by rounding, and lines would break."""
    moments = np.round(signals.index.to_numpy(float) * SECONDS_PER_HOUR, 3) / SECONDS_PER_HOUR
    return signals.groupby(moments).first()


def _marks(log: pd.DataFrame | None, start: float, end: float) -> list[tuple[str, float]]:
    """Return kind and second of the events to draw."""
    if log is None:
        return []
    rows = log[log["kind"].isin(MARKS) & log["time"].between(start, end)].drop_duplicates(["kind", "time"])
    return [
        (str(kind), (float(time) - start) * SECONDS_PER_HOUR)
        for kind, time in zip(rows["kind"], rows["time"], strict=True)
    ]


def _draw_marks(ax: Axes, marks: list[tuple[str, float]]) -> None:
    """Draw events as lines."""
    for kind, second in marks:
        _, colour, line = MARKS[kind]
        ax.axvline(second, color=colour if colour != GREY else faint(), linewidth=1.1, linestyle=line)


def _text(signals: pd.DataFrame, marks: list[tuple[str, float]], hours: float) -> str:
    """Return the figure in words."""
    most = signals[["errors", "latency", "saturation"]].max()
    events = "; ".join(
        f"{name} at {', '.join(f'{second:.0f} s' for kind, second in marks if kind == wanted)}"
        for wanted, (name, _, _) in MARKS.items()
        if any(kind == wanted for kind, _ in marks)
    )
    return (
        f"The four golden signals over {hours * SECONDS_PER_HOUR:.0f} seconds: traffic {signals['traffic'].mean():.3g} a second on "
        f"average; errors at most {100 * most['errors']:.0f} %; 95 % of the answers within {most['latency']:.3g} s at worst; memory at most "
        f"{100 * most['saturation']:.0f} % of its limit{'; ' + events if events else ''}."
    )
