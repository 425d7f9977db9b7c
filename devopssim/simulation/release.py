"""From main to production: regression, hand-over, approval, installation; and back again."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from devopssim.simulation.demand import Change, WorkItem
from devopssim.simulation.development import one_team
from devopssim.simulation.organisation import Organisation
from devopssim.simulation.people import Process
from devopssim.simulation.production import Deployment


@dataclass(slots=True, eq=False)
class Releases:
    """Changes that are ready, and what still stands between them and production."""

    org: Organisation
    windows: bool
    """Whether there are release windows for what does not go out by itself."""
    waiting: list[Change] = field(default_factory=list)
    """Ready for the next release."""
    listeners: list[Callable[[Deployment], None]] = field(default_factory=list)
    """Who hears of each deployment."""
    _tested_by_hand: list[Change] = field(default_factory=list)
    _regression_runs: bool = False
    _patches: list[Change] = field(default_factory=list)
    _undeployed: dict[str, set[str]] = field(default_factory=dict)
    _done: dict[str, WorkItem] = field(default_factory=dict)
    _deployments: int = 0

    def expect(self, item: WorkItem) -> None:
        """Know which changes must be in production before the item is available to its users."""
        self._undeployed[item.id] = {change.id for change in item.changes}

    def done(self, item: WorkItem) -> None:
        """The item is developed, reviewed and tested."""
        self.org.log.record("ticket.done", item=item.id)
        self._done[item.id] = item
        self._close(item.id)

    def ask_again(self, item: WorkItem) -> None:
        """What was built is not what is needed: a new request follows."""
        self.org.log.record("misfit.found", item=item.id)
        item.pass_on()
        follower = self.org.demand.follow_up(item)
        self.expect(follower)
        self.org.backlog.put(follower)

    def ready(self, change: Change) -> None:
        """Let a tested change go out at once if deployment is continuous, else with the next release."""
        if not self.org.handles("deployment", change.luck):
            self.waiting.append(change)
        elif self.org.handles("testing", change.luck):
            self.org.env.process(self.deploy([change]))
        else:
            self._tested_by_hand.append(change)
            if not self._regression_runs:
                self._regression_runs = True
                self.org.env.process(self._regression_of_what_is_there())

    def ready_all(self, changes: Iterable[Change]) -> None:
        """Let each of the changes go out as its way of deployment says."""
        for change in changes:
            self.ready(change)

    def release(self) -> Process:
        """Bring everything that waits to production: regression, hand-over, approval, a window, installation."""
        changes, self.waiting = self.waiting, []
        if not changes:
            return
        yield from self._regression(changes)
        yield from self.org.hand_over("tester", "operator", changes[0].luck)
        yield from self._permission()
        yield from self.deploy(changes)

    def patch(self, change: Change) -> Process:
        """Bring an urgent repair to production; repairs that wait for an approval at the same time go out together."""
        if self.org.handles("deployment", change.luck):
            yield from self.deploy([change], urgent=True)
            return
        yield from self.org.hand_over("developer", "operator", change.luck)
        self._patches.append(change)
        yield from self._permission()
        if change in self._patches:
            together, self._patches = self._patches, []
            yield from self.deploy(together, urgent=True)

    def deploy(self, changes: Sequence[Change], *, urgent: bool = False) -> Process:
        """Install changes in production, by machine or by hand."""
        org, first = self.org, changes[0]
        pipeline = org.scenario.pipeline
        automated = org.handles("delivery", first.luck)
        if automated:
            yield from org.machine("deploy", pipeline.deploy_time, change=first.id)
        else:
            yield from org.office.work(
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
        for hear in self.listeners:
            hear(deployment)

    def _permission(self) -> Process:
        yield self.org.env.timeout(self.org.scenario.process.approval)
        if self.windows:
            yield self.org.window()

    def _record(self, deployment: Deployment) -> None:
        for change in deployment.changes:
            detail = f"repair={change.repairs}" if change.repairs else None
            self.org.log.record(
                "service.deployed", item=change.item, change=change.id, deployment=deployment.id, detail=detail
            )
        for change in deployment.changes:
            if change.item is not None:
                self._undeployed.get(change.item, set()).discard(change.id)
                self._close(change.item)

    def _close(self, item: str) -> None:
        if item in self._done and not self._undeployed.get(item, {""}):
            del self._undeployed[item]
            self.org.log.record("ticket.closed", item=item)
            self.org.env.process(self._use(self._done.pop(item)))

    def _use(self, item: WorkItem) -> Process:
        """Let users live with what they got; if it does not fit, measuring or, weeks later, their complaints tell."""
        org = self.org
        if item.misfits(org.env.now):
            measured = org.handles("feedback", item.luck) and org.handles("monitoring", item.luck)
            observation = org.scenario.production.observation
            yield org.env.timeout(observation if measured else item.complaint_after)
            self.ask_again(item)

    def _regression(self, changes: Sequence[Change]) -> Process:
        """Test by hand that the old still works, as far as no automated tests look after it."""
        by_hand = sum(not self.org.handles("testing", change.luck) for change in changes) / len(changes)
        effort = self.org.scenario.quality.regression_effort * by_hand
        first = changes[0]
        yield from self.org.office.work("tester", "test", effort, anyone=one_team(self.org, first), change=first.id)

    def _regression_of_what_is_there(self) -> Process:
        """Deploy what was tested by hand, after a regression; what comes meanwhile shares the next one."""
        while self._tested_by_hand:
            batch, self._tested_by_hand = self._tested_by_hand, []
            yield from self._regression(batch)
            yield from self.deploy(batch)
        self._regression_runs = False
