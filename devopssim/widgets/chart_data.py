"""KPI curves for the browser: points, limits of the axes, and ticks in familiar units."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from devopssim.experiment import Result
from devopssim.kpis import KPIS
from devopssim.plots import LOG_CURVES_FROM, colour_of, curves_of
from devopssim.wording import LANDMARKS, Unit, curves_text, number, unit_for

MOST_TICKS: Final = 6
FEWEST_TICKS: Final = 3


def chart(result: Result, kpi: str, baselines: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return a KPI's curves as JSON for the browser.

    Parameters
    ----------
    result : Result
        Result of a comparison that measured the KPI's curve.
    kpi : str
        Name of the KPI.
    baselines : mapping of str to str, optional
        Scenarios to draw dashed, in the colour of another: from the name of the baseline to the name of the changed scenario.

    Returns
    -------
    dict
        `kpi`, `title`, `text`, the axes `x` and `y`, and `lines`. An axis has `low`, `high`, `log`, `ticks` (position, text) and
        `label`; it is None if there is nothing to draw. A line has `name`, `colour`, `baseline` and `points`: hours, mean, low, high,
        with None for NaN.

    Examples
    --------
    >>> from devopssim import DEVOPS, compare, vary
    >>> short = vary(DEVOPS, {"years": 0.2})
    >>> result = compare({"devops": short}, 2, kpis=["wip"], curves=["wip"], progress=False)
    >>> chart(result, "wip")["x"]["label"]
    'time since the start (weeks)'
    """
    declaration = KPIS[kpi]
    curves = [curve for curve in curves_of(result, declaration) if curve.table["mean"].notna().any()]
    if not curves:
        text = f"{declaration.title}: nothing to draw: no item has finished."
        return {"kpi": kpi, "title": declaration.title, "text": text, "x": None, "y": None, "lines": []}
    everything = pd.concat([curve.table for curve in curves])
    changed = dict(baselines or {})
    present = [name for name in result.scenarios if name not in changed]
    colours = {name: colour_of(name, index) for index, name in enumerate(present)}
    lines = [
        {
            "name": curve.name,
            "colour": colours[changed.get(curve.name, curve.name)],
            "baseline": curve.name in changed,
            "points": _points(curve.table),
        }
        for curve in curves
    ]
    end = float(everything["time"].max())
    unit = unit_for(end)
    return {
        "kpi": kpi,
        "title": declaration.title,
        "text": curves_text(declaration, {curve.name: curve.table for curve in curves}, unit_name=unit.name),
        "x": _axis(0.0, end, unit, f"time since the start ({unit.name})", whole=True),
        "y": _values_axis(everything, declaration.unit),
        "lines": lines,
    }


def _points(table: pd.DataFrame) -> list[list[float | None]]:
    """Return hours, mean, low and high of each point, with None for NaN."""
    rows = table[["time", "mean", "low", "high"]].to_numpy()
    return [[float(number) if np.isfinite(number) else None for number in row] for row in rows]


def _values_axis(everything: pd.DataFrame, unit: str) -> dict[str, Any]:
    """Return the y-axis: logarithmic for hours far apart, otherwise from 0."""
    means = everything["mean"].dropna()
    positive = means[means > 0]
    top = float(everything[["mean", "high"]].max().max()) or 1.0
    if unit == "h" and len(positive) and positive.max() / positive.min() > LOG_CURVES_FROM:
        low, high = float(positive.min()) / 1.3, top * 1.3
        return {"low": low, "high": high, "log": True, "ticks": _landmarks(low, high), "label": ""}
    if unit == "h":
        axis_unit = unit_for(top)
        return _axis(0.0, top * 1.05, axis_unit, axis_unit.name)
    if unit == "share":
        return _axis(0.0, min(1.0, top * 1.05), Unit("%", 0.01), "%")
    return _axis(0.0, top * 1.05, Unit(unit, 1.0), unit)


def _landmarks(low: float, high: float) -> list[list[float | str]]:
    """Return familiar durations as ticks, lowest rank first, three at least where the range has as many."""
    within = [(at, label, rank) for at, label, rank in LANDMARKS if low <= at <= high]
    last = next((rank for rank in (1, 2) if sum(landmark[2] <= rank for landmark in within) >= FEWEST_TICKS), 3)
    return [[at, label] for at, label, rank in within if rank <= last]


def _axis(low: float, high: float, unit: Unit, label: str, *, whole: bool = False) -> dict[str, Any]:
    """Return a linear axis with ticks in the given unit."""
    positions = MaxNLocator(MOST_TICKS, integer=whole).tick_values(low / unit.hours, high / unit.hours)
    ticks = [
        [float(at) * unit.hours, number(at) if at else "0"]
        for at in positions
        if low / unit.hours <= at <= high / unit.hours * 1.001
    ]
    return {"low": low, "high": high, "log": False, "ticks": ticks, "label": label}
