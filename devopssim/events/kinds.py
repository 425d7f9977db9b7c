"""Columns of an event log, kinds of events, stages and roles, by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

STAGES: Final = ("plan", "code", "build", "test", "deploy", "operate", "monitor")
"""Stages of delivery, in their order."""
ROLES: Final = ("analyst", "developer", "tester", "operator", "security")
"""Roles of the people who work on stages."""
IDS: Final = ("item", "change", "deployment", "incident", "finding")
"""Columns that hold the ids of entities."""
COLUMNS: Final = ("time", "kind", "item", "change", "stage", "deployment", "incident", "finding", "role", "detail")
"""Columns of an event log, in their order."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of event: its meaning, the columns it must fill, and the kinds that must precede it.

    Examples
    --------
    >>> KINDS["change.merged"].after, KINDS["change.merged"].by, KINDS["change.merged"].once
    (('change.created',), 'change', True)
    """

    meaning: str
    needs: tuple[str, ...]
    after: tuple[str, ...] = ()
    """One of these kinds must stand earlier in the log for the same `by`."""
    by: str = ""
    once: bool = False
    """At most one row for the same `by`."""


KINDS: Final[Mapping[str, Kind]] = {
    "ticket.created": Kind(meaning="a work item was requested", needs=("item",), by="item", once=True),
    "ticket.started": Kind(
        meaning="development of the item began", needs=("item",), after=("ticket.created",), by="item", once=True
    ),
    "ticket.done": Kind(
        meaning="the item is developed, reviewed and tested, not yet deployed",
        needs=("item",),
        after=("ticket.created",),
        by="item",
        once=True,
    ),
    "ticket.closed": Kind(
        meaning="the item is available to its users", needs=("item",), after=("ticket.created",), by="item", once=True
    ),
    "stage.queued": Kind(meaning="work waits for a person or a machine", needs=("stage",)),
    "stage.started": Kind(meaning="work on a stage began", needs=("stage",)),
    "stage.finished": Kind(meaning="work on a stage ended", needs=("stage",)),
    "change.created": Kind(meaning="the developer's commit exists", needs=("change",), by="change", once=True),
    "change.merged": Kind(
        meaning="the change is on main", needs=("change",), after=("change.created",), by="change", once=True
    ),
    "change.abandoned": Kind(
        meaning="the change was abandoned", needs=("change",), after=("change.created",), by="change", once=True
    ),
    "build.started": Kind(meaning="a build began", needs=()),
    "build.finished": Kind(meaning="a build ended", needs=()),
    "testsuiterun.started": Kind(meaning="a run of the tests began", needs=()),
    "testsuiterun.finished": Kind(meaning="a run of the tests ended", needs=()),
    "artifact.published": Kind(meaning="an artifact was pushed to a registry", needs=()),
    "artifact.verified": Kind(meaning="a policy judged the attestation of an artifact", needs=()),
    "service.deployed": Kind(
        meaning="a deployment reached production (a row for each of its changes)",
        needs=("deployment",),
        after=("change.created",),
        by="change",
    ),
    "service.rolledback": Kind(
        meaning="a deployment was rolled back",
        needs=("deployment",),
        after=("service.deployed",),
        by="deployment",
        once=True,
    ),
    "service.failed": Kind(meaning="the service broke or degraded", needs=("incident",), by="incident", once=True),
    "incident.detected": Kind(meaning="the team knows of the incident", needs=("incident",), by="incident", once=True),
    "incident.reported": Kind(meaning="a person reported the incident", needs=("incident",), by="incident"),
    "service.restored": Kind(
        meaning="users are served again; the cause may remain",
        needs=("incident",),
        after=("service.failed", "incident.detected", "incident.reported"),
        by="incident",
        once=True,
    ),
    "incident.resolved": Kind(
        meaning="the cause is removed and the incident closed",
        needs=("incident",),
        after=("service.failed", "incident.detected", "incident.reported"),
        by="incident",
        once=True,
    ),
    "defect.injected": Kind(meaning="a change brought a defect", needs=("change",)),
    "defect.found": Kind(meaning="a defect was found", needs=()),
    "defect.fixed": Kind(meaning="a defect was repaired", needs=()),
    "vulnerability.injected": Kind(
        meaning="a vulnerability came into the product", needs=("finding",), by="finding", once=True
    ),
    "finding.reported": Kind(
        meaning="a scan or a person reported a finding, true or false", needs=("finding",), by="finding", once=True
    ),
    "finding.dismissed": Kind(
        meaning="a finding was dismissed as a false positive",
        needs=("finding",),
        after=("finding.reported",),
        by="finding",
        once=True,
    ),
    "finding.fixed": Kind(
        meaning="the vulnerability behind a finding was repaired",
        needs=("finding",),
        after=("finding.reported", "vulnerability.injected"),
        by="finding",
        once=True,
    ),
    "patch.deployed": Kind(
        meaning="the repair of a finding reached production",
        needs=("finding",),
        after=("finding.reported", "vulnerability.injected"),
        by="finding",
        once=True,
    ),
    "scan.finished": Kind(meaning="a security scan ended", needs=()),
    "misfit.found": Kind(
        meaning="a requirements misfit was found: the item differs from the need",
        needs=("item",),
        after=("ticket.created",),
        by="item",
    ),
}
"""Declaration of each kind of event, by name."""
KIND_NUMBERS: Final[Mapping[str, int]] = {kind: number for number, kind in enumerate(KINDS)}
"""Position of each kind in `KINDS`: its code in a log in codes."""

CATEGORIES: Final[Mapping[str, tuple[str, ...]]] = {"kind": tuple(KINDS), "stage": STAGES, "role": ROLES}
