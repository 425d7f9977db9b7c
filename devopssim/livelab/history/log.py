"""From the journal to the event log: facts become events, with ids, in the order of time.

How a deployment gets its changes: an image is made from a commit; its changes are the commits that it builds on and that no
earlier deployment had. Putting an earlier image back is no deployment but takes the present one back. A container that merely
starts again is neither.

When an incident begins and ends is what users saw, with two corrections: the planned interruption before a release that turns
out to be bad belongs to the release, so the incident begins with the release; and where only some requests failed, the last
failure a user saw may lie before the moment at which the cause was taken away, so the incident ends with that.

How an incident gets its deployment: the drill or the release that is known to have caused it; otherwise a deployment that
came at most `ATTRIBUTED` seconds before; otherwise none, and the cause is the infrastructure.
"""

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from devopssim import events
from devopssim.events import SECONDS_PER_HOUR, Row, encode_detail, event
from devopssim.livelab.history.commits import ShopCommit, ancestors, commit_of
from devopssim.livelab.history.journal import Fact

ATTRIBUTED: Final = 60.0
"""Seconds after a deployment in which a failure is put down to it, if nothing else is known."""
MOMENT: Final = 1e-3
"""Seconds by which an effect is put after its cause."""
STEPS: Final = {"build": "build", "test": "testsuiterun"}
"""The pipeline's steps that are events of their own, and the subject of the event."""


def log_of(
    facts: Sequence[Fact], commits: Sequence[ShopCommit], *, start: str, now: float, source: dict[str, Any]
) -> pd.DataFrame:
    """Return the valid event log of these facts and commits; `start` is an ISO time, `now` seconds since 1970."""
    began = dt.datetime.fromisoformat(start).timestamp()
    writer = _Writer(began=began, commits=_all_commits(facts, commits))
    writer.write(sorted(_with_real_limits(facts), key=lambda fact: float(fact["at"])))
    horizon = max([(now - began) / SECONDS_PER_HOUR, *(row[0] for row in writer.rows)])
    return events.validate(events.from_rows(writer.rows, horizon=horizon, start=start, source=source))


