"""A history: all records of its sources, and what the sources tell about themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from devopssim.history.records import (
    ArtifactRecord,
    ChangeRecord,
    DeploymentRecord,
    FindingRecord,
    IncidentRecord,
    PipelineRunRecord,
    RollbackRecord,
    ScanRecord,
    VerificationRecord,
    WorkItemRecord,
)

Provenance = tuple[str, str, str]
"""Provenance of records: the kind of source, its name, and the rules by which it was read."""


@dataclass(frozen=True, kw_only=True)
class Observation:
    """The observation of one recorder, which saw everything from `start` until `until` by one clock.

    Its records are in the order in which they happened, and the log keeps that order.

    Parameters
    ----------
    start : str
        ISO time; the log's hours count from it.
    until : float
        Seconds since 1970; the log's horizon.
    source : Mapping
        Description of the recorder, for `log.attrs["source"]`.

    Examples
    --------
    >>> Observation(start="1970-01-01T00:00:00+00:00", until=7200.0, source={"lab": "example"}).until
    7200.0

    """

    start: str
    until: float
    source: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class History:
    """All records of one source, or of several sources that were joined.

    Parameters
    ----------
    provenance : tuple of (str, str, str), default ()
        Kind of source, its name, and the rules by which it was read; one triple per source.
    items, changes, deployments, incidents, runs : Mapping, default {}
        Records by id.
    graph : Mapping, default {}
        Parents of each commit, by hash.
    counts : Mapping, default {}
        How often an importer excluded or moved something, by reason.
    rollbacks, artifacts, verifications, scans, findings : tuple, default ()
        Records that only the live lab writes.
    observes : frozenset of str, default frozenset()
        Kinds of events that the sources record, alone or with a key of detail, even if none happened. Kinds that happened are observed
        anyway.
    copies : Mapping, default {}
        Original commit of each cherry-pick and backport.
    remarks : tuple of str, default ()
        What a reader of the numbers should know of the sources, in sentences.
    assumptions : Mapping, default {}
        Assumptions that were asked for, by the kind of event that rests on them.
    whole : tuple of (float, float), optional
        From when to when (seconds since 1970) a source holds everything, even where nothing happened.
    pipelined : Mapping, default {}
        Commits that the pipeline handled, and since when.
    observation : Observation, optional
        The recorder, if one recorder saw everything; None for exports of tools.

    Examples
    --------
    >>> from devopssim.history import by_id
    >>> history = History(items=by_id([WorkItemRecord(id="W1", created=0.0)]))
    >>> list(history.items), history.observation is None
    (['W1'], True)

    """

    provenance: tuple[Provenance, ...] = ()
    """Kind of source, its name, and the rules by which it was read; one triple per source."""
    items: Mapping[str, WorkItemRecord] = field(default_factory=dict)
    changes: Mapping[str, ChangeRecord] = field(default_factory=dict)
    deployments: Mapping[str, DeploymentRecord] = field(default_factory=dict)
    incidents: Mapping[str, IncidentRecord] = field(default_factory=dict)
    runs: Mapping[str, PipelineRunRecord] = field(default_factory=dict)
    graph: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Parents of each commit, by hash."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """How often an importer excluded or moved something, by reason: `{"deployments to other environments": 3}`."""
    rollbacks: tuple[RollbackRecord, ...] = ()
    artifacts: tuple[ArtifactRecord, ...] = ()
    verifications: tuple[VerificationRecord, ...] = ()
    scans: tuple[ScanRecord, ...] = ()
    findings: tuple[FindingRecord, ...] = ()
    pipelined: Mapping[str, float] = field(default_factory=dict)
    """Commits that the pipeline handled, and since when (seconds since 1970)."""
    observes: frozenset[str] = frozenset()
    """What the sources record: kinds of events, alone or with a key of detail, even if none happened."""
    copies: Mapping[str, str] = field(default_factory=dict)
    """Original commit of each cherry-pick and backport."""
    remarks: tuple[str, ...] = ()
    """What a reader of the numbers should know of the sources."""
    assumptions: Mapping[str, str] = field(default_factory=dict)
    """Assumptions that were asked for, by the kind of event that rests on them."""
    whole: tuple[float, float] | None = None
    """From when to when a source holds everything, even where nothing happened."""
    observation: Observation | None = None
    """The recorder, if one recorder saw everything; None for exports of tools."""
