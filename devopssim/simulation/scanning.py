"""Security inside the pipeline: a scan on each merge; findings are triaged and vulnerabilities fixed before deployment."""

from typing import TYPE_CHECKING

from simpy.events import ProcessGenerator

from devopssim.events import encode_detail
from devopssim.scenario import Scenario
from devopssim.simulation.draws import poisson_quantile
from devopssim.simulation.work_items import Change, Vulnerability

if TYPE_CHECKING:
    from devopssim.simulation.organisation import Organisation


def scan(org: "Organisation", change: Change) -> ProcessGenerator:
    """Scan a change on a machine, triage each finding, and fix each vulnerability before deployment.

    A vulnerability is found if its draw lies below coverage times detection rate. Records `scan.finished`, then the events of
    each finding.
    """
    security = org.scenario.security
    yield from org.machine(
        "test", security.scan_time, change=change.id, detail=encode_detail(task="scan", automated="yes")
    )
    detail = encode_detail(scanner="sast", automated="yes", covered=f"{security.scan_covers:g}")
    org.log.record("scan.finished", change=change.id, detail=detail)
    finds = security.scan_covers * security.scan_finds
    for vulnerability in [vulnerability for vulnerability in change.vulnerabilities if vulnerability.search < finds]:
        vulnerability.is_known = True
        report(org, vulnerability.id, change, scanner="sast", severity=vulnerability.severity)
        yield from triage(org, vulnerability.id, "developer", real=True, change=change)
        yield from fix_in_place(org, vulnerability, change)
    for finding in false_findings(org, change, security.scan_covers):
        report(org, finding, change, scanner="sast", severity="medium")
        yield from triage(org, finding, "developer", real=False, change=change)


def false_findings(org: "Organisation", change: Change, covers: float) -> list[str]:
    """Return the ids of the false findings about a change that were not reported before.

    Their number is Poisson and depends on what is scanned, whether or not it holds vulnerabilities.

    Parameters
    ----------
    org : Organisation
        Owner of the people, machines and random numbers.
    change : Change
        What is scanned or reviewed; it keeps how many were reported.
    covers : float
        Share of the change that the scan or review covers.
    """
    reported = change.false_findings
    change.false_findings = max(reported, poisson_quantile(org.scenario.security.false_findings * covers, change.noise))
    return [f"VN{change.id[1:]}.{number + 1}" for number in range(reported, change.false_findings)]


def report(org: "Organisation", finding: str, change: Change | None, *, scanner: str, severity: str) -> None:
    """Record a finding of a scan, a review or an incident as `finding.reported`."""
    automated = "no" if scanner == "review" else "yes"
    detail = encode_detail(scanner=scanner, severity=severity, automated=automated)
    org.log.record("finding.reported", finding=finding, change=change.id if change else None, detail=detail)


def triage(org: "Organisation", finding: str, role: str, *, real: bool, change: Change | None) -> ProcessGenerator:
    """Let a person of the role triage a finding; dismiss a false positive."""
    yield from org.people.work(
        role,
        "test",
        org.scenario.security.triage_effort,
        anyone=change is not None and org.uses("collaboration", change.draws),
        finding=finding,
        detail=encode_detail(task="triage", automated="no"),
    )
    if not real:
        org.log.record("finding.dismissed", finding=finding, detail=encode_detail(reason="false positive"))


def fix_in_place(
    org: "Organisation", vulnerability: Vulnerability, change: Change, *, steps_late: int = 0
) -> ProcessGenerator:
    """Fix a vulnerability in the change that brought it, before deployment; records `finding.fixed`."""
    yield from org.people.work(
        "developer",
        "code",
        vulnerability.fix_effort * org.late_fix_factor(steps_late) * training_factor(org),
        anyone=org.uses("collaboration", change.draws),
        change=change.id,
        finding=vulnerability.id,
        detail=encode_detail(task="fix", automated="no"),
    )
    vulnerability.is_patched = True
    org.log.record("finding.fixed", finding=vulnerability.id, change=change.id)


def training_factor(org: "Organisation") -> float:
    """Return the factor on the wait and effort of a repair by trained developers; 1 without embedded security."""
    return 1 - org.scenario.security.training_effect * org.scenario.practices.security


def false_at_adoption(scenario: Scenario) -> int:
    """Return the number of false findings of the first scan of the whole code base; the adopted share of them.

    Examples
    --------
    >>> from devopssim.scenario import Scenario, vary
    >>> false_at_adoption(vary(Scenario(), {"security.false_at_adoption": 40, "practices.security": 0.5}))
    20
    """
    return round(scenario.security.false_at_adoption * scenario.practices.security)
