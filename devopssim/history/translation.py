"""Translation of a history into an event log: what deployments carried, what incidents were, and causes before effects.

Clocks differ between sources, so an event that precedes its cause is moved to it; `log.attrs["source"]["moved"]` counts how
often. One recorder has one clock, so a history with an observation carries no such count. Times that no clock should show, in the
future or before 1980 in a history of later years, are dropped and counted.

The log states its window: rates count from the first thing that ended (a merge or a deployment, and where there are items a delivery),
because of what began earlier an export often holds a part only. It also states what its sources record (`attrs["observed"]`).
"""

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from math import inf
from typing import Any, Final, Literal

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events import HOURS_PER_WEEK, SECONDS_PER_HOUR, Row, encode_detail, event, from_rows, validate
from devopssim.history.clocks import LEAST_ENDS, observed_from, without_impossible_times
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
STARTS: Final = {"ticket.created", "ticket.started", "change.created"}
"""Kinds that begin something; an export often holds only those of what ended in it."""
LEAST_LAG: Final = 4 * HOURS_PER_WEEK
"""Hours by which the first delivery lags behind the first change at least, if items were exported from a later time on."""
MOST_USUAL: Final = 3
"""Usual times of an item that such a lag exceeds, too."""
FAILURES: Final = {"service.rolledback", "service.deployed repair"}
LOWER_BOUND: Final = "no source of incidents: failed deployments are those that were rolled back or repaired, so the change failure rate is a lower bound"
TOLD: Final = {"service.deployed": "repair", "ticket.created": "rework_of", "service.failed": "cause"}
"""Keys of detail, by kind, that a source records if one row has them."""


