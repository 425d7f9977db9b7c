"""The report's page: the values that the template shows, and the file."""

from collections.abc import Mapping
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any, Final

import jinja2
import numpy as np
import pandas as pd

from devopssim import plots
from devopssim._version import __version__
from devopssim.experiment import CLEAR, level_tables
from devopssim.files import write_text
from devopssim.kpis import KPIS, dora_kpis
from devopssim.plots import USUAL_KPIS
from devopssim.report.figures import SvgFigure, svg_figure
from devopssim.scenario import PRESETS, Scenario, dumps
from devopssim.wording import (
    amount,
    chance_sentence,
    duration,
    estimate_text,
    mechanisms,
    rows_of,
    verdicts,
    what_differs,
    with_interval,
)

if TYPE_CHECKING:
    from devopssim.experiment import Result

YEAR: Final = 2019
"""Year of the DORA report shown: the latest whose bands come from the report itself and are in order."""
FAMILIES: Final = {"delivery": "Delivery", "flow": "Flow", "security": "Security", "supply_chain": "Supply chain"}
POINTS_OF_A_CURVE: Final = 8


def write(result: "Result", path: str | Path) -> None:
    """Write the report of a comparison to an HTML file; an interrupted write leaves the old file in place.

    Parameters
    ----------
    result : Result
        Result of a comparison; `curves=` of `compare` adds KPIs over time.
    path : str or Path
        File to write; an existing one is replaced.

    Raises
    ------
    InvalidInputError
        If the file cannot be written.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from devopssim import DEVOPS, compare, vary
    >>> result = compare({"devops": vary(DEVOPS, {"years": 0.1})}, 2, kpis=["wip"], progress=False)
    >>> with TemporaryDirectory() as folder:
    ...     write(result, Path(folder, "report.html"))
    ...     print(Path(folder, "report.html").exists())
    True
    """
    write_text(path, render(result))


def render(result: "Result") -> str:
    """Return the report of a comparison as HTML; equal results give equal text.

    Parameters
    ----------
    result : Result
        Result of a comparison. DORA's levels are shown if it holds all four metrics.

    Examples
    --------
    >>> from devopssim import DEVOPS, compare, vary
    >>> html = render(compare({"devops": vary(DEVOPS, {"years": 0.1})}, 2, kpis=["lead_time"], progress=False))
    >>> html.lstrip()[:15].lower()
    '<!doctype html>'

    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("devopssim.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template("report.html").render(**_content(result))


def _content(result: "Result") -> dict[str, Any]:
    """Return the template's variables."""
    kpis = [kpi for kpi in USUAL_KPIS if kpi in set(result.values["kpi"])]
    has_levels = set(dora_kpis(YEAR).values()) <= set(result.values["kpi"])
    return {
        "title": " · ".join(result.scenarios),
        "names": list(result.scenarios),
        "replications": result.replications,
        "confidence": f"{100 * result.confidence:g} %",
        "seed": result.seed,
        "years": " or ".join(
            f"{scenario:g}" for scenario in sorted({scenario.years for scenario in result.scenarios.values()})
        ),
        "warm_up": duration(result.warm_up) if result.warm_up else "",
        "version": __version__,
        "overview": svg_figure("overview", lambda: plots.comparisons(result, kpis)) if kpis else None,
        "verdicts": verdicts(result),
        "mechanisms": mechanisms(result.scenarios),
        "parameters": _parameter_rows(result.scenarios),
        "families": _families(result),
        "dora": _dora(result) if has_levels else None,
        "year": YEAR,
        "curves": _curves(result),
        "differences": _differences(result),
        "by_chance": chance_sentence(result.multiplicity),
        "scenarios": {name: dumps(scenario) for name, scenario in result.scenarios.items()},
        "definitions": [KPIS[kpi] for kpi in dict.fromkeys(result.values["kpi"])],
        **_repeat(result),
    }


def _families(result: "Result") -> list[dict[str, Any]]:
    """Return the KPI tables by family: rows of a KPI and one cell a scenario (value, interval, number of replications)."""
    estimates = result.estimates.set_index(["kpi", "scenario"])
    parts = []
    for family, heading in FAMILIES.items():
        rows = [
            (KPIS[kpi], [_cell(estimates.loc[(kpi, name)], KPIS[kpi].unit) for name in result.scenarios])
            for kpi in dict.fromkeys(result.values["kpi"])
            if KPIS[kpi].family == family
        ]
        if rows:
            parts.append({"heading": heading, "rows": rows})
    return parts


def _cell(row: pd.Series, unit: str) -> tuple[str, str, int]:
    """Return value, interval or why it is missing, and number of replications; 0 replications if nothing was counted."""
    text = estimate_text(row["estimate"], row["low"], row["high"], unit)
    reason = f"no interval: {row['reason']}" if row["reason"] and np.isfinite(row["estimate"]) else ""
    return text.value, text.interval or reason, int(row["replications"]) if np.isfinite(row["estimate"]) else 0


