"""The service in production: infrastructure, defects, installations and attacks break it; people detect, mitigate and repair."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import log2
from typing import TYPE_CHECKING

from simpy import Event
from simpy.events import ProcessGenerator

from devopssim.events import encode_detail
from devopssim.scenario import PRACTICES
from devopssim.simulation.draws import INCIDENT_COLUMNS, incident_table, infrastructure_table
from devopssim.simulation.streams import Streams
from devopssim.simulation.use import ServiceUse
from devopssim.simulation.work_items import Change, Defect

if TYPE_CHECKING:
    from devopssim.simulation.organisation import Organisation


@dataclass(slots=True, eq=False)
class Deployment:
    """Changes that reached production together; `mistake` means that the installation went wrong, `time` is in hours.

    A `canary` reached a few users first.
    """

    id: str
    changes: list[Change]
    time: float
    automated: bool
    mistake: bool
    canary: bool = False
    canary_shows_mistake: bool = False
    rolled_back: bool = False


@dataclass(slots=True, eq=False)
class Incident:
    """Time during which the service is down or degraded, for a share of its users.

    `reactions` are the hours that each reaction to it would take, drawn before it happens: an incident that takes long to diagnose
    does so in every scenario that shares its random numbers. `mitigation` and `rollback` are draws.
    """

    id: str
    draws: dict[str, float]
    severity: str
    """Who is affected: total, partial or minor."""
    reactions: dict[str, float]
    mitigation: float
    rollback: float
    via: str = "fix"
    """How the service was restored: rollback, fix, restart or mitigation."""
    is_paged: bool = False
    """Whether it calls a person at any hour: an outage, or what an alert reports."""
    awaits_repair: bool = False
    """Whether a repair that is not deployed yet will resolve it."""

    @property
    def is_emergency(self) -> bool:
        """Whether people drop other work for it, at any hour."""
        return self.severity != "minor"


class ServiceOperation:
    """Run deployments in production, let their faults surface, and handle incidents.

    Outages take the emergency path: people on call, at any hour, without approvals, mitigation before repair. A minor incident
    overtakes other planned work and interrupts none; without an alert it waits for working hours, and its mitigation for the next
    release unless deployment is continuous.
    """

    def __init__(self, org: "Organisation", streams: Streams) -> None:
        self.org = org
        self.use = ServiceUse(org.people.calendar, org.scenario.production.quiet_load)
        self._incidents = 0
        self._rows = incident_table(org.scenario, streams)
        self._streams = streams
        self._awaiting_repair: dict[str, Incident] = {}

    def receive(self, deployment: Deployment) -> None:
        """Run a new deployment; from here on its faults surface, and the incidents that it repairs are resolved."""
        org = self.org
        for change in deployment.changes:
            if change.repairs in self._awaiting_repair:
                self._resolve(self._awaiting_repair.pop(change.repairs))
        org.env.process(self.operate(deployment))
        if deployment.mistake:
            org.env.process(
                self.fail(
                    "installation",
                    partial(self.reinstall, deployment),
                    deployment,
                    on_canary=deployment.canary and deployment.canary_shows_mistake,
                )
            )
        for change in deployment.changes:
            for defect in change.defects:
                if not defect.is_found:
                    org.env.process(self.surface(deployment, change, defect))

    def canary_shows(self, deployment: Deployment) -> bool:
        """Return whether a canary shows a fault of the deployment to those who watch it."""
        shows_mistake = deployment.mistake and deployment.canary_shows_mistake
        return deployment.canary and (
            shows_mistake
            or any(self._on_canary(deployment, defect) for change in deployment.changes for defect in change.defects)
        )

    def operate(self, deployment: Deployment) -> ProcessGenerator:
        """Let an operator watch a new deployment settle; with monitoring, machines watch it and how it is used."""
        org, settling = self.org, self.org.scenario.pipeline.settling_effort
        if not org.uses("monitoring", deployment.changes[0].draws):
            yield from org.people.work("operator", "operate", settling, deployment=deployment.id)
            return
        for stage, time in (("operate", settling), ("monitor", org.scenario.production.observation)):
            org.log.record("stage.started", stage=stage, deployment=deployment.id)
            yield org.env.timeout(time)
            org.log.record("stage.finished", stage=stage, deployment=deployment.id)

    def surface(self, deployment: Deployment, change: Change, defect: Defect) -> ProcessGenerator:
        """Let a defect show itself in use: a severe one breaks the service, unless monitoring reveals it in time.

        A defect that is not severe, or revealed in time, is repaired as planned work.
        """
        org, on_canary = self.org, self._on_canary(deployment, defect)
        if not on_canary:
            yield self._in_use(defect.surfaces_after)
        if defect.is_found:
            return
        defect.is_found = True
        monitored = org.uses("monitoring", change.draws)
        prevented = monitored and defect.prevention < org.scenario.production.prevented_share
        if defect.severe and not prevented:
            yield from self.fail(
                "defect", partial(self.undo, deployment, change, defect), deployment, on_canary=on_canary
            )
        else:
            yield from org.repairs.defect(change, defect)

    def infrastructure(self, host: int = 0) -> ProcessGenerator:
        """Let a host of the infrastructure fail at exponential times of use; monitoring prevents a share of the failures."""
        org, production = self.org, self.org.scenario.production
        failures = infrastructure_table(org.scenario, self._streams, host)
        while True:
            wait, prevention = failures.next_row()
            yield self._in_use(wait)
            if prevention >= production.prevented_share * org.scenario.practices.monitoring:
                yield from self.fail(
                    "infrastructure", self.restart, replica=str(host) if production.hosts > 1 else None
                )

    def fail(
        self,
        cause: str,
        restore: Callable[[Incident], ProcessGenerator],
        deployment: Deployment | None = None,
        *,
        finding: str | None = None,
        replica: str | None = None,
        on_canary: bool = False,
    ) -> ProcessGenerator:
        """Break the service, detect the incident and restore the service.

        Records `service.failed` and the events of detection and restoration. `incident.resolved` follows at once, or when the repair
        is deployed.

        Parameters
        ----------
        cause : str
            Cause in the events: installation, defect, infrastructure or vulnerability.
        restore : callable
            Return the process that restores the service.
        deployment : Deployment, optional
            The deployment to blame.
        finding : str, optional
            Id of the vulnerability that was exploited.
        replica : str, optional
            Number of the host that failed, where there are several.
        on_canary : bool, default False
            Whether only the users of a canary are affected, and a machine that watches it detects the incident.
        """
        org, incident = self.org, self._incident()
        org.log.record(
            "service.failed",
            incident=incident.id,
            deployment=deployment.id if deployment else None,
            finding=finding,
            detail=encode_detail(
                cause=cause,
                severity=incident.severity,
                affected=f"{self._affected(incident, on_canary=on_canary):g}",
                downtime="yes",
                replica=replica,
            ),
        )
        if on_canary:
            yield org.env.timeout(org.scenario.pipeline.canary_time)
            self._record_detection(incident, automated=True)
            incident.is_paged = True
        elif cause == "installation" and deployment and self._installer_sees(deployment, incident):
            self._record_detection(incident, automated=False)
        else:
            yield from self.detect(incident)
            yield from self.answer(incident)
        yield from restore(incident)
        if incident.awaits_repair:
            self._awaiting_repair[incident.id] = incident
        else:
            self._resolve(incident)

    def detect(self, incident: Incident) -> ProcessGenerator:
        """Detect the incident by an alert, which pages the person on call, or later by a user's report.

        Records `incident.detected`.
        """
        alerted = self.org.uses("monitoring", incident.draws)
        reported = "report" if incident.is_emergency else "minor_report"
        yield self.org.env.timeout(incident.reactions["alert" if alerted else reported])
        if not alerted:
            self.org.log.record("incident.reported", incident=incident.id)
        incident.is_paged = alerted or incident.is_emergency
        self._record_detection(incident, automated=alerted)

    def answer(self, incident: Incident) -> ProcessGenerator:
        """Wait until the person on call answers the page, which takes longer at night and on weekends."""
        if not incident.is_paged:
            return
        on_duty = self.org.people.calendar.shift(self.org.env.now)[0]
        yield self.org.env.timeout(incident.reactions["response" if on_duty else "night_response"])

    def restart(self, incident: Incident) -> ProcessGenerator:
        """Diagnose failed infrastructure, then restore it; with automated delivery a machine rebuilds it."""
        org = self.org
        incident.via = "restart"
        yield from self.diagnose(incident, changes=1)
        if org.uses("delivery", incident.draws):
            yield from org.machine("operate", org.scenario.pipeline.deploy_time, incident=incident.id)
        else:
            yield from self.restore_by_hand(incident)

    def reinstall(self, deployment: Deployment, incident: Incident) -> ProcessGenerator:
        """Roll back a deployment whose installation went wrong, or find the mistake and correct it by hand."""
        if self._can_roll_back(deployment, incident):
            yield from self.roll_back(deployment, incident)
        else:
            yield from self.diagnose(incident, changes=1)
            yield from self.restore_by_hand(incident)

    def undo(self, deployment: Deployment, change: Change, defect: Defect, incident: Incident) -> ProcessGenerator:
        """Mitigate the incident of a defect, then repair the defect as planned work; or fix it forward.

        Mitigation is a rollback, or work by hand. Where there is none, the fix itself restores the service: at once in an emergency,
        as planned work otherwise. The more changes the deployment holds, the longer people look for the one to blame.
        """
        org = self.org
        incident.awaits_repair = True
        if self._can_roll_back(deployment, incident):
            yield from self.roll_back(deployment, incident)
        else:
            yield from self.diagnose(incident, changes=len(deployment.changes))
            if incident.mitigation >= org.scenario.production.mitigable_share:
                org.env.process(org.repairs.defect(change, defect, incident.id, urgent=incident.is_emergency))
                return
            incident.via = "mitigation"
            if not incident.is_emergency and not org.uses("deployment", incident.draws):
                yield from org.release.approval()
            yield from self.restore_by_hand(incident)
        org.log.record("service.restored", incident=incident.id, detail=encode_detail(via=incident.via))
        org.env.process(org.repairs.defect(change, defect, incident.id))

    def roll_back(self, deployment: Deployment, incident: Incident) -> ProcessGenerator:
        """Find the deployment to blame, then put the previous version back into service; records `service.rolledback`.

        A canary that shows a fault is taken back by a machine.
        """
        incident.via = "rollback"
        deployment.rolled_back = True
        if not deployment.canary:
            yield from self.diagnose(incident, changes=1)
        yield from self.org.machine("operate", self.org.scenario.pipeline.rollback_time, incident=incident.id)
        self.org.log.record("service.rolledback", deployment=deployment.id, incident=incident.id)

    def diagnose(self, incident: Incident, *, changes: int) -> ProcessGenerator:
        """Find the cause of the incident among so many changes: one by one, or with monitoring by halving the candidates."""
        production = self.org.scenario.production
        if self.org.uses("monitoring", incident.draws):
            factor = 1 + production.diagnosis_per_doubling * log2(changes)
        else:
            factor = 1 + production.diagnosis_per_change * (changes - 1)
        effort = incident.reactions["diagnosis"] * min(factor, production.longest_diagnosis)
        yield from self.respond("operator", effort, incident)

    def restore_by_hand(self, incident: Incident) -> ProcessGenerator:
        """Let an operator restart, switch or re-install something."""
        yield from self.respond("operator", incident.reactions["repair"], incident)

    def respond(self, role: str, effort: float, incident: Incident) -> ProcessGenerator:
        """Let a person work on an incident: around the clock where it pages, interrupting planned work in an emergency."""
        yield from self.org.people.work(
            role,
            "operate",
            effort,
            urgent=incident.is_emergency,
            on_call=incident.is_paged,
            anyone=self.org.uses("collaboration", incident.draws),
            incident=incident.id,
        )

    def _in_use(self, hours: float) -> Event:
        """Return the event that the service has been used for so many hours of average use."""
        return self.org.env.timeout(self.use.elapsed(self.org.env.now, hours))

    def _can_roll_back(self, deployment: Deployment, incident: Incident) -> bool:
        """Return whether a rollback ends the incident: the deployment was automated, is young enough and still runs."""
        pipeline = self.org.scenario.pipeline
        if deployment.rolled_back or not deployment.automated:
            return False
        young = self.org.env.now - deployment.time <= pipeline.rollback_horizon
        return young and incident.rollback < pipeline.rollback_share

    def _installer_sees(self, deployment: Deployment, incident: Incident) -> bool:
        """Return whether the person who installed by hand sees at once that the installation went wrong."""
        return not deployment.automated and incident.rollback < self.org.scenario.pipeline.mistakes_seen

    def _on_canary(self, deployment: Deployment, defect: Defect) -> bool:
        """Return whether a canary shows a severe defect before all users have it."""
        if not deployment.canary or not defect.severe or defect.is_found:
            return False
        return defect.canary < self.org.scenario.pipeline.canary_catches

    def _affected(self, incident: Incident, *, on_canary: bool) -> float:
        """Return the share of users whom an incident affects."""
        production = self.org.scenario.production
        affected = {"total": 1.0, "partial": production.partial_affected, "minor": production.minor_affected}
        return affected[incident.severity] * (self.org.scenario.pipeline.canary_users if on_canary else 1)

    def _record_detection(self, incident: Incident, *, automated: bool) -> None:
        self.org.log.record(
            "incident.detected", incident=incident.id, detail=encode_detail(automated="yes" if automated else "no")
        )

    def _resolve(self, incident: Incident) -> None:
        self.org.log.record("incident.resolved", incident=incident.id, detail=encode_detail(via=incident.via))

    def _incident(self) -> Incident:
        self._incidents += 1
        row = dict(zip(INCIDENT_COLUMNS, self._rows.next_row(), strict=True))
        production, severity = self.org.scenario.production, row["severity"]
        outage = severity < production.total_share + production.partial_share
        self.org.people.expedited.add(f"I{self._incidents}")
        return Incident(
            id=f"I{self._incidents}",
            draws={practice: row[practice] for practice in PRACTICES},
            severity="total" if severity < production.total_share else "partial" if outage else "minor",
            reactions=row,
            mitigation=row["mitigation"],
            rollback=row["rollback"],
        )