@dataclass(kw_only=True)
class DeployedRecord:
    """A deployment as the log has it.

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
    writer = written(history, attribute=attribute, plain=plain)
    history, observation = writer.history, history.observation
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
    whole = history.whole or (inf, -inf)
    start = min(whole[0], *(row[0] for row in writer.rows))
    rows = _since(start, writer.rows)
    rows.sort(key=lambda row: (row[0], ORDER[row[1]], *(value or "" for value in row[2:])))
    horizon = max(rows[-1][0], (whole[1] - start) / SECONDS_PER_HOUR)
    iso = datetime.fromtimestamp(start, UTC).isoformat()
    log = from_rows(rows, horizon=horizon, start=iso, source=_source(history, writer))
    log.attrs["observed"] = sorted(history.observes | writer.observed())
    window = _window(rows, horizon, (whole[0] - start) / SECONDS_PER_HOUR)
    if window > 0:
        log.attrs["window"] = window
    outside = sum(row[0] < window for row in rows if row[1] not in STARTS)
    if outside:
        remark = f"{outside} merges, deployments or deliveries before {moment(start + window * SECONDS_PER_HOUR)[:10]} are outside the window"
        log.attrs["source"].setdefault("remarks", []).append(remark)
    return validate(log)


def _window(rows: Sequence[Row], horizon: float, whole: float) -> float:
    """Return the hour from which items and changes are whole.

    The first delivery follows the first change by about the time that an item takes. If it follows much later, items were exported from
    then on only, and the window begins with them.

    `whole` is the hour from which the source states that changes are whole; infinite if it does not.
    """
    items = [row[0] for row in rows if row[1] == "ticket.closed"]
    changes = [row[0] for row in rows if row[1].startswith(("change.", "service.")) and row[1] not in STARTS]
    if len(items) < LEAST_ENDS and len(changes) < LEAST_ENDS:
        items = [row[0] for row in rows if row[1] not in STARTS]
    usual = _typical(rows, "item")
    of_items = observed_from(items, horizon, usual)
    of_changes = min(observed_from(changes, horizon, _typical(rows, "change")), whole)
    if len(changes) < LEAST_ENDS or of_items - of_changes > max(LEAST_LAG, MOST_USUAL * usual):
        return of_items
    return of_changes


def _typical(rows: Iterable[Row], entity: Literal["item", "change"]) -> float:
    """Return the median hours from the creation of an item or a change to its close or merge; 0 where none ended."""
    begin, end, column = (
        ("ticket.created", "ticket.closed", 2) if entity == "item" else ("change.created", "change.merged", 3)
    )
    begun = {row[column]: row[0] for row in rows if row[1] == begin}
    lengths = [row[0] - begun[row[column]] for row in rows if row[1] == end and row[column] in begun]
    return statistics.median(lengths) if lengths else 0.0


def written(history: History, *, attribute: Attribution, plain: Callable[[str], str]) -> "HistoryWriter":
    """Return the writer that has written all rows of a history, with its reasons; times that no clock should show are dropped."""
    if not history.observation:
        history = without_impossible_times(history)
    writer = HistoryWriter(history=history, attribute=attribute, plain=plain)
    writer.write()
    return writer


def _since(start: float, rows: Iterable[Row]) -> list[Row]:
    """Return rows, whose times are seconds since 1970, in hours since `start`."""
    return [(max(0.0, (row[0] - start) / SECONDS_PER_HOUR), *row[1:]) for row in rows]


def _source(history: History, writer: "HistoryWriter") -> dict[str, Any]:
    """Return where the log comes from, its rules, the number of moved events, and the counts of excluded or doubtful records."""
    names: dict[str, Any] = {}
    for kind, name, _ in history.provenance:
        names[kind] = f"{names[kind]}, {name}" if kind in names else name
    rules = "; ".join(dict.fromkeys(rules for _, _, rules in history.provenance))
    counts = {**history.counts, **{key: count for key, count in writer.counts.items() if count}}
    observed = writer.observed() | history.observes
    remarks = [*history.remarks, *([LOWER_BOUND] if FAILURES & observed and "service.failed" not in observed else [])]
    stated = {"counts": counts, "remarks": remarks, "assumptions": dict(history.assumptions)}
    return {**names, "rules": rules, "moved": writer.moved, **{key: value for key, value in stated.items() if value}}


@dataclass(kw_only=True)
class HistoryWriter:
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
    carried_by: dict[str, DeployedRecord] = field(default_factory=dict)
    """The deployment that first carried each change."""
    versions: dict[str | None, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Commits that each service deployed, in any environment."""
    redeploys: bool = False
    """Whether a commit was deployed a second time, so that the sources would show a rollback."""
    why: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Why a deployment carries its changes, failed, or was followed by an incident, by its id in the log."""

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
        name = self.recorded.get(commit) or change_id(self.history.copies.get(commit or "", commit or ""))
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
                changes[name] = replace(
                    change,
                    items=tuple(sorted({*change.items, *request.items})),
                    assisted=change.assisted or request.assisted,
                    reverts=tuple(sorted({*change.reverts, *request.reverts})),
                    hotfix=change.hotfix or request.hotfix,
                    of=change.of or request.of,
                )
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
        waiting = self._waiting()
        order = {name: index for index, name in enumerate(self.changes)}
        present: dict[tuple[str | None, str | None], list[DeploymentRecord]] = defaultdict(list)
        for deployment in reported or deployments:
            running, before = present[deployment.of, deployment.environment], self.versions[deployment.of]
            if self._goes_back(deployment, running):
                self._roll_back(deployment, running)
                continue
            previous = running[-1] if running else None
            running.append(deployment)
            brought = {change for change in self._brought(deployment, waiting) if change not in self.shipped}
            if deployment.commit:
                self.redeploys |= deployment.commit in before
                before.add(deployment.commit)
            self._deploy(deployment, sorted(brought, key=order.__getitem__), previous)

    def _waiting(self) -> dict[str | None, list[ChangeRecord]]:
        """Return the merged changes of each repository, the next one to be merged last."""
        waiting: dict[str | None, list[ChangeRecord]] = defaultdict(list)
        for change in sorted(self.changes.values(), key=_when_merged, reverse=True):
            if change.merged is not None:
                waiting[change.of].append(change)
        return waiting

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
            self.why[self.by_record[newer.id].name].append(
                f"rolled back at {moment(deployment.at)}: {_named(deployment)} brought back an earlier version"
            )
            running.remove(newer)

    def _take_back(self, deployed: DeployedRecord, at: float, incident: str | None = None) -> None:
        deployed.taken_back = self.after(at, deployed.at)
        self.add(deployed.taken_back, "service.rolledback", deployment=deployed.name, incident=incident)

    def _brought(self, deployment: DeploymentRecord, waiting: dict[str | None, list[ChangeRecord]]) -> Iterable[str]:
        """Return the changes that a deployment carries: named, reached by its commit, or of its repository and merged until then.

        `waiting` holds the changes of no deployment yet, the next one to be merged last; taken ones are popped.
        """
        name = f"D{len(self.deployed) + 1}"
        if deployment.changes:
            self.why[name].append("the source names its changes")
            return [change for change in deployment.changes if change in self.changes]
        if deployment.commit is not None and deployment.commit in self.history.graph:
            new = new_ancestors(self.history.graph, deployment.commit, self.reached)
            self.reached.update(dict.fromkeys(new, deployment.id))
            self.why[name].append(
                f"its commit {deployment.commit[:12]} reaches its changes, and no earlier deployment reached them"
            )
            return [change for commit in new if (change := self.change_of(commit))]
        if deployment.commit is None:
            self.why[name].append("the source names neither changes nor a commit")
            return ()
        head = self.changes.get(self.change_of(deployment.commit) or "")
        until = deployment.at if head is None or head.merged is None else min(head.merged, deployment.at)
        repositories = (deployment.of, None) if deployment.of in waiting else tuple(waiting)
        self.why[name].append(
            f"its changes were merged until {moment(until)} and no earlier deployment carried them"
            + (f"; of {deployment.of} only" if deployment.of in waiting and deployment.of else "")
        )
        brought = []
        for repository in repositories:
            pending = waiting.get(repository, [])
            while pending and (pending[-1].merged or 0.0) <= until:
                brought.append(pending.pop().id)
        return brought

    def _deploy(self, deployment: DeploymentRecord, brought: list[str], previous: DeploymentRecord | None) -> None:
        """Write a deployment with its changes, and what it repairs.

        An assumed repair also writes an incident, if no source reports incidents.
        """
        before = self.deployed[-1].at if self.deployed else None
        at = self.after(deployment.at, before, *(self.created[change] for change in brought))
        name = f"D{len(self.deployed) + 1}"
        deployed = self.by_record[deployment.id] = DeployedRecord(at=at, name=name, record=deployment)
        self.deployed.append(deployed)
        self.shipped.update(dict.fromkeys(brought, at))
        repaired = self._repaired(deployment, brought, previous)
        self.carried_by.update(dict.fromkeys(brought, deployed))
        details = {
            "name": deployment.name,
            "digest": deployment.digest,
            "repair": repaired.name if repaired else self.incidents.get(deployment.during or ""),
            "replica": deployment.replica,
            "service": deployment.of,
            "environment": deployment.environment,
        }
        carried: list[str | None] = [*brought] or [None]
        for change in carried:
            self.add(at, "service.deployed", details, change=change, deployment=name)
        if repaired and deployment.assumed:
            self.inferred += 1
            incident = f"I{self.inferred}"
            failed = {"incident": incident, "deployment": repaired.name}
            self.add(repaired.at, "service.failed", {"cause": "defect"}, **failed)
            self.add(at, "incident.resolved", {"via": "fix"}, incident=incident)

    def _repaired(
        self, deployment: DeploymentRecord, brought: list[str], previous: DeploymentRecord | None
    ) -> DeployedRecord | None:
        """Return the deployment that this one repairs: of the changes that it reverts, before its hotfix, or as the source has it."""
        name = self.by_record[deployment.id].name
        taken_back = [change for commit in brought for change in self.changes[commit].reverts]
        broken = [self.carried_by.get(self.change_of(change) or change) for change in taken_back]
        reverted = max((one for one in broken if one), key=lambda one: one.at, default=None)
        if reverted:
            self.why[reverted.name].append(f"failed: {name} reverts what it shipped")
            self.why[name].append(f"repairs {reverted.name}: it reverts what {reverted.name} shipped")
            return reverted
        hotfix = any(self.changes[change].hotfix for change in brought)
        source = previous.id if hotfix and previous and not deployment.repairs else deployment.repairs or ""
        repaired = self.by_record.get(source)
        if not repaired or (deployment.assumed and self.history.incidents):
            return None
        reason = "assumed, by --repair-window" if deployment.assumed else "it brings a hotfix"
        self.why[repaired.name].append(f"failed: {name} repairs it ({reason})")
        self.why[name].append(f"repairs {repaired.name}: {reason}")
        return repaired

    def observed(self) -> set[str]:
        """Return the kinds of the rows written, and the keys of detail in them; a commit deployed again would show a rollback."""
        kinds = {row[1] for row in self.rows}
        keys = {
            f"{row[1]} {TOLD[row[1]]}"
            for row in self.rows
            if row[1] in TOLD and row[9] and f"{TOLD[row[1]]}=" in row[9]
        }
        return {*kinds, *keys, *(["service.rolledback"] if self.redeploys else [])}

    def _incident(self, incident: IncidentRecord) -> None:
        """Write failure, detection and resolution of one incident."""
        name = self.incidents[incident.id]
        occurred = _first(incident.occurred, incident.detected, incident.resolved)
        if occurred is None:
            self.counts["incidents without any time"] += 1
            return
        named = self._named_cause(incident, occurred)
        caused_by = named or self.attribute(incident, occurred, self._suspects(incident))
        if caused_by:
            reason = "the source names it" if named else "the last deployment before it"
            of = f" of {incident.of}" if incident.of and not named else ""
            self.why[caused_by.name].append(
                f"failed: incident {name} ({incident.id}) at {moment(occurred)}; {reason}{of}"
            )
            occurred = self.after(occurred, caused_by.at)
        cause = incident.cause
        if self.history.observation and not cause:  # what no deployment caused, where all of them were seen
            cause = "defect" if caused_by else "infrastructure"
        details = {
            "cause": cause,
            "severity": incident.severity,
            "downtime": _yes_or_no(incident.downtime),
            "name": incident.name,
            "service": incident.of,
        }
        deployment = caused_by.name if caused_by else None
        self.add(occurred, "service.failed", details, incident=name, deployment=deployment)
        detected = occurred if incident.detected is None else self.after(incident.detected, occurred)
        if incident.detected is not None:
            kind = "incident.reported" if incident.occurred is None else "incident.detected"
            details = {"name": incident.detected_by, "automated": _yes_or_no(incident.detected_by_machine)}
            self.add(detected, kind, details, incident=name)
        details = {"via": incident.restored_by, "automated": "yes" if incident.restored_by_script else None}
        restored = detected if incident.restored is None else self.after(incident.restored, detected)
        if incident.restored is not None:
            self.add(restored, "service.restored", details, incident=name)
        if incident.resolved is not None:
            self.add(self.after(incident.resolved, restored), "incident.resolved", details, incident=name)

    def _suspects(self, incident: IncidentRecord) -> Sequence[DeployedRecord]:
        """Return the deployments that can have caused an incident: those of the service that it names."""
        if incident.of is None:
            return self.deployed
        return [deployed for deployed in self.deployed if _same_service(deployed.record.of, incident.of)]

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


def moment(at: float) -> str:
    """Return a time as text, to the minute.

    >>> moment(0.0)
    '1970-01-01 00:00'
    """
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M}"


def _named(deployment: DeploymentRecord) -> str:
    """Return the name of a deployment for a reader."""
    return f"deployment {deployment.name or deployment.id}"


def _same_service(deployed: str | None, named: str) -> bool:
    """Return whether an incident names the service of a deployment: by its whole name, or by its last part."""
    own, other = (deployed or "").casefold(), named.casefold()
    return own == other or own.rpartition("/")[2] == other.rpartition("/")[2]


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
