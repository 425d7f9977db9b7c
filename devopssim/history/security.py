"""Writing of artifacts, their verifications, scans and findings, and of the security work on them."""

from math import inf

from devopssim.history.ledger import DeployedRecord, Ledger, yes_or_no
from devopssim.history.records import FindingRecord


def write_security(ledger: Ledger) -> None:
    """Write artifacts, their verifications, scans, findings and their ends, and the work on them."""
    for artifact in ledger.history.artifacts:
        details: dict[str, str | None] = {"version": artifact.version, "digest": artifact.digest}
        ledger.add(artifact.at, "artifact.published", details)
    for verification in ledger.history.verifications:
        details = {"outcome": verification.outcome, "digest": verification.digest, "reason": verification.reasons}
        ledger.add(verification.at, "artifact.verified", details, change=ledger.change_of(verification.commit))
    made_of = {deployed.record.commit: deployed.name for deployed in ledger.deployed}
    for scan in ledger.history.scans:
        change, automated = ledger.change_of(scan.commit), yes_or_no(scan.automated)
        details = {"scanner": scan.scanner, "automated": automated, "covered": scan.covered}
        ledger.add(scan.at, "scan.finished", details, change=change, deployment=made_of.get(scan.commit))
        _task(ledger, "scan", scan.at - scan.seconds, scan.at, automated=scan.automated, change=change)
    names = {finding.id: f"V{number}" for number, finding in enumerate(ledger.history.findings, start=1)}
    for finding in ledger.history.findings:
        details = {"scanner": finding.scanner, "severity": finding.severity, "name": finding.rule}
        change = ledger.change_of(finding.commit)
        ledger.add(finding.reported, "finding.reported", details, finding=names[finding.id], change=change)
    fixed = sorted((one for one in ledger.history.findings if one.fixed is not None), key=lambda one: one.fixed or 0)
    for finding in fixed:
        at, change = finding.fixed or 0.0, ledger.change_of(finding.fixed_in)
        ledger.add(at, "finding.fixed", finding=names[finding.id], change=change)
        _task(ledger, "fix", at, at, automated=False, finding=names[finding.id], change=change)
    dismissed = [one for one in ledger.history.findings if one.dismissed is not None]
    for finding in sorted(dismissed, key=lambda one: one.dismissed or 0):
        at = finding.dismissed or 0.0
        ledger.add(at, "finding.dismissed", {"reason": finding.reason}, finding=names[finding.id])
        _task(ledger, "triage", at, at, automated=False, finding=names[finding.id])
    for finding in fixed:
        if patch := _patch(ledger, finding):
            ids: dict[str, str | None] = {"finding": names[finding.id], "deployment": patch.name}
            ledger.add(patch.at, "patch.deployed", **ids)
            by_pipeline = ledger.history.pipelined.get(finding.fixed_in or "", inf) <= patch.at
            _task(ledger, "patch", patch.at, patch.at, automated=by_pipeline, **ids)


def _patch(ledger: Ledger, finding: FindingRecord) -> DeployedRecord | None:
    """Return the deployment that repaired a finding in production; None unless it was deployed before it was fixed."""
    at = finding.fixed or 0.0
    vulnerable = ledger.by_record.get(ledger.reached.get(finding.commit, ""))
    repair = ledger.by_record.get(ledger.reached.get(finding.fixed_in or "", ""))
    return repair if vulnerable and repair and vulnerable.at <= at < repair.at else None


def _task(ledger: Ledger, task: str, began: float, ended: float, *, automated: bool, **ids: str | None) -> None:
    """Write a security task as work on a stage."""
    details: dict[str, str | None] = {"task": task, "automated": yes_or_no(automated)}
    ids |= {"stage": "deploy" if task == "patch" else "test", "role": None if automated else "security"}
    for at, kind in ((began, "stage.started"), (ended, "stage.finished")):
        ledger.add(at, kind, details, **ids)
