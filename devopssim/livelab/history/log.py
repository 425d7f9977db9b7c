"""From the journal to the event log: facts become the records of a history, which the common translator writes.

How a deployment gets its changes: an image is made from a commit; its changes are the commits that it builds on and that no
earlier deployment had. Putting an earlier image back is no deployment but takes the present one back. A container that merely
starts again is neither.

When an incident begins and ends is what users saw, with two corrections: the planned interruption before a release that turns
out to be bad belongs to the release, so the incident begins with the release; and where only some requests failed, the last
failure a user saw may lie before the moment at which the cause was taken away, so the incident ends with that.

How an incident gets its deployment: the drill or the release that is known to have caused it; otherwise a deployment that
came at most `ATTRIBUTED` seconds before; otherwise none, and the cause is the infrastructure.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from devopssim.history import (
    ArtifactRecord,
    ChangeRecord,
    DeployedRecord,
    DeploymentRecord,
    FindingRecord,
    History,
    IncidentRecord,
    Observation,
    PipelineRunRecord,
    RollbackRecord,
    ScanRecord,
    new_ancestors,
    translate,
)
from devopssim.livelab.history.commits import ShopCommit, commit_of
from devopssim.livelab.history.journal import Fact

ATTRIBUTED: Final = 60.0
"""Seconds after a deployment in which a failure is put down to it, if nothing else is known."""
MOMENT: Final = 1e-3
"""Seconds by which an effect is put after its cause."""
RUNS: Final = {"build": "build", "test": "testsuiterun"}
"""The pipeline's steps that are runs of their own in the log, and their kind there."""
SEPARATORS: Final = str.maketrans({";": ",", "=": ":", "\n": " ", "\r": " "})
"""What would break the form of a log's `detail`, and what stands for it."""


def log_of(
    facts: Sequence[Fact], commits: Sequence[ShopCommit], *, start: str, now: float, source: Mapping[str, Any]
) -> pd.DataFrame:
    """Return the valid event log of these facts and commits; `start` is an ISO time, `now` seconds since 1970."""
    reader = _JournalReader(commits=_all_commits(facts, commits))
    for fact in sorted(_with_real_limits(facts), key=lambda fact: float(fact["at"])):
        reader.read(fact)
    history = reader.history(Observation(start=start, until=now, source=source))
    return translate(history, attribute=reader.cause_of, plain=lambda text: text.translate(SEPARATORS).strip())


