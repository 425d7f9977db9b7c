"""Translation of a history into an event log: what deployments carried, what incidents were, and causes before effects.

Clocks differ between sources, so an event that precedes its cause is moved to it; `log.attrs["source"]["moved"]` counts how
often. One recorder has one clock, so a history with an observation carries no such count.
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


@dataclass(kw_only=True)
class DeployedRecord:
    """A deployment as it stands in the log.

    Parameters
    ----------
    at : float
        When it came, in seconds since 1970, after its changes were created.
    name : str
        Its id in the log, for example `D3`.
    record : DeploymentRecord
        The record that it was made from.
    taken_back : float, default inf
        When it was rolled back.

    Examples
    --------
    >>> from devopssim.history import DeploymentRecord
    >>> DeployedRecord(at=60.0, name="D1", record=DeploymentRecord(id="7", at=60.0)).taken_back
    inf

    """

    at: float
    name: str
    record: DeploymentRecord
    taken_back: float = inf


Attribution = Callable[[IncidentRecord, float, Sequence[DeployedRecord]], DeployedRecord | None]
"""Strategy that attributes an incident to a deployment where the source leaves its cause open.

It maps the incident, the time of its failure (seconds since 1970) and the deployments so far (oldest first) to the deployment that
caused it, or None.
"""


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
    writer = _HistoryWriter(history=history, attribute=attribute, plain=plain)
    writer.write()
    observation = history.observation
    if observation is not None:
        start = datetime.fromisoformat(observation.start).timestamp()
        rows = _since(start, writer.rows)
        horizon = max([(observation.until - start) / SECONDS_PER_HOUR, *(row[0] for row in rows)])
        return validate(from_rows(rows, horizon=horizon, start=observation.start, source=observation.source))
    if not writer.rows:
        names = ", ".join(f"{kind} {name}" for kind, name, _ in history.provenance)
        raise InvalidInputError(
            f"{names}: the history has no request, change, deployment or incident, so the log would be empty; import another export."
        )
    start = min(row[0] for row in writer.rows)
    rows = _since(start, writer.rows)
    rows.sort(key=lambda row: (row[0], ORDER[row[1]], *(value or "" for value in row[2:])))
    iso = datetime.fromtimestamp(start, UTC).isoformat()
    return validate(from_rows(rows, start=iso, source=_source(history, writer)))


def _since(start: float, rows: Iterable[Row]) -> list[Row]:
    """Return rows, whose times are seconds since 1970, in hours since `start`."""
    return [(max(0.0, (row[0] - start) / SECONDS_PER_HOUR), *row[1:]) for row in rows]


def _source(history: History, writer: "_HistoryWriter") -> dict[str, Any]:
    """Return where the log comes from, its rules, the number of moved events, and the counts of excluded or doubtful records."""
    names: dict[str, Any] = {}
    for kind, name, _ in history.provenance:
        names[kind] = f"{names[kind]}, {name}" if kind in names else name
    rules = "; ".join(dict.fromkeys(rules for _, _, rules in history.provenance))
    counts = {**history.counts, **{key: count for key, count in writer.counts.items() if count}}
    return {**names, "rules": rules, "moved": writer.moved, **({"counts": counts} if counts else {})}


@dataclass(kw_only=True)
class _HistoryWriter:
    """Writer of a history's rows, with times in seconds since 1970.

    Changes come first, since deployments ask when a change was created; deployments next, since incidents and items ask what
    was deployed when.
    """

    history: History
    attribute: Attribution
    plain: Callable[[str], str]
    rows: list[Row] = field(default_factory=list)
    moved: int = 0
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """How many records were excluded or are doubtful, by reason."""
    changes: dict[str, ChangeRecord] = field(default_factory=dict)
    recorded: dict[str | None, str] = field(default_factory=dict)
    """The change of each commit, as the recorder names it."""
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
    """The id of each incident in the log, by its id in the source."""
    inferred: int = 0
    """How many incidents were inferred from deployments that repair another one."""

    def write(self) -> None:
        """Write all rows of the history."""
        history = self.history
        self.changes = self._with_items(self._changes())
        if history.observation:
            self.recorded = {change.commit: change.id for change in self.changes.values()}
        incidents = sorted(history.incidents.values(), key=_incident_order)
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
        """Add one row; empty details are omitted."""
        detail = encode_detail(**{key: self.plain(value) for key, value in (details or {}).items() if value})
        self.rows.append(event(at, kind, detail=detail, **ids))

    def after(self, at: float, *causes: float | None) -> float:
        """Return `at`, or the latest cause if that is later; count such moves."""
        latest = max((cause for cause in causes if cause is not None), default=at)
        self.moved += latest > at
        return max(at, latest)

    def change_of(self, commit: str | None) -> str | None:
        """Return the id of a commit's change: the recorder's id, else the one made from the hash; None for an unknown change."""
        name = self.recorded.get(commit) or change_id(commit or "")
        return name if name in self.changes else None

    def _changes(self) -> dict[str, ChangeRecord]:
        """Return the changes; a pull request that arrived by a merge commit is replaced by its commits.

        Git dates each commit, while the pull request has one date for all of them.
        """
        graph, changes = self.history.graph, dict(self.history.changes)
        merges = {
            change.commit: change
            for change in changes.values()
            if change.commit and len(graph.get(change.commit, ())) > 1
        }
        if self.history.observation or not merges:
            return changes
        for name, change in list(changes.items()):
            if change.commit in merges:
                del changes[name]
            elif change.brought_by in merges:
                request = merges[change.brought_by]
                items = tuple(sorted({*change.items, *request.items}))
                changes[name] = replace(change, items=items, assisted=change.assisted or request.assisted)
        return changes

    def _with_items(self, changes: Mapping[str, ChangeRecord]) -> dict[str, ChangeRecord]:
        """Return the changes with links to existing items only; a commit's `#12` means `shop#12` if exactly one item ends so."""
        short: dict[str, str | None] = {}
        for name in self.history.items:
            end = f"#{name.rpartition('#')[2]}"
            short[end] = None if end in short else name
        wanted = {name for name, item in self.history.items.items() if item.withdrawn is None}
        linked = {}
        for change_name, change in changes.items():
            full = {name if name in wanted else short.get(name) for name in change.items}
            items = tuple(sorted(name for name in full if name in wanted))
            linked[change_name] = change if items == change.items else replace(change, items=items)
        return linked

    def _write_changes(self) -> None:
        """Write creation, merge and abandonment of each change."""
        for change in self.changes.values():
            first = _first(change.created, change.merged, change.abandoned) or 0
            born = self.created[change.id] = first if change.created is None else change.created
            details = {"version": change.version, "name": change.name, **_mark_of(change)}
            self.add(born, "change.created", details, change=change.id, item=_item_of(change))
        for change in self.changes.values():
            born = self.created[change.id]
            if change.merged is not None:
                at = self.after(change.merged, born)
                self.add(at, "change.merged", _mark_of(change), change=change.id, item=_item_of(change))
            elif change.abandoned is not None:
                at = self.after(change.abandoned, born)
                self.add(at, "change.abandoned", _mark_of(change), change=change.id, item=_item_of(change))

    def _deployments(self) -> None:
        """Write deployments and rollbacks in the order of time."""
        deployments = sorted(self.history.deployments.values(), key=lambda deployment: (deployment.at, deployment.id))
        reported = [deployment for deployment in deployments if not deployment.tag]
        self.counts["tags, because another source has deployments"] = (
            len(deployments) - len(reported) if reported else 0
        )
        waiting = sorted(self.changes.values(), key=_when_merged)
        waiting.reverse()
        order = {name: index for index, name in enumerate(self.changes)}
        present: dict[str | None, list[DeploymentRecord]] = defaultdict(list)
        for deployment in reported or deployments:
            running = present[deployment.of]
            if self._goes_back(deployment, running):
                self._roll_back(deployment, running)
                continue
            running.append(deployment)
            brought = {change for change in self._brought(deployment, waiting) if change not in self.shipped}
            self._deploy(deployment, sorted(brought, key=order.__getitem__))

    @staticmethod
    def _goes_back(deployment: DeploymentRecord, running: list[DeploymentRecord]) -> bool:
        """Return whether a deployment restores an earlier version; a tag never does."""
        if deployment.back is not None or deployment.tag:
            return bool(deployment.back)
        before = {earlier.commit for earlier in running if earlier.commit}
        return bool(running) and deployment.commit in before and deployment.commit != running[-1].commit

    def _roll_back(self, deployment: DeploymentRecord, running: list[DeploymentRecord]) -> None:
        """Take back what runs above the restored version; without a known one, the newest."""
        if not running:
            self.counts["rollbacks of unknown deployments"] += 1
            return
        same = [
            index for index, earlier in enumerate(running) if deployment.commit and earlier.commit == deployment.commit
        ]
        until = same[0] if same else len(running) - 2
        for newer in running[max(0, until) + 1 :] or running[-1:]:
            self._take_back(self.by_record[newer.id], deployment.at)
            running.remove(newer)

    def _take_back(self, deployed: DeployedRecord, at: float, incident: str | None = None) -> None:
        deployed.taken_back = self.after(at, deployed.at)
        self.add(deployed.taken_back, "service.rolledback", deployment=deployed.name, incident=incident)

    def _brought(self, deployment: DeploymentRecord, waiting: list[ChangeRecord]) -> Iterable[str]:
        """Return the changes that a deployment carries: named, reached by its commit, or merged until then.

        `waiting` holds the changes of no deployment yet, the next one to be merged last; taken ones are popped.
        """
        if deployment.changes:
            return [change for change in deployment.changes if change in self.changes]
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
        """Write a deployment with its changes, and the incident that it repairs if no source reports incidents."""
        before = self.deployed[-1].at if self.deployed else None
        at = self.after(deployment.at, before, *(self.created[change] for change in brought))
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
        """Write failure, detection and resolution of one incident."""
        name = self.incidents[incident.id]
        occurred = _first(incident.occurred, incident.detected, incident.resolved)
        if occurred is None:
            self.counts["incidents without any time"] += 1
            return
        caused_by = self._named_cause(incident, occurred) or self.attribute(incident, occurred, self.deployed)
        if caused_by:
            occurred = self.after(occurred, caused_by.at)
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
        self.add(occurred, "service.failed", details, incident=name, deployment=deployment)
        detected = occurred if incident.detected is None else self.after(incident.detected, occurred)
        if incident.detected is not None:
            kind = "incident.reported" if incident.occurred is None else "incident.detected"
            details = {"name": incident.detected_by, "automated": _yes_or_no(incident.detected_by_machine)}
            self.add(detected, kind, details, incident=name)
        if incident.resolved is not None:
            details = {"via": incident.restored_by, "automated": "yes" if incident.restored_by_script else None}
            self.add(self.after(incident.resolved, detected), "incident.resolved", details, incident=name)

    def _named_cause(self, incident: IncidentRecord, occurred: float) -> DeployedRecord | None:
        """Return the deployment that the source names as the cause: the last one before the failure, else the first."""
        if incident.deployment is None:
            return None
        wanted = incident.deployment
        named = [
            deployed
            for deployed in self.deployed
            if wanted in (deployed.record.id, deployed.record.name, deployed.record.commit)
        ]
        if not named:
            self.counts["unknown deployments that incidents name as their cause"] += 1
            return None
        return next((deployed for deployed in reversed(named) if deployed.at <= occurred), named[0])

    def _run(self, run: PipelineRunRecord) -> None:
        """Write start and end of a pipeline run."""
        change = self.change_of(run.commit)
        if run.started is not None:
            self.add(run.started, f"{run.kind}.started", {"name": run.name}, change=change)
        if run.finished is not None:
            details = {"name": run.name, "outcome": run.outcome, "automated": "yes"}
            self.add(self.after(run.finished, run.started), f"{run.kind}.finished", details, change=change)

    def _item(self, item: WorkItemRecord, changes: list[str]) -> None:
        """Write request, start, end of development and delivery of a work item."""
        first = _first(item.created, item.started, item.done, item.closed)
        if first is None or item.withdrawn is not None:
            self.counts["items without any time" if first is None else "withdrawn items"] += 1
            return
        linked = [self.changes[name] for name in changes]
        created = first if item.created is None else item.created
        self.counts["items without a creation time"] += item.created is None
        self.add(created, "ticket.created", {"name": item.name}, item=item.id)
        began = item.started if item.started is not None else _first(*(change.created for change in linked))
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
        """Return when an item was developed and tested: the source's time, else its last merge, at the latest its closing."""
        merged = [change.merged for change in linked if change.merged is not None]
        if item.done is not None or item.closed is None:
            return item.done
        return min(item.closed, max(merged)) if linked and len(merged) == len(linked) else item.closed

    def _delivered(self, item: WorkItemRecord, changes: list[str]) -> float | None:
        """Return when users got the item: with the last of its changes; without known deployments, when it was closed."""
        if not changes or not self.deployed or item.closed is None:
            return item.closed
        if not all(change in self.shipped for change in changes):
            return None
        return max(item.closed, *(self.shipped[change] for change in changes))

    def _security(self) -> None:
        """Write artifacts, scans, findings and their ends, and the work on them."""
        for artifact in self.history.artifacts:
            details: dict[str, str | None] = {"version": artifact.version, "digest": artifact.digest}
            self.add(artifact.at, "artifact.published", details)
        made_of = {deployed.record.commit: deployed.name for deployed in self.deployed}
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
        fixed = sorted((one for one in self.history.findings if one.fixed is not None), key=lambda one: one.fixed or 0)
        for finding in fixed:
            at, change = finding.fixed or 0.0, self.change_of(finding.fixed_in)
            self.add(at, "finding.fixed", finding=names[finding.id], change=change)
            self._task("fix", at, at, automated=False, finding=names[finding.id], change=change)
        dismissed = [one for one in self.history.findings if one.dismissed is not None]
        for finding in sorted(dismissed, key=lambda one: one.dismissed or 0):
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
        """Return the deployment that repaired a finding in production; None unless it was deployed before it was fixed."""
        at = finding.fixed or 0.0
        vulnerable = self.by_record.get(self.reached.get(finding.commit, ""))
        repair = self.by_record.get(self.reached.get(finding.fixed_in or "", ""))
        return repair if vulnerable and repair and vulnerable.at <= at < repair.at else None

    def _task(self, task: str, began: float, ended: float, *, automated: bool, **ids: str | None) -> None:
        """Write a security task as work on a stage."""
        details: dict[str, str | None] = {"task": task, "automated": _yes_or_no(automated)}
        ids |= {"stage": "deploy" if task == "patch" else "test", "role": None if automated else "security"}
        for at, kind in ((began, "stage.started"), (ended, "stage.finished")):
            self.add(at, kind, details, **ids)


def _incident_order(incident: IncidentRecord) -> tuple[float, str]:
    """Return the sort key of incidents: earliest time, then id."""
    return _first(incident.occurred, incident.detected, incident.resolved) or 0.0, incident.id


def _when_merged(change: ChangeRecord) -> tuple[float, str]:
    return inf if change.merged is None else change.merged, change.id


def _mark_of(change: ChangeRecord) -> dict[str, str | None]:
    """Return the details of a change's events: the mark of AI assistance."""
    return {"assisted": "yes" if change.assisted else None}


def _item_of(change: ChangeRecord) -> str | None:
    return change.items[0] if change.items else None


def _first(*times: float | None) -> float | None:
    return min((time for time in times if time is not None), default=None)


def _yes_or_no(holds: bool | None) -> str | None:  # noqa: FBT001 - private
    return None if holds is None else "yes" if holds else "no"
