"""From a request to code on main: plan, code, review, merge, build, test; and putting right what was found on the way.

Each function is a process that does one thing to an item or a change. The workflows say when.
"""

from collections.abc import Callable, Iterable, Sequence

from devopssim.simulation.demand import Change, Defect, WorkItem, how_many
from devopssim.simulation.organisation import Organisation
from devopssim.simulation.people import Process, together
from devopssim.simulation.scanning import scan


def nothing(_: Change) -> None:
    """Hear of a change, and do nothing about it."""


def nowhere(_: Change) -> Process:
    """Bring a change nowhere."""
    yield from ()


def plan(org: Organisation, item: WorkItem) -> Process:
    """Find out what is needed, and what it will take."""
    anyone = org.handles("collaboration", item.luck)
    yield from org.office.work("analyst", "plan", item.plan_effort, anyone=anyone, item=item.id)
    item.understand(org.env.now)


def develop(org: Organisation, item: WorkItem, green: Callable[[Change], None] = nothing) -> Process:
    """Code the item, change by change; with continuous integration each goes on to main while the next is coded.

    `green` hears of each change whose automated tests are passed.
    """
    yield org.desks.turn()
    org.log.record("ticket.started", item=item.id)
    under_way = []
    for number, change in enumerate(item.changes):
        yield from code(org, change)
        under_way.append(org.env.process(finish(org, change, green)))
        if number == 0 and org.handles("feedback", item.luck):
            yield from show(org, item, coded=change.effort)
    org.desks.give_back()
    yield org.env.all_of(under_way)


def code(org: Organisation, change: Change) -> Process:
    """Write the change, with its automated tests if testing is continuous, and commit it."""
    change.base = org.merges
    upkeep = org.scenario.quality.test_upkeep if org.handles("testing", change.luck) else 0.0
    yield from org.office.work(
        "developer", "code", change.effort + upkeep, anyone=one_team(org, change), item=change.item, change=change.id
    )
    change.committed = True
    org.log.record("change.created", item=change.item, change=change.id)
    for defect in change.defects:
        org.injected(change, defect)
    for weakness in change.vulnerabilities:
        org.log.record(
            "vulnerability.injected", change=change.id, finding=weakness.id, detail=f"severity={weakness.severity}"
        )


def finish(org: Organisation, change: Change, green: Callable[[Change], None]) -> Process:
    """Review a committed change; with continuous integration, merge and check it at once."""
    yield from review(org, change)
    if org.handles("integration", change.luck):
        yield from integrate(org, [change], late=0)
        if org.handles("testing", change.luck):
            green(change)


def review(org: Organisation, change: Change) -> Process:
    """Let a colleague read the change."""
    quality = org.scenario.quality
    yield from org.office.work(
        "developer", "code", quality.review_effort, anyone=one_team(org, change), item=change.item, change=change.id
    )
    yield from put_right(org, change, lambda defect: defect.review < quality.review_finds, found_in="review", late=0)


def integrate(org: Organisation, changes: Sequence[Change], *, late: int) -> Process:
    """Bring changes to main, resolve their conflicts, build, and run the automated tests and scans of those that have them."""
    if not changes:
        return
    yield together(org.env, *[merge(org, change) for change in changes])
    yield from build(org, changes)
    tested = [change for change in changes if org.handles("testing", change.luck)]
    checks = [run_tests(org, tested, late=late)] if tested else []
    checks += [scan(org, change) for change in changes if org.handles("security", change.luck)]
    yield together(org.env, *checks)


def merge(org: Organisation, change: Change) -> Process:
    """Merge a change; it may conflict with each change that came to main while it was apart."""
    quality = org.scenario.quality
    conflicts = how_many(quality.conflict_probability * (org.merges - change.base), change.conflicts)
    org.merges += 1
    yield from org.office.work(
        "developer",
        "build",
        conflicts * quality.conflict_effort,
        anyone=one_team(org, change),
        item=change.item,
        change=change.id,
    )
    org.log.record("change.merged", item=change.item, change=change.id)


