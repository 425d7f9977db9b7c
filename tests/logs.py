"""Logs made by hand: one short word an event, so that a test reads as a story.

    log = log_of(committed("C1", at=1), deployed("C1", "D1", at=3), failed("D1", at=4), resolved("I1", at=6), horizon=10)

Times are hours. Rows may be given in any order and without the events that do not matter: `log_of` sorts by time (ties keep
their order) and does not check the contract; `valid(log_of(...))` does.
"""

from typing import Unpack

import pandas as pd

from devopssim import events
from devopssim.events import Row, event
from devopssim.events.schema import Fields, Source


def log_of(
    *rows: Row | list[Row], horizon: float | None = None, source: Source = None, start: str | None = None
) -> pd.DataFrame:
    """Return the log of these rows (a list of rows counts as its rows); `horizon` is the last event's time unless given."""
    flat = [row for part in rows for row in (part if isinstance(part, list) else [part])]
    return events.from_rows(flat, horizon=horizon, source=source, start=start)


def valid(log: pd.DataFrame) -> pd.DataFrame:
    """Return the log, after its contract has been checked."""
    return events.validate(log)


def detail(**pairs: object) -> str | None:
    """Return `key=value` pairs as the log's `detail`; True and False are yes and no: `detail(cause="defect", automated=True)`."""
    words = {True: "yes", False: "no"}
    said = {key: words[value] if isinstance(value, bool) else value for key, value in pairs.items()}
    return ";".join(f"{key}={value}" for key, value in said.items()) or None


# Work items


def requested(item: str, at: float = 0.0, **pairs: object) -> Row:
    return event(at, "ticket.created", item=item, detail=detail(**pairs))


def started(item: str, at: float = 0.0) -> Row:
    return event(at, "ticket.started", item=item)


def done(item: str, at: float = 0.0) -> Row:
    return event(at, "ticket.done", item=item)


def closed(item: str, at: float = 0.0) -> Row:
    return event(at, "ticket.closed", item=item)


def travelled(item: str, start: float, end: float) -> list[Row]:
    """Request an item at `start` and close it at `end`."""
    return [requested(item, at=start), closed(item, at=end)]


def misfit(item: str, at: float = 0.0) -> Row:
    return event(at, "misfit.found", item=item)


# Changes and deployments


def committed(change: str, at: float = 0.0, item: str | None = None) -> Row:
    return event(at, "change.created", change=change, item=item)


def merged(change: str, at: float = 0.0) -> Row:
    return event(at, "change.merged", change=change)


def abandoned(change: str, at: float = 0.0) -> Row:
    return event(at, "change.abandoned", change=change)


def deployed(change: str | None, deployment: str, at: float = 0.0, **pairs: object) -> Row:
    """One change of a deployment reached production; `repair="I3"` or `unplanned=True` say what kind of deployment it is."""
    return event(at, "service.deployed", change=change, deployment=deployment, detail=detail(**pairs))


def rolled_back(deployment: str, at: float = 0.0, incident: str | None = None) -> Row:
    return event(at, "service.rolledback", deployment=deployment, incident=incident)


# Incidents


def failed(deployment: str | None = None, incident: str | None = None, at: float = 0.0, **pairs: object) -> Row:
    """The service failed, because of a deployment or (None) by itself; the incident is that of the same number: D7 gives I7."""
    named = incident or "I" + (deployment or "D1").removeprefix("D")
    return event(at, "service.failed", incident=named, deployment=deployment, detail=detail(**pairs))


def detected(incident: str, at: float = 0.0) -> Row:
    return event(at, "incident.detected", incident=incident)


def restored(incident: str, at: float = 0.0, **pairs: object) -> Row:
    """Users are served again; the cause may remain."""
    return event(at, "service.restored", incident=incident, detail=detail(**pairs))


def resolved(incident: str, at: float = 0.0, **pairs: object) -> Row:
    return event(at, "incident.resolved", incident=incident, detail=detail(**pairs))


def outage(incident: str, start: float, end: float, deployment: str | None = None, **pairs: object) -> list[Row]:
    """Fail at `start`, be restored at `end`."""
    return [failed(deployment, incident, at=start, **pairs), resolved(incident, at=end)]


# Work on stages


def queued(stage: str, /, at: float = 0.0, **fields: Unpack[Fields]) -> Row:
    return event(at, "stage.queued", **(fields | {"stage": stage}))


def began(stage: str, /, at: float = 0.0, **fields: Unpack[Fields]) -> Row:
    return event(at, "stage.started", **(fields | {"stage": stage}))


def ended(stage: str, /, at: float = 0.0, **fields: Unpack[Fields]) -> Row:
    return event(at, "stage.finished", **(fields | {"stage": stage}))


def worked(stage: str, /, start: float, end: float, **fields: Unpack[Fields]) -> list[Row]:
    """Work on a stage from `start` to `end`: `worked("code", 1, 3, item="W1", role="developer")`."""
    return [began(stage, at=start, **fields), ended(stage, at=end, **fields)]


# Security


def weakness(finding: str, at: float = 0.0, change: str | None = None) -> Row:
    """A vulnerability came into the product."""
    return event(at, "vulnerability.injected", finding=finding, change=change)


def reported(finding: str, at: float = 0.0, **pairs: object) -> Row:
    return event(at, "finding.reported", finding=finding, detail=detail(**pairs))


def dismissed(finding: str, at: float = 0.0, **pairs: object) -> Row:
    return event(at, "finding.dismissed", finding=finding, detail=detail(**pairs))


def fixed(finding: str, at: float = 0.0, **pairs: object) -> Row:
    return event(at, "finding.fixed", finding=finding, detail=detail(**pairs))


def patched(finding: str, deployment: str | None = None, at: float = 0.0) -> Row:
    return event(at, "patch.deployed", finding=finding, deployment=deployment)


def verified(artifact: str, at: float = 0.0, outcome: str = "success") -> Row:
    """A policy judged the attestation of an artifact."""
    return event(at, "artifact.verified", detail=detail(outcome=outcome, digest=artifact))


def scanned(at: float = 0.0, change: str | None = None, **pairs: object) -> Row:
    return event(at, "scan.finished", change=change, detail=detail(**pairs))
