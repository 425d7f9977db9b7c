"""Incidents of a log, one row each: what caused them, whom they affected, and how long they lasted."""

import numpy as np
import pandas as pd

from devopssim import events

ENDS = ("service.restored", "incident.resolved")


def incidents(log: pd.DataFrame) -> pd.DataFrame:
    """Return time, deployment, cause, severity, affected, hours until the service was restored, and how."""
    failed = log[log["kind"] == "service.failed"]
    ended = log[log["kind"].isin(ENDS)].drop_duplicates("incident").set_index("incident")
    incident = failed["incident"].astype(str)
    table = pd.DataFrame(
        {
            "time": failed["time"],
            "deployment": failed["deployment"],
            "cause": events.details(failed, "cause"),
            "severity": events.details(failed, "severity"),
            "affected": events.details(failed, "affected").astype(float),
            "hours": incident.map(ended["time"]).astype(float) - failed["time"],
            "via": incident.map(events.details(ended, "via")),
        }
    )
    return table.set_index(incident)


def time_affected(found: pd.DataFrame, horizon: float) -> float:
    """Return the share of time in which at least one of these incidents affects users."""
    begins, ends = found["time"].to_numpy(), (found["time"] + found["hours"]).fillna(horizon).to_numpy()
    order = np.argsort(begins)
    total, until = 0.0, 0.0
    for begin, end in zip(begins[order], ends[order], strict=True):
        total += max(0.0, end - max(begin, until))
        until = max(until, end)
    return total / horizon


def user_hours_lost(found: pd.DataFrame, horizon: float) -> float:
    """Return the hours that incidents last, each weighted by the share of users it affects, as a share of the horizon."""
    hours = found["hours"].fillna(horizon - found["time"])
    return float((hours * found["affected"]).sum() / horizon)
