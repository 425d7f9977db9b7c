"""The service in production: infrastructure, defects, installations and attacks break it; people detect, diagnose and restore."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from simpy.events import ProcessGenerator

from devopssim.events import encode_detail
from devopssim.scenario import PRACTICES
from devopssim.simulation.demand import Change, Defect, DrawTable
from devopssim.simulation.randomness import Exponential, Streams

if TYPE_CHECKING:
    from devopssim.simulation.organisation import Organisation

INCIDENT_DRAWS: Final = 4 + len(PRACTICES)


@dataclass(slots=True, eq=False)
class Deployment:
    """Changes that reached production together; `mistake` means that the installation went wrong, `time` is in hours."""

    id: str
    changes: list[Change]
    time: float
    automated: bool
    mistake: bool
    rolled_back: bool = False


@dataclass(slots=True, eq=False)
class Incident:
    """Time during which the service is down or degraded.

    `detection`, `answer`, `diagnosis` and `repair` are the draws of its reaction times, made before it happens: an incident that takes
    long to diagnose does so in every scenario that shares its random numbers.
    """

    id: str
    draws: dict[str, float]
    detection: float
    answer: float
    diagnosis: float
    repair: float
    via: str = "fix"
    """How the service was restored: rollback, fix or restart."""


class ServiceOperation:
    """Run deployments in production, let their faults surface, and handle incidents."""

    def __init__(self, org: "Organisation", streams: Streams) -> None:
        self.org = org
        self._incidents = 0
        self._incident_draws = DrawTable(streams, "incidents", INCIDENT_DRAWS)
        self._streams = streams

    def receive(self, deployment: Deployment) -> None:
        """Run a new deployment; from here on its faults surface."""
        org = self.org
        org.env.process(self.operate(deployment))
        if deployment.mistake:
            org.env.process(self.fail("installation", partial(self.reinstall, deployment), deployment))
        for change in deployment.changes:
            for defect in change.defects:
                if not defect.is_found:
                    org.env.process(self.surface(deployment, change, defect))

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

        A minor or revealed defect is repaired as planned work.
        """
        org = self.org
        yield org.env.timeout(defect.surfaces_after)
        if defect.is_found:
            return
        defect.is_found = True
        monitored = org.uses("monitoring", change.draws)
        prevented = monitored and defect.prevention < org.scenario.production.prevented_share
        if defect.severe and not prevented:
            yield from self.fail("defect", partial(self.undo, deployment, change, defect), deployment)
        else:
            yield from org.repairs.defect_as_planned(change, defect)

    def infrastructure(self, host: int = 0) -> ProcessGenerator:
        """Let a host of the infrastructure fail at exponential times; monitoring prevents a share of the failures."""
        org, production = self.org, self.org.scenario.production
        time_to_failure = Exponential(production.infrastructure_mttf)
        draws = DrawTable(self._streams, "infrastructure" + f"/{host}" * bool(host), 2)
        while True:
            wait, prevention = draws.next_row()
            yield org.env.timeout(float(time_to_failure.quantile(wait)))
            if prevention >= production.prevented_share * org.scenario.practices.monitoring:
                yield from self.fail(
                    "infrastructure", self.restart, replica=str(host) if production.hosts > 1 else None
                )

    def fail(
        self,
        cause: str,
        restore: Callable[[Incident], ProcessGenerator],
        deployment: Deployment | None = None,
        finding: str | None = None,
        replica: str | None = None,
    ) -> ProcessGenerator:
        """Break the service, detect the incident and restore the service.

        Records `service.failed`, the events of detection and restoration, and `incident.resolved`.

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
        """
        incident = self._incident()
        self.org.log.record(
            "service.failed",
            incident=incident.id,
            deployment=deployment.id if deployment else None,
            finding=finding,
            detail=encode_detail(cause=cause, severity="high", downtime="yes", replica=replica),
        )
        yield from self.detect(incident)
        yield from self.answer(incident)
        yield from restore(incident)
        self.org.log.record("incident.resolved", incident=incident.id, detail=encode_detail(via=incident.via))

    def detect(self, incident: Incident) -> ProcessGenerator:
        """Detect the incident by an alert, or later by a user's report; records `incident.detected`."""
        production = self.org.scenario.production
        alerted = self.org.uses("monitoring", incident.draws)
        mean = production.alert_delay if alerted else production.report_delay
        yield self.org.env.timeout(self.org.reaction_time(mean, incident.detection))
        if not alerted:
            self.org.log.record("incident.reported", incident=incident.id)
        self.org.log.record(
            "incident.detected", incident=incident.id, detail=encode_detail(automated="yes" if alerted else "no")
        )

    def answer(self, incident: Incident) -> ProcessGenerator:
        """Wait until a person on call answers, which takes longer at night and on weekends."""
        org, production = self.org, self.org.scenario.production
        on_duty = org.people.calendar.shift(org.env.now)[0]
        mean = production.response_time if on_duty else production.night_response_time
        yield org.env.timeout(org.reaction_time(mean, incident.answer))

    def restart(self, incident: Incident) -> ProcessGenerator:
        """Diagnose failed infrastructure on call, then restore it; with automated delivery a machine rebuilds it."""
        org, production = self.org, self.org.scenario.production
        incident.via = "restart"
        yield from self.on_call("operator", org.reaction_time(production.diagnosis, incident.diagnosis), incident)
        if org.uses("delivery", incident.draws):
            yield from org.machine("operate", org.scenario.pipeline.deploy_time, incident=incident.id)
        else:
            yield from self.on_call("operator", org.reaction_time(production.repair_time, incident.repair), incident)

    def reinstall(self, deployment: Deployment, incident: Incident) -> ProcessGenerator:
        """Roll back a deployment whose installation went wrong, or diagnose it and install it again."""
        if self._can_roll_back(deployment):
            yield from self.roll_back(deployment, incident)
        else:
            diagnosis = self.org.reaction_time(self.org.scenario.production.diagnosis, incident.diagnosis)
            yield from self.on_call("operator", diagnosis + self.org.scenario.pipeline.release_effort, incident)

    def undo(self, deployment: Deployment, change: Change, defect: Defect, incident: Incident) -> ProcessGenerator:
        """Roll back a deployment with a severe defect and repair the defect as planned work, or fix it forward at once."""
        if self._can_roll_back(deployment):
            yield from self.roll_back(deployment, incident)
            self.org.env.process(self.org.repairs.defect_as_planned(change, defect, incident.id))
        else:
            yield from self.fix_forward(change, defect, incident)

    def roll_back(self, deployment: Deployment, incident: Incident) -> ProcessGenerator:
        """Put the previous version back into service; records `service.rolledback`."""
        incident.via = "rollback"
        deployment.rolled_back = True
        yield from self.org.machine("operate", self.org.scenario.pipeline.rollback_time, incident=incident.id)
        self.org.log.record("service.rolledback", deployment=deployment.id, incident=incident.id)

    def fix_forward(self, change: Change, defect: Defect, incident: Incident) -> ProcessGenerator:
        """Diagnose a defect on call, then repair and release it urgently."""
        org = self.org
        yield from org.hand_over("operator", "developer", incident.draws)
        diagnosis = org.reaction_time(org.scenario.production.diagnosis, incident.diagnosis)
        yield from self.on_call("developer", diagnosis, incident)
        yield from org.repairs.fix_forward(change, defect, incident.id)

    def on_call(self, role: str, effort: float, incident: Incident) -> ProcessGenerator:
        """Let a person work on an incident at once and around the clock; it interrupts planned work."""
        anyone = self.org.uses("collaboration", incident.draws)
        yield from self.org.people.work(
            role, "operate", effort, urgent=True, on_call=True, anyone=anyone, incident=incident.id
        )

    def _can_roll_back(self, deployment: Deployment) -> bool:
        """Return whether the deployment was automated, is young enough and still runs."""
        if deployment.rolled_back or not deployment.automated:
            return False
        return self.org.env.now - deployment.time <= self.org.scenario.pipeline.rollback_horizon

    def _incident(self) -> Incident:
        self._incidents += 1
        row = self._incident_draws.next_row()
        draws = dict(zip(PRACTICES, row[4:], strict=True))
        detection, diagnosis, repair, answer = row[:4]
        return Incident(f"I{self._incidents}", draws, detection, answer, diagnosis, repair)
