"""Security around the pipeline: reviews as an afterthought, weaknesses of dependencies, attacks and patches."""

from collections.abc import Callable
from dataclasses import dataclass, field

from devopssim.simulation.demand import Change, Vulnerability
from devopssim.simulation.development import repair
from devopssim.simulation.organisation import Organisation
from devopssim.simulation.people import Process
from devopssim.simulation.production import Deployment, Incident, Production
from devopssim.simulation.scanning import judge, noise, report, trained


@dataclass(slots=True, eq=False)
class Security:
    """What is known of the product's weaknesses, and who looks for them. `ship` brings a repair to production."""

    org: Organisation
    production: Production
    ship: Callable[[Change], None]
    _unreviewed: list[Change] = field(default_factory=list)
    _in_dependencies: list[Vulnerability] = field(default_factory=list)
    _reviewing: bool = False
    _repairs: dict[str, Vulnerability] = field(default_factory=dict)

    def train(self) -> Process:
        """Train a developer, as far as security is to be embedded."""
        security = self.org.scenario.security
        yield from self.org.office.work("developer", "plan", security.training * security.embedded, finding="training")

    def receive(self, deployment: Deployment) -> None:
        """Note which repairs have reached production, which weaknesses are now exposed, and what nobody has looked at."""
        for change in deployment.changes:
            if change.patches:
                weakness = self._repairs.pop(change.patches)
                weakness.patched = True
                self.org.log.record("patch.deployed", finding=weakness.id, change=change.id, deployment=deployment.id)
            for weakness in change.vulnerabilities:
                if not weakness.patched:
                    self.org.env.process(self.expose(weakness))
            if not self.org.handles("security", change.luck):
                self._unreviewed.append(change)
        self._call_for_review()

    def disclosures(self) -> Process:
        """Weaknesses become known in dependencies; composition analysis tells at once, a review later or never."""
        org = self.org
        for time, weakness in org.demand.disclosures:
            yield org.env.timeout(time - org.env.now)
            org.log.record(
                "vulnerability.injected", finding=weakness.id, detail=f"severity={weakness.severity};cause=dependency"
            )
            org.env.process(self.expose(weakness))
            if weakness.embedded < org.scenario.security.embedded:
                org.env.process(self.patch_dependency(weakness))
            else:
                self._in_dependencies.append(weakness)
                self._call_for_review()

    def patch_dependency(self, weakness: Vulnerability) -> Process:
        """Patch what composition analysis reports, by the fast lane."""
        org = self.org
        yield org.env.timeout(org.scenario.security.advisory_delay)
        if weakness.known:
            return
        weakness.known = True
        org.log.record(
            "scan.finished", detail=f"scanner=sca;automated=yes;covered={org.scenario.security.scan_covers:g}"
        )
        report(org, weakness.id, None, scanner="sca", severity=weakness.severity)
        yield from judge(org, weakness.id, "developer", real=True, change=None)
        yield from self.patch(weakness, late=0, urgent=weakness.severity == "critical")

    def review(self) -> Process:
        """Look by hand at all that was deployed since the last review, and send the findings to the developers."""
        org, security = self.org, self.org.scenario.security
        self._reviewing = True
        while self._unreviewed or self._in_dependencies:
            changes, self._unreviewed = self._unreviewed, []
            last = changes[-1].id if changes else None
            yield org.env.timeout(org.scenario.process.hand_over)
            yield from org.office.work(
                "security",
                "test",
                security.review_effort,
                finding=None if last else self._in_dependencies[0].id,
                change=last,
                detail="task=review;automated=no",
            )
            org.log.record(
                "scan.finished", change=last, detail=f"scanner=review;automated=no;covered={security.review_covers:g}"
            )
            dependencies, self._in_dependencies = self._in_dependencies, []
            for change in changes:
                yield from self._look_at(
                    change, change.vulnerabilities, noise(org, security.review_finds, change.noise)
                )
            yield from self._look_at(None, dependencies, 0)
        self._reviewing = False

    def expose(self, weakness: Vulnerability) -> Process:
        """Leave a weakness open in production; sooner or later an attack succeeds, unless it is patched before."""
        org = self.org
        yield org.env.timeout(weakness.exploited_after)
        if weakness.patched:
            return
        yield from self.production.fail("vulnerability", self.contain, finding=weakness.id)
        if not weakness.known:
            weakness.known = True
            report(org, weakness.id, None, scanner="incident", severity=weakness.severity)
            yield from self.patch(weakness, late=2, urgent=True)

    def contain(self, incident: Incident) -> Process:
        """Make the service safe after an attack."""
        org = self.org
        yield from org.hand_over("operator", "security", incident.luck)
        yield from self.production.on_call(
            "security", org.about(org.scenario.security.containment, incident.repair), incident
        )

    def patch(self, weakness: Vulnerability, *, late: int, urgent: bool = False) -> Process:
        """Repair a weakness that is in production, and deploy the repair."""
        org = self.org
        effort = weakness.fix_effort * org.late(late) * trained(org)
        change = org.repair(effort, patches=weakness.id)
        self._repairs[weakness.id] = weakness
        yield from repair(org, change, urgent=urgent, late=late, finding=weakness.id)
        org.log.record("finding.fixed", finding=weakness.id, change=change.id)
        if urgent:
            yield from self.production.patch(change)
        else:
            self.ship(change)

    def _look_at(self, change: Change | None, weaknesses: list[Vulnerability], false: int) -> Process:
        org = self.org
        for weakness in weaknesses:
            if weakness.search < org.scenario.security.review_finds and not weakness.known:
                weakness.known = True
                report(org, weakness.id, change, scanner="review", severity=weakness.severity)
                yield from judge(org, weakness.id, "security", real=True, change=None)
                org.env.process(self._when_there_is_room(weakness))
        for number in range(false):
            finding = f"VN{change.id[1:] if change else ''}.{number + 1}"
            report(org, finding, change, scanner="review", severity="medium")
            yield from judge(org, finding, "security", real=False, change=None)

    def _when_there_is_room(self, weakness: Vulnerability) -> Process:
        yield self.org.env.timeout(weakness.patience)
        yield from self.patch(weakness, late=2)

    def _call_for_review(self) -> None:
        if not self._reviewing and (self._unreviewed or self._in_dependencies):
            self._reviewing = True
            self.org.env.process(self.review())
