"""What the sources of a log can tell: which parts of delivery they observe, how much of each, and from when to when."""

from datetime import datetime, timedelta
from typing import Final

import numpy as np
import pandas as pd

from devopssim.kpis import KPIS, Run

SUBJECTS: Final = (
    ("requests", ("ticket.created",), "items that people asked for"),
    ("deliveries", ("ticket.closed",), "items that users have"),
    ("start of work", ("ticket.started",), "when development of an item began"),
    ("changes", ("change.created",), "commits or pull requests"),
    ("merges", ("change.merged",), "changes that came to the main line"),
    ("deployments", ("service.deployed",), "changes that reached users"),
    ("failures", ("service.failed",), "incidents: the service was down or degraded"),
    ("rollbacks", ("service.rolledback",), "deployments that were taken back"),
    ("detection", ("incident.detected",), "when the team knew of an incident that began earlier"),
    ("restoration", ("service.restored", "incident.resolved"), "when the service ran again"),
    ("builds and tests", ("build.finished", "testsuiterun.finished"), "runs of the pipeline"),
    ("work on stages", ("stage.started",), "who worked on what, and when"),
    ("security tests", ("scan.finished",), "scans of changes"),
    ("attestations", ("artifact.verified",), "artifacts whose attestation a policy judged"),
)
"""Parts of delivery: name, the events that show them, meaning."""


def observation(log: pd.DataFrame) -> pd.DataFrame:
    """Return which parts of delivery the sources of a log can tell.

    Parameters
    ----------
    log : DataFrame
        Event log of one replication or one team.

    Returns
    -------
    DataFrame
        Index: the part. Columns: `meaning`; `observed`, whether the sources can tell it; `n`, its events in the window; `first` and
        `last`, their dates as text (hours for a log without a start); `kpis`, the titles of the KPIs that cannot be told without it.

    Examples
    --------
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(5, "service.deployed", deployment="D1")], start="2026-03-01T00:00:00+00:00")
    >>> log.attrs["observed"] = ["service.deployed"]
    >>> table = observation(log)
    >>> table.loc[["deployments", "failures"], "observed"].tolist(), table.loc["deployments", "first"]
    ([True, False], '2026-03-01')

    """
    run = Run(log)
    rows = {}
    for name, kinds, meaning in SUBJECTS:
        times = np.concatenate([run.times(kind) for kind in kinds])
        times = np.sort(times[times >= run.begin])
        observed = len(times) > 0 if run.observed is None else not run.observed.isdisjoint(kinds)
        needed = [
            kpi.title for kpi in KPIS.values() if any(set(alternatives) <= set(kinds) for alternatives in kpi.needs)
        ]
        dates = [_date(log, times[position]) for position in (0, -1)] if len(times) else ["", ""]
        rows[name] = (meaning, observed, len(times), *dates, needed)
    columns = ["meaning", "observed", "n", "first", "last", "kpis"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("part")


def _date(log: pd.DataFrame, hour: float) -> str:
    start = log.attrs.get("start")
    return f"{datetime.fromisoformat(start) + timedelta(hours=float(hour)):%Y-%m-%d}" if start else f"hour {hour:,.0f}"