@dataclass(kw_only=True)
class _Writer:
    """Reads facts in the order of time, and remembers what ids things have and what is in force."""

    began: float
    commits: list[ShopCommit]
    rows: list[Row] = field(default_factory=list)
    changes: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    """Image: the commit that it was made from."""
    deployments: dict[str, str] = field(default_factory=dict)
    """Image: the deployment that first brought it."""
    deployed_at: dict[str, float] = field(default_factory=dict)
    shipped: set[str] = field(default_factory=set)
    present: dict[str, str] = field(default_factory=dict)
    """Service: the image that runs there."""
    merged: set[str] = field(default_factory=set)
    containers: set[str] = field(default_factory=set)
    taken_back: set[str] = field(default_factory=set)
    incidents: dict[str, str] = field(default_factory=dict)
    open_incident: str | None = None
    undetected: dict[str, dict[str, Any]] = field(default_factory=dict)
    findings: dict[str, str] = field(default_factory=dict)
    reported_in: dict[str, str] = field(default_factory=dict)
    """Finding: the commit in which it was first seen."""
    mended: dict[str, str] = field(default_factory=dict)
    """Finding that was in production: the commit that repaired it, until that is deployed."""
    pipelined: set[str] = field(default_factory=set)
    """Commits that the pipeline began to handle."""
    scans: list[tuple[int, str]] = field(default_factory=list)
    """The rows of scans, and the commits that they looked at."""
    brought_by: dict[str, str] = field(default_factory=dict)
    """ShopCommit: the deployment that brought it."""
    last_deployment: str | None = None
    repaired_by: str = "restart"

    def write(self, facts: Sequence[Fact]) -> None:
        """Write the events of all facts."""
        for number, commit in enumerate(self.commits, start=1):
            self.changes[commit.sha] = f"C{number}"
            detail = _detail(version=commit.sha[:7], name=commit.subject)
            self.add(commit.at, "change.created", change=self.changes[commit.sha], detail=detail)
        for fact in facts:
            reader = getattr(self, f"_{fact['fact'].replace('.', '_')}", None)
            if reader:
                reader(fact, float(fact["at"]))
        for row, sha in self.scans:
            self.rows[row] = _with_deployment(self.rows[row], self.brought_by.get(sha))
        self.rows.sort(key=lambda row: row[0])

    def add(self, at: float, kind: str, **fields: Any) -> None:
        """Write one event that happened `at` seconds since 1970."""
        self.rows.append(event(max(0.0, at - self.began) / SECONDS_PER_HOUR, kind, **fields))

    def _merged(self, fact: Fact, at: float) -> None:
        for sha in sorted(ancestors(fact["sha"], self.commits) - self.merged, key=self._number):
            self.merged.add(sha)
            self.add(at, "change.merged", change=self.changes[sha])

    def _number(self, sha: str) -> int:
        return int(self.changes[sha][1:])

    def _built(self, fact: Fact, _at: float) -> None:
        self.sources[fact["image"]] = fact["sha"]

    def _published(self, fact: Fact, at: float) -> None:
        tag = fact["reference"].rpartition(":")[2] if ":" in fact["reference"].rpartition("/")[2] else ""
        detail = _detail(version=tag, digest=fact["digest"])
        self.add(at, "artifact.published", detail=detail)

    def _step(self, fact: Fact, at: float) -> None:
        self.pipelined.add(fact["sha"])
        subject = STEPS.get(fact["step"])
        if subject and fact["state"] == "started":
            self.add(at, f"{subject}.started", change=self.changes.get(fact["sha"]))
        elif subject:
            detail = _detail(outcome=fact["outcome"], automated="yes")
            self.add(at, f"{subject}.finished", change=self.changes.get(fact["sha"]), detail=detail)

    def _serving(self, fact: Fact, at: float) -> None:
        image, service = fact["image"], fact["service"]
        if fact["container"] in self.containers:
            return
        self.containers.add(fact["container"])
        before = self.present.get(service)
        self.present[service] = image
        if image not in self.deployments:
            self._deploy(fact, at)
        elif before is not None and before != image and service == "web":
            self._take_back(before, at)

    def _deploy(self, fact: Fact, at: float) -> None:
        image = fact["image"]
        deployment = f"D{len(self.deployments) + 1}"
        self.last_deployment = self.deployments[image] = deployment
        self.deployed_at[deployment] = at
        source: str = self.sources.get(image) or fact["sha"]
        new = ancestors(source, self.commits) - self.shipped
        self.shipped |= new
        self.brought_by[source] = deployment
        repair = self.open_incident and self.incidents[self.open_incident]
        detail = _detail(digest=fact["digest"], repair=repair or "", replica=fact["service"])
        if self.open_incident:
            self.repaired_by = "fix"
        changes: list[str | None] = [self.changes[sha] for sha in sorted(new, key=self._number)]
        for change in changes or [None]:  # nothing new was committed
            self.add(at, "service.deployed", change=change, deployment=deployment, detail=detail)

        for finding in [finding for finding, sha in self.mended.items() if sha in new]:
            known = {"finding": self.findings[finding], "deployment": deployment}
            self.add(at, "patch.deployed", **known)
            by_pipeline = "yes" if self.mended.pop(finding) in self.pipelined else "no"
            self._task("patch", at, at, automated=by_pipeline, **known)

    def _take_back(self, image: str, at: float) -> None:
        deployment = self.deployments.get(image)
        self.repaired_by = "rollback"
        if deployment and deployment not in self.taken_back:
            self.taken_back.add(deployment)
            incident = self.open_incident and self.incidents[self.open_incident]
            self.add(at, "service.rolledback", deployment=deployment, incident=incident or None)

    def _rolled_back(self, fact: Fact, at: float) -> None:
        self._take_back(fact["image"], at)

    def _incident_failed(self, fact: Fact, at: float) -> None:
        name = f"I{len(self.incidents) + 1}"
        self.incidents[fact["incident"]] = name
        self.open_incident = fact["incident"]
        self.undetected[fact["incident"]] = fact
        self.repaired_by = "restart"
        deployment = self._blamed(fact, at)
        cause = fact.get("cause") or ("defect" if deployment else "infrastructure")
        downtime = "yes" if fact["downtime"] else "no"
        detail = _detail(cause=cause, severity=fact["severity"], downtime=downtime)
        self.add(at, "service.failed", incident=name, deployment=deployment, detail=detail)

    def _blamed(self, fact: Fact, at: float) -> str | None:
        if "image" in fact:
            return self.deployments.get(fact["image"] or "")
        recent = self.last_deployment
        if recent is None or recent in self.taken_back:
            return None
        return recent if 0 <= at - self.deployed_at[recent] <= ATTRIBUTED else None

    def _alert(self, fact: Fact, at: float) -> None:
        if self.open_incident in self.undetected:
            self._detect(self.open_incident, at, name=fact["name"], automated="yes")

    def _noticed(self, _fact: Fact, at: float) -> None:
        if self.open_incident in self.undetected:
            self._detect(self.open_incident, at, automated="no")

    def _detect(self, incident: str | None, at: float, **known: str) -> None:
        if incident is not None:
            del self.undetected[incident]
            self.add(at, "incident.detected", incident=self.incidents[incident], detail=_detail(**known))

    def _incident_resolved(self, fact: Fact, at: float) -> None:
        incident = fact["incident"]
        if incident in self.undetected:
            declared = float(self.undetected[incident]["declared"])
            self._detect(incident, min(declared, at), name="prober", automated="yes")
        detail = _detail(via=self.repaired_by, automated=fact.get("automated", ""))
        self.add(at, "incident.resolved", incident=self.incidents[incident], detail=detail)
        self.open_incident = None

    def _scan(self, fact: Fact, at: float) -> None:
        change = self.changes.get(fact["sha"])
        detail = _detail(scanner=fact["scanner"], automated=fact["automated"], covered=fact["covered"])
        self.scans.append((len(self.rows), fact["sha"]))
        self.add(at, "scan.finished", change=change, detail=detail)
        began = at - float(fact["seconds"])
        self._task("scan", began, at, automated=fact["automated"], change=change)

    def _task(self, task: str, began: float, ended: float, *, automated: str, **fields: Any) -> None:
        """Write a security task as work on a stage."""
        detail = _detail(task=task, automated=automated)
        stage = "deploy" if task == "patch" else "test"
        for at, kind in ((began, "stage.started"), (ended, "stage.finished")):
            self.add(at, kind, stage=stage, role=None if automated == "yes" else "security", detail=detail, **fields)

    def _finding_reported(self, fact: Fact, at: float) -> None:
        known = self.findings.setdefault(fact["finding"], f"V{len(self.findings) + 1}")
        detail = _detail(scanner=fact["scanner"], severity=fact["severity"], name=fact["rule"])
        self.reported_in[fact["finding"]] = fact["sha"]
        change = self.changes.get(fact["sha"])
        self.add(at, "finding.reported", finding=known, change=change, detail=detail)

    def _finding_fixed(self, fact: Fact, at: float) -> None:
        change = self.changes.get(fact["sha"])
        known = {"finding": self.findings[fact["finding"]], "change": change}
        self.add(at, "finding.fixed", **known)
        self._task("fix", at, at, automated="no", **known)
        if self.reported_in[fact["finding"]] in self.shipped:
            self.mended[fact["finding"]] = fact["sha"]

    def _finding_dismissed(self, fact: Fact, at: float) -> None:
        finding = self.findings[fact["finding"]]
        self.add(at, "finding.dismissed", finding=finding, detail=_detail(reason=fact["reason"]))
        self._task("triage", at, at, automated="no", finding=finding)


