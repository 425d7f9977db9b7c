"""What a team's own history tells, before it is an event log: one small vocabulary that every source speaks.

Times are seconds since 1970 (UTC), None where the source does not say. Facts of several sources are joined by their ids
(`join`), then become one log (`devopssim.importers.log_from_history.log_of`). Where two sources speak of the same thing, the earlier
time and the alphabetically first word stand, so the order in which they are joined does not matter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import reduce
from typing import Any, Final, TypeVar

Thing = TypeVar("Thing", "Item", "Change", "Deployment", "Incident", "Run")
LENGTH_OF_ID: Final = 12
"""How many letters of a commit's hash name a change."""


@dataclass(frozen=True, kw_only=True)
class Item:
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
class Change:
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


@dataclass(frozen=True, kw_only=True)
class Deployment:
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
    back: bool = False
    """Not something new: the version before the present one is put back."""


@dataclass(frozen=True, kw_only=True)
class Incident:
    """The service is broken: since when (`began`), known when, restored when, caused by which deployment."""

    id: str
    known: float | None = None
    began: float | None = None
    resolved: float | None = None
    deployment: str | None = None
    severity: str | None = None
    cause: str | None = None
    name: str | None = None


@dataclass(frozen=True, kw_only=True)
class Run:
    """A machine worked: `kind` is build or testsuiterun."""

    id: str
    kind: str
    started: float | None = None
    finished: float | None = None
    outcome: str | None = None
    commit: str | None = None
    name: str | None = None


Told = tuple[str, str, str]
"""What kind of source told, what it is called, and by which rules it was read."""


@dataclass(frozen=True, kw_only=True)
class History:
    """All facts of one source, or of several that were joined. `graph` maps each commit to its parents."""

    told: tuple[Told, ...]
    items: Mapping[str, Item] = field(default_factory=dict)
    changes: Mapping[str, Change] = field(default_factory=dict)
    deployments: Mapping[str, Deployment] = field(default_factory=dict)
    incidents: Mapping[str, Incident] = field(default_factory=dict)
    runs: Mapping[str, Run] = field(default_factory=dict)
    graph: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    """What a reader left out or had to change, and how often: `{"deployments to other environments": 3}`."""


def change_id(commit: str) -> str:
    """Return what the change of this commit is called in a log."""
    return f"C{commit[:LENGTH_OF_ID]}"


def by_id(things: Iterable[Thing]) -> dict[str, Thing]:
    """Return things by their ids; what is told twice is put together."""
    found: dict[str, Thing] = {}
    for thing in things:
        found[thing.id] = together(found[thing.id], thing) if thing.id in found else thing
    return found


def together(one: Thing, other: Thing) -> Thing:
    """Return what two sources know of the same thing: the earlier time, the alphabetically first word, all items and changes."""
    if one == other:
        return one
    values = {each.name: _agreed(getattr(one, each.name), getattr(other, each.name)) for each in fields(one)}
    return type(one)(**values)


def _agreed(one: Any, other: Any) -> Any:
    if isinstance(one, tuple):
        return tuple(sorted({*one, *other}))
    if isinstance(one, bool):
        return one and other
    return min((each for each in (one, other) if each is not None), default=None)


def join(*histories: History) -> History:
    """Return the facts of several sources as one history, in whatever order they are given."""
    return reduce(_joined, histories)


def _joined(one: History, other: History) -> History:
    def both(name: str) -> Any:
        return by_id([*getattr(one, name).values(), *getattr(other, name).values()])

    counts = {key: one.counts.get(key, 0) + other.counts.get(key, 0) for key in {*one.counts, *other.counts}}
    return History(
        told=tuple(sorted({*one.told, *other.told})),
        items=both("items"),
        changes=both("changes"),
        deployments=both("deployments"),
        incidents=both("incidents"),
        runs=both("runs"),
        graph={**one.graph, **other.graph},
        counts={key: counts[key] for key in sorted(counts)},
    )


def new_ancestors(graph: Mapping[str, tuple[str, ...]], head: str, seen: Iterable[str]) -> list[str]:
    """Return the commits that `head` reaches and that are not in `seen` (a set or a mapping), `head` first."""
    found: dict[str, None] = {}
    waiting = [head]
    while waiting:
        at = waiting.pop()
        if at in seen or at in found or at not in graph:
            continue
        found[at] = None
        waiting.extend(graph[at])
    return list(found)
