"""Joining of what several sources report of the same things.

The earlier time and the alphabetically first text win, so the order in which they are joined does not matter.
"""

from collections.abc import Iterable
from dataclasses import fields, replace
from functools import reduce
from typing import Any, Final, TypeVar

from devopssim.history.history import History
from devopssim.history.records import ChangeRecord, DeploymentRecord, IncidentRecord, PipelineRunRecord, WorkItemRecord

Record = TypeVar("Record", "WorkItemRecord", "ChangeRecord", "DeploymentRecord", "IncidentRecord", "PipelineRunRecord")
"""A record with an id; two records with the same id describe the same thing."""
LIFE: Final = {"started", "done", "closed", "withdrawn", "merged", "abandoned", "resolved"}
"""Times that a newer snapshot may take back: a reopened issue is open."""
JOINED: Final = ("items", "changes", "deployments", "incidents", "runs")
"""Fields of `History` that exports of tools fill, by id."""


def by_id(records: Iterable[Record]) -> dict[str, Record]:
    """Return records by their ids; records with the same id are merged by `merge_records`.

    Parameters
    ----------
    records : Iterable of Record
        Records of one type.

    Returns
    -------
    dict of str to Record
        In the order in which each id first came.

    Examples
    --------
    >>> table = by_id([WorkItemRecord(id="W1", created=5.0), WorkItemRecord(id="W1", closed=9.0)])
    >>> table["W1"].created, table["W1"].closed
    (5.0, 9.0)

    """
    table: dict[str, Record] = {}
    for record in records:
        table[record.id] = merge_records(table[record.id], record) if record.id in table else record
    return table


def merge_records(one: Record, other: Record) -> Record:
    """Return one record of what two sources report of the same thing.

    Of two snapshots with different times of `updated`, the newer one wins, and what it lacks of the other times and texts comes from the
    older one. Otherwise the earlier time and the alphabetically first text win; tuples are united; a flag that both set holds if both
    agree. The result is the same in either order.

    Parameters
    ----------
    one, other : Record
        Two records of one type and id.

    Returns
    -------
    Record
        The merged record.

    Examples
    --------
    >>> git = ChangeRecord(id="C1", created=20.0, items=("#2",))
    >>> tracker = ChangeRecord(id="C1", created=10.0, merged=30.0, items=("#1",))
    >>> merged = merge_records(git, tracker)
    >>> merged.created, merged.merged, merged.items
    (10.0, 30.0, ('#1', '#2'))

    Reopened after the first export:

    >>> old = WorkItemRecord(id="W1", created=0.0, closed=9.0, updated=9.0)
    >>> merge_records(old, WorkItemRecord(id="W1", created=0.0, updated=12.0)).closed is None
    True

    """
    if one == other:
        return one
    stamps = getattr(one, "updated", None), getattr(other, "updated", None)
    if None not in stamps and stamps[0] != stamps[1]:
        older, newer = (one, other) if stamps[0] < stamps[1] else (other, one)  # type: ignore[operator]
        kept = {
            item.name: getattr(older, item.name)
            for item in fields(one)
            if item.name not in LIFE and getattr(newer, item.name) in (None, ())
        }
        return replace(newer, **kept)
    values = {item.name: _agreed(getattr(one, item.name), getattr(other, item.name)) for item in fields(one)}
    return type(one)(**values)


def _agreed(one: Any, other: Any) -> Any:
    """Merge two values: union, conjunction, or the smaller one."""
    if isinstance(one, tuple):
        return tuple(sorted({*one, *other}))
    if isinstance(one, bool) and isinstance(other, bool):
        return one and other
    return min((value for value in (one, other) if value is not None), default=None)


def join(*histories: History) -> History:
    """Return the records of several sources as one history, independent of their order.

    Parameters
    ----------
    *histories : History
        One or more histories of exports; at least one.

    Returns
    -------
    History
        Records by id, merged as by `merge_records`; counts are added up.

    Examples
    --------
    >>> tracker = History(items=by_id([WorkItemRecord(id="W1", created=0.0)]))
    >>> rollouts = History(deployments=by_id([DeploymentRecord(id="7", at=3600.0)]))
    >>> both = join(tracker, rollouts)
    >>> list(both.items), list(both.deployments)
    (['W1'], ['7'])
    >>> both == join(rollouts, tracker)
    True

    """
    return reduce(_joined, histories)


def _joined(one: History, other: History) -> History:
    both: dict[str, Any] = {
        name: by_id([*getattr(one, name).values(), *getattr(other, name).values()]) for name in JOINED
    }
    counts = {key: one.counts.get(key, 0) + other.counts.get(key, 0) for key in {*one.counts, *other.counts}}
    return History(
        provenance=tuple(sorted({*one.provenance, *other.provenance})),
        graph={**one.graph, **other.graph},
        counts={key: counts[key] for key in sorted(counts)},
        observes=one.observes | other.observes,
        copies={**one.copies, **other.copies},
        remarks=tuple(sorted({*one.remarks, *other.remarks})),
        assumptions={**one.assumptions, **other.assumptions},
        whole=max(filter(None, (one.whole, other.whole)), default=None),
        **both,
    )


def separate_outages(incidents: Iterable[IncidentRecord]) -> list[IncidentRecord]:
    """Return the incidents of one source; several outages under one id become several incidents.

    Parameters
    ----------
    incidents : Iterable of IncidentRecord
        Records in any order; two records of one id belong together unless the later one begins after the earlier one was resolved.

    Returns
    -------
    list of IncidentRecord
        One record for each outage; the second of `INC-7` is called `INC-7~2`.

    Examples
    --------
    >>> twice = [IncidentRecord(id="7", detected=0.0, resolved=5.0), IncidentRecord(id="7", detected=9.0)]
    >>> [incident.id for incident in separate_outages(twice)]
    ['7', '7~2']

    """
    by_name: dict[str, list[IncidentRecord]] = {}
    for incident in sorted(incidents, key=lambda incident: (_began(incident) or incident.resolved or 0.0, incident.id)):
        outages = by_name.setdefault(incident.id, [])
        began, ended = _began(incident), outages[-1].resolved if outages else None
        again = began is not None and ended is not None and began > ended
        if not outages or (again and began not in {_began(outage) for outage in outages}):
            outages.append(incident)
        else:
            outages[-1] = merge_records(outages[-1], incident)
    return [
        outage if number == 1 else replace(outage, id=f"{name}~{number}")
        for name, outages in by_name.items()
        for number, outage in enumerate(outages, start=1)
    ]


def _began(incident: IncidentRecord) -> float | None:
    return min((time for time in (incident.occurred, incident.detected) if time is not None), default=None)
