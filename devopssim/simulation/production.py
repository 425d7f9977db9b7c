"""The service in production: it fails by itself, by defects, by installations and by attacks; people find out and repair it."""

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

INCIDENT_DRAWS: Final = 3 + len(PRACTICES)


@dataclass(slots=True, eq=False)
class Deployment:
    """Changes that reached production together."""

    id: str
    changes: list[Change]
    time: float
    automated: bool
    mistake: bool
    rolled_back: bool = False


@dataclass(slots=True, eq=False)
class Incident:
    """The service is broken or degraded. Its draws were made before it happened."""

    id: str
    draws: dict[str, float]
    detection: float
    diagnosis: float
    repair: float
    via: str = "fix"
    """How the service was restored: rollback, fix or restart."""


class ServiceOperation:
    """What runs in production, and what happens to it."""

    def __init__(self, org: "Organisation", streams: Streams) -> None:
        self.org = org
        self._incidents = 0
        self._incident_draws = DrawTable(streams, "incidents", INCIDENT_DRAWS)
        self._infrastructure_draws = DrawTable(streams, "infrastructure", 2)

    def receive(self, deployment: Deployment) -> None:
        """Run a new deployment; from here on its faults surface."""
        org = self.org
        org.env.process(self.operate(deployment))
        if deployment.mistake:
            org.env.process(self.fail("installation", partial(self.install_again, deployment), deployment))
        for change in deployment.changes:
            for defect in change.defects:
                if not defect.is_found:
                    org.env.process(self.surface(deployment, change, defect))

    def operate(self, deployment: Deployment) -> ProcessGenerator:
        """Watch a new deployment settle, by hand; or let monitoring watch it, and how it is used."""
        org, settling = self.org, self.org.scenario.pipeline.settling_effort
        if not org.uses("monitoring", deployment.changes[0].draws):
            yield from org.people.work("operator", "operate", settling, deployment=deployment.id)
            return
        for stage, time in (("operate", settling), ("monitor", org.scenario.production.observation)):
            org.log.record("stage.started", stage=stage, deployment=deployment.id)
            yield org.env.timeout(time)
            org.log.record("stage.finished", stage=stage, deployment=deployment.id)

    def surface(self, deployment: Deployment, change: Change, defect: Defect) -> ProcessGenerator:
        """A defect shows itself in use: a severe one breaks the service, unless monitoring tells in time."""
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

    def infrastructure(self) -> ProcessGenerator:
        """The service fails by itself, now and then; monitoring prevents some of it."""
        org, production = self.org, self.org.scenario.production
        between = Exponential(production.infrastructure_mttf)
        while True:
            wait, prevention = self._infrastructure_draws.next_row()
            yield org.env.timeout(float(between.quantile(wait)))
            if prevention >= production.prevented_share * org.scenario.practices.monitoring:
                yield from self.fail("infrastructure", self.restart)

    def fail(
        self,
        cause: str,
        restore: Callable[[Incident], ProcessGenerator],
        deployment: Deployment | None = None,
        finding: str | None = None,
    ) -> ProcessGenerator:
        """Break the service; then somebody finds out, and it is restored."""
        incident = self._incident()
        self.org.log.record(
            "service.failed",
            incident=incident.id,
            deployment=deployment.id if deployment else None,
            finding=finding,
            detail=encode_detail(cause=cause, severity="high", downtime="yes"),
        )
        yield from self.detect(incident)
        yield from restore(incident)
        self.org.log.record("incident.resolved", incident=incident.id, detail=encode_detail(via=incident.via))

    def detect(self, incident: Incident) -> ProcessGenerator:
        """Learn of the incident from an alert, or from users."""
        production = self.org.scenario.production
        alerted = self.org.uses("monitoring", incident.draws)
        mean = production.alert_delay if alerted else production.report_delay
        yield self.org.env.timeout(self.org.reaction_time(mean, incident.detection))
        if not alerted:
            self.org.log.record("incident.reported", incident=incident.id)
        self.org.log.record(
            "incident.detected", incident=incident.id, detail=encode_detail(automated="yes" if alerted else "no")
        )

    def restart(self, incident: Incident) -> ProcessGenerator:
        """Restart or replace infrastructure; with automated delivery a machine does it from its description."""
        org, production = self.org, self.org.scenario.production
        incident.via = "restart"
        yield from self.on_call("operator", org.reaction_time(production.diagnosis, incident.diagnosis), incident)
        if org.uses("delivery", incident.draws):
            yield from org.machine("operate", org.scenario.pipeline.deploy_time, incident=incident.id)
        else:
            yield from self.on_call("operator", org.reaction_time(production.repair_time, incident.repair), incident)

    def install_again(self, deployment: Deployment, incident: Incident) -> ProcessGenerator:
        """Take a deployment back whose installation went wrong, or find out what went wrong and install it again."""
        if self._can_be_taken_back(deployment):
            yield from self.roll_back(deployment, incident)
        else:
            diagnosis = self.org.reaction_time(self.org.scenario.production.diagnosis, incident.diagnosis)
            yield from self.on_call("operator", diagnosis + self.org.scenario.pipeline.release_effort, incident)

    def undo(self, deployment: Deployment, change: Change, defect: Defect, incident: Incident) -> ProcessGenerator:
        """Take a deployment back that brought a severe defect, and repair it as planned work; or repair it now."""
        if self._can_be_taken_back(deployment):
            yield from self.roll_back(deployment, incident)
            self.org.env.process(self.org.repairs.defect_as_planned(change, defect, incident.id))
        else:
            yield from self.fix_forward(change, defect, incident)

    def roll_back(self, deployment: Deployment, incident: Incident) -> ProcessGenerator:
        """Put the version before the deployment back."""
        incident.via = "rollback"
        deployment.rolled_back = True
        yield from self.org.machine("operate", self.org.scenario.pipeline.rollback_time, incident=incident.id)
        self.org.log.record("service.rolledback", deployment=deployment.id, incident=incident.id)

    def fix_forward(self, change: Change, defect: Defect, incident: Incident) -> ProcessGenerator:
        """Find the cause on call, and repair it urgently."""
        org = self.org
        yield from org.hand_over("operator", "developer", incident.draws)
        diagnosis = org.reaction_time(org.scenario.production.diagnosis, incident.diagnosis)
        yield from self.on_call("developer", diagnosis, incident)
        yield from org.repairs.fix_forward(change, defect, incident.id)

    def on_call(self, role: str, effort: float, incident: Incident) -> ProcessGenerator:
        """Let somebody work on an incident at once, around the clock."""
        anyone = self.org.uses("collaboration", incident.draws)
        yield from self.org.people.work(
            role, "operate", effort, urgent=True, on_call=True, anyone=anyone, incident=incident.id
        )

    def _can_be_taken_back(self, deployment: Deployment) -> bool:
        if deployment.rolled_back or not deployment.automated:
            return False
        return self.org.env.now - deployment.time <= self.org.scenario.pipeline.rollback_horizon

    def _incident(self) -> Incident:
        self._incidents += 1
        row = self._incident_draws.next_row()
        draws = dict(zip(PRACTICES, row[3:], strict=True))
        return Incident(id=f"I{self._incidents}", detection=row[0], diagnosis=row[1], repair=row[2], draws=draws)
