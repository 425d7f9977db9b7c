"""Translation of a history into an event log, causes before effects, with its window and what its sources record.

Clocks differ between sources, so an event that precedes its cause is moved to it; `log.attrs["source"]["moved"]` counts how
often. One recorder has one clock, so a history with an observation carries no such count. Times that no clock should show, in the
future or before 1980 in a history of later years, are dropped and counted.

The log states its window: rates count from the first thing that ended (a merge or a deployment, and where there are items a delivery),
because of what began earlier an export often holds a part only. It also states what its sources record (`attrs["observed"]`).
"""

import statistics
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from math import inf
from typing import Any, Final, Literal

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events import HOURS_PER_WEEK, SECONDS_PER_HOUR, Row, from_rows, validate
from devopssim.history.changes import write_changes, write_runs
from devopssim.history.clocks import LEAST_ENDS, observed_from, without_impossible_times
from devopssim.history.deployments import write_deployments, write_rollbacks
from devopssim.history.history import History
from devopssim.history.incidents import name_incidents, write_incidents
from devopssim.history.items import write_items
from devopssim.history.ledger import Attribution, Ledger, moment
from devopssim.history.security import write_security

ORDER: Final = {
    kind: rank
    for rank, kind in enumerate(
        (
            "ticket.created",
            "ticket.started",
            "change.created",
            "change.abandoned",
            "change.merged",
            "build.started",
            "build.finished",
            "testsuiterun.started",
            "testsuiterun.finished",
            "service.deployed",
            "service.failed",
            "incident.detected",
            "incident.reported",
            "service.rolledback",
            "incident.resolved",
            "ticket.done",
            "ticket.closed",
        )
    )
}
"""Rank of event kinds within one instant: causes before effects."""
STARTS: Final = {"ticket.created", "ticket.started", "change.created"}
"""Kinds that begin something; an export often holds only those of what ended in it."""
LEAST_LAG: Final = 4 * HOURS_PER_WEEK
"""Hours by which the first delivery lags behind the first change at least, if items were exported from a later time on."""
MOST_USUAL: Final = 3
"""Usual times of an item that such a lag exceeds, too."""
FAILURES: Final = {"service.rolledback", "service.deployed repair"}
LOWER_BOUND: Final = "no source of incidents: failed deployments are those that were rolled back or repaired, so the change failure rate is a lower bound"


def translate(history: History, *, attribute: Attribution, plain: Callable[[str], str]) -> pd.DataFrame:
    """Return the valid event log of a history.

    Hours count from the observation's start, else from the first event. Without an observation, events of one instant are
    sorted causes first, and the log's source states the rules, the number of moved times, and the counts of excluded or doubtful records.

    Parameters
    ----------
    history : History
        Records of one recorder, or of one source or several.
    attribute : Attribution
        Strategy for incidents without a cause.
    plain : Callable
        Function that makes a text fit for the log's column `detail`.

    Returns
    -------
    DataFrame
        Event log (`devopssim.events`), with `attrs` start, horizon and source.

    Raises
    ------
    InvalidInputError
        Where a history without an observation yields no event.

    Examples
    --------
    >>> from devopssim.history import ChangeRecord, DeploymentRecord, History
    >>> history = History(
    ...     changes={"C1": ChangeRecord(id="C1", created=0.0, merged=1800.0)},
    ...     deployments={"7": DeploymentRecord(id="7", at=3600.0, changes=("C1",))},
    ... )
    >>> log = translate(history, attribute=lambda incident, occurred, deployed: None, plain=str.strip)
    >>> list(zip(log["time"], log["kind"]))
    [(0.0, 'change.created'), (0.5, 'change.merged'), (1.0, 'service.deployed')]

    """
    ledger = written(history, attribute=attribute, plain=plain)
    history, observation = ledger.history, history.observation
    if observation is not None:
        start = datetime.fromisoformat(observation.start).timestamp()
        rows = _since(start, ledger.rows)
        horizon = max([(observation.until - start) / SECONDS_PER_HOUR, *(row[0] for row in rows)])
        return validate(from_rows(rows, horizon=horizon, start=observation.start, source=observation.source))
    if not ledger.rows:
        names = ", ".join(f"{kind} {name}" for kind, name, _ in history.provenance)
        raise InvalidInputError(
            f"{names}: the history has no request, change, deployment or incident, so the log would be empty; import another export."
        )
    whole = history.whole or (inf, -inf)
    start = min(whole[0], *(row[0] for row in ledger.rows))
    rows = _since(start, ledger.rows)
    rows.sort(key=lambda row: (row[0], ORDER[row[1]], *(value or "" for value in row[2:])))
    horizon = max(rows[-1][0], (whole[1] - start) / SECONDS_PER_HOUR)
    iso = datetime.fromtimestamp(start, UTC).isoformat()
    log = from_rows(rows, horizon=horizon, start=iso, source=_source(history, ledger))
    log.attrs["observed"] = sorted(history.observes | ledger.observed())
    window = _window(rows, horizon, (whole[0] - start) / SECONDS_PER_HOUR)
    if window > 0:
        log.attrs["window"] = window
    outside = sum(row[0] < window for row in rows if row[1] not in STARTS)
    if outside:
        remark = f"{outside} merges, deployments or deliveries before {moment(start + window * SECONDS_PER_HOUR)[:10]} are outside the window"
        log.attrs["source"].setdefault("remarks", []).append(remark)
    return validate(log)


