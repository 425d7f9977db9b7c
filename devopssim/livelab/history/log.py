"""From the journal to the event log: facts become the records of a history, which the common translator writes.

How a deployment gets its changes: an image is made from a commit; its changes are the commits that it builds on and that no
earlier deployment had. Restoring an earlier image is a rollback of the present one. A container that restarts is neither.

How an incident gets its deployment: the drill or release that caused it, where the lab knows it; otherwise a deployment that came,
or whose feature a flag was opened for, at most `ATTRIBUTED` seconds before; otherwise none, and the cause is the infrastructure.
When it begins and ends: module `incident_limits`. What detected it: module `detection`.
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
    VerificationRecord,
    new_ancestors,
    translate,
)
from devopssim.livelab.history.commits import ShopCommit, commit_of
from devopssim.livelab.history.detection import detection_of
from devopssim.livelab.history.incident_limits import with_real_limits
from devopssim.livelab.history.journal import Fact

ATTRIBUTED: Final = 60.0
"""Seconds after a deployment in which a failure of unknown cause is attributed to it."""
RUNS: Final = {"build": "build", "test": "testsuiterun", "accept": "testsuiterun"}
"""Kind of run in the log, by the pipeline's step; other steps stay inside the pipeline."""
SEPARATORS: Final = str.maketrans({";": ",", "=": ":", "\n": " ", "\r": " "})
"""Replacements for characters that separate the pairs of a log's `detail`."""


def log_of(
    facts: Sequence[Fact], commits: Sequence[ShopCommit], *, start: str, now: float, source: Mapping[str, Any]
) -> pd.DataFrame:
    """Return the valid event log of a lab's facts and commits.

    Parameters
    ----------
    facts : Sequence of dict
        Facts of the journal, in any order.
    commits : Sequence of ShopCommit
        Commits of the student's repository, each after its parents.
    start : str
        ISO time at which the hours of the log start.
    now : float
        End of the observation in seconds since 1970.
    source : Mapping
        Description of the lab, for `attrs["source"]`.

    Returns
    -------
    DataFrame
        Event log.

    Examples
    --------
    >>> commits = [ShopCommit(sha="a", parents=(), at=360.0, subject="The shop")]
    >>> fact = {"fact": "serving", "at": 3600.0, "image": "i", "sha": "a", "service": "web", "container": "c", "digest": "d"}
    >>> log = log_of([fact], commits, start="1970-01-01T00:00:00+00:00", now=7200.0, source={})
    >>> list(zip(log["time"], log["kind"], log["change"]))
    [(0.1, 'change.created', 'C1'), (1.0, 'service.deployed', 'C1')]
    """
    reader = _JournalReader(commits=_all_commits(facts, commits))
    limited = with_real_limits(facts)
    for fact in limited:
        reader.read(fact)
    reader.detect(limited)
    history = reader.history(Observation(start=start, until=now, source=source))
    return translate(history, attribute=reader.cause_of, plain=lambda text: text.translate(SEPARATORS).strip())


