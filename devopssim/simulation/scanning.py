"""Security inside the pipeline: a scan on each merge, its findings judged and repaired before anything is deployed."""

from devopssim.simulation.demand import Change, Vulnerability, how_many
from devopssim.simulation.organisation import Organisation
from devopssim.simulation.people import Process


def scan(org: Organisation, change: Change) -> Process:
    """Scan a change on a machine; judge what is reported, and repair what is real."""
    security = org.scenario.security
    yield from org.machine("test", security.scan_time, change=change.id, detail="task=scan;automated=yes")
    covered = f"covered={security.scan_covers:g}"
    org.log.record("scan.finished", change=change.id, detail=f"scanner=sast;automated=yes;{covered}")
    finds = security.scan_covers * security.scan_finds
    for weakness in [each for each in change.vulnerabilities if each.search < finds]:
        weakness.known = True
        report(org, weakness.id, change, scanner="sast", severity=weakness.severity)
        yield from judge(org, weakness.id, "developer", real=True, change=change)
        yield from fix_in_place(org, weakness, change)
    for number in range(noise(org, finds, change.noise)):
        finding = f"VN{change.id[1:]}.{number + 1}"
        report(org, finding, change, scanner="sast", severity="medium")
        yield from judge(org, finding, "developer", real=False, change=change)


def noise(org: Organisation, finds: float, luck: float) -> int:
    """Return how many findings of a look at one change are none, so that their share is that of the scenario."""
    security = org.scenario.security
    share = security.false_positives
    return how_many(security.vulnerabilities_per_change * finds * share / (1 - share), luck)


def report(org: Organisation, finding: str, change: Change | None, *, scanner: str, severity: str) -> None:
    """Write down what a look at the product reports."""
    automated = "no" if scanner == "review" else "yes"
    detail = f"scanner={scanner};severity={severity};automated={automated}"
    org.log.record("finding.reported", finding=finding, change=change.id if change else None, detail=detail)


def judge(org: Organisation, finding: str, role: str, *, real: bool, change: Change | None) -> Process:
    """Let somebody judge a finding; dismiss it if there is nothing behind it."""
    yield from org.office.work(
        role,
        "test",
        org.scenario.security.triage_effort,
        anyone=change is not None and org.handles("collaboration", change.luck),
        finding=finding,
        detail="task=triage;automated=no",
    )
    if not real:
        org.log.record("finding.dismissed", finding=finding, detail="reason=false positive")


def fix_in_place(org: Organisation, weakness: Vulnerability, change: Change) -> Process:
    """Repair a weakness in the change that brought it, before it is deployed."""
    yield from org.office.work(
        "developer",
        "code",
        weakness.fix_effort * trained(org),
        anyone=org.handles("collaboration", change.luck),
        change=change.id,
        finding=weakness.id,
        detail="task=fix;automated=no",
    )
    weakness.patched = True
    org.log.record("finding.fixed", finding=weakness.id, change=change.id)


def trained(org: Organisation) -> float:
    """Return the factor on repair efforts of developers who were trained, as far as security is embedded."""
    return 1 - org.scenario.security.training_effect * org.scenario.security.embedded
