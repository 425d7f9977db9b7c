"""The three workflows, side by side. They use the same verbs; they differ only in when work moves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from devopssim.events import HOURS_PER_WEEK
from devopssim.simulation.demand import Change, WorkItem
from devopssim.simulation.development import develop, integrate, plan, put_right, show, test_by_hand, unmerged
from devopssim.simulation.organisation import Organisation
from devopssim.simulation.people import Process, together
from devopssim.simulation.release import Releases
from devopssim.simulation.resources import Station


@dataclass(slots=True)
class Way:
    """An organisation and its way to production."""

    org: Organisation
    releases: Releases


def waterfall(way: Way) -> Process:
    """A project gathers requests for some months; then each phase ends for all of them before the next one begins."""
    while True:
        yield way.org.env.timeout(way.org.scenario.process.project_weeks * HOURS_PER_WEEK)
        items = way.org.backlog.take_all()
        if items:
            way.org.env.process(project(way, items))


def project(way: Way, items: list[WorkItem]) -> Process:
    """Requirements, sign-off, development, integration, test, acceptance, hand-over, release: each for all items."""
    org, env = way.org, way.org.env
    yield together(env, *[plan(org, item) for item in items])
    yield from sign_off(org)
    yield from org.hand_over("analyst", "developer", items[0].luck)
    yield together(env, *[develop(org, item) for item in items])
    yield from integrate(org, unmerged(org, items), late=1)
    yield from org.hand_over("developer", "tester", items[0].luck)
    yield together(env, *[test_by_hand(org, item) for item in items])
    yield together(env, *[accept(way, item) for item in items])
    yield from sign_off(org)
    for item in items:
        way.releases.done(item)
        way.releases.ready_all(item.changes)
    yield from way.releases.release()


def sign_off(org: Organisation) -> Process:
    """Wait for the signature that opens the gate."""
    yield org.env.timeout(org.scenario.process.sign_off)


def accept(way: Way, item: WorkItem) -> Process:
    """Let the client accept: defects are put right, what was misunderstood is reworked, a new need is a new request."""
    org = way.org
    yield from org.office.work("analyst", "test", org.scenario.process.acceptance_effort, item=item.id)
    finds = org.scenario.quality.acceptance_finds
    for change in item.changes:
        yield from put_right(org, change, lambda defect: defect.acceptance < finds, found_in="acceptance", late=1)
    if item.misunderstood:
        yield from show(org, item, coded=item.code_effort)
    elif item.misfits(org.env.now):
        way.releases.ask_again(item)


def agile(way: Way) -> Process:
    """Sprint after sprint: take what fits, build and test it, show it; every few sprints a release."""
    org, process = way.org, way.org.scenario.process
    length = process.sprint_weeks * HOURS_PER_WEEK
    capacity = org.scenario.team.developers * org.scenario.team.hours_per_week * process.sprint_weeks * process.focus
    unfinished: dict[str, WorkItem] = {}
    finished: list[WorkItem] = []
    sprint = 0
    while True:
        room = capacity - sum(item.left for item in unfinished.values())
        for item in org.backlog.take_within(room):
            unfinished[item.id] = item
            org.env.process(in_sprint(way, item, unfinished, finished))
        yield org.env.timeout(length)
        sprint += 1
        shown, finished[:] = list(finished), []
        org.env.process(sprint_review(way, shown, release=sprint % process.sprints_per_release == 0))


def in_sprint(way: Way, item: WorkItem, unfinished: dict[str, WorkItem], finished: list[WorkItem]) -> Process:
    """Plan an item with its user, build and test it inside the sprint."""
    org = way.org
    yield from plan(org, item)
    yield from develop(org, item, green=way.releases.ready)
    yield from integrate(org, unmerged(org, [item]), late=0)
    yield from test_by_hand(org, item)
    del unfinished[item.id]
    finished.append(item)


def sprint_review(way: Way, items: list[WorkItem], *, release: bool) -> Process:
    """Show what is finished; rework what does not fit; what is done waits for the release train."""
    org = way.org
    yield together(org.env, *[show(org, item, coded=item.code_effort) for item in items])
    for item in items:
        way.releases.done(item)
        way.releases.ready_all(still_here(org, item))
    if release:
        yield from way.releases.release()


def devops(way: Way) -> Process:
    """Items flow one by one, as many at once as the limit allows; a release window for what does not go out by itself."""
    org = way.org
    in_progress = Station(org.env, org.scenario.process.wip_limit)
    org.env.process(release_what_waits(way))
    while True:
        item = yield org.backlog.next()
        yield in_progress.turn()
        org.env.process(flow(way, item, in_progress))


def flow(way: Way, item: WorkItem, in_progress: Station) -> Process:
    """Plan, code, build, test; each change is deployed, operated and monitored when it is ready."""
    org = way.org
    yield from plan(org, item)
    yield from develop(org, item, green=way.releases.ready)
    yield from integrate(org, unmerged(org, [item]), late=0)
    yield from org.hand_over("developer", "tester", item.luck)
    yield from test_by_hand(org, item)
    in_progress.give_back()
    way.releases.done(item)
    way.releases.ready_all(still_here(org, item))


def release_what_waits(way: Way) -> Process:
    """Call a release each week for what does not go out by itself."""
    while True:
        yield way.org.window()
        way.org.env.process(way.releases.release())


def still_here(org: Organisation, item: WorkItem) -> list[Change]:
    """Return the changes of the item that did not go on when their tests were green."""
    return [
        change
        for change in item.changes
        if not (org.handles("integration", change.luck) and org.handles("testing", change.luck))
    ]


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """A way of working: its process, who belongs to one team, and whether releases have windows."""

    process: Callable[[Way], Process]
    one_team: tuple[str, ...] = ()
    windows: bool = True


DEVELOPMENT_TEAM: Final = ("analyst", "developer", "tester")
WORKFLOWS: Final[Mapping[str, Workflow]] = {
    "waterfall": Workflow(process=waterfall),
    "agile": Workflow(process=agile, one_team=DEVELOPMENT_TEAM, windows=False),
    "devops": Workflow(process=devops, one_team=DEVELOPMENT_TEAM),
}
