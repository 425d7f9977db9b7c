"""What happened, before it is an event log: one small vocabulary that every source and recorder uses.

Times are seconds since 1970 (UTC), None where the source does not say. Records of several sources are joined by their ids
(`join`), then become one log (`devopssim.history.translate`). Where two sources describe the same thing, the earlier
time and the alphabetically first word stand, so the order in which they are joined does not matter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import reduce
from typing import Any, Final, TypeVar

Record = TypeVar("Record", "WorkItemRecord", "ChangeRecord", "DeploymentRecord", "IncidentRecord", "PipelineRunRecord")
LENGTH_OF_ID: Final = 12
"""How many letters of a commit's hash name a change."""


@dataclass(frozen=True, kw_only=True)
class WorkItemRecord:
    """A work item: requested, taken up, done, closed."""

    id: str
    created: float | None = None
    started: float | None = None
    done: float | None = None
    closed: float | None = None
    withdrawn: float | None = None
    """Closed without having been done: not planned, a duplicate."""
    name: str | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeRecord:
    """A change: committed, merged or abandoned. `commit` is the hash that it has on main."""

    id: str
    created: float | None = None
    merged: float | None = None
    abandoned: float | None = None
    commit: str | None = None
    brought_by: str | None = None
    """The commit of the main line with which it came there."""
    items: tuple[str, ...] = ()
    """Work items that it says it belongs to."""
    name: str | None = None
    version: str | None = None


@dataclass(frozen=True, kw_only=True)
class DeploymentRecord:
    """Changes reach production: those that `commit` reaches, or those that are named."""

    id: str
    at: float
    commit: str | None = None
    changes: tuple[str, ...] = ()
    name: str | None = None
    of: str | None = None
    """The service that is deployed."""
    tag: bool = False
    """Guessed from a tag; does not count where a source tells of real deployments."""
    repairs: str | None = None
    """The deployment that this one puts right, as far as one can guess."""
    during: str | None = None
    """The incident that lasted when it came, which it is meant to end."""
    back: bool | None = None
    """Whether the version before the present one is put back; None: the commit tells."""
    digest: str | None = None
    replica: str | None = None


@dataclass(frozen=True, kw_only=True)
class RollbackRecord:
    """A deployment is taken back, during an incident or without one."""

    at: float
    deployment: str
    incident: str | None = None


@dataclass(frozen=True, kw_only=True)
class IncidentRecord:
    """The service is broken: since when (`began`), known when, restored when, caused by which deployment."""

    id: str
    known: float | None = None
    began: float | None = None
    resolved: float | None = None
    deployment: str | None = None
    severity: str | None = None
    cause: str | None = None
    name: str | None = None
    downtime: bool | None = None
    detected_by: str | None = None
    detected_by_machine: bool | None = None
    restored_by: str | None = None
    """How it was ended: restart, rollback, fix."""
    restored_by_script: bool = False


@dataclass(frozen=True, kw_only=True)
class PipelineRunRecord:
    """A machine worked: `kind` is build or testsuiterun."""

    id: str
    kind: str
    started: float | None = None
    finished: float | None = None
    outcome: str | None = None
    commit: str | None = None
    name: str | None = None


@dataclass(frozen=True, kw_only=True)
class ArtifactRecord:
    """An artefact is published under a version, with its digest."""

    at: float
    version: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class ScanRecord:
    """A scanner looked at a commit: when it ended, how long it took, which share of the lines it covered."""

    at: float
    seconds: float
    scanner: str
    covered: str
    automated: bool
    commit: str


@dataclass(frozen=True, kw_only=True)
class FindingRecord:
    """A scanner's finding in a commit, and how it ended: fixed in a commit, or dismissed with a reason."""

    id: str
    reported: float
    scanner: str
    severity: str
    rule: str
    commit: str
    fixed: float | None = None
    fixed_in: str | None = None
    dismissed: float | None = None
    reason: str | None = None


Told = tuple[str, str, str]
"""What kind of source told, what it is called, and by which rules it was read."""


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One recorder watched everything from `start` (ISO time) until `until` (seconds since 1970), by one clock.

    Its records are in the order in which they happened, and its log keeps that order. `source` describes the recorder.
    """

    start: str
    until: float
    source: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class History:
    """All records of one source, or of several that were joined. `graph` maps each commit to its parents."""

    told: tuple[Told, ...] = ()
    items: Mapping[str, WorkItemRecord] = field(default_factory=dict)
    changes: Mapping[str, ChangeRecord] = field(default_factory=dict)
    deployments: Mapping[str, DeploymentRecord] = field(default_factory=dict)
    incidents: Mapping[str, IncidentRecord] = field(default_factory=dict)
    runs: Mapping[str, PipelineRunRecord] = field(default_factory=dict)
    graph: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    """What a reader left out or had to change, and how often: `{"deployments to other environments": 3}`."""
    rollbacks: tuple[RollbackRecord, ...] = ()
    artifacts: tuple[ArtifactRecord, ...] = ()
    scans: tuple[ScanRecord, ...] = ()
    findings: tuple[FindingRecord, ...] = ()
    pipelined: Mapping[str, float] = field(default_factory=dict)
    """Commits that a pipeline handled, and since when."""
    observation: Observation | None = None
    """Who watched, where it was one recorder; None for exports of tools."""


JOINED: Final = ("items", "changes", "deployments", "incidents", "runs")
"""What exports of tools hold, by id."""


def change_id(commit: str) -> str:
    """Return what the change of this commit is called in a log."""
    return f"C{commit[:LENGTH_OF_ID]}"


def by_id(records: Iterable[Record]) -> dict[str, Record]:
    """Return records by their ids; what is told twice is put together."""
    table: dict[str, Record] = {}
    for record in records:
        table[record.id] = together(table[record.id], record) if record.id in table else record
    return table


def together(one: Record, other: Record) -> Record:
    """Return what two sources know of the same thing: the earlier time, the alphabetically first word, all items and changes."""
    if one == other:
        return one
    values = {each.name: _agreed(getattr(one, each.name), getattr(other, each.name)) for each in fields(one)}
    return type(one)(**values)


def _agreed(one: Any, other: Any) -> Any:
    if isinstance(one, tuple):
        return tuple(sorted({*one, *other}))
    if isinstance(one, bool) and isinstance(other, bool):
        return one and other
    return min((each for each in (one, other) if each is not None), default=None)


def join(*histories: History) -> History:
    """Return the records of several sources as one history, in whatever order they are given."""
    return reduce(_joined, histories)


def _joined(one: History, other: History) -> History:
    both: dict[str, Any] = {
        name: by_id([*getattr(one, name).values(), *getattr(other, name).values()]) for name in JOINED
    }
    counts = {key: one.counts.get(key, 0) + other.counts.get(key, 0) for key in {*one.counts, *other.counts}}
    return History(
        told=tuple(sorted({*one.told, *other.told})),
        graph={**one.graph, **other.graph},
        counts={key: counts[key] for key in sorted(counts)},
        **both,
    )


def new_ancestors(graph: Mapping[str, tuple[str, ...]], head: str, seen: Iterable[str]) -> list[str]:
    """Return the commits that `head` reaches and that are not in `seen` (a set or a mapping), `head` first."""
    reached: dict[str, None] = {}
    waiting = [head]
    while waiting:
        at = waiting.pop()
        if at in seen or at in reached or at not in graph:
            continue
        reached[at] = None
        waiting.extend(graph[at])
    return list(reached)
