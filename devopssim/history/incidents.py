"""Writing of incidents, with the deployment that caused each."""

from collections.abc import Sequence

from devopssim.history.ledger import DeployedRecord, Ledger, earliest, moment, yes_or_no
from devopssim.history.records import IncidentRecord


def name_incidents(ledger: Ledger) -> None:
    """Give each incident its id in the log, in the order of time."""
    ordered = sorted(ledger.history.incidents.values(), key=_incident_order)
    ledger.incidents = {incident.id: f"I{number}" for number, incident in enumerate(ordered, start=1)}


def write_incidents(ledger: Ledger) -> None:
    """Write failure, detection and resolution of each incident."""
    for name in ledger.incidents:
        _write_incident(ledger, ledger.history.incidents[name])


def _write_incident(ledger: Ledger, incident: IncidentRecord) -> None:
    """Write failure, detection and resolution of one incident."""
    name = ledger.incidents[incident.id]
    occurred = earliest(incident.occurred, incident.detected, incident.resolved)
    if occurred is None:
        ledger.counts["incidents without any time"] += 1
        return
    named = _named_cause(ledger, incident, occurred)
    caused_by = named or ledger.attribute(incident, occurred, _suspects(ledger, incident))
    if caused_by:
        reason = "the source names it" if named else "the last deployment before it"
        of = f" of {incident.of}" if incident.of and not named else ""
        ledger.why[caused_by.name].append(
            f"failed: incident {name} ({incident.id}) at {moment(occurred)}; {reason}{of}"
        )
        occurred = ledger.after(occurred, caused_by.at)
    cause = incident.cause
    if ledger.history.observation and not cause:  # what no deployment caused, where all of them were seen
        cause = "defect" if caused_by else "infrastructure"
    details = {
        "cause": cause,
        "severity": incident.severity,
        "downtime": yes_or_no(incident.downtime),
        "name": incident.name,
        "service": incident.of,
    }
    deployment = caused_by.name if caused_by else None
    ledger.add(occurred, "service.failed", details, incident=name, deployment=deployment)
    detected = occurred if incident.detected is None else ledger.after(incident.detected, occurred)
    if incident.detected is not None:
        kind = "incident.reported" if incident.occurred is None else "incident.detected"
        details = {"name": incident.detected_by, "automated": yes_or_no(incident.detected_by_machine)}
        ledger.add(detected, kind, details, incident=name)
    details = {"via": incident.restored_by, "automated": "yes" if incident.restored_by_script else None}
    restored = detected if incident.restored is None else ledger.after(incident.restored, detected)
    if incident.restored is not None:
        ledger.add(restored, "service.restored", details, incident=name)
    if incident.resolved is not None:
        ledger.add(ledger.after(incident.resolved, restored), "incident.resolved", details, incident=name)


def _suspects(ledger: Ledger, incident: IncidentRecord) -> Sequence[DeployedRecord]:
    """Return the deployments that can have caused an incident: those of the service that it names."""
    if incident.of is None:
        return ledger.deployed
    return [deployed for deployed in ledger.deployed if _same_service(deployed.record.of, incident.of)]


def _named_cause(ledger: Ledger, incident: IncidentRecord, occurred: float) -> DeployedRecord | None:
    """Return the deployment that the source names as the cause: the last one before the failure, else the first."""
    if incident.deployment is None:
        return None
    wanted = incident.deployment
    named = [
        deployed
        for deployed in ledger.deployed
        if wanted in (deployed.record.id, deployed.record.name, deployed.record.commit)
    ]
    if not named:
        ledger.counts["unknown deployments that incidents name as their cause"] += 1
        return None
    return next((deployed for deployed in reversed(named) if deployed.at <= occurred), named[0])


def _same_service(deployed: str | None, named: str) -> bool:
    """Return whether an incident names the service of a deployment: by its whole name, or by its last part."""
    own, other = (deployed or "").casefold(), named.casefold()
    return own == other or own.rpartition("/")[2] == other.rpartition("/")[2]


def _incident_order(incident: IncidentRecord) -> tuple[float, str]:
    """Return the sort key of incidents: earliest time, then id."""
    return earliest(incident.occurred, incident.detected, incident.resolved) or 0.0, incident.id