def _with_deployment(row: Row, deployment: str | None) -> Row:
    """Return the row with the deployment that brought what it tells of, if one did."""
    time, kind, item, change, stage, _, incident, finding, role, detail = row
    return (time, kind, item, change, stage, deployment, incident, finding, role, detail)


def _with_real_limits(facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts with the beginning and end of incidents corrected by what was released or taken back meanwhile."""
    acts = [float(fact["at"]) for fact in facts if fact["fact"] in {"serving", "rolled_back"}]
    resolved = {fact["incident"]: float(fact["at"]) for fact in facts if fact["fact"] == "incident.resolved"}
    corrected = []
    for fact in facts:
        known = fact
        if fact["fact"] in {"incident.failed", "incident.resolved"}:
            between = [at for at in acts if float(fact["at"]) < at <= float(fact["declared"])]
            known = {**fact, "at": max(between) + MOMENT} if between else fact
        if fact["fact"] == "incident.failed":
            known = _not_before_its_cause(known, facts, resolved.get(fact["incident"], math.inf))
        corrected.append(known)
    return corrected


def _not_before_its_cause(incident: Fact, facts: Sequence[Fact], resolved: float) -> Fact:
    """Return the incident, begun no earlier than the release that is known as its cause, however long that took to come."""
    served = [
        float(fact["at"]) for fact in facts if fact["fact"] == "serving" and fact["image"] == incident.get("image")
    ]
    begun = min(served, default=0.0) + MOMENT
    if not float(incident["at"]) < begun < resolved:
        return incident
    return {**incident, "at": begun, "declared": max(begun, float(incident["declared"]))}


def _all_commits(facts: Iterable[Fact], commits: Sequence[ShopCommit]) -> list[ShopCommit]:
    """Return the commits of the student and those that drills made, in the order of time, parents first."""
    drilled = [commit_of(fact) for fact in facts if fact["fact"] == "commit"]
    known = {commit.sha: commit for commit in (*commits, *drilled)}
    return sorted(known.values(), key=lambda commit: commit.at)


def _detail(**pairs: object) -> str | None:
    """Return what is known as the log's `key=value` pairs; what would break their form is replaced."""
    said = {key: str(value).translate(_PLAIN).strip() for key, value in pairs.items() if value not in {"", None}}
    return encode_detail(**said)


_PLAIN: Final = str.maketrans({";": ",", "=": ":", "\n": " ", "\r": " "})
