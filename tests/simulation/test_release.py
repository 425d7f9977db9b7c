"""The way from main to production, hour by hour in an organisation without variation."""

from typing import Any

import pytest
from organisations import change, defect, item, organisation, run, steps, times

from devopssim.events import decode_detail
from devopssim.simulation.work_items import Defect


def test_an_operator_installs_by_hand_for_the_effort_of_a_release() -> None:
    org = organisation()
    rows = run(org, org.release.deploy([change()]))
    assert times(rows, "service.deployed") == [1.5]
    assert steps(rows)[:2] == [(0.0, "deploy", "started"), (1.5, "deploy", "finished")]


def test_a_machine_installs_in_its_own_time() -> None:
    org = organisation("delivery")
    assert times(run(org, org.release.deploy([change()])), "service.deployed") == [0.125]


def test_another_role_installs_with_collaboration_for_more_effort() -> None:
    org = organisation("collaboration", team__operators=0)
    assert times(run(org, org.release.deploy([change()])), "service.deployed") == [1.5 * 1.5]


def test_a_release_brings_all_that_waits_after_test_hand_over_and_approval() -> None:
    org = organisation()
    org.release.ready(change("C1"))
    org.release.ready(change("C2"))
    rows = run(org, org.release.release_waiting(), org.release.release_waiting())
    assert times(rows, "service.deployed") == [8 + 100 + 50 + 1.5] * 2
    assert {row[5] for row in rows if row[1] == "service.deployed"} == {"D1"}


def test_the_regression_test_by_hand_is_for_the_share_without_automated_tests() -> None:
    org = organisation(practices__testing=0.5)
    org.release.ready(change("C1", draw=0.5))
    org.release.ready(change("C2", draw=0.4))
    assert times(run(org, org.release.release_waiting()), "service.deployed") == [4 + 100 + 50 + 1.5] * 2


def test_an_approved_release_waits_for_its_window() -> None:
    org = organisation(workflow="devops")
    org.release.ready(change())
    assert times(run(org, org.release.release_waiting()), "service.deployed") == [168 + 1.5]


def test_without_windows_an_approved_release_goes_out_and_a_ready_change_is_released_at_once() -> None:
    org = organisation(workflow="devops", process__window_weeks=0)
    org.release.ready(change())
    assert times(run(org), "service.deployed") == [8 + 100 + 50 + 1.5]


def test_a_release_of_a_largest_batch_is_installed_piece_by_piece() -> None:
    org = organisation(process__largest_batch=2, team__operators=1)
    for number in range(5):
        org.release.ready(change(f"C{number}"))
    rows = run(org, org.release.release_waiting())
    assert times(rows, "service.deployed") == [159.5, 159.5, 161.0, 161.0, 162.5]
    assert len({row[5] for row in rows if row[1] == "service.deployed"}) == 3


@pytest.mark.parametrize(("practices", "hours"), [((), 1.25), (("delivery",), 0.125)])
def test_an_urgent_repair_leaves_at_once_without_approval_or_window(practices: tuple[str, ...], hours: float) -> None:
    org = organisation(*practices)
    assert times(run(org, org.release.urgently(change())), "service.deployed") == [hours]


def test_a_release_is_tested_in_rounds_each_of_which_finds_a_share_of_what_is_left() -> None:
    """Draws of 0.4 and 0.7: the first defect is found by the first round of a half, the second by the second."""
    org = organisation(quality__regression_rounds=3)
    seen, later, never = defect("1"), defect("2"), defect("3")
    seen.regression, later.regression, never.regression = 0.4, 0.7, 0.9
    rows = run(org, org.release.regression_test([change("C1", defects=[seen, later]), change("C2", defects=[never])]))
    found = [(row[0], row[-1]) for row in rows if row[1] == "defect.found"]
    assert found == [(8.0, "defect=1;found_in=test"), (8 + 3 + 8, "defect=2;found_in=test")]
    assert org.env.now == 3 * 8 + 2 * 3.0
    assert not never.is_found


def test_a_release_with_more_severe_defects_than_the_criterion_gets_another_round() -> None:
    def hours(criterion: int) -> float:
        org = organisation(quality__exit_criterion=criterion)
        run(
            org,
            org.release.regression_test(
                [change(defects=[defect(str(n), severe=True, found_by="regression") for n in range(2)])]
            ),
        )
        return org.env.now

    assert hours(2) == 8 + 6
    assert hours(1) == 8 + 6 + 8


def test_automated_tests_leave_a_share_of_the_regression_test() -> None:
    org = organisation("testing", quality__exploratory_share=0.25)
    run(org, org.release.regression_test([change(defects=[defect(found_by="regression")])]))
    assert org.env.now == 8 * 0.25 + 3


