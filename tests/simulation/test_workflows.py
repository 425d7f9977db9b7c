"""The three workflows take the same item through, hour by hour in an organisation without variation."""

import pytest
from organisations import change, defect, item, organisation, run, steps, times

from devopssim.events import decode_detail
from devopssim.simulation import workflows
from devopssim.simulation.organisation import Organisation
from devopssim.simulation.resources import Resource
from devopssim.simulation.work_items import WorkItem


def test_a_project_does_each_phase_for_all_before_the_next() -> None:
    """Plan 1, sign-off 20, hand-over 100, code 1, review, build, hand-over 100, test 2, acceptance, sign-off 20."""
    org = organisation(workflow="waterfall")
    work = item(change())
    org.release.expect(work)
    rows = run(org, workflows.project(org, [work]))
    done = 1 + 20 + 100 + 1 + 0.5 + 0.25 + 100 + 2 + 0.25 + 20
    assert times(rows, "ticket.done") == [done]
    assert times(rows, "ticket.closed") == [3 * 168 + 1.5]  # test, hand-over and approval end before the third window


@pytest.mark.parametrize(("gates", "hours"), [("all", 8.0), ("test", 8.0), ("plan, code", 0.0), ("none", 0.0)])
def test_security_signs_off_a_project_at_the_gate_after_test(gates: str, hours: float) -> None:
    done = []
    for effort in (0, 8):
        org = organisation(workflow="waterfall", process__gates=gates, security__sign_off=effort)
        work = item(change())
        org.release.expect(work)
        done += times(run(org, workflows.project(org, [work]), until=1000), "ticket.done")
    assert done[1] - done[0] == hours


def test_acceptance_finds_its_defects_a_step_late() -> None:
    org = organisation(workflow="waterfall")
    work = item(change(defects=[defect("1", found_by="acceptance"), defect("2")]))
    rows = run(org, workflows.accept(org, work))
    assert times(rows, "defect.found") == [0.25]
    assert times(rows, "defect.fixed") == [0.25 + 3.0]


def test_acceptance_reworks_a_misunderstanding_and_asks_anew_for_a_changed_need() -> None:
    org = organisation(workflow="waterfall", demand__backlog=1)
    misunderstood, drifted = item(change("C1", effort=3), misunderstood=True), item(change("C2"))
    misunderstood.understand(0)
    run(org, workflows.accept(org, misunderstood))
    assert org.env.now == 0.25 + 3 / 2
    assert not misunderstood.misfits(org.env.now)
    drifted.understand(0)
    drifted.drifts_after = 1
    rows = run(org, workflows.accept(org, drifted))
    assert len(times(rows, "misfit.found")) == 2
    assert [decode_detail(row[-1])["rework_of"] for row in rows if row[1] == "ticket.created"] == ["W1"]


def test_waterfall_gathers_requests_before_a_project_begins() -> None:
    org = organisation(workflow="waterfall", process__project_weeks=5)
    org.accept_request(item(change()))
    rows = run(org, workflows.waterfall(org), until=5 * 168 + 60)
    assert steps(rows) == [(5 * 168, "plan", "started"), (5 * 168 + 1, "plan", "finished")]


def requested(org: Organisation, name: str, effort: float) -> None:
    work = item(change(f"C{name}", effort=effort, item=name))
    work.id = name
    org.accept_request(work)


def test_a_sprint_takes_the_oldest_items_that_fit_into_its_capacity() -> None:
    """Two developers of 168 hours with half of their time for requests have room for 168 hours a week."""
    org = organisation(process__sprint_weeks=1, process__focus=0.5, team__developers=2)
    for name, effort in (("W1", 120), ("W2", 48), ("W3", 20)):
        requested(org, name, effort)
    rows = run(org, workflows.agile(org), until=167)
    assert [row[2] for row in rows if row[1] == "ticket.started"] == ["W1", "W2"]
    rows = run(org, until=2 * 168 - 1)
    assert [row[2] for row in rows if row[1] == "ticket.started"] == ["W1", "W2", "W3"]
    assert times(rows, "ticket.started")[2] == 168 + 1


