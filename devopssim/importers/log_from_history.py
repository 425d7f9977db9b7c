"""From facts to an event log: which changes a deployment carried, what an incident was, and causes before effects.

Clocks differ, so what comes before its cause is moved to it; `log.attrs["source"]["moved"]` counts how often.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from math import inf
from typing import Any, Final

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events import SECONDS_PER_HOUR, Row, encode_detail, event, from_rows, validate
from devopssim.importers.history import Change, Deployment, History, Incident, Item, Run, change_id, new_ancestors
from devopssim.importers.normalisation import details

BLAMED_FOR: Final = 24.0
"""Hours after a deployment in which an incident is put down to it, where no source says what caused it."""

ORDER: Final = {
    kind: place
    for place, kind in enumerate(
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
"""Of what happens in one instant, causes go first."""


def log_of(history: History, *, blamed_for: float = BLAMED_FOR) -> pd.DataFrame:
    """Return the valid event log of a history.

    An incident of which no source says the cause is put down to the last deployment if that came at most `blamed_for` hours
    before it (0: to none). Raises InvalidInputError where the history tells of nothing.
    """
    writer = _Writer(history=history, blamed_for=blamed_for * SECONDS_PER_HOUR)
    writer.write()
    if not writer.rows:
        names = ", ".join(f"{kind} {name}" for kind, name, _ in history.told)
        raise InvalidInputError(f"{names}: tells of no request, change, deployment or incident, so there is no log.")
    start = min(row[0] for row in writer.rows)
    rows = [(max(0.0, (row[0] - start) / SECONDS_PER_HOUR), *row[1:]) for row in writer.rows]
    rows.sort(key=lambda row: (row[0], ORDER[row[1]], *(each or "" for each in row[2:])))
    return validate(from_rows(rows, start=_iso(start), source=_source(history, writer)))


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _source(history: History, writer: "_Writer") -> dict[str, Any]:
    """Say where the log comes from, by which rules, and what was moved or left out."""
    found: dict[str, Any] = {}
    for kind, name, _ in history.told:
        found[kind] = f"{found[kind]}, {name}" if kind in found else name
    rules = "; ".join(dict.fromkeys(rules for _, _, rules in history.told))
    left_out = {**history.counts, **{key: count for key, count in writer.left_out.items() if count}}
    return {**found, "rules": rules, "moved": writer.moved, **({"left_out": left_out} if left_out else {})}


@dataclass(kw_only=True)
class _Writer:
    """Writes the rows of a history, with times in seconds since 1970."""

    history: History
    blamed_for: float
    rows: list[Row] = field(default_factory=list)
    moved: int = 0
    left_out: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    changes: dict[str, Change] = field(default_factory=dict)
    created: dict[str, float] = field(default_factory=dict)
    """When each change was created."""
    shipped: dict[str, float] = field(default_factory=dict)
    """When each change first reached production."""
    named: dict[str, str] = field(default_factory=dict)
    """What a deployment is called in the log, by its id in the source."""
    deployed: list[tuple[float, str, Deployment]] = field(default_factory=list)
    times: dict[str, float] = field(default_factory=dict)
    """When each deployment came, by its name in the log."""
    inferred: int = 0
    """How many incidents follow from deployments that were put right."""

    def write(self) -> None:
        """Write everything."""
        changes = self.changes = self._with_items(self._changes())
        for change in changes.values():
            self._change(change)
        self._deployments(changes)
        for number, incident in enumerate(sorted(self.history.incidents.values(), key=_when_known), start=1):
            self._incident(f"I{number}", incident)
        for run in sorted(self.history.runs.values(), key=lambda run: run.id):
            self._run(run, changes)
        by_item = defaultdict(list)
        for change in changes.values():
            for named in change.items:
                by_item[named].append(change.id)
        for item in self.history.items.values():
            self._item(item, by_item[item.id])

    def add(self, at: float, kind: str, **fields: Any) -> None:
        """Write one row."""
        self.rows.append(event(at, kind, **fields))

    def after(self, at: float, *causes: float | None) -> float:
        """Return `at`, or the latest of its causes if that is later, which is counted."""
        latest = max((each for each in causes if each is not None), default=at)
        self.moved += latest > at
        return max(at, latest)

    def _changes(self) -> dict[str, Change]:
        """Return the changes: a pull request that came by a merge commit stands for its commits, which git knows better."""
        graph, found = self.history.graph, dict(self.history.changes)
        merges = {each.commit: each for each in found.values() if each.commit and len(graph.get(each.commit, ())) > 1}
        if not merges:
            return found
        for name, change in list(found.items()):
            if change.commit in merges:
                del found[name]
            elif change.brought_by in merges:
                items = tuple(sorted({*change.items, *merges[change.brought_by].items}))
                found[name] = replace(change, items=items)
        return found

    def _with_items(self, changes: Mapping[str, Change]) -> dict[str, Change]:
        """Return the changes with the items that there are: a commit's `#12` is `shop#12`, if only one item is called so."""
        short: dict[str, str | None] = {}
        for name in self.history.items:
            end = f"#{name.rpartition('#')[2]}"
            short[end] = None if end in short else name
        known = {name for name, item in self.history.items.items() if item.withdrawn is None}
        found = {}
        for name, change in changes.items():
            meant = {each if each in known else short.get(each) for each in change.items}
            items = tuple(sorted(each for each in meant if each in known))
            found[name] = change if items == change.items else replace(change, items=items)
        return found

    def _change(self, change: Change) -> None:
        first = min((each for each in (change.created, change.merged, change.abandoned) if each is not None), default=0)
        item = change.items[0] if change.items else None
        born = self.created[change.id] = first if change.created is None else change.created
        self.add(born, "change.created", change=change.id, item=item)
        if change.merged is not None:
            self.add(self.after(change.merged, born), "change.merged", change=change.id, item=item)
        elif change.abandoned is not None:
            self.add(self.after(change.abandoned, born), "change.abandoned", change=change.id, item=item)

    def _deployments(self, changes: Mapping[str, Change]) -> None:
        deployments = sorted(self.history.deployments.values(), key=lambda each: (each.at, each.id))
        real = [each for each in deployments if not each.tag]
        self.left_out["tags, as other sources tell of deployments"] = len(deployments) - len(real) if real else 0
        seen: dict[str, None] = {}
        waiting = sorted(changes.values(), key=lambda each: (inf if each.merged is None else each.merged, each.id))[
            ::-1
        ]
        present: dict[str | None, list[Deployment]] = defaultdict(list)
        for deployment in real or deployments:
            running = present[deployment.of]
            if self._goes_back(deployment, running):
                self._roll_back(deployment, running)
                continue
            running.append(deployment)
            brought = self._brought(deployment, changes, seen, waiting)
            self._deploy(deployment, [each for each in brought if each not in self.shipped])

    @staticmethod
    def _goes_back(deployment: Deployment, running: list[Deployment]) -> bool:
        """Whether it brings back a version that ran before the present one; a tag never does."""
        if deployment.back or deployment.tag:
            return deployment.back
        before = {each.commit for each in running if each.commit}
        return bool(running) and deployment.commit in before and deployment.commit != running[-1].commit

    def _roll_back(self, deployment: Deployment, running: list[Deployment]) -> None:
        if not running:
            self.left_out["rollbacks of what is not known"] += 1
            return
        same = [at for at, each in enumerate(running) if deployment.commit and each.commit == deployment.commit]
        until = same[0] if same else len(running) - 2
        for each in running[max(0, until) + 1 :] or running[-1:]:
            name = self.named[each.id]
            self.add(self.after(deployment.at, self.times[name]), "service.rolledback", deployment=name)
            running.remove(each)

    def _brought(
        self, deployment: Deployment, changes: Mapping[str, Change], seen: dict[str, None], waiting: list[Change]
    ) -> Iterable[str]:
        """Return the changes that a deployment carries: named, reached by its commit, or merged until then.

        `waiting` holds the changes that were not merged until the deployment before, the next one last.
        """
        if deployment.changes:
            return [each for each in deployment.changes if each in changes]
        if deployment.commit is not None and deployment.commit in self.history.graph:
            new = new_ancestors(self.history.graph, deployment.commit, seen)
            seen.update(dict.fromkeys(new))
            return [name for each in new if (name := change_id(each)) in changes]
        if deployment.commit is None:
            return ()
        brought = []
        while waiting and waiting[-1].merged is not None and waiting[-1].merged <= deployment.at:
            brought.append(waiting.pop().id)
        return brought

    def _deploy(self, deployment: Deployment, brought: list[str]) -> None:
        name = self.named[deployment.id] = f"D{len(self.deployed) + 1}"
        before = self.deployed[-1][0] if self.deployed else None
        at = self.after(deployment.at, before, *(self.created[each] for each in brought))
        self.shipped.update(dict.fromkeys(brought, at))
        self.deployed.append((at, name, deployment))
        self.times[name] = at
        repaired = self.named.get(deployment.repairs or "") if not self.history.incidents else None
        detail = details(name=deployment.name, repair=repaired)
        carried: list[str | None] = [*brought] or [None]
        for change in carried:
            self.add(at, "service.deployed", change=change, deployment=name, detail=detail)
        if repaired:
            self.inferred += 1
            incident = f"I{self.inferred}"
            broken = self.times[repaired]
            self.add(
                broken, "service.failed", incident=incident, deployment=repaired, detail=encode_detail(cause="defect")
            )
            self.add(at, "incident.resolved", incident=incident, detail=encode_detail(via="fix"))

    def _incident(self, name: str, incident: Incident) -> None:
        began = _first(incident.began, incident.known, incident.resolved)
        if began is None:
            self.left_out["incidents without any time"] += 1
            return
        caused_by = self._caused_by(incident, began)
        if caused_by:
            began = self.after(began, caused_by[0])
        said = details(cause=incident.cause, severity=incident.severity, name=incident.name)
        self.add(began, "service.failed", incident=name, deployment=caused_by[1] if caused_by else None, detail=said)
        known = began if incident.known is None else self.after(incident.known, began)
        if incident.known is not None:
            kind = "incident.reported" if incident.began is None else "incident.detected"
            self.add(known, kind, incident=name)
        if incident.resolved is not None:
            self.add(self.after(incident.resolved, known), "incident.resolved", incident=name)

    def _caused_by(self, incident: Incident, began: float) -> tuple[float, str] | None:
        """Return when the deployment that caused an incident came, and its name."""
        if incident.deployment is not None:
            wanted = incident.deployment
            named = [(at, name) for at, name, each in self.deployed if wanted in (each.id, each.name, each.commit)]
            if named:
                return next((each for each in reversed(named) if each[0] <= began), named[0])
            self.left_out["deployments that incidents name and nobody knows"] += 1
        recent = [(at, name) for at, name, _ in self.deployed if 0 <= began - at <= self.blamed_for]
        return recent[-1] if recent and self.blamed_for else None

    def _run(self, run: Run, changes: Mapping[str, Change]) -> None:
        change = change_id(run.commit) if run.commit else None
        known = change if change in changes else None
        if run.started is not None:
            self.add(run.started, f"{run.kind}.started", change=known, detail=details(name=run.name))
        if run.finished is not None:
            said = details(name=run.name, outcome=run.outcome, automated="yes")
            self.add(self.after(run.finished, run.started), f"{run.kind}.finished", change=known, detail=said)

    def _item(self, item: Item, changes: list[str]) -> None:
        first = _first(item.created, item.started, item.done, item.closed)
        if first is None or item.withdrawn is not None:
            self.left_out["items without any time" if first is None else "items that were withdrawn"] += 1
            return
        linked = [self.changes[each] for each in changes]
        created = first if item.created is None else item.created
        self.left_out["items whose request has no time"] += item.created is None
        self.add(created, "ticket.created", item=item.id, detail=details(name=item.name))
        began = item.started if item.started is not None else _first(*(each.created for each in linked))
        started = None if began is None else max(created, began) if item.started is None else self.after(began, created)
        if started is not None:
            self.add(started, "ticket.started", item=item.id)
        done = self._done(item, linked)
        if done is None:
            return
        done = self.after(done, created, started)
        self.add(done, "ticket.done", item=item.id)
        delivered = self._delivered(item, changes)
        if delivered is not None:
            self.add(max(done, delivered), "ticket.closed", item=item.id)

    @staticmethod
    def _done(item: Item, linked: list[Change]) -> float | None:
        """Return when an item was developed and tested: as the source says, with its last merge, or when it was closed."""
        merged = [each.merged for each in linked if each.merged is not None]
        if item.done is not None or item.closed is None:
            return item.done
        return min(item.closed, max(merged)) if linked and len(merged) == len(linked) else item.closed

    def _delivered(self, item: Item, changes: list[str]) -> float | None:
        """Return when users got the item: with the last of its changes, or when it was closed if no deployment is known."""
        if not changes or not self.deployed or item.closed is None:
            return item.closed
        if not all(each in self.shipped for each in changes):
            return None
        return max(item.closed, *(self.shipped[each] for each in changes))


def _when_known(incident: Incident) -> tuple[float, str]:
    return _first(incident.began, incident.known, incident.resolved) or 0.0, incident.id


def _first(*times: float | None) -> float | None:
    return min((each for each in times if each is not None), default=None)
