"""Explanation of one deployment: which changes and incidents it carries, and why."""

from collections.abc import Iterator
from typing import Final

from devopssim.errors import InvalidInputError
from devopssim.events import SECONDS_PER_HOUR
from devopssim.history import DeployedRecord, History, Ledger, moment, written
from devopssim.importers.normalisation import counted, plain
from devopssim.importers.translation import ATTRIBUTION_WINDOW, by_time

MOST: Final = 40
"""Changes that are listed at most."""


def explain(history: History, deployment: str, *, attribution_window: float = ATTRIBUTION_WINDOW) -> str:
    """Return what a deployment carries, and by which rule.

    Parameters
    ----------
    history : History
        Records of one source, or of several that `join` united.
    deployment : str
        Its id in the log (`D3`) or in the source, its tag or version, or the beginning of its commit.
    attribution_window : float, default 24
        As of `log_of`.

    Returns
    -------
    str
        Lines: the deployment, its changes with their times, what it repairs or what repairs it, and its incidents.

    Raises
    ------
    InvalidInputError
        Where no deployment has that name.

    Examples
    --------
    >>> from devopssim.history import ChangeRecord, DeploymentRecord
    >>> history = History(
    ...     changes={"C1": ChangeRecord(id="C1", created=0.0, merged=1800.0)},
    ...     deployments={"7": DeploymentRecord(id="7", at=3600.0, changes=("C1",), name="v1")},
    ... )
    >>> print(explain(history, "v1"))
    D1 (v1) reached production at 1970-01-01 01:00 (record 7).
    It carries 1 change: the source names its changes.
    - C1: created 1970-01-01 00:00, merged 1970-01-01 00:30, 1 h before it was deployed
    No evidence of a failure.

    """
    ledger = written(history, attribute=by_time(attribution_window), plain=plain)
    return "\n".join(_lines(ledger, _deployed(ledger, deployment)))


def _deployed(ledger: Ledger, name: str) -> DeployedRecord:
    """Return the deployment of this name."""
    for deployed in ledger.deployed:
        record = deployed.record
        exact = name in (deployed.name, record.id, record.name, record.commit)
        if exact or (len(name) >= 7 and (record.commit or "").startswith(name)):
            return deployed
    shown = ", ".join(
        f"{one.name} ({one.record.name})" if one.record.name else one.name for one in ledger.deployed[-5:]
    )
    raise InvalidInputError(f"--explain {name!r}: no such deployment; the last ones are {shown or 'none'}.")


def _lines(ledger: Ledger, deployed: DeployedRecord) -> Iterator[str]:
    record = deployed.record
    place = ", ".join(part for part in (record.of, record.environment) if part)
    named = f" ({record.name})" if record.name else ""
    yield f"{deployed.name}{named} reached production{f' of {place}' if place else ''} at {moment(deployed.at)} (record {record.id})."
    carried = [change for change, by in ledger.carried_by.items() if by is deployed]
    reasons = ledger.why[deployed.name]
    how, others = (reasons[0], reasons[1:]) if reasons else ("no rule applies", [])
    yield f"It carries {counted(len(carried), 'change')}: {how}."
    for name in carried[:MOST]:
        change = ledger.changes[name]
        created = ledger.created[name]
        merged = f", merged {moment(change.merged)}" if change.merged is not None else ""
        titled = f" {change.name}" if change.name else ""
        items = f", for {', '.join(change.items)}" if change.items else ""
        hours = (deployed.at - created) / SECONDS_PER_HOUR
        yield f"- {name}{titled}: created {moment(created)}{merged}, {hours:,.4g} h before it was deployed{items}"
    if len(carried) > MOST:
        yield f"- … and {len(carried) - MOST} more"
    for reason in others:
        yield f"It {reason}." if reason.startswith(("failed", "repairs")) else f"It was {reason}."
    if not any(reason.startswith(("failed", "rolled back")) for reason in others):
        yield "No evidence of a failure."