def _parameter_rows(scenarios: Mapping[str, Scenario]) -> list[tuple[str, str, str, list[str]]]:
    """Return the parameters that differ: name, meaning, unit, values."""
    table = what_differs(scenarios)
    return [
        (
            str(name),
            row["meaning"],
            row["unit"],
            [
                f"{row[scenario]:g}" if isinstance(row[scenario], int | float) else str(row[scenario])
                for scenario in scenarios
            ],
        )
        for name, row in table.iterrows()
    ]


def _dora(result: "Result") -> dict[str, Any]:
    """Return the figure and the table of DORA's levels."""
    tables = level_tables(result, year=YEAR)
    rows = [
        (KPIS[kpi].title, [_level(table.loc[kpi]) for table in tables.values()])
        for kpi in next(iter(tables.values())).index
    ]
    return {
        "picture": svg_figure("dora", lambda: plots.dora_levels(result, year=YEAR)),
        "rows": rows,
        "disagree": [name for name, table in tables.items() if not table.attrs["agree"]],
        "source": next(iter(tables.values())).attrs["source"],
    }


def _level(row: pd.Series) -> tuple[str, str, str]:
    """Return level, value and band of one metric; `"nearest to"` marks a value between the bands."""
    if pd.isna(row["level"]):
        return "none", "", ""
    near = "" if row["inside"] else "nearest to "
    return near + str(row["levels"]), amount(row["value"], row["unit"]), str(row["band"])


def _curves(result: "Result") -> dict[str, Any] | None:
    """Return the figure of the curves and tables of at most eight of their points, or None without curves."""
    if result.curve_values.empty:
        return None
    figure: SvgFigure = svg_figure("curves", lambda: plots.kpi_curves(result))
    table = figure.table.dropna(subset=["mean"])
    tables = []
    for kpi, part in table.groupby("kpi", sort=False):
        times = np.unique(part["time"].to_numpy())
        chosen = times[np.unique(np.linspace(0, len(times) - 1, min(POINTS_OF_A_CURVE, len(times))).astype(int))]
        cells = part.set_index(["time", "scenario"])
        rows = [
            (duration(at), [_point(cells, (at, name), KPIS[str(kpi)].unit) for name in result.scenarios])
            for at in chosen
        ]
        tables.append((KPIS[str(kpi)].title, rows))
    return {"picture": figure, "tables": tables}


def _point(cells: pd.DataFrame, key: tuple[float, str], unit: str) -> str:
    """Return the mean with its interval at one time, or a dash where the curve has a gap."""
    if key not in cells.index:
        return "-"
    row: Any = cells.loc[key, :]
    return with_interval(float(row["mean"]), float(row["low"]), float(row["high"]), unit)


def _differences(result: "Result") -> list[tuple[str, str, str, int, str, str]]:
    """Return the paired differences: KPI, scenarios, difference, replications, variance reduction factor, whether it is clear."""
    rows = []
    for row in rows_of(result.differences):
        declaration = KPIS[str(row.kpi)]
        difference = with_interval(row.difference, row.low, row.high, declaration.unit, sign=True)
        gain = "-" if not np.isfinite(row.variance_reduction) else f"{row.variance_reduction:.2g}"
        rows.append(
            (
                declaration.title,
                f"{row.scenario} \N{MINUS SIGN} {row.baseline}",
                difference,
                int(row.replications),
                gain,
                _clear(row, 1 - result.confidence),
            )
        )
    return rows


def _clear(row: Any, error: float) -> str:
    """Return whether a difference is clear by itself, or even together with all others; or why it has no interval."""
    if row.verdict not in CLEAR:
        if row.reason:
            return f"no interval: {row.reason}" if np.isfinite(row.difference) else "-"
        return "no"
    return "with all others" if row.adjusted_p < error else "by itself"


def _repeat(result: "Result") -> dict[str, Any]:
    """Return the command that reproduces the comparison, and the scenarios that have to be saved as files first.

    Returns
    -------
    dict
        `command`, `files` (pairs of a scenario's name and its file) and `unnamed` (names of the scenarios that differ from the presets).
    """
    arguments, files = [], []
    for name, scenario in result.scenarios.items():
        preset = next(
            (key for key, preset_scenario in PRESETS.items() if preset_scenario == scenario and name == scenario.name),
            None,
        )
        arguments.append(preset or f"{name.replace(' ', '-')}.toml")
        if preset is None:
            files.append((name, arguments[-1]))
    warm_up = [f"--warm-up {result.warm_up:g}"] if result.warm_up else []
    options = [f"--replications {result.replications}", f"--seed {result.seed}", *warm_up, "--out DIRECTORY"]
    return {
        "command": " ".join(["devopssim compare", *map(quote, arguments), *options]),
        "files": files,
        "unnamed": [name for name, _ in files],
    }