def test_nothing_is_tested_by_hand_where_all_changes_have_automated_tests() -> None:
    org = organisation("testing")
    assert run(org, org.release.regression_test([change(defects=[defect(found_by="regression")])])) == []


def canary_deployed(*faults: Defect, **changes: Any) -> tuple[list[float], list[float]]:
    org = organisation("delivery", pipeline__canary=1, pipeline__canary_time=2, **changes)
    rows = run(org, org.release.deploy([change(defects=faults)]), until=40)
    return times(rows, "service.deployed"), times(rows, "service.failed")


def test_all_users_get_a_canary_that_shows_no_fault_after_its_time() -> None:
    assert canary_deployed(pipeline__canary_false_alarms=0) == ([2.125], [])


def test_a_canary_that_is_taken_back_without_a_fault_is_installed_again() -> None:
    deployed, failed = canary_deployed(pipeline__canary_false_alarms=0.95)
    assert (deployed, failed) == ([0.125 + 2 + 0.0625 + 0.125 + 2], [])


def test_a_canary_that_shows_a_fault_is_in_service_at_once() -> None:
    assert canary_deployed(defect(severe=True, surfaces_after=500), pipeline__canary_catches=1) == ([0.125], [0.125])


def test_continuous_deployment_of_tested_changes_takes_them_one_by_one() -> None:
    org = organisation("deployment", "testing", "delivery")
    org.release.ready(change("C1"))
    org.release.ready(change("C2"))
    rows = run(org)
    assert times(rows, "service.deployed") == [0.125] * 2
    assert [row[5] for row in rows if row[1] == "service.deployed"] == ["D1", "D2"]


def test_changes_that_come_during_a_regression_test_share_the_next_one() -> None:
    org = organisation("deployment")
    org.release.ready(change("C1"))
    run(org, until=1)
    org.release.ready(change("C2"))
    org.release.ready(change("C3"))
    assert times(run(org, until=90), "service.deployed") == [9.5, 17.5, 17.5]
    org.release.ready(change("C4"))
    assert times(run(org), "service.deployed") == [9.5, 17.5, 17.5, 90 + 9.5]


def test_an_item_closes_when_it_is_done_and_its_last_change_is_in_production() -> None:
    org = organisation("deployment", "testing", "delivery")
    first, second = change("C1"), change("C2")
    work = item(first, second)
    org.release.expect(work)
    rows = run(org, org.release.deploy([first]))
    org.release.item_done(work)
    assert not times(rows, "ticket.closed")
    done = times(rows, "ticket.done")[0]
    assert times(run(org), "ticket.closed") == [done + 0.125]


def test_an_item_whose_changes_left_when_they_were_green_is_closed_when_it_is_done() -> None:
    org = organisation("deployment", "testing", "delivery", "integration", workflow="devops")
    only = change()
    work = item(only)
    org.release.expect(work)
    rows = run(org, org.release.deploy([only]), until=1)
    org.release.item_done(work)
    assert times(run(org, until=50), "ticket.closed") == [1.0]
    assert times(rows, "service.deployed") == [0.125]


@pytest.mark.parametrize(
    ("practices", "hours"),
    [((), 60), (("feedback",), 60), (("monitoring",), 60), (("feedback", "monitoring"), 40)],
)
def test_a_misfit_is_measured_or_complained_about_and_asked_for_anew(practices: tuple[str, ...], hours: float) -> None:
    org = organisation(*practices, demand__backlog=1)
    work = item(change(), misunderstood=True)
    org.release.expect(work)
    org.release.item_done(work)
    rows = run(org, org.release.release_waiting())
    [closed] = times(rows, "ticket.closed")
    assert times(rows, "misfit.found") == [closed + hours]
    asked = [decode_detail(row[-1]) for row in rows if row[1] == "ticket.created"]
    assert [detail["rework_of"] for detail in asked] == ["W1"]
    assert not work.misfits(1e9)


@pytest.mark.parametrize(
    ("practices", "mistakes", "failures"),
    [((), "manual", 1), ((), "automated", 0), (("delivery",), "automated", 1), (("delivery",), "manual", 0)],
)
def test_an_installation_fails_where_its_draw_lies_below_the_share(
    practices: tuple[str, ...], mistakes: str, failures: int
) -> None:
    """The draw is one half: a share of one half just spares it."""
    for share, expected in ((0.6, failures), (0.5, 0)):
        org = organisation(*practices, changes={f"pipeline.{mistakes}_mistakes": share})
        assert len(times(run(org, org.release.deploy([change()])), "service.failed")) == expected