def build(org: Organisation, changes: Sequence[Change]) -> Process:
    """Build what is on main and publish it."""
    change = changes[-1].id
    org.log.record("build.started", change=change)
    yield from org.machine("build", org.scenario.pipeline.build_time, change=change)
    org.log.record("build.finished", change=change, detail="outcome=success")
    org.log.record("artifact.published", change=change)


def run_tests(org: Organisation, changes: Sequence[Change], *, late: int) -> Process:
    """Run the automated tests on a machine, and put right what they find."""
    finds = org.scenario.quality.automated_test_finds
    last = changes[-1].id
    org.log.record("testsuiterun.started", change=last)
    yield from org.machine("test", org.scenario.pipeline.automated_test_time, change=last)
    red = any(not defect.found and defect.test < finds for change in changes for defect in change.defects)
    org.log.record("testsuiterun.finished", change=last, detail="outcome=failure" if red else "outcome=success")
    yield together(
        org.env,
        *[put_right(org, each, lambda defect: defect.test < finds, found_in="test", late=late) for each in changes],
    )


def test_by_hand(org: Organisation, item: WorkItem) -> Process:
    """Test by hand those changes of the item that no automated tests look after, and put right what is found."""
    by_hand = [change for change in item.changes if not org.handles("testing", change.luck)]
    if not by_hand:
        return
    effort = item.test_effort * len(by_hand) / len(item.changes)
    anyone = org.handles("collaboration", item.luck)
    yield from org.office.work("tester", "test", effort, anyone=anyone, item=item.id)
    finds = org.scenario.quality.manual_test_finds
    yield together(
        org.env,
        *[put_right(org, each, lambda defect: defect.test < finds, found_in="test", late=1) for each in by_hand],
    )


def put_right(
    org: Organisation, change: Change, finds: Callable[[Defect], bool], *, found_in: str, late: int
) -> Process:
    """Repair the defects of a change that are found here and were not found before."""
    found = [defect for defect in change.defects if not defect.found and finds(defect)]
    for defect in found:
        defect.found = True
        name = f"defect={defect.id}"
        org.log.record("defect.found", change=change.id, item=change.item, detail=f"{name};found_in={found_in}")
        yield from org.office.work(
            "developer",
            "code",
            defect.fix_effort * org.late(late),
            anyone=one_team(org, change),
            item=change.item,
            change=change.id,
        )
        org.log.record("defect.fixed", change=change.id, item=change.item, detail=f"{name};found_in={found_in}")
        org.after_effects(defect, change)


def show(org: Organisation, item: WorkItem, *, coded: float) -> Process:
    """Show what there is to those who asked for it; rework it if it is not what they need."""
    if not item.misfits(org.env.now):
        return
    org.log.record("misfit.found", item=item.id)
    anyone = org.handles("collaboration", item.luck)
    rework = coded * org.scenario.quality.misfit_rework
    yield from org.office.work("developer", "code", rework, anyone=anyone, item=item.id)
    item.understand(org.env.now)


def repair(
    org: Organisation, change: Change, *, urgent: bool = False, late: int = 1, finding: str | None = None
) -> Process:
    """Code a change that repairs something in production, bring it to main and test it."""
    change.base = org.merges
    yield from org.office.work(
        "developer",
        "code",
        change.effort,
        urgent=urgent,
        anyone=one_team(org, change),
        item=change.item,
        change=change.id,
        finding=finding,
        detail="task=patch;automated=no" if finding else "unplanned=yes",
    )
    org.log.record("change.created", item=change.item, change=change.id, detail="unplanned=yes")
    yield from integrate(org, [change], late=late)
    if not org.handles("testing", change.luck):
        yield from org.hand_over("developer", "tester", change.luck)
        effort = org.scenario.quality.regression_effort
        yield from org.office.work(
            "tester",
            "test",
            effort * urgent,
            urgent=urgent,
            anyone=one_team(org, change),
            item=change.item,
            change=change.id,
        )


def unmerged(org: Organisation, items: Iterable[WorkItem]) -> list[Change]:
    """Return the changes of these items that wait for the end of the batch to be merged."""
    return [change for item in items for change in item.changes if not org.handles("integration", change.luck)]


def one_team(org: Organisation, change: Change) -> bool:
    """Whether anyone may work on this change."""
    return org.handles("collaboration", change.luck)
