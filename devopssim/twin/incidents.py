"""Incidents of a log as a table: when each failed, was detected, restored and resolved, whom it affected and what caused it."""

from typing import Final

import pandas as pd

from devopssim.events import details
from devopssim.kpis import Run

SEVERITIES: Final = ("total", "partial", "minor")
"""Severities of incidents; other values count as unknown."""


def incidents_of(run: Run) -> pd.DataFrame:
    """Return a table with one row per incident.

    Returns
    -------
    DataFrame
        Indexed by incident. Columns: failed, detected, restored, resolved (hours; an incident that is resolved is restored),
        deployment, cause, severity, affected (share of users), alerted ('yes' or 'no'), via, rolled_back, seen (whether it was
        detected the moment that it failed). What the log omits is missing.

    Examples
    --------
    >>> from devopssim.events import event, from_rows
    >>> rows = [
    ...     event(1, "service.failed", incident="I1", detail="cause=defect;severity=minor;affected=0.03"),
    ...     event(2, "service.restored", incident="I1"),
    ...     event(90, "incident.resolved", incident="I1", detail="via=mitigation"),
    ... ]
    >>> incidents_of(Run(from_rows(rows)))[["severity", "affected", "restored", "resolved", "via"]].to_numpy().tolist()
    [['minor', 0.03, 2.0, 90.0, 'mitigation']]
    """
    failed = run.log.iloc[run.rows("service.failed")]
    table = failed.set_index("incident")[["time", "deployment"]].rename(columns={"time": "failed"})
    for key in ("cause", "severity", "affected"):
        table[key] = details(failed, key).to_numpy()
    table["severity"] = table["severity"].where(table["severity"].isin(SEVERITIES))
    table["affected"] = pd.to_numeric(table["affected"])
    for name, kind in (
        ("detected", "incident.detected"),
        ("restored", "service.restored"),
        ("resolved", "incident.resolved"),
    ):
        rows = run.log.iloc[run.rows(kind)].set_index("incident")
        table[name] = rows["time"].reindex(table.index)
        if name == "detected":
            table["alerted"] = details(rows, "automated").reindex(table.index)
        if name == "resolved":
            table["via"] = details(rows, "via").reindex(table.index)
        if name == "restored":
            restored_via = details(rows, "via").reindex(table.index)
    table["restored"] = table["restored"].fillna(table["resolved"])
    table["via"] = restored_via.fillna(table["via"])
    table["rolled_back"] = table.index.isin(set(run.log["incident"].iloc[run.rows("service.rolledback")].dropna()))
    table["seen"] = table["detected"] == table["failed"]
    return table


def is_minor(incidents: pd.DataFrame) -> "pd.Series[bool]":
    """Return whether each incident waits as planned work does; one of unknown severity is an outage."""
    return incidents["severity"] == "minor"


def is_paged(incidents: pd.DataFrame) -> "pd.Series[bool]":
    """Return whether each incident calls a person at any hour: an outage that nobody saw at once, or what an alert reports."""
    return (~is_minor(incidents) & ~incidents["seen"]) | (incidents["alerted"] == "yes")


def is_infrastructure(incidents: pd.DataFrame) -> "pd.Series[bool]":
    """Return whether each incident is a failure of the infrastructure: without a deployment, and without another cause."""
    cause = incidents["cause"]
    return incidents["deployment"].isna() & (cause.isna() | (cause == "infrastructure"))
