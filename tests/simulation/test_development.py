"""From a request to code on main, hour by hour in an organisation without variation."""

import pytest
from organisations import change, defect, item, organisation, run, steps, times

from devopssim.simulation import development


def test_planning_understands_the_need_as_it_is_when_planning_ends() -> None:
    org = organisation()
    work = item(change())
    assert steps(run(org, development.plan(org, work))) == [(0.0, "plan", "started"), (1.0, "plan", "finished")]
    assert work.understood_at == 1.0


def test_the_next_change_is_coded_while_a_colleague_reviews_the_first() -> None:
    org = organisation()
    rows = run(org, development.develop(org, item(change("C1"), change("C2", effort=2))))
    assert times(rows, "ticket.started") == [0.0]
    assert times(rows, "change.created") == [1.0, 1 + 2.0]
    assert [hours for hours, _, what in steps(rows) if what == "finished"] == [1.0, 1.5, 3.0, 3.5]


def test_an_item_waits_for_a_free_developer_to_code_it() -> None:
    org = organisation(team__developers=1)
    rows = run(org, development.develop(org, item(change("C1"))), development.develop(org, item(change("C2"))))
    assert times(rows, "ticket.started") == [0.0, 1.0]


def test_continuous_integration_merges_builds_and_tests_each_change_at_once() -> None:
    org = organisation("integration", "testing")
    work = change()
    rows = run(org, development.develop(org, item(work)))
    coded = 1.25  # with its automated tests
    merged = coded + 0.5  # reviewed
    assert times(rows, "change.merged") == [merged]
    assert (times(rows, "build.started"), times(rows, "build.finished")) == ([merged], [merged + 0.25])
    assert times(rows, "testsuiterun.finished") == [merged + 0.25 + 0.75]
    assert work.committed


def test_without_integration_nothing_comes_to_main_before_the_end_of_the_batch() -> None:
    org = organisation(practices__integration=0.5)
    late, early = change("C1", draw=0.5), change("C2", draw=0.4)
    assert development.unmerged(org, [item(late, early)]) == [late]
    rows = run(org, development.finish(org, late), development.finish(org, early))
    assert [row[3] for row in rows if row[1] == "change.merged"] == ["C2"]


@pytest.mark.parametrize(
    ("practices", "workflow", "leaves"),
    [
        (("integration", "testing"), "devops", True),
        (("integration",), "devops", False),
        (("testing",), "devops", False),
        (("integration", "testing"), "waterfall", False),
    ],
)
def test_a_green_change_leaves_before_its_item_is_done(practices: tuple[str, ...], workflow: str, leaves: bool) -> None:  # noqa: FBT001
    org = organisation(*practices, "deployment", "delivery", workflow=workflow)
    assert development.leaves_when_green(org, change()) == leaves
    rows = run(org, development.finish(org, change()), until=60)
    assert len(times(rows, "service.deployed")) == leaves


def test_the_injected_defects_are_those_of_the_change() -> None:
    org = organisation()
    rows = run(org, development.code(org, change(defects=[defect("1", severe=True), defect("2")])))
    assert [row[-1] for row in rows if row[1] == "defect.injected"] == [
        "defect=1;severity=high",
        "defect=2;severity=low",
    ]


@pytest.mark.parametrize(("steps_late", "hours"), [(0, 1.0), (1, 3.0), (2, 9.0)])
def test_a_fix_that_comes_a_step_later_costs_its_factor_more(steps_late: int, hours: float) -> None:
    org = organisation("testing")
    work = change(defects=[defect("1", found_by="test"), defect("2", found_by="review")])
    rows = run(org, development.integrate(org, [work], steps_late=steps_late))
    assert times(rows, "defect.found") == [1.0]
    assert times(rows, "defect.fixed") == [1 + hours]
    outcomes = [row[-1] for row in rows if row[1] == "testsuiterun.finished"]
    assert outcomes == ["outcome=failure", "outcome=success", "outcome=success"], (
        "main is tested without the change, and again when it comes with the fix"
    )


def test_a_batch_is_merged_and_built_once_and_only_what_has_tests_is_tested() -> None:
    org = organisation(practices__testing=0.5)
    untested = change("C2", draw=0.5, defects=[defect("1", found_by="test")])
    rows = run(org, development.integrate(org, [change("C1", draw=0.4), untested], steps_late=1))
    assert len(times(rows, "change.merged")) == 2
    assert len(times(rows, "build.finished")) == len(times(rows, "testsuiterun.finished")) == 1
    assert not times(rows, "defect.found")
    assert [row[-1] for row in rows if row[1] == "testsuiterun.finished"] == ["outcome=success"]


