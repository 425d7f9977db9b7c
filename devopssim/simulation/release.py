"""From main to production: regression test, hand-over, approval, installation; and the follow-up of what users get."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from simpy import Event
from simpy.events import ProcessGenerator

from devopssim.events import encode_detail
from devopssim.simulation.development import fix_defects, leaves_when_green, one_team
from devopssim.simulation.draws import DrawTable
from devopssim.simulation.people import all_of
from devopssim.simulation.production import Deployment
from devopssim.simulation.streams import Streams
from devopssim.simulation.work_items import Change, Defect, WorkItem, total

if TYPE_CHECKING:
    from devopssim.simulation.organisation import Organisation


class ReleaseManagement:
    """Bring changes that are ready to production, and close items when their last change is there.

    How far a change goes alone depends on its practices: with continuous deployment and testing it leaves at once; with
    continuous deployment alone it shares a regression test; all others wait for the next release.
    """

    def __init__(self, org: "Organisation", streams: Streams) -> None:
        self.org = org
        self._canaries = DrawTable(streams, "canaries", 3)
        process = org.scenario.process
        self._without_windows = org.workflow.cadence(process) == process.window_weeks == 0
        """Whether a release starts as soon as a change is ready."""
        self._waiting: list[Change] = []
        """Ready for the next release."""
        self._tested_by_hand: list[Change] = []
        self._regression_runs = False
        self._undeployed: dict[str, set[str]] = {}
        """For each item, the changes that its users wait for."""
        self._done: dict[str, WorkItem] = {}
        self._deployments = 0

    def expect(self, item: WorkItem) -> None:
        """Register the changes that must be in production before the item is available to its users."""
        self._undeployed[item.id] = {change.id for change in item.changes}

    def item_done(self, item: WorkItem) -> None:
        """Record `ticket.done` (developed, reviewed and tested) and release the item's remaining changes."""
        self.org.log.record("ticket.done", item=item.id)
        self._done[item.id] = item
        self._close(item.id)
        for change in item.changes:
            if not leaves_when_green(self.org, change):
                self.ready(change)

    def follow_up(self, item: WorkItem) -> None:
        """Record `misfit.found` and let a new request follow from an item that misses the need."""
        self.org.log.record("misfit.found", item=item.id)
        item.leave_to_follow_up()
        self.org.accept_request(self.org.demand.follower(item))

    def ready(self, change: Change) -> None:
        """Deploy a tested change at once if deployment is continuous, else with the next release."""
        if not self.org.uses("deployment", change.draws):
            self._waiting.append(change)
            if self._without_windows:
                self.org.env.process(self.release_waiting())
        elif self.org.uses("testing", change.draws):
            self.org.env.process(self.deploy([change]))
        else:
            self._tested_by_hand.append(change)
            if not self._regression_runs:
                self._regression_runs = True
                self.org.env.process(self._deploy_tested_by_hand())

    def release_waiting(self) -> ProcessGenerator:
        """Bring everything that waits to production: regression test, hand-over, approval, release window, installation.

        Changes that become ready after its start wait for the next release.
        """
        changes, self._waiting = self._waiting, []
        if not changes:
            return
        yield from self.regression_test(changes)
        yield from self.org.hand_over("tester", "operator", changes[0].draws)
        yield from self.approval()
        yield self._deploy_in_batches(changes)

    def _deploy_in_batches(self, changes: Sequence[Change]) -> Event:
        """Start deployments of at most `process.largest_batch` changes each; return the event that all of them have ended."""
        size = self.org.scenario.process.largest_batch
        batches = [changes[first : first + size] for first in range(0, len(changes), size)]
        return all_of(self.org.env, *[self.deploy(batch) for batch in batches])

    def urgently(self, change: Change) -> ProcessGenerator:
        """Bring an urgent repair to production at once: without approval, release window or hand-over."""
        yield from self.deploy([change], urgent=True)

    def deploy(self, changes: Sequence[Change], *, urgent: bool = False) -> ProcessGenerator:
        """Install changes in production together, by machine or by an operator.

        The practices of the first change decide for all of them. A canary reaches a few users first; all others get the deployment if
        nothing shows. Records `service.deployed` for each change, then production and
        security receive the deployment.

        Parameters
        ----------
        changes : sequence of Change
            At least one.
        urgent : bool, default False
            Whether an operator does it on call, ahead of planned work.
        """
        org, first = self.org, changes[0]
        pipeline = org.scenario.pipeline
        automated = org.uses("delivery", first.draws)
        if automated:
            yield from org.machine("deploy", pipeline.deploy_time, change=first.id)
        else:
            yield from org.people.work(
                "operator",
                "deploy",
                pipeline.hotfix_effort if urgent else pipeline.release_effort,
                urgent=urgent,
                on_call=urgent,
                anyone=one_team(org, first),
                change=first.id,
            )
        mistakes = pipeline.automated_mistakes if automated else pipeline.manual_mistakes
        self._deployments += 1
        deployment = Deployment(
            id=f"D{self._deployments}",
            changes=list(changes),
            time=org.env.now,
            automated=automated,
            mistake=first.installation < mistakes,
        )
        if automated and pipeline.canary:
            yield from self._watch_canary(deployment)
        self._record(deployment)
        org.production.receive(deployment)
        org.security.receive(deployment)

    def _watch_canary(self, deployment: Deployment) -> ProcessGenerator:
        """Let a few users try the deployment first, for the share of canaries; after a false alarm it is installed again.

        A canary that shows a fault goes into service as it is: its incident affects these few users and ends with a rollback.
        """
        org, pipeline = self.org, self.org.scenario.pipeline
        drawn, shows_mistake, false_alarm = self._canaries.next_row()
        if drawn >= pipeline.canary:
            return
        deployment.canary = True
        deployment.canary_shows_mistake = shows_mistake < pipeline.canary_catches
        if org.production.canary_shows(deployment):
            return
        yield org.env.timeout(pipeline.canary_time)
        if false_alarm < pipeline.canary_false_alarms:
            for machine_time in (pipeline.rollback_time, pipeline.deploy_time):
                yield from org.machine("deploy", machine_time, change=deployment.changes[0].id)
            yield org.env.timeout(pipeline.canary_time)
        deployment.time = org.env.now

    def approval(self) -> ProcessGenerator:
        """Wait for the approval of a release, and where there are windows for the next one."""
        yield self.org.wait(self.org.scenario.process.approval)
        if self.org.workflow.release_windows:
            yield self.org.release_window()

    def _record(self, deployment: Deployment) -> None:
        """Record `service.deployed` for each change, then close the items whose last change this was."""
        for change in deployment.changes:
            detail = encode_detail(repair=change.patches.id if change.patches else change.repairs)
            self.org.log.record(
                "service.deployed", item=change.item, change=change.id, deployment=deployment.id, detail=detail
            )
        for change in deployment.changes:
            if change.item is not None:
                self._undeployed.get(change.item, set()).discard(change.id)
                self._close(change.item)

    def _close(self, item: str) -> None:
        """Record `ticket.closed` if the item is done and all its changes are in production; then its users work with it."""
        if item in self._done and not self._undeployed.get(item, {""}):
            del self._undeployed[item]
            self.org.log.record("ticket.closed", item=item)
            self.org.env.process(self._use(self._done.pop(item)))

    def _use(self, item: WorkItem) -> ProcessGenerator:
        """Let users work with the item; a requirements misfit leads to a new request.

        With feedback and monitoring, measurements reveal a requirements misfit after the observation time; otherwise users complain later.
        """
        org = self.org
        if item.misfits(org.env.now):
            measured = org.uses("feedback", item.draws) and org.uses("monitoring", item.draws)
            observation = org.scenario.production.observation
            yield org.env.timeout(observation if measured else item.complaint_after)
            self.follow_up(item)

    def regression_test(self, changes: Sequence[Change]) -> ProcessGenerator:
        """Test by hand that existing behaviour still works; changes with automated tests need a share of the effort.

        Each round finds a share of the defects that are left in the release, and developers fix them. Further rounds follow while one
        finds more severe defects than the exit criterion allows.
        """
        org, quality = self.org, self.org.scenario.quality
        share = total(1.0 if not org.uses("testing", change.draws) else quality.exploratory_share for change in changes)
        effort = quality.regression_effort * share / len(changes)
        anyone, rounds, passed = one_team(org, changes[0]), 0, not effort
        while not passed:
            rounds += 1
            yield from org.people.work("tester", "test", effort, anyone=anyone, change=changes[0].id)
            severe = yield from self._fix_regressions(changes, finds=found_after(quality.regression_finds, rounds))
            passed = rounds >= quality.regression_rounds and severe <= quality.exit_criterion

    def _fix_regressions(self, changes: Sequence[Change], finds: float) -> ProcessGenerator:
        """Fix the defects of which regression tests have found this share by now; return how many of them are severe."""

        def is_seen(defect: Defect) -> bool:
            return defect.regression < finds

        seen = {
            change: [defect for defect in change.defects if not defect.is_found and is_seen(defect)]
            for change in changes
        }
        fixes = [
            fix_defects(self.org, change, is_seen, found_in="test", steps_late=1)
            for change, defects in seen.items()
            if defects
        ]
        yield all_of(self.org.env, *fixes)
        return sum(defect.severe for defects in seen.values() for defect in defects)

    def _deploy_tested_by_hand(self) -> ProcessGenerator:
        """Deploy changes that were tested by hand, after a regression test; changes that arrive meanwhile share the next one."""
        while self._tested_by_hand:
            batch, self._tested_by_hand = self._tested_by_hand, []
            yield from self.regression_test(batch)
            self._deploy_in_batches(batch)
        self._regression_runs = False


def found_after(finds: float, rounds: int) -> float:
    """Return the share of the defects that so many rounds find, of which each finds a share of what is left.

    Examples
    --------
    >>> found_after(0.5, 2)
    0.75
    """
    return float(1 - (1 - finds) ** rounds)
