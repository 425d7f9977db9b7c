"""From a request to code on main: plan, code, review, merge, build, test; and fixing the defects that are found on the way.

Each function is a process that does one thing to an item or a change. The workflows decide when.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from simpy.events import ProcessGenerator

from devopssim.events import encode_detail
from devopssim.simulation.demand import Change, Defect, WorkItem, poisson_quantile
from devopssim.simulation.people import all_of
from devopssim.simulation.scanning import scan

if TYPE_CHECKING:
    from devopssim.simulation.organisation import Organisation


def plan(org: "Organisation", item: WorkItem) -> ProcessGenerator:
    """Find out what is needed, and what it will take."""
    anyone = org.uses("collaboration", item.draws)
    yield from org.people.work("analyst", "plan", item.plan_effort, anyone=anyone, item=item.id)
    item.understand(org.env.now)


def develop(org: "Organisation", item: WorkItem) -> ProcessGenerator:
    """Code the item, change by change; with continuous integration each goes on to main while the next is coded."""
    with org.coding_slots.request() as request:
        yield request
        org.log.record("ticket.started", item=item.id)
        on_the_way = []
        for number, change in enumerate(item.changes):
            yield from code(org, change)
            on_the_way.append(org.env.process(finish(org, change)))
            if number == 0 and org.uses("feedback", item.draws):
                yield from demo(org, item, coded=change.effort)
    yield org.env.all_of(on_the_way)


def code(org: "Organisation", change: Change) -> ProcessGenerator:
    """Write the change, with its automated tests if testing is continuous, and commit it."""
    change.base = org.merges
    upkeep = org.scenario.quality.test_upkeep if org.uses("testing", change.draws) else 0.0
    yield from org.people.work(
        "developer", "code", change.effort + upkeep, anyone=one_team(org, change), item=change.item, change=change.id
    )
    change.committed = True
    org.log.record("change.created", item=change.item, change=change.id)
    for defect in change.defects:
        record_defect(org, change, defect)
    for vulnerability in change.vulnerabilities:
        detail = encode_detail(severity=vulnerability.severity)
        org.log.record("vulnerability.injected", change=change.id, finding=vulnerability.id, detail=detail)


def record_defect(org: "Organisation", change: Change, defect: Defect) -> None:
    """Record that a change brought a defect, though nobody knows of it yet."""
    severity = "high" if defect.severe else "low"
    org.log.record("defect.injected", change=change.id, detail=encode_detail(defect=defect.id, severity=severity))


def finish(org: "Organisation", change: Change) -> ProcessGenerator:
    """Review a committed change; with continuous integration, merge and check it at once."""
    yield from review(org, change)
    if org.uses("integration", change.draws):
        yield from integrate(org, [change], late=0)
        if leaves_when_green(org, change):
            org.release.ready(change)


def leaves_when_green(org: "Organisation", change: Change) -> bool:
    """Whether the change is ready for release when its automated tests are green, before its item is done."""
    tested = org.uses("integration", change.draws) and org.uses("testing", change.draws)
    return org.workflow.green_changes_leave and tested


def review(org: "Organisation", change: Change) -> ProcessGenerator:
    """Let a colleague read the change."""
    quality = org.scenario.quality
    yield from org.people.work(
        "developer", "code", quality.review_effort, anyone=one_team(org, change), item=change.item, change=change.id
    )
    yield from fix_defects(org, change, lambda defect: defect.review < quality.review_finds, found_in="review", late=0)


def integrate(org: "Organisation", changes: Sequence[Change], *, late: int) -> ProcessGenerator:
    """Bring changes to main, resolve their conflicts, build, and run the automated tests and scans of those that have them."""
    if not changes:
        return
    yield all_of(org.env, *[merge(org, change) for change in changes])
    yield from build(org, changes)
    tested = [change for change in changes if org.uses("testing", change.draws)]
    checks = [run_tests(org, tested, late=late)] if tested else []
    checks += [scan(org, change) for change in changes if org.uses("security", change.draws)]
    yield all_of(org.env, *checks)


def merge(org: "Organisation", change: Change) -> ProcessGenerator:
    """Merge a change; it may conflict with each change that came to main while it was apart."""
    quality = org.scenario.quality
    conflicts = poisson_quantile(quality.conflict_probability * (org.merges - change.base), change.conflicts)
    org.merges += 1
    yield from org.people.work(
        "developer",
        "build",
        conflicts * quality.conflict_effort,
        anyone=one_team(org, change),
        item=change.item,
        change=change.id,
    )
    org.log.record("change.merged", item=change.item, change=change.id)


def build(org: "Organisation", changes: Sequence[Change]) -> ProcessGenerator:
    """Build what is on main and publish it."""
    change = changes[-1].id
    org.log.record("build.started", change=change)
    yield from org.machine("build", org.scenario.pipeline.build_time, change=change)
    org.log.record("build.finished", change=change, detail=encode_detail(outcome="success"))
    org.log.record("artifact.published", change=change)


def run_tests(org: "Organisation", changes: Sequence[Change], *, late: int) -> ProcessGenerator:
    """Run the automated tests on a machine, and fix the defects that they find."""
    finds = org.scenario.quality.automated_test_finds
    last = changes[-1].id
    org.log.record("testsuiterun.started", change=last)
    yield from org.machine("test", org.scenario.pipeline.automated_test_time, change=last)
    red = any(not defect.is_found and defect.test < finds for change in changes for defect in change.defects)
    detail = encode_detail(outcome="failure" if red else "success")
    org.log.record("testsuiterun.finished", change=last, detail=detail)
    yield all_of(org.env, *[_fix_tested(org, change, finds, late=late) for change in changes])


def test_by_hand(org: "Organisation", item: WorkItem) -> ProcessGenerator:
    """Test by hand the changes of the item that automated tests leave out, and fix the defects that are found."""
    by_hand = [change for change in item.changes if not org.uses("testing", change.draws)]
    if not by_hand:
        return
    effort = item.test_effort * len(by_hand) / len(item.changes)
    anyone = org.uses("collaboration", item.draws)
    yield from org.people.work("tester", "test", effort, anyone=anyone, item=item.id)
    finds = org.scenario.quality.manual_test_finds
    yield all_of(org.env, *[_fix_tested(org, change, finds, late=1) for change in by_hand])


def _fix_tested(org: "Organisation", change: Change, finds: float, *, late: int) -> ProcessGenerator:
    return fix_defects(org, change, lambda defect: defect.test < finds, found_in="test", late=late)


def fix_defects(
    org: "Organisation", change: Change, finds: Callable[[Defect], bool], *, found_in: str, late: int
) -> ProcessGenerator:
    """Fix the defects of a change that are found here and were not found before."""
    defects = [defect for defect in change.defects if not defect.is_found and finds(defect)]
    for defect in defects:
        defect.is_found = True
        detail = encode_detail(defect=defect.id, found_in=found_in)
        org.log.record("defect.found", change=change.id, item=change.item, detail=detail)
        yield from org.people.work(
            "developer",
            "code",
            defect.fix_effort * org.late_fix_factor(late),
            anyone=one_team(org, change),
            item=change.item,
            change=change.id,
        )
        org.log.record("defect.fixed", change=change.id, item=change.item, detail=detail)
        org.repairs.maybe_bad_fix(defect, change)


def demo(org: "Organisation", item: WorkItem, *, coded: float) -> ProcessGenerator:
    """Show what there is to those who asked for it; rework it if it is not what they need."""
    if not item.misfits(org.env.now):
        return
    org.log.record("misfit.found", item=item.id)
    anyone = org.uses("collaboration", item.draws)
    rework = coded * org.scenario.quality.misfit_rework
    yield from org.people.work("developer", "code", rework, anyone=anyone, item=item.id)
    item.understand(org.env.now)


def unmerged(org: "Organisation", items: Iterable[WorkItem]) -> list[Change]:
    """Return the changes of these items that wait for the end of the batch to be merged."""
    return [change for item in items for change in item.changes if not org.uses("integration", change.draws)]


def one_team(org: "Organisation", change: Change) -> bool:
    """Whether anyone may work on this change."""
    return org.uses("collaboration", change.draws)
