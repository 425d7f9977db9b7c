"""Security around the pipeline: reviews as an afterthought, vulnerabilities of dependencies, attacks and patches."""

from typing import TYPE_CHECKING

from simpy.events import ProcessGenerator

from devopssim.events import encode_detail
from devopssim.simulation.demand import Change, Vulnerability
from devopssim.simulation.production import Deployment, Incident
from devopssim.simulation.scanning import false_positive_count, report, triage

if TYPE_CHECKING:
    from devopssim.simulation.organisation import Organisation


class ProductSecurity:
    """Search the deployed product for vulnerabilities, expose them to attacks and patch them.

    Changes without embedded security wait here for a review by hand; dependencies wait for it, or composition analysis reports
    them.
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

    def receive(self, deployment: Deployment) -> None:
        """Take in a deployment: its patches are live, its vulnerabilities exposed, and its unscanned changes wait for review.

        Records `patch.deployed` for each patch.
        """
        for change in deployment.changes:
            if change.patches:
                change.patches.is_patched = True
                self.org.log.record(
                    "patch.deployed", finding=change.patches.id, change=change.id, deployment=deployment.id
                )
            for vulnerability in change.vulnerabilities:
                if not vulnerability.is_patched:
                    self.org.env.process(self.expose(vulnerability))
            if not self.org.uses("security", change.draws):
                self._unreviewed.append(change)
        self._call_for_review()

    def disclosures(self) -> ProcessGenerator:
        """Let vulnerabilities become known in dependencies; composition analysis reports some of them, reviews may find the others."""
        org = self.org
        for time, vulnerability in org.demand.disclosures:
            yield org.env.timeout(time - org.env.now)
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
        """Report a dependency's vulnerability after the advisory delay, triage and patch it; a critical one urgently."""
        org = self.org
        yield org.env.timeout(org.scenario.security.advisory_delay)
        if vulnerability.is_known:
            return
        vulnerability.is_known = True
        org.log.record(
            "scan.finished",
            detail=encode_detail(scanner="sca", automated="yes", covered=f"{org.scenario.security.scan_covers:g}"),
        )
        report(org, vulnerability.id, None, scanner="sca", severity=vulnerability.severity)
        yield from triage(org, vulnerability.id, "developer", real=True, change=None)
        yield from org.repairs.vulnerability(vulnerability, steps_late=0, urgent=vulnerability.severity == "critical")

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
            org.log.record(
                "scan.finished",
                change=last,
                detail=encode_detail(scanner="review", automated="no", covered=f"{security.review_covers:g}"),
            )
            dependencies, self._in_dependencies = self._in_dependencies, []
            for change in changes:
                yield from self._inspect(
                    change, change.vulnerabilities, false_positive_count(org, security.review_finds, change.noise)
                )
            yield from self._inspect(None, dependencies, 0)
        self._reviewing = False

    def expose(self, vulnerability: Vulnerability) -> ProcessGenerator:
        """Leave a vulnerability open in production until an attack succeeds, unless a patch comes first.

        An attack is an incident. It also reveals a vulnerability that was unknown, which is then patched urgently.
        """
        org = self.org
        yield org.env.timeout(vulnerability.exploited_after)
        if vulnerability.is_patched:
            return
        yield from org.production.fail("vulnerability", self.contain, finding=vulnerability.id)
        if not vulnerability.is_known:
            vulnerability.is_known = True
            report(org, vulnerability.id, None, scanner="incident", severity=vulnerability.severity)
            yield from org.repairs.vulnerability(vulnerability, steps_late=2, urgent=True)

    def contain(self, incident: Incident) -> ProcessGenerator:
        """Make the service safe after an attack: a security engineer works on call, or as planned where few are affected."""
        org = self.org
        if not incident.is_emergency:
            yield from org.hand_over("operator", "security", incident.draws)
        yield from org.production.respond(
            "security", org.reaction_time(org.scenario.security.containment, incident.repair), incident
        )

    def _inspect(self, change: Change | None, vulnerabilities: list[Vulnerability], false: int) -> ProcessGenerator:
        """Report and triage what a review finds in one change, or in dependencies, including `false` false positives."""
        org = self.org
        for vulnerability in vulnerabilities:
            if vulnerability.search < org.scenario.security.review_finds and not vulnerability.is_known:
                vulnerability.is_known = True
                report(org, vulnerability.id, change, scanner="review", severity=vulnerability.severity)
                yield from triage(org, vulnerability.id, "security", real=True, change=None)
                org.env.process(self._patch_after_backlog(vulnerability))
        for number in range(false):
            finding = f"VN{change.id[1:] if change else ''}.{number + 1}"
            report(org, finding, change, scanner="review", severity="medium")
            yield from triage(org, finding, "security", real=False, change=None)

    def _patch_after_backlog(self, vulnerability: Vulnerability) -> ProcessGenerator:
        yield self.org.env.timeout(vulnerability.backlog_delay)
        yield from self.org.repairs.vulnerability(vulnerability, steps_late=2)

    def _call_for_review(self) -> None:
        if not self._reviewing and (self._unreviewed or self._in_dependencies):
            self._reviewing = True
            self.org.env.process(self.review())
