"""From a history to an event log: which changes a deployment carried, what an incident was, and causes before effects.

Clocks differ, so what comes before its cause is moved to it; `log.attrs["source"]["moved"]` counts how often, except where
one recorder watched everything by one clock.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from math import inf
from typing import Any, Final

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events import SECONDS_PER_HOUR, Row, encode_detail, event, from_rows, validate
from devopssim.history.records import (
    ChangeRecord,
    DeploymentRecord,
    FindingRecord,
    History,
    IncidentRecord,
    PipelineRunRecord,
    WorkItemRecord,
    change_id,
    new_ancestors,
)

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


@dataclass(kw_only=True)
class DeployedRecord:
    """A deployment as it stands in the log: when it came, what it is called there, and when it was taken back."""

    at: float
    name: str
    record: DeploymentRecord
    taken_back: float = inf


Attribution = Callable[[IncidentRecord, float, Sequence[DeployedRecord]], DeployedRecord | None]
"""A strategy: from an incident whose cause no source names, when it began, and the deployments, to the one that caused it."""


def translate(history: History, *, attribute: Attribution, plain: Callable[[str], str]) -> pd.DataFrame:
    """Return the valid event log of a history.

    Parameters
    ----------
    history : History
        The records of one recorder, or of one source or several.
    attribute : Attribution
        Strategy for incidents of which no source says the cause.
    plain : Callable
        How a text is made fit for the log's `detail`.

    Raises
    ------
    InvalidInputError
        Where exports of tools record nothing.

    """
    writer = _HistoryWriter(history=history, attribute=attribute, plain=plain)
    writer.write()
    seen = history.observation
    if seen is not None:
        start = datetime.fromisoformat(seen.start).timestamp()
        rows = _since(start, writer.rows)
        horizon = max([(seen.until - start) / SECONDS_PER_HOUR, *(row[0] for row in rows)])
        return validate(from_rows(rows, horizon=horizon, start=seen.start, source=seen.source))
    if not writer.rows:
        names = ", ".join(f"{kind} {name}" for kind, name, _ in history.told)
        raise InvalidInputError(f"{names}: tells of no request, change, deployment or incident, so there is no log.")
    start = min(row[0] for row in writer.rows)
    rows = _since(start, writer.rows)
    rows.sort(key=lambda row: (row[0], ORDER[row[1]], *(value or "" for value in row[2:])))
    iso = datetime.fromtimestamp(start, UTC).isoformat()
    return validate(from_rows(rows, start=iso, source=_source(history, writer)))


def _since(start: float, rows: Iterable[Row]) -> list[Row]:
    """Return rows, whose times are seconds since 1970, in hours since `start`."""
    return [(max(0.0, (row[0] - start) / SECONDS_PER_HOUR), *row[1:]) for row in rows]


def _source(history: History, writer: "_HistoryWriter") -> dict[str, Any]:
    """Return where the log comes from, by which rules, and what was moved or left out."""
    names: dict[str, Any] = {}
    for kind, name, _ in history.told:
        names[kind] = f"{names[kind]}, {name}" if kind in names else name
    rules = "; ".join(dict.fromkeys(rules for _, _, rules in history.told))
    left_out = {**history.counts, **{key: count for key, count in writer.left_out.items() if count}}
    return {**names, "rules": rules, "moved": writer.moved, **({"left_out": left_out} if left_out else {})}


@dataclass(kw_only=True)
class _HistoryWriter:
    """Writes the rows of a history, with times in seconds since 1970."""

    history: History
    attribute: Attribution
    plain: Callable[[str], str]
    rows: list[Row] = field(default_factory=list)
    moved: int = 0
    left_out: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    changes: dict[str, ChangeRecord] = field(default_factory=dict)
    recorded: dict[str | None, str] = field(default_factory=dict)
    """The change of each commit, where one recorder named the changes."""
    created: dict[str, float] = field(default_factory=dict)
    """When each change was created."""
    shipped: dict[str, float] = field(default_factory=dict)
    """When each change first reached production."""
    deployed: list[DeployedRecord] = field(default_factory=list)
    by_record: dict[str, DeployedRecord] = field(default_factory=dict)
    """Deployments by their ids in the source."""
    reached: dict[str, str] = field(default_factory=dict)
    """Commit: the deployment (its id in the source) that first reached it."""
    incidents: dict[str, str] = field(default_factory=dict)
    """What an incident is called in the log, by its id in the source."""
    inferred: int = 0
    """How many incidents follow from deployments that were put right."""

    def write(self) -> None:
        """Write everything."""
        history = self.history
        self.changes = self._with_items(self._changes())
        if history.observation:
            self.recorded = {change.commit: change.id for change in self.changes.values()}
        incidents = sorted(history.incidents.values(), key=_when_known)
        self.incidents = {incident.id: f"I{number}" for number, incident in enumerate(incidents, start=1)}
        self._write_changes()
        self._deployments()
        for rollback in history.rollbacks:
            during = self.incidents.get(rollback.incident or "")
            self._take_back(self.by_record[rollback.deployment], rollback.at, during)
        for incident in incidents:
            self._incident(incident)
        for run in sorted(history.runs.values(), key=lambda run: run.id):
            self._run(run)
        by_item = defaultdict(list)
        for change in self.changes.values():
            for named in change.items:
                by_item[named].append(change.id)
        for item in history.items.values():
            self._item(item, by_item[item.id])
        self._security()

    def add(self, at: float, kind: str, details: Mapping[str, str | None] | None = None, /, **ids: Any) -> None:
        """Write one row."""
        detail = encode_detail(**{key: self.plain(value) for key, value in (details or {}).items() if value})
        self.rows.append(event(at, kind, detail=detail, **ids))

    def after(self, at: float, *causes: float | None) -> float:
        """Return `at`, or the latest of its causes if that is later, which is counted."""
        latest = max((cause for cause in causes if cause is not None), default=at)
        self.moved += latest > at
        return max(at, latest)

    def change_of(self, commit: str | None) -> str | None:
        """Return the change of a commit: as its recorder named it, or by the hash, if there is such a change."""
        name = self.recorded.get(commit) or change_id(commit or "")
        return name if name in self.changes else None

    def _changes(self) -> dict[str, ChangeRecord]:
        """Return the changes: a pull request that came by a merge commit stands for its commits, which git knows better."""
        graph, changes = self.history.graph, dict(self.history.changes)
        merges = {each.commit: each for each in changes.values() if each.commit and len(graph.get(each.commit, ())) > 1}
        if self.history.observation or not merges:
            return changes
        for name, change in list(changes.items()):
            if change.commit in merges:
                del changes[name]
            elif change.brought_by in merges:
                items = tuple(sorted({*change.items, *merges[change.brought_by].items}))
                changes[name] = replace(change, items=items)
        return changes

    def _with_items(self, changes: Mapping[str, ChangeRecord]) -> dict[str, ChangeRecord]:
        """Return the changes with the items that there are: a commit's `#12` is `shop#12`, if only one item is called so."""
        short: dict[str, str | None] = {}
        for name in self.history.items:
            end = f"#{name.rpartition('#')[2]}"
            short[end] = None if end in short else name
        wanted = {name for name, item in self.history.items.items() if item.withdrawn is None}
        linked = {}
        for name, change in changes.items():
            meant = {each if each in wanted else short.get(each) for each in change.items}
            items = tuple(sorted(each for each in meant if each in wanted))
            linked[name] = change if items == change.items else replace(change, items=items)
        return linked

    def _write_changes(self) -> None:
        for change in self.changes.values():
            first = _first(change.created, change.merged, change.abandoned) or 0
            born = self.created[change.id] = first if change.created is None else change.created
            details = {"version": change.version, "name": change.name}
            self.add(born, "change.created", details, change=change.id, item=_item_of(change))
        for change in self.changes.values():
            born = self.created[change.id]
            if change.merged is not None:
                self.add(self.after(change.merged, born), "change.merged", change=change.id, item=_item_of(change))
            elif change.abandoned is not None:
                at = self.after(change.abandoned, born)
                self.add(at, "change.abandoned", change=change.id, item=_item_of(change))

    def _deployments(self) -> None:
        deployments = sorted(self.history.deployments.values(), key=lambda each: (each.at, each.id))
        real = [each for each in deployments if not each.tag]
        self.left_out["tags, as other sources tell of deployments"] = len(deployments) - len(real) if real else 0
        waiting = sorted(self.changes.values(), key=lambda each: (inf if each.merged is None else each.merged, each.id))
        waiting.reverse()
        order = {name: place for place, name in enumerate(self.changes)}
        present: dict[str | None, list[DeploymentRecord]] = defaultdict(list)
        for deployment in real or deployments:
            running = present[deployment.of]
            if self._goes_back(deployment, running):
                self._roll_back(deployment, running)
                continue
            running.append(deployment)
            brought = {each for each in self._brought(deployment, waiting) if each not in self.shipped}
            self._deploy(deployment, sorted(brought, key=order.__getitem__))

    @staticmethod
    def _goes_back(deployment: DeploymentRecord, running: list[DeploymentRecord]) -> bool:
        """Whether it brings back a version that ran before the present one; a tag never does."""
        if deployment.back is not None or deployment.tag:
            return bool(deployment.back)
        before = {each.commit for each in running if each.commit}
        return bool(running) and deployment.commit in before and deployment.commit != running[-1].commit

    def _roll_back(self, deployment: DeploymentRecord, running: list[DeploymentRecord]) -> None:
        if not running:
            self.left_out["rollbacks of what is not known"] += 1
            return
        same = [at for at, each in enumerate(running) if deployment.commit and each.commit == deployment.commit]
        until = same[0] if same else len(running) - 2
        for each in running[max(0, until) + 1 :] or running[-1:]:
            self._take_back(self.by_record[each.id], deployment.at)
            running.remove(each)

    def _take_back(self, deployed: DeployedRecord, at: float, incident: str | None = None) -> None:
        deployed.taken_back = self.after(at, deployed.at)
        self.add(deployed.taken_back, "service.rolledback", deployment=deployed.name, incident=incident)

    def _brought(self, deployment: DeploymentRecord, waiting: list[ChangeRecord]) -> Iterable[str]:
        """Return the changes that a deployment carries: named, reached by its commit, or merged until then.

        `waiting` holds the changes that were not merged until the deployment before, the next one last.
        """
        if deployment.changes:
            return [each for each in deployment.changes if each in self.changes]
        if deployment.commit is not None and deployment.commit in self.history.graph:
            new = new_ancestors(self.history.graph, deployment.commit, self.reached)
            self.reached.update(dict.fromkeys(new, deployment.id))
            return [change for commit in new if (change := self.change_of(commit))]
        if deployment.commit is None:
            return ()
        brought = []
        while waiting and waiting[-1].merged is not None and waiting[-1].merged <= deployment.at:
            brought.append(waiting.pop().id)
        return brought

    def _deploy(self, deployment: DeploymentRecord, brought: list[str]) -> None:
        before = self.deployed[-1].at if self.deployed else None
        at = self.after(deployment.at, before, *(self.created[each] for each in brought))
        name = f"D{len(self.deployed) + 1}"
        deployed = self.by_record[deployment.id] = DeployedRecord(at=at, name=name, record=deployment)
        self.deployed.append(deployed)
        self.shipped.update(dict.fromkeys(brought, at))
        repaired = self.by_record.get(deployment.repairs or "") if not self.history.incidents else None
        ended = self.incidents.get(deployment.during or "")
        details = {
            "name": deployment.name,
            "digest": deployment.digest,
            "repair": repaired.name if repaired else ended,
            "replica": deployment.replica,
        }
        carried: list[str | None] = [*brought] or [None]
        for change in carried:
            self.add(at, "service.deployed", details, change=change, deployment=name)
        if repaired:
            self.inferred += 1
            incident = f"I{self.inferred}"
            failed = {"incident": incident, "deployment": repaired.name}
            self.add(repaired.at, "service.failed", {"cause": "defect"}, **failed)
            self.add(at, "incident.resolved", {"via": "fix"}, incident=incident)

    def _incident(self, incident: IncidentRecord) -> None:
        name = self.incidents[incident.id]
        began = _first(incident.began, incident.known, incident.resolved)
        if began is None:
            self.left_out["incidents without any time"] += 1
            return
        caused_by = self._named_cause(incident, began) or self.attribute(incident, began, self.deployed)
        if caused_by:
            began = self.after(began, caused_by.at)
        cause = incident.cause
        if self.history.observation and not cause:  # what no deployment caused, where all of them were seen
            cause = "defect" if caused_by else "infrastructure"
        details = {
            "cause": cause,
            "severity": incident.severity,
            "downtime": _yes_or_no(incident.downtime),
            "name": incident.name,
        }
        deployment = caused_by.name if caused_by else None
        self.add(began, "service.failed", details, incident=name, deployment=deployment)
        known = began if incident.known is None else self.after(incident.known, began)
        if incident.known is not None:
            kind = "incident.reported" if incident.began is None else "incident.detected"
            details = {"name": incident.detected_by, "automated": _yes_or_no(incident.detected_by_machine)}
            self.add(known, kind, details, incident=name)
        if incident.resolved is not None:
            details = {"via": incident.restored_by, "automated": "yes" if incident.restored_by_script else None}
            self.add(self.after(incident.resolved, known), "incident.resolved", details, incident=name)

    def _named_cause(self, incident: IncidentRecord, began: float) -> DeployedRecord | None:
        """Return the deployment that a source names as the cause of an incident: the last one before it, else the first."""
        if incident.deployment is None:
            return None
        wanted = incident.deployment
        named = [it for it in self.deployed if wanted in (it.record.id, it.record.name, it.record.commit)]
        if not named:
            self.left_out["deployments that incidents name and nobody knows"] += 1
            return None
        return next((it for it in reversed(named) if it.at <= began), named[0])

    def _run(self, run: PipelineRunRecord) -> None:
        change = self.change_of(run.commit)
        if run.started is not None:
            self.add(run.started, f"{run.kind}.started", {"name": run.name}, change=change)
        if run.finished is not None:
            details = {"name": run.name, "outcome": run.outcome, "automated": "yes"}
            self.add(self.after(run.finished, run.started), f"{run.kind}.finished", details, change=change)

    def _item(self, item: WorkItemRecord, changes: list[str]) -> None:
        first = _first(item.created, item.started, item.done, item.closed)
        if first is None or item.withdrawn is not None:
            self.left_out["items without any time" if first is None else "items that were withdrawn"] += 1
            return
        linked = [self.changes[each] for each in changes]
        created = first if item.created is None else item.created
        self.left_out["items whose request has no time"] += item.created is None
        self.add(created, "ticket.created", {"name": item.name}, item=item.id)
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
    def _done(item: WorkItemRecord, linked: list[ChangeRecord]) -> float | None:
        """Return when an item was developed and tested: as the source says, with its last merge, or when it was closed."""
        merged = [each.merged for each in linked if each.merged is not None]
        if item.done is not None or item.closed is None:
            return item.done
        return min(item.closed, max(merged)) if linked and len(merged) == len(linked) else item.closed

    def _delivered(self, item: WorkItemRecord, changes: list[str]) -> float | None:
        """Return when users got the item: with the last of its changes, or when it was closed if no deployment is known."""
        if not changes or not self.deployed or item.closed is None:
            return item.closed
        if not all(each in self.shipped for each in changes):
            return None
        return max(item.closed, *(self.shipped[each] for each in changes))

    def _security(self) -> None:
        for artifact in self.history.artifacts:
            details: dict[str, str | None] = {"version": artifact.version, "digest": artifact.digest}
            self.add(artifact.at, "artifact.published", details)
        made_of = {it.record.commit: it.name for it in self.deployed}
        for scan in self.history.scans:
            change, automated = self.change_of(scan.commit), _yes_or_no(scan.automated)
            details = {"scanner": scan.scanner, "automated": automated, "covered": scan.covered}
            self.add(scan.at, "scan.finished", details, change=change, deployment=made_of.get(scan.commit))
            self._task("scan", scan.at - scan.seconds, scan.at, automated=scan.automated, change=change)
        names = {finding.id: f"V{number}" for number, finding in enumerate(self.history.findings, start=1)}
        for finding in self.history.findings:
            details = {"scanner": finding.scanner, "severity": finding.severity, "name": finding.rule}
            change = self.change_of(finding.commit)
            self.add(finding.reported, "finding.reported", details, finding=names[finding.id], change=change)
        fixed = sorted((it for it in self.history.findings if it.fixed is not None), key=lambda it: it.fixed or 0)
        for finding in fixed:
            at, change = finding.fixed or 0.0, self.change_of(finding.fixed_in)
            self.add(at, "finding.fixed", finding=names[finding.id], change=change)
            self._task("fix", at, at, automated=False, finding=names[finding.id], change=change)
        dismissed = [it for it in self.history.findings if it.dismissed is not None]
        for finding in sorted(dismissed, key=lambda it: it.dismissed or 0):
            at = finding.dismissed or 0.0
            self.add(at, "finding.dismissed", {"reason": finding.reason}, finding=names[finding.id])
            self._task("triage", at, at, automated=False, finding=names[finding.id])
        for finding in fixed:
            if patch := self._patch(finding):
                ids: dict[str, str | None] = {"finding": names[finding.id], "deployment": patch.name}
                self.add(patch.at, "patch.deployed", **ids)
                by_pipeline = self.history.pipelined.get(finding.fixed_in or "", inf) <= patch.at
                self._task("patch", patch.at, patch.at, automated=by_pipeline, **ids)

    def _patch(self, finding: FindingRecord) -> DeployedRecord | None:
        """Return the deployment that repaired a finding in production, if it had been there and was repaired later."""
        at = finding.fixed or 0.0
        weak = self.by_record.get(self.reached.get(finding.commit, ""))
        repair = self.by_record.get(self.reached.get(finding.fixed_in or "", ""))
        return repair if weak and repair and weak.at <= at < repair.at else None

    def _task(self, task: str, began: float, ended: float, *, automated: bool, **ids: str | None) -> None:
        """Write a security task as work on a stage."""
        details: dict[str, str | None] = {"task": task, "automated": _yes_or_no(automated)}
        ids |= {"stage": "deploy" if task == "patch" else "test", "role": None if automated else "security"}
        for at, kind in ((began, "stage.started"), (ended, "stage.finished")):
            self.add(at, kind, details, **ids)


def _when_known(incident: IncidentRecord) -> tuple[float, str]:
    return _first(incident.began, incident.known, incident.resolved) or 0.0, incident.id


def _item_of(change: ChangeRecord) -> str | None:
    return change.items[0] if change.items else None


def _first(*times: float | None) -> float | None:
    return min((each for each in times if each is not None), default=None)


def _yes_or_no(holds: bool | None) -> str | None:  # noqa: FBT001 - private
    return None if holds is None else "yes" if holds else "no"
