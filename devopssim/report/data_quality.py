"""The page on the quality of a team's data: what its numbers can be used for, what was observed, and what to know before reading them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import jinja2
import pandas as pd
from matplotlib.figure import Figure

from devopssim import plots
from devopssim._version import __version__
from devopssim.diagnostics import Finding, intervals, observation, window_sentence
from devopssim.diagnostics import report as findings_of
from devopssim.events import window_start
from devopssim.files import write_text
from devopssim.kpis import KPIS
from devopssim.report.figures import svg_figure
from devopssim.wording import estimate_text

HEADLINES: Final = (
    *(
        "lead_time_for_changes",
        "deployment_frequency",
        "change_failure_rate",
        "failed_deployment_recovery_time",
        "mttr",
    ),
    *("lead_time", "cycle_time", "throughput", "wip", "flow_efficiency", "availability", "security_test_coverage"),
)
"""KPIs that the page judges."""
WORTH: Final = {
    "enough": "usable",
    "wide": "a hint: its interval is wide",
    "no interval": "a value without an interval",
    "nothing": "not observed",
}
"""What a KPI is worth, by the word of its interval."""
GROUPS: Final = (
    ("assumption", "Assumptions", "Somebody asked for these. Repeat the import without the option, and compare."),
    ("clock", "Clocks", "Correct the dates in the source, or trust long durations only."),
    ("remark", "How the sources were read", "If a choice does not fit your team, the option stands beside it."),
    ("left out", "Left out or moved", "If one of these counts is large, something else is measured than you think."),
    ("gap", "Gaps", "If data are missing there, choose the window with --since and --until."),
    ("order", "Impossible orders", "These records count in no duration."),
    ("repeated", "Repetitions", "Check that no export was read twice."),
    ("unfinished", "Not finished", "The longest durations are those that have not ended."),
    ("small", "Small numbers, and what is not observed", "Wait for more data, or add a source that can tell."),
)
"""Sorts of findings with their heading, and what to do about them; the gravest first."""


def write_data_quality(log: pd.DataFrame, path: str | Path, *, name: str = "log") -> None:
    """Write the page on the quality of a log's data; an interrupted write leaves the old file in place.

    Parameters
    ----------
    log : DataFrame
        Event log of one team.
    path : str or Path
        File to write; an existing one is replaced.
    name : str, default "log"
        Name of the log in the title.

    Raises
    ------
    InvalidInputError
        If the file cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(5, "service.deployed", deployment="D1")], start="2026-03-01T00:00:00+00:00")
    >>> with TemporaryDirectory() as folder:
    ...     write_data_quality(log, Path(folder, "quality.html"))
    ...     print(Path(folder, "quality.html").exists())
    True

    """
    write_text(path, render_data_quality(log, name=name))


def render_data_quality(log: pd.DataFrame, *, name: str = "log") -> str:
    """Return the page on the quality of a log's data as HTML; it loads nothing from elsewhere.

    Parameters
    ----------
    log : DataFrame
        Event log of one team.
    name : str, default "log"
        Name of the log in the title.

    Examples
    --------
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(5, "service.deployed", deployment="D1")], start="2026-03-01T00:00:00+00:00")
    >>> render_data_quality(log).lstrip()[:15].lower()
    '<!doctype html>'

    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("devopssim.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template("data_quality.html").render(**_content(log, name))


def _content(log: pd.DataFrame, name: str) -> dict[str, Any]:
    """Return the template's variables."""
    source: Mapping[str, Any] = log.attrs.get("source") or {}
    parts = observation(log)
    shipped = parts.loc["deployments", "n"]
    period = (window_start(log), float(log.attrs["horizon"]))
    draws = bool(shipped) and period[0] < period[1]
    rows = _kpi_rows(log, source.get("assumptions") or {})
    return {
        "name": name,
        "events": f"{len(log):,}",
        "window": window_sentence(log),
        "sources": {key: value for key, value in source.items() if key in SOURCES and isinstance(value, str)},
        "rules": source.get("rules"),
        "usable": [row for row in rows if row["word"] == "enough"],
        "kpis": rows,
        "parts": parts.reset_index().to_dict("records"),
        "groups": _groups(findings_of(log)),
        "deployments": svg_figure("deployments", lambda: _drawn(log, period)) if draws else None,
        "version": __version__,
    }


SOURCES: Final = ("git", "github", "gitlab", "azure", "bitbucket", "jira", "cdevents", "csv")
"""Kinds of sources that a log's provenance names."""


def _drawn(log: pd.DataFrame, period: tuple[float, float]) -> Figure:
    """Draw the deployments of a period and return the figure."""
    figure = plots.deployments(log, period=period).figure
    assert isinstance(figure, Figure)  # noqa: S101 - a figure of its own
    return figure


def _kpi_rows(log: pd.DataFrame, assumptions: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the judged KPIs: title, value, interval, number, what it is worth, and the assumption that it rests on."""
    rows = []
    for kpi_name, row in intervals(log, HEADLINES).iterrows():
        kpi = KPIS[str(kpi_name)]
        text = estimate_text(row["value"], row["low"], row["high"], kpi.unit)
        rows.append(
            {
                "title": kpi.title,
                "definition": kpi.definition,
                "value": text.value if row["n"] else "-",
                "interval": text.interval if row["n"] else "",
                "n": f"{int(row['n'])} {kpi.counts}" if row["n"] else "0",
                "word": row["word"],
                "worth": f"{WORTH[row['word']]}: {row['reason']}"
                if row["word"] == "no interval"
                else WORTH[row["word"]],
                "assumption": next((assumptions[kind] for kind in kpi.events if kind in assumptions), ""),
            }
        )
    return rows


def _groups(findings: list[Finding]) -> list[dict[str, Any]]:
    """Return the findings by sort, with what to do about them; sorts without findings are absent."""
    by_sort = {sort: [finding.sentence for finding in findings if finding.sort == sort] for sort, _, _ in GROUPS}
    return [
        {"heading": heading, "step": step, "sentences": by_sort[sort]}
        for sort, heading, step in GROUPS
        if by_sort[sort]
    ]