@dataclass(kw_only=True)
class _JournalReader:
    """Reader of facts in the order of time, which keeps the current state of the lab."""

    commits: Sequence[ShopCommit]
    merged: dict[str, float] = field(default_factory=dict)
    """When each commit came to the main line."""
    sources: dict[str, str] = field(default_factory=dict)
    """Commit that each image was made from."""
    deployments: dict[str, DeploymentRecord] = field(default_factory=dict)
    """Deployment that first brought each image."""
    rollbacks: dict[str, RollbackRecord] = field(default_factory=dict)
    """Rollback of each image's deployment."""
    present: dict[str, str] = field(default_factory=dict)
    """Image that each service runs."""
    containers: set[str] = field(default_factory=set)
    """Containers seen so far; one that restarts is skipped."""
    incidents: dict[str, dict[str, Any]] = field(default_factory=dict)
    images: dict[str, str | None] = field(default_factory=dict)
    """Image that caused each incident, where the cause is known (None: no image did)."""
    open_incident: str | None = None
    """The incident that lasts now."""
    restored_by: str = "restart"
    """How the open incident ends if it ends now: restart, rollback, fix or mitigation (a feature was switched off)."""
    openings: list[float] = field(default_factory=list)
    """When flags showed deployed code to users."""
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    pipelined: dict[str, float] = field(default_factory=dict)
    artifacts: list[ArtifactRecord] = field(default_factory=list)
    verifications: list[VerificationRecord] = field(default_factory=list)
    scans: list[ScanRecord] = field(default_factory=list)
    findings: dict[str, dict[str, Any]] = field(default_factory=dict)
    graph: dict[str, tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        self.graph = {commit.sha: commit.parents for commit in self.commits}

    def read(self, fact: Fact) -> None:
        """Read one fact; kinds that the log lacks are skipped."""
        reader = getattr(self, f"_{fact['fact'].replace('.', '_')}", None)
        if reader:
            reader(fact, float(fact["at"]))

    def detect(self, facts: Sequence[Fact]) -> None:
        """Record what detected each incident, from all facts in the order of time."""
        for fact in facts:
            if fact["fact"] == "incident.failed":
                incident = self.incidents[fact["incident"]]
                if found := detection_of(fact, incident.get("restored", math.inf), facts):
                    incident |= {
                        "detected": found.at,
                        "detected_by": found.by,
                        "detected_by_machine": found.by_machine,
                    }

    def history(self, observation: Observation) -> History:
        """Return all records as a history."""
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
            incidents={name: IncidentRecord(**fields) for name, fields in self.incidents.items()},
            runs={name: PipelineRunRecord(**fields) for name, fields in self.runs.items()},
            graph=self.graph,
            rollbacks=tuple(self.rollbacks.values()),
            artifacts=tuple(self.artifacts),
            verifications=tuple(self.verifications),
            scans=tuple(self.scans),
            findings=tuple(FindingRecord(**fields) for fields in self.findings.values()),
            pipelined=self.pipelined,
            observation=observation,
        )

    def cause_of(
        self, incident: IncidentRecord, occurred: float, deployed: Sequence[DeployedRecord]
    ) -> DeployedRecord | None:
        """Return the deployment that caused an incident: of the image known as its cause, else a recent one."""
        before = [deployment for deployment in deployed if deployment.at <= occurred]
        if incident.id in self.images:
            return next((deployment for deployment in before if deployment.record.id == self.images[incident.id]), None)
        if not before or before[-1].taken_back <= occurred:
            return None
        released = max([before[-1].at, *(at for at in self.openings if at <= occurred)])
        if occurred - released > ATTRIBUTED:
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
            name = f"{fact.get('run', '')} {fact['sha']} {fact['step']}"
            title = "acceptance test" if fact["step"] == "accept" else None
            run = self.runs.setdefault(name, {"id": name, "kind": kind, "commit": fact["sha"], "name": title})
            run |= {fact["state"]: at, "outcome": fact.get("outcome")}

    def _serving(self, fact: Fact, at: float) -> None:
        """Record that a service starts a container: a new image is a deployment, an earlier one on `web` a rollback."""
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

    def _flag(self, fact: Fact, at: float) -> None:
        if fact["percent"]:
            self.openings.append(at)
        elif self.open_incident:
            self.restored_by = "mitigation"

    def _incident_failed(self, fact: Fact, at: float) -> None:
        name = self.open_incident = fact["incident"]
        self.restored_by = "restart"
        details = {"severity": fact["severity"], "cause": fact.get("cause"), "downtime": bool(fact["downtime"])}
        self.incidents[name] = {"id": name, "occurred": at, **details}
        if "image" in fact:
            self.images[name] = fact["image"]

    def _incident_resolved(self, fact: Fact, at: float) -> None:
        details = {"restored_by": self.restored_by, "restored_by_script": fact.get("automated") == "yes"}
        self.incidents[fact["incident"]] |= {"restored": at, "resolved": max(at, float(fact["declared"])), **details}
        self.open_incident = None

    def _judged(self, fact: Fact, at: float) -> None:
        details = {"digest": f"sha256:{fact['image']}", "commit": fact["sha"], "reasons": ", ".join(fact["reasons"])}
        self.verifications.append(VerificationRecord(at=at, **details))

    def _scan(self, fact: Fact, at: float) -> None:
        details = {"scanner": fact["scanner"], "covered": fact["covered"], "automated": fact["automated"] == "yes"}
        self.scans.append(ScanRecord(at=at, seconds=float(fact["seconds"]), commit=fact["sha"], **details))

    def _finding_reported(self, fact: Fact, at: float) -> None:
        details = {"scanner": fact["scanner"], "severity": fact["severity"], "rule": fact["rule"]}
        self.findings[fact["finding"]] = {"id": fact["finding"], "reported": at, "commit": fact["sha"], **details}

    def _finding_fixed(self, fact: Fact, at: float) -> None:
        self.findings[fact["finding"]] |= {"fixed": at, "fixed_in": fact["sha"]}

    def _finding_dismissed(self, fact: Fact, at: float) -> None:
        self.findings[fact["finding"]] |= {"dismissed": at, "reason": fact["reason"]}


def _all_commits(facts: Iterable[Fact], commits: Sequence[ShopCommit]) -> list[ShopCommit]:
    """Return the commits of the student and of drills in the order of time, parents first."""
    drilled = [commit_of(fact) for fact in facts if fact["fact"] == "commit"]
    by_hash = {commit.sha: commit for commit in (*commits, *drilled)}
    return sorted(by_hash.values(), key=lambda commit: commit.at)
