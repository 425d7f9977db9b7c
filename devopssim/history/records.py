"""Records of what happened before it becomes an event log: the vocabulary that every importer and recorder uses.

Times are seconds since 1970 (UTC); None where the source lacks them. Records of several sources are joined by their ids
(`join`) and become one log (`devopssim.history.translate`).
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class WorkItemRecord:
    """A work item: created, started, done, closed.

    `done` is the end of development and test, `closed` the moment at which users have it. Each time is in seconds since 1970;
    None is "not observed", and `translate` infers what it can from the item's changes.

    Parameters
    ----------
    id : str
        The item's id in the log.
    created, started, done, closed : float, optional
        When it was requested, taken up, developed and tested, and closed.
    withdrawn : float, optional
        When it was closed without being done; withdrawn items stay out of the log.
    name : str, optional
        Title.
    updated : float, optional
        When the source last changed it.

    Examples
    --------
    >>> WorkItemRecord(id="W1", created=0.0, closed=7200.0).started is None
    True

    """

    id: str
    created: float | None = None
    started: float | None = None
    done: float | None = None
    closed: float | None = None
    withdrawn: float | None = None
    """When it was closed without being done: not planned, a duplicate."""
    name: str | None = None
    updated: float | None = None
    """When the source last changed it: of two snapshots of one thing, the newer one wins."""


@dataclass(frozen=True, kw_only=True)
class ChangeRecord:
    """A change: created, then merged or abandoned.

    Parameters
    ----------
    id : str
        The change's id in the log; `change_id` makes it from a commit.
    created, merged, abandoned : float, optional
        Seconds since 1970.
    commit : str, optional
        Hash of the change on the main line.
    brought_by : str, optional
        Hash of the main line's commit that brought the change there.
    items : tuple of str, default ()
        Work items that the change names.
    name, version : str, optional
        Subject, and the short form of the hash.
    assisted : bool, optional
        Whether the change is marked as written with AI assistance; None without a mark.
    of : str, optional
        Repository; deployments of another service or repository never carry it.
    reverts : tuple of str, default ()
        Ids or commits of the changes that it takes back, by its own message.
    hotfix : bool, optional
        True for a change of a hotfix branch; None otherwise.
    updated : float, optional
        When the source last changed it.

    Examples
    --------
    >>> from devopssim.history import change_id
    >>> commit = "0123456789abcdef0123456789abcdef01234567"
    >>> ChangeRecord(id=change_id(commit), merged=60.0, commit=commit).id
    'C0123456789ab'

    """

    id: str
    created: float | None = None
    merged: float | None = None
    abandoned: float | None = None
    commit: str | None = None
    brought_by: str | None = None
    """Hash of the main line's commit that brought the change there."""
    items: tuple[str, ...] = ()
    """Work items that the change names."""
    name: str | None = None
    version: str | None = None
    assisted: bool | None = None
    """Whether the change is marked as written with AI assistance; None without a mark."""
    of: str | None = None
    """Repository; deployments of another service or repository never carry it."""
    reverts: tuple[str, ...] = ()
    """Ids or commits of the changes that it takes back, by its own message."""
    hotfix: bool | None = None
    """True for a change of a hotfix branch."""
    updated: float | None = None


@dataclass(frozen=True, kw_only=True)
class DeploymentRecord:
    """A deployment: changes reach production at one moment.

    The changes are those that `changes` names; without names, those that `commit` reaches in the history's graph and that no
    earlier deployment carried; without a graph, those of its service merged until `commit`, or until then. Each environment of each
    service has its own sequence of versions.

    Parameters
    ----------
    id : str
        The deployment's id in its source; the log numbers deployments D1, D2, …
    at : float
        Seconds since 1970.
    commit : str, optional
        Hash of the deployed commit.
    changes : tuple of str, default ()
        Ids of the changes that it carries.
    name : str, optional
        Tag, version or reference.
    of : str, optional
        The deployed service or repository.
    environment : str, optional
        The environment that it reached.
    tag : bool, default False
        Whether the deployment is inferred from a tag.
    repairs, during : str, optional
        The deployment that this one repairs, by the source's evidence; the incident during which it came.
    assumed : bool, default False
        Whether `repairs` is an assumption rather than evidence; then an incident is inferred as well.
    back : bool, optional
        Whether this restores the version before the present one; None lets the commit decide.
    digest, replica : str, optional
        Digest of the image, and the service instance that runs it.

    Examples
    --------
    >>> DeploymentRecord(id="run 7", at=3600.0, changes=("C1", "C2")).changes
    ('C1', 'C2')

    """

    id: str
    at: float
    commit: str | None = None
    changes: tuple[str, ...] = ()
    name: str | None = None
    of: str | None = None
    """The deployed service or repository."""
    environment: str | None = None
    tag: bool = False
    """Whether it is inferred from a tag; tags are excluded where another source reports deployments."""
    repairs: str | None = None
    """The deployment that this one repairs, by the source's evidence."""
    assumed: bool = False
    """Whether `repairs` is an assumption rather than evidence."""
    during: str | None = None
    """The open incident that this deployment is meant to end."""
    back: bool | None = None
    """Whether the version before the present one is restored; None: the commit decides."""
    digest: str | None = None
    replica: str | None = None


@dataclass(frozen=True, kw_only=True)
class RollbackRecord:
    """A rollback: `deployment` is taken back at `at` (seconds since 1970), during `incident` or outside any incident."""

    at: float
    deployment: str
    incident: str | None = None


