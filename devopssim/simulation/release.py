"""From main to production: regression test, hand-over, approval, installation; and the follow-up of what users get."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from simpy import Event
from simpy.events import ProcessGenerator

from devopssim.events import encode_detail
from devopssim.simulation.demand import Change, WorkItem
from devopssim.simulation.development import leaves_when_green, one_team
from devopssim.simulation.people import all_of
from devopssim.simulation.production import Deployment

if TYPE_CHECKING:
    from devopssim.simulation.organisation import Organisation


class ReleaseManagement:
    """Bring changes that are ready to production, and close items when their last change is there.

    How far a change goes alone depends on its practices: with continuous deployment and testing it leaves at once; with
    continuous deployment alone it shares a regression test; all others wait for the next release.
    """

    def __init__(self, org: "Organisation") -> None:
        self.org = org
        process = org.scenario.process
        self._without_windows = org.workflow.cadence(process) == process.window_weeks == 0
        """Whether a release starts as soon as a change is ready."""
        self._waiting: list[Change] = []
        """Ready for the next release."""
        self._tested_by_hand: list[Change] = []
        self._regression_runs = False
        self._urgent: list[Change] = []
        """Urgent repairs that wait for an approval."""
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
        yield from self._regression(changes)
        yield from self.org.hand_over("tester", "operator", changes[0].draws)
        yield from self._approval()
        yield self._deploy_in_batches(changes)

    def _deploy_in_batches(self, changes: Sequence[Change]) -> Event:
        """Start deployments of at most `process.largest_batch` changes each; return the event that all of them have ended."""
        size = self.org.scenario.process.largest_batch
        batches = [changes[first : first + size] for first in range(0, len(changes), size)]
        return all_of(self.org.env, *[self.deploy(batch) for batch in batches])

    def urgently(self, change: Change) -> ProcessGenerator:
        """Bring an urgent repair to production.

        With continuous deployment it leaves at once. Otherwise repairs that wait for an approval at the same time share one
        deployment.
        """
        if self.org.uses("deployment", change.draws):
            yield from self.deploy([change], urgent=True)
            return
        yield from self.org.hand_over("developer", "operator", change.draws)
        self._urgent.append(change)
        yield from self._approval()
        if change in self._urgent:
            approved, self._urgent = self._urgent, []
            yield from self.deploy(approved, urgent=True)

    def deploy(self, changes: Sequence[Change], *, urgent: bool = False) -> ProcessGenerator:
        """Install changes in production together, by machine or by an operator.

        The practices of the first change decide for all of them. Records `service.deployed` for each change, then production and
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
                pipeline.release_effort,
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
        self._record(deployment)
        org.production.receive(deployment)
        org.security.receive(deployment)

    def _approval(self) -> ProcessGenerator:
        yield self.org.wait(self.org.scenario.process.approval)
        if self.org.workflow.release_windows:
            yield self.org.release_window()

    def _record(self, deployment: Deployment) -> None:
        """Record `service.deployed` for each change, then close the items whose last change this was."""
        for change in deployment.changes:
            detail = encode_detail(repair=change.repairs)
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

    def _regression(self, changes: Sequence[Change]) -> ProcessGenerator:
        """Test by hand that existing behaviour still works, for the share of changes without automated tests."""
        by_hand = sum(not self.org.uses("testing", change.draws) for change in changes) / len(changes)
        effort = self.org.scenario.quality.regression_effort * by_hand
        first = changes[0]
        yield from self.org.people.work("tester", "test", effort, anyone=one_team(self.org, first), change=first.id)

    def _deploy_tested_by_hand(self) -> ProcessGenerator:
        """Deploy changes that were tested by hand, after a regression test; changes that arrive meanwhile share the next one."""
        while self._tested_by_hand:
            batch, self._tested_by_hand = self._tested_by_hand, []
            yield from self._regression(batch)
            self._deploy_in_batches(batch)
        self._regression_runs = False
