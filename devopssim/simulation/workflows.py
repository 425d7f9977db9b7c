"""The three workflows, side by side. They use the same verbs; they differ only in when work moves.

Each is a process that takes requests from the backlog for ever; `WORKFLOW_PROCESSES` maps the names of a scenario to them.
"""

from collections.abc import Callable, Mapping
from typing import Final

from simpy.events import ProcessGenerator

from devopssim.events import HOURS_PER_WEEK
from devopssim.scenario import GATES, chosen
from devopssim.simulation.development import demo, develop, fix_defects, integrate, plan, test_by_hand, unmerged
from devopssim.simulation.organisation import Organisation
from devopssim.simulation.people import all_of
from devopssim.simulation.resources import Request, Resource
from devopssim.simulation.work_items import WorkItem, total


def waterfall(org: Organisation) -> ProcessGenerator:
    """Gather requests for some months; then carry out each phase for the whole batch before the next begins.

    Projects overlap: the next batch gathers while the one before is under way.
    """
    while True:
        yield org.env.timeout(org.scenario.process.project_weeks * HOURS_PER_WEEK)
        items = org.backlog.take_all()
        if items:
            org.env.process(project(org, items))


def project(org: Organisation, items: list[WorkItem]) -> ProcessGenerator:
    """Run one project: requirements, development, test and acceptance, release.

    At a gate a stage ends for all items, with a sign-off after requirements and after test, before the next stage begins. Security
    signs off what was tested, too. Without a gate each item goes on by itself.
    """
    gates = chosen(org.scenario.process.gates, GATES)
    flowing: list[ProjectStage] = []
    for name, stage in PROJECT_STAGES.items():
        flowing.append(stage)
        if name in gates or name == "release":
            batches = [items] if len(flowing) == 1 else [[item] for item in items]
            yield all_of(org.env, *[one_after_another(org, flowing, batch) for batch in batches])
            flowing = []
        if name in gates and name == "test":
            yield from org.security.sign_off([change for item in items for change in item.changes])
        if name in gates and name != "code":
            yield org.wait(org.scenario.process.sign_off)


def one_after_another(org: Organisation, stages: "list[ProjectStage]", items: list[WorkItem]) -> ProcessGenerator:
    """Carry items through stages, one after the other."""
    for stage in stages:
        yield from stage(org, items)


def requirements(org: Organisation, items: list[WorkItem]) -> ProcessGenerator:
    """Find out what all items need."""
    yield all_of(org.env, *[plan(org, item) for item in items])


def development(org: Organisation, items: list[WorkItem]) -> ProcessGenerator:
    """Develop all items, then bring to main what is not there, a step late behind a gate.

    Hand-overs follow the practices of the first item.
    """
    late = "code" in chosen(org.scenario.process.gates, GATES)
    yield from org.hand_over("analyst", "developer", items[0].draws)
    yield all_of(org.env, *[develop(org, item) for item in items])
    yield from integrate(org, unmerged(org, items), steps_late=int(late))


def test(org: Organisation, items: list[WorkItem]) -> ProcessGenerator:
    """Test all items by hand, then let the client accept them."""
    yield from org.hand_over("developer", "tester", items[0].draws)
    yield all_of(org.env, *[test_by_hand(org, item) for item in items])
    yield all_of(org.env, *[accept(org, item) for item in items])


def release(org: Organisation, items: list[WorkItem]) -> ProcessGenerator:
    """Release all items."""
    for item in items:
        org.release.item_done(item)
    yield from org.release.release_waiting()


ProjectStage = Callable[[Organisation, list[WorkItem]], ProcessGenerator]
PROJECT_STAGES: Final[Mapping[str, ProjectStage]] = {
    "plan": requirements,
    "code": development,
    "test": test,
    "release": release,
}
"""Stages of a project in their order; those of `GATES` may end with a gate."""


