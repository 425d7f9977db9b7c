"""Writing of work items: request, start, end of development, delivery."""

from collections import defaultdict

from devopssim.history.ledger import Ledger, earliest
from devopssim.history.records import ChangeRecord, WorkItemRecord


def write_items(ledger: Ledger) -> None:
    """Write request, start, end of development and delivery of each work item."""
    by_item: dict[str, list[str]] = defaultdict(list)
    for change in ledger.changes.values():
        for named in change.items:
            by_item[named].append(change.id)
    for item in ledger.history.items.values():
        _write_item(ledger, item, by_item[item.id])


def _write_item(ledger: Ledger, item: WorkItemRecord, changes: list[str]) -> None:
    """Write request, start, end of development and delivery of a work item."""
    first = earliest(item.created, item.started, item.done, item.closed)
    if first is None or item.withdrawn is not None:
        ledger.counts["items without any time" if first is None else "withdrawn items"] += 1
        return
    linked = [ledger.changes[name] for name in changes]
    created = first if item.created is None else item.created
    ledger.counts["items without a creation time"] += item.created is None
    ledger.add(created, "ticket.created", {"name": item.name}, item=item.id)
    began = item.started if item.started is not None else earliest(*(change.created for change in linked))
    started = None if began is None else max(created, began) if item.started is None else ledger.after(began, created)
    if started is not None:
        ledger.add(started, "ticket.started", item=item.id)
    done = _done(item, linked)
    if done is None:
        return
    done = ledger.after(done, created, started)
    ledger.add(done, "ticket.done", item=item.id)
    delivered = _delivered(ledger, item, changes)
    if delivered is not None:
        ledger.add(max(done, delivered), "ticket.closed", item=item.id)


def _done(item: WorkItemRecord, linked: list[ChangeRecord]) -> float | None:
    """Return when an item was developed and tested: the source's time, else its last merge, at the latest its closing."""
    merged = [change.merged for change in linked if change.merged is not None]
    if item.done is not None or item.closed is None:
        return item.done
    return min(item.closed, max(merged)) if linked and len(merged) == len(linked) else item.closed


def _delivered(ledger: Ledger, item: WorkItemRecord, changes: list[str]) -> float | None:
    """Return when users got the item: with the last of its changes; without known deployments, when it was closed."""
    if not changes or not ledger.deployed or item.closed is None:
        return item.closed
    if not all(change in ledger.shipped for change in changes):
        return None
    return max(item.closed, *(ledger.shipped[change] for change in changes))