def test_sprints_plan_with_joiners_from_their_week_on() -> None:
    """A developer plans 168 hours a week, which hold one item of 100; the third sprint begins after another developer joined."""
    org = organisation(
        process__sprint_weeks=1, process__focus=1, team__developers=1, team__joiners=1, team__join_week=1.5
    )
    for number in range(9):
        requested(org, f"W{number}", 100)
    org.env.process(org.people.join())
    rows = run(org, workflows.agile(org), until=3 * 168 - 1)
    assert [hour // 168 for hour in times(rows, "ticket.started")] == [0, 1, 2, 2, 2]


def test_a_sprint_plans_with_the_assistance_that_the_team_has() -> None:
    """Who codes in half of the time takes in twice as much."""
    assistance = {"assistance.share": 1, "assistance.coding_effort": 0.5, "assistance.learning_dip": 0}
    org = organisation(changes=assistance, process__sprint_weeks=1, process__focus=0.5, team__developers=2)
    for name, effort in (("W1", 240), ("W2", 96), ("W3", 20)):
        requested(org, name, effort)
    rows = run(org, workflows.agile(org), until=167)
    assert [row[2] for row in rows if row[1] == "ticket.started"] == ["W1", "W2"]


def test_unfinished_work_takes_room_from_the_next_sprint() -> None:
    org = organisation(process__sprint_weeks=1, process__focus=1, team__developers=1)
    requested(org, "W1", 400)
    requested(org, "W2", 1)
    rows = run(org, workflows.agile(org), until=3 * 168 - 1)
    assert [row[2] for row in rows if row[1] == "ticket.created"] == ["W1", "W2"]
    assert len([row for row in rows if row[1] == "stage.queued" and row[4] == "plan"]) == 1


@pytest.mark.parametrize(("sprints", "release"), [(1, 1), (2, 2), (3, 3)])
def test_sprints_end_with_a_review_and_every_few_with_a_release(sprints: int, release: int) -> None:
    org = organisation(process__sprint_weeks=1, process__sprints_per_release=sprints)
    requested(org, "W1", 1)
    rows = run(org, workflows.agile(org), until=6 * 168)
    assert times(rows, "ticket.done") == [168.0]
    assert times(rows, "service.deployed") == [release * 168 + 8 + 100 + 50 + 1.5]


def test_a_sprint_tests_at_once_what_it_codes() -> None:
    org = organisation()
    work = item(change(defects=[defect("1", found_by="test")]))
    waiting: dict[str, WorkItem] = {work.id: work}
    finished: list[WorkItem] = []
    rows = run(org, workflows.in_sprint(org, work, waiting, finished))
    assert times(rows, "defect.found") == [1 + 1 + 0.5 + 0.25 + 2]
    assert (waiting, finished) == ({}, [work])


def test_a_review_of_a_sprint_reworks_what_misses_the_need() -> None:
    org = organisation()
    work = item(change(), misunderstood=True)
    work.understand(0)
    rows = run(org, workflows.sprint_review(org, [work], release=False))
    assert times(rows, "ticket.done") == [0.5]
    assert not times(rows, "service.deployed")


def test_in_flow_an_item_holds_its_slot_until_its_tests_have_ended() -> None:
    org = organisation(workflow="devops", process__wip_limit=1)
    requested(org, "W1", 1)
    requested(org, "W2", 1)
    rows = run(org, workflows.devops(org), until=60)
    tested = 1 + 1 + 0.5 + 0.25 + 2  # within one team nobody hands over
    assert times(rows, "ticket.done") == [tested, 2 * tested]
    assert times(rows, "ticket.started") == [1.0, tested + 1]


def test_flow_releases_at_each_window_what_does_not_deploy_itself() -> None:
    org = organisation(workflow="devops")
    org.release.ready(change())
    rows = run(org, workflows.release_at_windows(org), until=4 * 168)
    assert times(rows, "service.deployed") == [
        2 * 168 + 1.5
    ]  # test, hand-over and approval from the first window to the second


@pytest.mark.parametrize(("workflow", "hours"), [("waterfall", 3.0), ("agile", 1.0), ("devops", 1.0)])
def test_automated_tests_after_a_batch_of_months_find_their_defects_a_step_late(workflow: str, hours: float) -> None:
    org = organisation("testing", workflow=workflow)
    work = item(change(defects=[defect("1", found_by="test")]))
    org.release.expect(work)
    process = {
        "waterfall": workflows.project(org, [work]),
        "agile": workflows.in_sprint(org, work, {work.id: work}, []),
        "devops": workflows.flow(org, work, Resource(org.env, 1).request()),
    }[workflow]
    rows = run(org, process, until=400)
    assert times(rows, "defect.fixed") == [times(rows, "defect.found")[0] + hours]


@pytest.mark.parametrize(("gates", "tested"), [("all", [11.0, 12.0]), ("none", [2.0, 11.0])])
def test_at_a_gate_the_quick_item_waits_for_the_slow_one(gates: str, tested: list[float]) -> None:
    """Coding takes 1 and 10 hours, testing an hour; behind a gate both are tested when both are coded."""
    waits = dict.fromkeys(("process.sign_off", "process.hand_over", "quality.review_effort"), 0)
    org = organisation(
        workflow="waterfall", process__gates=gates, process__acceptance_effort=0, team__testers=1, changes=waits
    )
    items = [
        item(change("C1", item="W1", effort=1, build=0), plan=0, test=1),
        item(change("C2", item="W2", effort=10, build=0), plan=0, test=1),
    ]
    items[1].id = "W2"
    rows = run(org, workflows.project(org, items), until=50)
    assert [row[0] for row in rows if row[1] == "stage.finished" and row[4] == "test" and row[2]] == tested