def test_nothing_to_integrate_builds_nothing() -> None:
    org = organisation("testing")
    assert run(org, development.integrate(org, [], steps_late=0)) == []


def test_a_change_may_conflict_with_each_that_came_to_main_while_it_was_apart() -> None:
    """At a mean of 2 the median of the conflicts is 2; each takes 2 person-hours, one after the other."""
    org = organisation(quality__conflict_probability=0.5, pipeline__main_repair=0.5)
    org.merges = 7
    work = change()
    work.base = 3
    rows = run(org, development.integrate(org, [work], steps_late=0))
    assert times(rows, "change.merged") == [0.0]
    assert org.merges == 8
    taken_back = 0.25 + 0.5 + 0.25
    again = 0.25 + 2 * 2.0
    assert [(row[0], row[-1]) for row in rows if row[1] == "build.finished"] == [
        (0.25, "outcome=failure"),
        (taken_back, "outcome=success"),
        (again + 0.25, "outcome=success"),
    ]
    assert times(rows, "artifact.published") == [again + 0.25]


def test_a_change_counts_its_time_apart_from_the_start_of_its_coding() -> None:
    org = organisation()
    org.merges = 5
    work = change()
    run(org, development.code(org, work))
    assert work.base == 5


def test_a_tester_tests_the_share_without_automated_tests_and_fixes_come_a_step_late() -> None:
    org = organisation(practices__testing=0.5)
    by_hand = change("C1", draw=0.5, defects=[defect("1", found_by="test"), defect("2")])
    rows = run(org, development.test_by_hand(org, item(by_hand, change("C2", draw=0.4))))
    assert times(rows, "defect.found") == [2 / 2]
    assert times(rows, "defect.fixed") == [1 + 3.0]


def test_nobody_tests_by_hand_what_tests_itself() -> None:
    org = organisation("testing")
    assert run(org, development.test_by_hand(org, item(change()))) == []


def test_a_demo_reworks_a_share_of_what_was_coded_for_a_misunderstood_need() -> None:
    org = organisation()
    work = item(change(), misunderstood=True)
    run(org, development.plan(org, work))
    rows = run(org, development.demo(org, work, coded=6.0))
    assert times(rows, "misfit.found") == [1.0]
    assert org.env.now == 1 + 6 * 0.5
    assert not work.misfits(org.env.now)
    assert run(org, development.demo(org, work, coded=6.0)) == rows


def test_feedback_shows_the_first_change_and_no_later_one() -> None:
    org = organisation("feedback")
    work = item(change("C1", effort=2), change("C2"), misunderstood=True)
    run(org, development.plan(org, work))
    rows = run(org, development.develop(org, work))
    assert times(rows, "misfit.found") == [1 + 2.0]
    assert times(rows, "change.created") == [
        3.0,
        3 + 1 + 1.0,
    ]  # rework of half of the 2 hours, then the second change


@pytest.mark.parametrize("work", ["plan", "test_by_hand"])
def test_people_of_other_roles_plan_and_test_with_collaboration_for_more_effort(work: str) -> None:
    org = organisation("collaboration", team__analysts=0, team__testers=0)
    run(org, getattr(development, work)(org, item(change(), plan=1, test=1)))
    assert org.env.now == 1.5


def test_a_tester_tests_again_after_a_repair() -> None:
    org = organisation(demand__effort_cv=0)
    work = item(change(defects=[defect("1", found_by="test", retest=2)]), test=8)
    rows = run(org, development.test_by_hand(org, work))
    tested = [row[0] for row in rows if row[4] == "test" and row[1] == "stage.finished"]
    assert tested == [8.0, 8 + 3 + 2]


def test_a_bad_repair_is_found_by_the_next_test() -> None:
    org = organisation("testing", quality__bad_fix_share=0.6, quality__automated_test_finds=1)
    work = change(defects=[defect("1", found_by="test")])
    rows = run(org, development.integrate(org, [work], steps_late=0), until=200)
    assert len(times(rows, "defect.found")) == len(work.defects) > 1