@dataclass(kw_only=True)
class _JournalReader:
    """Reads facts in the order of time, and remembers what is in force."""

    commits: Sequence[ShopCommit]
    merged: dict[str, float] = field(default_factory=dict)
    """Commit: when it came to the main line."""
    sources: dict[str, str] = field(default_factory=dict)
    """Image: the commit that it was made from."""
    deployments: dict[str, DeploymentRecord] = field(default_factory=dict)
    """Image: the deployment that first brought it."""
    rollbacks: dict[str, RollbackRecord] = field(default_factory=dict)
    """Image: how its deployment was taken back."""
    present: dict[str, str] = field(default_factory=dict)
    """Service: the image that runs there."""
    containers: set[str] = field(default_factory=set)
    incidents: dict[str, dict[str, Any]] = field(default_factory=dict)
    declared: dict[str, float] = field(default_factory=dict)
    """Incidents that nobody has detected, and when the prober declared them."""
    images: dict[str, str | None] = field(default_factory=dict)
    """Incident: the image that is known to have caused it (None: no image did)."""
    open_incident: str | None = None
    restored_by: str = "restart"
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    pipelined: dict[str, float] = field(default_factory=dict)
    artifacts: list[ArtifactRecord] = field(default_factory=list)
    scans: list[ScanRecord] = field(default_factory=list)
    findings: dict[str, dict[str, Any]] = field(default_factory=dict)
    graph: dict[str, tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        self.graph = {commit.sha: commit.parents for commit in self.commits}

    def read(self, fact: Fact) -> None:
        """Take in one fact; those that tell nothing to the log are skipped."""
        reader = getattr(self, f"_{fact['fact'].replace('.', '_')}", None)
        if reader:
            reader(fact, float(fact["at"]))

    def history(self, observation: Observation) -> History:
        """Return everything that was read."""
        changes = [
            ChangeRecord(
                id=f"C{number}",
                created=commit.at,
                merged=self.merged.get(commit.sha),
                commit=commit.sha,
                version=commit.sha[:7],
                name=commit.subject,
            )
            for number, commit in enumerate(self.commits, start=1)
        ]
        return History(
            changes={change.id: change for change in changes},
            deployments=self.deployments,
            incidents={name: IncidentRecord(**given) for name, given in self.incidents.items()},
            runs={name: PipelineRunRecord(**given) for name, given in self.runs.items()},
            graph=self.graph,
            rollbacks=tuple(self.rollbacks.values()),
            artifacts=tuple(self.artifacts),
            scans=tuple(self.scans),
            findings=tuple(FindingRecord(**given) for given in self.findings.values()),
            pipelined=self.pipelined,
            observation=observation,
        )

    def cause_of(
        self, incident: IncidentRecord, began: float, deployed: Sequence[DeployedRecord]
    ) -> DeployedRecord | None:
        """Attribute an incident to the deployment of the image that is known as its cause, else to a recent one."""
        before = [it for it in deployed if it.at <= began]
        if incident.id in self.images:
            return next((it for it in before if it.record.id == self.images[incident.id]), None)
        if not before or before[-1].taken_back <= began or began - before[-1].at > ATTRIBUTED:
            return None
        return before[-1]

    def _merged(self, fact: Fact, at: float) -> None:
        self.merged |= dict.fromkeys(new_ancestors(self.graph, fact["sha"], self.merged), at)

    def _built(self, fact: Fact, _at: float) -> None:
        self.sources[fact["image"]] = fact["sha"]

    def _published(self, fact: Fact, at: float) -> None:
        tag = fact["reference"].rpartition(":")[2] if ":" in fact["reference"].rpartition("/")[2] else ""
        self.artifacts.append(ArtifactRecord(at=at, version=tag, digest=fact["digest"]))

    def _step(self, fact: Fact, at: float) -> None:
        self.pipelined.setdefault(fact["sha"], at)
        if kind := RUNS.get(fact["step"]):
            name = f"{fact.get('run', '')} {fact['sha']} {kind}"
            run = self.runs.setdefault(name, {"id": name, "kind": kind, "commit": fact["sha"]})
            run |= {fact["state"]: at, "outcome": fact.get("outcome")}

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
        source: str = self.sources.get(image) or fact["sha"]
        self.graph.setdefault(source, ())  # a commit that was amended since
        if self.open_incident:
            self.restored_by = "fix"
        self.deployments[image] = DeploymentRecord(
            id=image,
            at=at,
            commit=source,
            back=False,
            digest=fact["digest"],
            during=self.open_incident,
            replica=fact["service"],
        )

    def _take_back(self, image: str, at: float) -> None:
        self.restored_by = "rollback"
        if image in self.deployments and image not in self.rollbacks:
            self.rollbacks[image] = RollbackRecord(at=at, deployment=image, incident=self.open_incident)

    def _rolled_back(self, fact: Fact, at: float) -> None:
        self._take_back(fact["image"], at)

    def _incident_failed(self, fact: Fact, at: float) -> None:
        name = self.open_incident = fact["incident"]
        self.restored_by = "restart"
        self.declared[name] = float(fact["declared"])
        known = {"severity": fact["severity"], "cause": fact.get("cause"), "downtime": bool(fact["downtime"])}
        self.incidents[name] = {"id": name, "began": at, **known}
        if "image" in fact:
            self.images[name] = fact["image"]

    def _alert(self, fact: Fact, at: float) -> None:
        self._detect(self.open_incident, at, detected_by=fact["name"], detected_by_machine=True)

    def _noticed(self, _fact: Fact, at: float) -> None:
        self._detect(self.open_incident, at, detected_by_machine=False)

    def _detect(self, incident: str | None, at: float, **known: Any) -> None:
        if incident in self.declared:
            del self.declared[incident]
            self.incidents[incident] |= {"known": at, **known}

    def _incident_resolved(self, fact: Fact, at: float) -> None:
        name = fact["incident"]
        self._detect(name, min(self.declared.get(name, at), at), detected_by="prober", detected_by_machine=True)
        script = fact.get("automated") == "yes"
        self.incidents[name] |= {"resolved": at, "restored_by": self.restored_by, "restored_by_script": script}
        self.open_incident = None

    def _scan(self, fact: Fact, at: float) -> None:
        known = {"scanner": fact["scanner"], "covered": fact["covered"], "automated": fact["automated"] == "yes"}
        self.scans.append(ScanRecord(at=at, seconds=float(fact["seconds"]), commit=fact["sha"], **known))

    def _finding_reported(self, fact: Fact, at: float) -> None:
        known = {"scanner": fact["scanner"], "severity": fact["severity"], "rule": fact["rule"]}
        self.findings[fact["finding"]] = {"id": fact["finding"], "reported": at, "commit": fact["sha"], **known}

    def _finding_fixed(self, fact: Fact, at: float) -> None:
        self.findings[fact["finding"]] |= {"fixed": at, "fixed_in": fact["sha"]}

    def _finding_dismissed(self, fact: Fact, at: float) -> None:
        self.findings[fact["finding"]] |= {"dismissed": at, "reason": fact["reason"]}


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
