"""From a request to code on main: plan, code, merge, build, test, and fix the defects found on the way.

Each function is a process that does one thing to an item or a change. The workflows decide when. Draws decide what is
found: a check that finds the share `s` finds exactly the defects whose draw lies below `s`, so a better check finds all
that a worse one finds.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from simpy.events import ProcessGenerator

from devopssim.events import encode_detail
from devopssim.simulation.assistance import assisted_detail
from devopssim.simulation.draws import poisson_quantile
from devopssim.simulation.people import all_of
from devopssim.simulation.scanning import scan
from devopssim.simulation.work_items import Change, Defect, WorkItem

if TYPE_CHECKING:
    from devopssim.simulation.organisation import Organisation


def plan(org: "Organisation", item: WorkItem) -> ProcessGenerator:
    """Find out what is needed, and what it will take.

    An analyst works for the item's planning effort. From then on the need is understood, as it is at that moment.
    """
    anyone = org.uses("collaboration", item.draws)
    yield from org.people.work("analyst", "plan", item.plan_effort, anyone=anyone, item=item.id)
    item.understand(org.env.now)


def develop(org: "Organisation", item: WorkItem) -> ProcessGenerator:
    """Code the item, change by change; with continuous integration each change goes on to main while the next is coded.

    With feedback, users see the first change in a demo. Records `ticket.started`; ends when all changes are reviewed and, where
    integration is continuous, merged and tested.
    """
    finishing = []
    for number, change in enumerate(item.changes):
        yield from code(org, change, begins="ticket.started" if number == 0 else "")
        finishing.append(org.env.process(finish(org, change)))
        if number == 0 and org.uses("feedback", item.draws):
            yield from demo(org, item, coded=change.effort)
    yield org.env.all_of(finishing)


def code(org: "Organisation", change: Change, *, begins: str = "") -> ProcessGenerator:
    """Write the change, with its automated tests if testing is continuous, and commit it.

    Records `begins` when the work begins, `change.created` when it is done, then the defects and vulnerabilities that the change brings.
    """
    change.base = org.merges
    upkeep = org.scenario.quality.test_upkeep if org.uses("testing", change.draws) else 0.0
    yield from org.people.work(
        "developer",
        "code",
        org.assistance.coding_effort(change) + upkeep,
        anyone=one_team(org, change),
        begins=begins,
        item=change.item,
        change=change.id,
    )
    change.committed = True
    org.assistance.commit(change)
    for defect in change.defects:
        record_defect(org, change, defect)
    for vulnerability in change.vulnerabilities:
        detail = encode_detail(severity=vulnerability.severity)
        org.log.record("vulnerability.injected", change=change.id, finding=vulnerability.id, detail=detail)


def record_defect(org: "Organisation", change: Change, defect: Defect) -> None:
    """Record `defect.injected`: the change brings a defect that a check or users may find later."""
    severity = "high" if defect.severe else "low"
    org.log.record("defect.injected", change=change.id, detail=encode_detail(defect=defect.id, severity=severity))


def finish(org: "Organisation", change: Change) -> ProcessGenerator:
    """Review a committed change; with continuous integration, merge and check it at once."""
    yield from org.reviews.review(change)
    if org.uses("integration", change.draws):
        yield from integrate(org, [change], steps_late=0)
        if leaves_when_green(org, change):
            org.release.ready(change)


def leaves_when_green(org: "Organisation", change: Change) -> bool:
    """Return whether the change may be released when its automated tests pass, before its item is done."""
    tested = org.uses("integration", change.draws) and org.uses("testing", change.draws)
    return org.workflow.green_changes_leave and tested


def integrate(
    org: "Organisation", changes: Sequence[Change], *, steps_late: int, urgent: bool = False
) -> ProcessGenerator:
    """Bring changes to main when it is green, build once, resolve their conflicts, and run their automated tests and scans.

    Parameters
    ----------
    org : Organisation
        Owner of the people, machines and random numbers.
    changes : sequence of Change
        What comes to main together; nothing happens for none.
    steps_late : int
        How many steps after coding the tests run: 0 at once, 1 after a batch. Each step multiplies the effort of a fix by
        `quality.late_fix_factor`.
    urgent : bool, default False
        Whether the changes come to main even if it is red.
    """
    if not changes:
        return
    if not urgent:
        yield from org.main.until_green()
    conflicts = [merge(org, change) for change in changes]
    yield from build(org, changes, conflicts, urgent=urgent)
    tested = [change for change in changes if org.uses("testing", change.draws)]
    checks = [run_tests(org, tested, steps_late=steps_late, urgent=urgent)] if tested else []
    if org.scenario.pipeline.steps:
        checks.append(org.pipeline.run(changes[-1].id))
    checks += [scan(org, change) for change in changes if org.uses("security", change.draws)]
    yield all_of(org.env, *checks)


def merge(org: "Organisation", change: Change) -> int:
    """Merge a change, record `change.merged`, and return the number of its conflicts.

    It may conflict with each change that came to main while it was apart; the number is Poisson. Those of a batch come to main
    one after the other.
    """
    mean = org.scenario.quality.conflict_probability * (org.merges - change.base)
    org.merges += 1
    org.log.record("change.merged", item=change.item, change=change.id, detail=assisted_detail(change))
    return poisson_quantile(mean, change.conflicts)


def build(
    org: "Organisation", changes: Sequence[Change], conflicts: Sequence[int], *, urgent: bool = False
) -> ProcessGenerator:
    """Build main on a machine and publish the artifact, under the name of the last change.

    With conflicts the build fails and the changes are taken back; meanwhile the conflicts are resolved, and the changes come again
    when main is green.

    Parameters
    ----------
    org : Organisation
        Owner of the people, machines and random numbers.
    changes : sequence of Change
        What came to main together.
    conflicts : sequence of int
        Number of conflicts of each change.
    urgent : bool, default False
        Whether the changes come again even if main is red.
    """
    last, hours = changes[-1], changes[-1].checks.build
    if any(conflicts):
        yield from org.main.build(last.id, hours, green=False)
        resolving = [resolve(org, change, number) for change, number in zip(changes, conflicts, strict=True) if number]
        yield all_of(org.env, org.main.take_back(last, tested=False), *resolving)
        if not urgent:
            yield from org.main.until_green()
    yield from org.main.build(last.id, hours, green=True)
    org.log.record("artifact.published", change=last.id)


def resolve(org: "Organisation", change: Change, conflicts: int) -> ProcessGenerator:
    """Let a developer resolve the conflicts of a change."""
    return org.people.work(
        "developer",
        "build",
        conflicts * org.scenario.quality.conflict_effort,
        anyone=one_team(org, change),
        item=change.item,
        change=change.id,
    )


def run_tests(
    org: "Organisation", changes: Sequence[Change], *, steps_late: int, urgent: bool = False
) -> ProcessGenerator:
    """Run the automated tests of the changes on a machine, under the name of the last one, until all are green.

    Changes with defects are taken back and fixed meanwhile, and come again when main is green. A run that fails without a defect is repeated; if
    it fails again, a developer works on it before each further run.

    Parameters
    ----------
    org : Organisation
        Owner of the people, machines and random numbers.
    changes : sequence of Change
        What came to main together and has automated tests.
    steps_late : int
        How many steps after coding the tests run; see `integrate`.
    urgent : bool, default False
        Whether the changes come again even if main is red.
    """
    finds, pipeline = org.scenario.quality.automated_test_finds, org.scenario.pipeline
    last = changes[-1]
    hours, flaky = last.checks.test, last.checks.flaky
    failed_without_defect = 0
    while True:
        defective = any(_found_by_test(change, finds) for change in changes)
        green = not defective and flaky >= pipeline.flaky
        yield from org.main.test(last.id, hours, green=green)
        if green:
            org.main.turn_green(last.id)
            return
        if defective:
            fixing = _fix_tested(org, changes, finds, steps_late=steps_late)
            yield all_of(org.env, org.main.take_back(last, tested=True), *fixing)
            if not urgent:
                yield from org.main.until_green()
        else:
            org.main.turn_red(last.id)
            failed_without_defect += 1
            if failed_without_defect > 1:
                yield from _examine(org, last)
        hours, flaky = org.main.next_run()


def _examine(org: "Organisation", change: Change) -> ProcessGenerator:
    """Let a developer find out why a run fails without a defect."""
    effort = org.scenario.pipeline.flaky_effort
    return org.people.work(
        "developer", "build", effort, urgent=True, anyone=one_team(org, change), item=change.item, change=change.id
    )


def test_by_hand(org: "Organisation", item: WorkItem) -> ProcessGenerator:
    """Let a tester test the item's changes without automated tests, until no defect is found; each round's defects are fixed.

    The effort of the first round is the item's test effort times the share of such changes; a later round repeats a share of
    the tests (`quality.retest_share`).
    """
    by_hand = [change for change in item.changes if not org.uses("testing", change.draws)]
    if not by_hand:
        return
    finds = org.scenario.quality.manual_test_finds
    tested = len(by_hand) / len(item.changes)
    anyone = org.uses("collaboration", item.draws)
    effort = item.test_effort
    while True:
        yield from org.people.work("tester", "test", effort * tested, anyone=anyone, item=item.id)
        defects = [defect for change in by_hand for defect in _found_by_test(change, finds)]
        if not defects:
            return
        yield all_of(org.env, *_fix_tested(org, by_hand, finds, steps_late=1))
        effort = defects[0].retest


def _found_by_test(change: Change, finds: float) -> list[Defect]:
    """Return the defects of a change that a test with this share of finds finds now."""
    return [defect for defect in change.defects if not defect.is_found and defect.test < finds]


def _fix_tested(
    org: "Organisation", changes: Sequence[Change], finds: float, *, steps_late: int
) -> list[ProcessGenerator]:
    """Return the processes that fix what a test finds now, one for each change with such a defect."""
    return [
        fix_defects(org, change, lambda defect: defect.test < finds, found_in="test", steps_late=steps_late)
        for change in changes
        if _found_by_test(change, finds)
    ]


def fix_defects(
    org: "Organisation", change: Change, finds: Callable[[Defect], bool], *, found_in: str, steps_late: int
) -> ProcessGenerator:
    """Fix the defects of a change that this check finds and no earlier check found.

    Records `defect.found` and `defect.fixed` for each; a fix may bring a new defect.

    Parameters
    ----------
    org : Organisation
        Owner of the people, machines and random numbers.
    change : Change
        What is checked.
    finds : callable
        Return whether the check finds a defect.
    found_in : str
        Name of the check in the events: review, test or acceptance.
    steps_late : int
        How many steps after coding the check comes; see `integrate`.
    """
    defects = [defect for defect in change.defects if not defect.is_found and finds(defect)]
    for defect in defects:
        defect.is_found = True
        detail = encode_detail(defect=defect.id, found_in=found_in)
        org.log.record("defect.found", change=change.id, item=change.item, detail=detail)
        yield from org.people.work(
            "developer",
            "code",
            defect.fix_effort * org.late_fix_factor(steps_late),
            anyone=one_team(org, change),
            item=change.item,
            change=change.id,
        )
        org.log.record("defect.fixed", change=change.id, item=change.item, detail=detail)
        org.repairs.maybe_bad_fix(defect, change)


def demo(org: "Organisation", item: WorkItem, *, coded: float) -> ProcessGenerator:
    """Show the item to the people who requested it; rework it if it misses their need.

    A requirements misfit costs a share (`quality.misfit_rework`) of what was coded so far. The need is then understood anew.

    Parameters
    ----------
    org : Organisation
        Owner of the people, machines and random numbers.
    item : WorkItem
        What is shown.
    coded : float
        Coding effort behind what is shown, in person-hours.
    """
    if not item.misfits(org.env.now):
        return
    org.log.record("misfit.found", item=item.id)
    anyone = org.uses("collaboration", item.draws)
    rework = coded * org.scenario.quality.misfit_rework
    yield from org.people.work("developer", "code", rework, anyone=anyone, item=item.id)
    item.understand(org.env.now)


def unmerged(org: "Organisation", items: Iterable[WorkItem]) -> list[Change]:
    """Return the changes that are merged at the end of their batch, because integration is not continuous for them."""
    return [change for item in items for change in item.changes if not org.uses("integration", change.draws)]


def one_team(org: "Organisation", change: Change) -> bool:
    """Return whether people of any role may work on this change."""
    return org.uses("collaboration", change.draws)
