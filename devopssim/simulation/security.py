"""Security around the pipeline: reviews as an afterthought, sign-offs, vulnerabilities of dependencies, attacks and patches."""

from collections.abc import Generator, Sequence
from math import inf
from typing import TYPE_CHECKING, Any

from simpy.events import Event, ProcessGenerator

from devopssim.events import encode_detail
from devopssim.scenario import Scenario
from devopssim.simulation.demand import disclosed
from devopssim.simulation.people import all_of
from devopssim.simulation.production import Deployment, Incident
from devopssim.simulation.scanning import (
    false_at_adoption,
    false_findings,
    fix_in_place,
    report,
    training_factor,
    triage,
)
from devopssim.simulation.work_items import Change, Vulnerability

if TYPE_CHECKING:
    from devopssim.simulation.organisation import Organisation


class ProductSecurity:
    """Search the deployed product for vulnerabilities, expose them to attacks and patch them.

    Changes without embedded security wait here for a review by hand; dependencies wait for it, or composition analysis reports
    them. What is found in production is repaired when the plan has room for it, or at once after an attack.
    """

    def __init__(self, org: "Organisation") -> None:
        self.org = org
        self._unreviewed: list[Change] = []
        self._in_dependencies: list[Vulnerability] = []
        self._reviewing = False

    def train(self) -> ProcessGenerator:
        """Train a developer for the adopted share of the security training."""
        security = self.org.scenario.security
        yield from self.org.people.work(
            "developer",
            "plan",
            security.training * self.org.scenario.practices.security,
            detail=encode_detail(task="training"),
        )

    def adopt(self) -> ProcessGenerator:
        """Scan the whole code base for the first time, and let developers judge its false findings; the adopted share of them."""
        org, security = self.org, self.org.scenario.security
        false = false_at_adoption(org.scenario)
        if not false:
            return
        yield from org.machine("test", security.scan_time, detail=encode_detail(task="scan", automated="yes"))
        self._record_scan("sast", None, security.scan_covers)
        for number in range(false):
            report(org, f"VN0.{number + 1}", None, scanner="sast", severity="medium")
        for number in range(false):
            yield from triage(org, f"VN0.{number + 1}", "developer", real=False, change=None)

    def receive(self, deployment: Deployment) -> None:
        """Take in a deployment: its patches are live, its vulnerabilities exposed, and its unscanned changes wait for review.

        Records `patch.deployed` for each patch.
        """
        for change in deployment.changes:
            embedded = self.org.uses("security", change.draws)
            if change.patches:
                change.patches.is_patched = True
                self.org.log.record(
                    "patch.deployed", finding=change.patches.id, change=change.id, deployment=deployment.id
                )
            for vulnerability in change.vulnerabilities:
                if not vulnerability.is_patched:
                    self.org.env.process(self.expose(vulnerability))
                    if embedded:
                        self.org.env.process(self.rescan(vulnerability))
            if not embedded:
                self._unreviewed.append(change)
        self._call_for_review()

    def disclosures(self) -> ProcessGenerator:
        """Let vulnerabilities become known in dependencies; composition analysis reports some of them, reviews may find the others."""
        org = self.org
        for number, row in enumerate(org.demand.disclosures.tolist()):
            yield org.env.timeout(row[0] - org.env.now)
            vulnerability = disclosed(number, row)
            org.log.record(
                "vulnerability.injected",
                finding=vulnerability.id,
                detail=encode_detail(severity=vulnerability.severity, cause="dependency"),
            )
            org.env.process(self.expose(vulnerability))
            if vulnerability.embedded < org.scenario.practices.security:
                org.env.process(self.patch_dependency(vulnerability))
            else:
                self._in_dependencies.append(vulnerability)
                self._call_for_review()

    def patch_dependency(self, vulnerability: Vulnerability) -> ProcessGenerator:
        """Report a dependency's vulnerability after the advisory delay, and patch it when the plan has room; a critical one goes
        out urgently.
        """
        org = self.org
        yield org.env.timeout(org.scenario.security.advisory_delay)
        yield from self._report_scanned(vulnerability, "sca", steps_late=0)

    def rescan(self, vulnerability: Vulnerability) -> ProcessGenerator:
        """Report a vulnerability in deployed code once the rules of the scans come to see it, and patch it as a dependency's."""
        if vulnerability.rescan_after < inf:
            yield self.org.env.timeout(vulnerability.rescan_after)
            yield from self._report_scanned(vulnerability, "sast", steps_late=2)

    def _report_scanned(self, vulnerability: Vulnerability, scanner: str, *, steps_late: int) -> ProcessGenerator:
        """Report, triage and patch what a scan finds in production, unless it is known."""
        org, security = self.org, self.org.scenario.security
        if vulnerability.is_known:
            return
        vulnerability.is_known = True
        self._record_scan(scanner, None, security.scan_covers)
        report(org, vulnerability.id, None, scanner=scanner, severity=vulnerability.severity)
        yield from triage(org, vulnerability.id, "developer", real=True, change=None)
        yield org.env.timeout(vulnerability.backlog_delay * security.scanned_delay * training_factor(org))
        yield from self._patch(vulnerability, steps_late=steps_late, urgent=vulnerability.severity == "critical")

    def review(self) -> ProcessGenerator:
        """Review by hand everything deployed since the last review, and send the findings to the developers.

        A security engineer reviews all waiting changes together; what is deployed meanwhile waits for the next review.
        """
        org, security = self.org, self.org.scenario.security
        self._reviewing = True
        while self._unreviewed or self._in_dependencies:
            changes, self._unreviewed = self._unreviewed, []
            last = changes[-1].id if changes else None
            yield org.wait(org.scenario.process.hand_over)
            yield from org.people.work(
                "security",
                "test",
                security.review_effort,
                finding=None if last else self._in_dependencies[0].id,
                change=last,
                detail=encode_detail(task="review", automated="no"),
            )
            self._record_scan("review", last, security.review_covers)
            dependencies, self._in_dependencies = self._in_dependencies, []
            for change in changes:
                self._plan_patches((yield from self._inspect(change, change.vulnerabilities)))
            self._plan_patches((yield from self._inspect(None, dependencies)))
        self._reviewing = False

    def sign_off(self, changes: Sequence[Change]) -> ProcessGenerator:
        """Review a project by hand before its release, and fix what is found; a short review finds a part of what a whole one finds."""
        org, security = self.org, self.org.scenario.security
        if not security.sign_off:
            return
        detail = encode_detail(task="review", automated="no")
        yield from org.people.work("security", "test", security.sign_off, change=changes[-1].id, detail=detail)
        part = sign_off_part(org.scenario)
        found: list[tuple[Vulnerability, Change]] = []
        for change in changes:
            self._record_scan("review", change.id, security.review_covers * part)
            found += [(flaw, change) for flaw in (yield from self._inspect(change, change.vulnerabilities, part))]
        yield all_of(org.env, *[fix_in_place(org, flaw, change, steps_late=1) for flaw, change in found])

    def expose(self, vulnerability: Vulnerability) -> ProcessGenerator:
        """Leave a vulnerability open in production until an attack succeeds, unless a patch comes first.

        An attack is an incident. It also reveals a vulnerability that was unknown. The vulnerability is then patched urgently,
        unless its repair has begun.
        """
        org = self.org
        yield org.env.timeout(vulnerability.exploited_after)
        if vulnerability.is_patched:
            return
        yield from org.production.fail("vulnerability", self.contain, finding=vulnerability.id)
        if not vulnerability.is_known:
            vulnerability.is_known = True
            report(org, vulnerability.id, None, scanner="incident", severity=vulnerability.severity)
        yield from self._patch(vulnerability, steps_late=2, urgent=True)

    def contain(self, incident: Incident) -> ProcessGenerator:
        """Make the service safe after an attack: a security engineer works on call, or as planned where few are affected."""
        org = self.org
        if not incident.is_emergency:
            yield from org.hand_over("operator", "security", incident.draws)
        yield from org.production.respond("security", incident.reactions["containment"], incident)

    def _inspect(
        self, change: Change | None, vulnerabilities: Sequence[Vulnerability], part: float = 1.0
    ) -> Generator[Event, Any, list[Vulnerability]]:
        """Report and triage what this part of a review finds in one change, or in dependencies; return the vulnerabilities.

        An attack may reveal one while another is triaged; then it is known.
        """
        org, security = self.org, self.org.scenario.security
        found = []
        for vulnerability in vulnerabilities:
            if vulnerability.search < security.review_finds * part and not vulnerability.is_known:
                vulnerability.is_known = True
                found.append(vulnerability)
                report(org, vulnerability.id, change, scanner="review", severity=vulnerability.severity)
                yield from triage(org, vulnerability.id, "security", real=True, change=None)
        for finding in false_findings(org, change, security.review_covers * part) if change else ():
            report(org, finding, change, scanner="review", severity="medium")
            yield from triage(org, finding, "security", real=False, change=None)
        return found

    def _plan_patches(self, vulnerabilities: Sequence[Vulnerability]) -> None:
        for vulnerability in vulnerabilities:
            self.org.env.process(self._patch_after_backlog(vulnerability))

    def _patch_after_backlog(self, vulnerability: Vulnerability) -> ProcessGenerator:
        yield self.org.env.timeout(vulnerability.backlog_delay * training_factor(self.org))
        yield from self._patch(vulnerability, steps_late=2)

    def _patch(self, vulnerability: Vulnerability, *, steps_late: int, urgent: bool = False) -> ProcessGenerator:
        """Patch a vulnerability in production, unless its repair has begun."""
        if not vulnerability.in_repair:
            vulnerability.in_repair = True
            yield from self.org.repairs.vulnerability(vulnerability, steps_late=steps_late, urgent=urgent)

    def _record_scan(self, scanner: str, change: str | None, covered: float) -> None:
        automated = "no" if scanner == "review" else "yes"
        detail = encode_detail(scanner=scanner, automated=automated, covered=f"{covered:g}")
        self.org.log.record("scan.finished", change=change, detail=detail)

    def _call_for_review(self) -> None:
        if not self._reviewing and (self._unreviewed or self._in_dependencies):
            self._reviewing = True
            self.org.env.process(self.review())


def sign_off_part(scenario: Scenario) -> float:
    """Return the part of a whole review that a sign-off is.

    Examples
    --------
    >>> from devopssim.scenario import Scenario, vary
    >>> sign_off_part(vary(Scenario(), {"security.sign_off": 4, "security.review_effort": 16}))
    0.25
    """
    security = scenario.security
    return min(1.0, security.sign_off / security.review_effort) if security.review_effort else 1.0