def accept(org: Organisation, item: WorkItem) -> ProcessGenerator:
    """Let the client accept an item: defects are fixed, a misunderstood need is reworked, a changed need is a new request."""
    yield from org.people.work("analyst", "test", org.scenario.process.acceptance_effort, item=item.id)
    finds = org.scenario.quality.acceptance_finds
    for change in item.changes:
        yield from fix_defects(
            org, change, lambda defect: defect.acceptance < finds, found_in="acceptance", steps_late=1
        )
    if item.misunderstood:
        yield from demo(org, item, coded=item.code_effort)
    elif item.misfits(org.env.now):
        org.release.follow_up(item)


def agile(org: Organisation) -> ProcessGenerator:
    """Run sprint after sprint: take what fits, build and test it, show it; release after it, or every few sprints.

    A sprint takes the oldest requests whose coding, with the assistance that the team has, fits the capacity of the developers who are
    there when it begins, minus what is still unfinished.
    """
    process, team = org.scenario.process, org.scenario.team
    length = process.sprint_weeks * HOURS_PER_WEEK
    unfinished: dict[str, WorkItem] = {}
    finished: list[WorkItem] = []
    sprint = 0
    while True:
        developers = team.developers + (team.joiners if org.env.now >= team.join_week * HOURS_PER_WEEK else 0)
        capacity = developers * team.hours_per_week * process.sprint_weeks * process.focus
        room = capacity / org.assistance.planned_factor - total(item.remaining_effort for item in unfinished.values())
        for item in org.backlog.take_within(room):
            unfinished[item.id] = item
            org.env.process(in_sprint(org, item, unfinished, finished))
        yield org.env.timeout(length)
        sprint += 1
        shown, finished[:] = list(finished), []  # in place: items under way append to this very list
        org.env.process(sprint_review(org, shown, release=sprint % process.sprints_per_release == 0))


def in_sprint(
    org: Organisation, item: WorkItem, unfinished: dict[str, WorkItem], finished: list[WorkItem]
) -> ProcessGenerator:
    """Plan an item with its user, build and test it inside the sprint."""
    yield from plan(org, item)
    yield from develop(org, item)
    yield from integrate(org, unmerged(org, [item]), steps_late=0)
    yield from test_by_hand(org, item)
    del unfinished[item.id]
    finished.append(item)


def sprint_review(org: Organisation, items: list[WorkItem], *, release: bool) -> ProcessGenerator:
    """Show what is finished and rework what misses the need; finished items wait for the release."""
    yield all_of(org.env, *[demo(org, item, coded=item.code_effort) for item in items])
    for item in items:
        org.release.item_done(item)
    if release:
        yield from org.release.release_waiting()


def devops(org: Organisation) -> ProcessGenerator:
    """Let items flow one by one, as many at once as the WIP limit allows; all else goes out at release windows."""
    wip = Resource(org.env, org.scenario.process.wip_limit)
    org.env.process(release_at_windows(org))
    while True:
        item = yield org.backlog.next()
        slot = wip.request()
        yield slot
        org.env.process(flow(org, item, slot))


def flow(org: Organisation, item: WorkItem, slot: Request) -> ProcessGenerator:
    """Plan, code, build and test an item; each change is deployed, operated and monitored when it is ready.

    The item holds its slot of the WIP limit until its tests have ended.
    """
    with slot:
        yield from plan(org, item)
        yield from develop(org, item)
        yield from integrate(org, unmerged(org, [item]), steps_late=0)
        yield from org.hand_over("developer", "tester", item.draws)
        yield from test_by_hand(org, item)
    org.release.item_done(item)


def release_at_windows(org: Organisation) -> ProcessGenerator:
    """Start a release at each release window, for changes without continuous deployment."""
    while period := org.scenario.process.window_weeks * HOURS_PER_WEEK:
        yield org.env.timeout(period)
        org.env.process(org.release.release_waiting())


WORKFLOW_PROCESSES: Final[Mapping[str, Callable[[Organisation], ProcessGenerator]]] = {
    "waterfall": waterfall,
    "agile": agile,
    "devops": devops,
}