@dataclass(frozen=True, kw_only=True)
class IncidentRecord:
    """An incident: the service is down or degraded.

    Parameters
    ----------
    id : str
        The incident's id in its source; the log numbers incidents I1, I2, …
    detected, occurred, resolved : float, optional
        When it was detected or reported, when the failure occurred, when the incident was closed; seconds since 1970. A source
        without `occurred` yields `incident.reported` at the time of failure, so the time to detect has n = 0.
    restored : float, optional
        When users were served again, where the source tells it apart from `resolved`.
    deployment : str, optional
        Id, name or commit of the deployment that caused it.
    severity : str, optional
        total, partial or minor: who is affected.
    cause : str, optional
        defect, installation, infrastructure, vulnerability, dependency, or the name of a drill.
    name : str, optional
        Title.
    downtime : bool, optional
        Whether the service was down rather than degraded.
    detected_by : str, optional
        Name of the alert or prober.
    detected_by_machine : bool, optional
        Whether a machine, not a person, detected it.
    restored_by : str, optional
        restart, rollback or fix.
    restored_by_script : bool, default False
        Whether a script, not a person, restored the service.
    of : str, optional
        The service that failed; only its deployments can be the cause.
    updated : float, optional
        When the source last changed it.

    Examples
    --------
    >>> incident = IncidentRecord(id="#4", detected=100.0, resolved=400.0, severity="partial")
    >>> incident.resolved - incident.detected
    300.0

    """

    id: str
    detected: float | None = None
    occurred: float | None = None
    resolved: float | None = None
    restored: float | None = None
    deployment: str | None = None
    severity: str | None = None
    cause: str | None = None
    name: str | None = None
    downtime: bool | None = None
    detected_by: str | None = None
    detected_by_machine: bool | None = None
    restored_by: str | None = None
    """How it ended: restart, rollback, fix."""
    restored_by_script: bool = False
    of: str | None = None
    """The service that failed."""
    updated: float | None = None


@dataclass(frozen=True, kw_only=True)
class PipelineRunRecord:
    """A run of the pipeline: a build or a run of the tests.

    Parameters
    ----------
    id : str
        The run's id in its source.
    kind : {"build", "testsuiterun"}
        The subject of the log's events: `build.started`, `testsuiterun.finished`.
    started, finished : float, optional
        Seconds since 1970.
    outcome : {"success", "failure"}, optional
        How it ended.
    commit, name : str, optional
        Hash of the commit, and the name of the workflow.

    Examples
    --------
    >>> PipelineRunRecord(id="run 9", kind="build", started=0.0, finished=90.0, outcome="success").kind
    'build'

    """

    id: str
    kind: str
    started: float | None = None
    finished: float | None = None
    outcome: str | None = None
    commit: str | None = None
    name: str | None = None


@dataclass(frozen=True, kw_only=True)
class ArtifactRecord:
    """A published artifact: its version and digest, at `at` (seconds since 1970)."""

    at: float
    version: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class VerificationRecord:
    """A policy's judgement of an artifact's attestation.

    Parameters
    ----------
    at : float
        When it was judged, in seconds since 1970.
    digest : str
        Digest of the artifact.
    commit : str
        Hash of the commit that the attestation names.
    reasons : str
        Reasons against the artifact; empty where the policy allows it.

    Examples
    --------
    >>> VerificationRecord(at=60.0, digest="sha256:a1", commit="c0ffee", reasons="tests failed").outcome
    'failure'

    """

    at: float
    digest: str
    commit: str
    reasons: str

    @property
    def outcome(self) -> str:
        """`success` where the policy allows the artifact, else `failure`."""
        return "failure" if self.reasons else "success"


@dataclass(frozen=True, kw_only=True)
class ScanRecord:
    """A finished scan of one commit.

    Parameters
    ----------
    at : float
        When it finished, in seconds since 1970.
    seconds : float
        How long it took.
    scanner : str
        Name of the scanner.
    covered : str
        Share of the source lines that it covered, as text (`"0.750"`); empty without source lines.
    automated : bool
        Whether the pipeline, not a person, started it.
    commit : str
        Hash of the scanned commit.

    Examples
    --------
    >>> scan = ScanRecord(at=60.0, seconds=4.0, scanner="bandit", covered="0.750", automated=True, commit="a" * 40)
    >>> float(scan.covered)
    0.75

    """

    at: float
    seconds: float
    scanner: str
    covered: str
    automated: bool
    commit: str


@dataclass(frozen=True, kw_only=True)
class FindingRecord:
    """A scanner's finding in a commit, and how it ended: fixed in a commit, or dismissed with a reason.

    Parameters
    ----------
    id : str
        The finding's id in its source; the log numbers findings V1, V2, …
    reported : float
        Seconds since 1970.
    scanner, severity, rule : str
        Who reported it, how bad it is, and the rule that matched.
    commit : str
        Hash of the commit in which it was found.
    fixed : float, optional
        When a scan stopped reporting it, in seconds since 1970.
    fixed_in : str, optional
        Hash of the commit without it.
    dismissed : float, optional
        When it was judged to be a false positive, in seconds since 1970.
    reason : str, optional
        Why it was dismissed.

    Examples
    --------
    >>> finding = FindingRecord(id="B602", reported=0.0, scanner="bandit", severity="high", rule="shell", commit="a" * 40)
    >>> finding.fixed is None and finding.dismissed is None  # open
    True

    """

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
