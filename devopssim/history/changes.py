"""Writing of changes, and of the pipeline runs that checked them."""

from collections.abc import Mapping
from dataclasses import replace

from devopssim.history.ledger import Ledger, earliest
from devopssim.history.records import ChangeRecord


def write_changes(ledger: Ledger) -> None:
    """Settle what the changes are, and write creation, merge and abandonment of each."""
    ledger.changes = _with_items(ledger, _single_commits(ledger))
    if ledger.history.observation:
        ledger.recorded = {change.commit: change.id for change in ledger.changes.values()}
    for change in ledger.changes.values():
        first = earliest(change.created, change.merged, change.abandoned) or 0
        born = ledger.created[change.id] = first if change.created is None else change.created
        details = {"version": change.version, "name": change.name, **_mark_of(change)}
        ledger.add(born, "change.created", details, change=change.id, item=_item_of(change))
    for change in ledger.changes.values():
        born = ledger.created[change.id]
        if change.merged is not None:
            at = ledger.after(change.merged, born)
            ledger.add(at, "change.merged", _mark_of(change), change=change.id, item=_item_of(change))
        elif change.abandoned is not None:
            at = ledger.after(change.abandoned, born)
            ledger.add(at, "change.abandoned", _mark_of(change), change=change.id, item=_item_of(change))


def write_runs(ledger: Ledger) -> None:
    """Write start and end of each pipeline run."""
    for run in sorted(ledger.history.runs.values(), key=lambda run: run.id):
        change = ledger.change_of(run.commit)
        if run.started is not None:
            ledger.add(run.started, f"{run.kind}.started", {"name": run.name}, change=change)
        if run.finished is not None:
            details = {"name": run.name, "outcome": run.outcome, "automated": "yes"}
            ledger.add(ledger.after(run.finished, run.started), f"{run.kind}.finished", details, change=change)


def _single_commits(ledger: Ledger) -> dict[str, ChangeRecord]:
    """Return the changes; a pull request that arrived by a merge commit is replaced by its commits.

    Git dates each commit, while the pull request has one date for all of them.
    """
    graph, changes = ledger.history.graph, dict(ledger.history.changes)
    merges = {
        change.commit: change for change in changes.values() if change.commit and len(graph.get(change.commit, ())) > 1
    }
    if ledger.history.observation or not merges:
        return changes
    for name, change in list(changes.items()):
        if change.commit in merges:
            del changes[name]
        elif change.brought_by in merges:
            request = merges[change.brought_by]
            changes[name] = replace(
                change,
                items=tuple(sorted({*change.items, *request.items})),
                assisted=change.assisted or request.assisted,
                reverts=tuple(sorted({*change.reverts, *request.reverts})),
                hotfix=change.hotfix or request.hotfix,
                of=change.of or request.of,
            )
    return changes


def _with_items(ledger: Ledger, changes: Mapping[str, ChangeRecord]) -> dict[str, ChangeRecord]:
    """Return the changes with links to existing items only; a commit's `#12` means `shop#12` if exactly one item ends so."""
    short: dict[str, str | None] = {}
    for name in ledger.history.items:
        end = f"#{name.rpartition('#')[2]}"
        short[end] = None if end in short else name
    wanted = {name for name, item in ledger.history.items.items() if item.withdrawn is None}
    linked = {}
    for change_name, change in changes.items():
        full = {name if name in wanted else short.get(name) for name in change.items}
        items = tuple(sorted(name for name in full if name in wanted))
        linked[change_name] = change if items == change.items else replace(change, items=items)
    return linked


def _mark_of(change: ChangeRecord) -> dict[str, str | None]:
    """Return the details of a change's events: the mark of AI assistance."""
    return {"assisted": "yes" if change.assisted else None}


def _item_of(change: ChangeRecord) -> str | None:
    return change.items[0] if change.items else None