def _window(rows: Sequence[Row], horizon: float, whole: float) -> float:
    """Return the hour from which items and changes are whole.

    The first delivery follows the first change by about the time that an item takes. If it follows much later, items were exported from
    then on only, and the window begins with them.

    `whole` is the hour from which the source states that changes are whole; infinite if it does not.
    """
    items = [row[0] for row in rows if row[1] == "ticket.closed"]
    changes = [row[0] for row in rows if row[1].startswith(("change.", "service.")) and row[1] not in STARTS]
    if len(items) < LEAST_ENDS and len(changes) < LEAST_ENDS:
        items = [row[0] for row in rows if row[1] not in STARTS]
    usual = _typical(rows, "item")
    of_items = observed_from(items, horizon, usual)
    of_changes = min(observed_from(changes, horizon, _typical(rows, "change")), whole)
    if len(changes) < LEAST_ENDS or of_items - of_changes > max(LEAST_LAG, MOST_USUAL * usual):
        return of_items
    return of_changes


def _typical(rows: Iterable[Row], entity: Literal["item", "change"]) -> float:
    """Return the median hours from the creation of an item or a change to its close or merge; 0 where none ended."""
    begin, end, column = (
        ("ticket.created", "ticket.closed", 2) if entity == "item" else ("change.created", "change.merged", 3)
    )
    begun = {row[column]: row[0] for row in rows if row[1] == begin}
    lengths = [row[0] - begun[row[column]] for row in rows if row[1] == end and row[column] in begun]
    return statistics.median(lengths) if lengths else 0.0


def written(history: History, *, attribute: Attribution, plain: Callable[[str], str]) -> Ledger:
    """Return the ledger with all rows of a history, and the reasons for them; times that no clock should show are dropped.

    Changes come first, since deployments ask when a change was created; deployments next, since incidents and items ask what
    was deployed when.

    Parameters
    ----------
    history : History
        Records of one recorder, or of one source or several.
    attribute, plain : Callable
        As of `translate`.

    Returns
    -------
    Ledger
        Rows with times in seconds since 1970, in the order of writing, and why each deployment carries what it carries.

    Examples
    --------
    >>> from devopssim.history import DeploymentRecord
    >>> history = History(deployments={"7": DeploymentRecord(id="7", at=60.0)})
    >>> dict(written(history, attribute=lambda incident, occurred, deployed: None, plain=str.strip).why)
    {'D1': ['the source names neither changes nor a commit']}
    """
    if not history.observation:
        history = without_impossible_times(history)
    ledger = Ledger(history=history, attribute=attribute, plain=plain)
    write_changes(ledger)
    name_incidents(ledger)
    write_deployments(ledger)
    write_rollbacks(ledger)
    write_incidents(ledger)
    write_runs(ledger)
    write_items(ledger)
    write_security(ledger)
    return ledger


def _since(start: float, rows: Iterable[Row]) -> list[Row]:
    """Return rows, whose times are seconds since 1970, in hours since `start`."""
    return [(max(0.0, (row[0] - start) / SECONDS_PER_HOUR), *row[1:]) for row in rows]


def _source(history: History, ledger: Ledger) -> dict[str, Any]:
    """Return where the log comes from, its rules, the number of moved events, and the counts of excluded or doubtful records."""
    names: dict[str, Any] = {}
    for kind, name, _ in history.provenance:
        names[kind] = f"{names[kind]}, {name}" if kind in names else name
    rules = "; ".join(dict.fromkeys(rules for _, _, rules in history.provenance))
    counts = {**history.counts, **{key: count for key, count in ledger.counts.items() if count}}
    observed = ledger.observed() | history.observes
    remarks = [*history.remarks, *([LOWER_BOUND] if FAILURES & observed and "service.failed" not in observed else [])]
    stated = {"counts": counts, "remarks": remarks, "assumptions": dict(history.assumptions)}
    return {**names, "rules": rules, "moved": ledger.moved, **{key: value for key, value in stated.items() if value}}
