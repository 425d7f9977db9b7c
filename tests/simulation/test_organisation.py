"""What the processes of a replication share: the backlog, adopted practices, hand-overs, windows and machines."""

import pytest
from organisations import change, item, organisation, run, steps

from devopssim.scenario import PRACTICES
from devopssim.simulation.organisation import Backlog, Organisation
from devopssim.simulation.work_items import WorkItem


def backlog_of(*efforts: float) -> tuple[Organisation, Backlog]:
    org = organisation()
    for number, effort in enumerate(efforts):
        work = item(change(effort=effort))
        work.id = f"W{number + 1}"
        org.backlog.put(work)
    return org, org.backlog


@pytest.mark.parametrize(
    ("room", "taken"),
    [(0, []), (-1, []), (0.5, ["W1"]), (3, ["W1"]), (5, ["W1", "W2"]), (5.5, ["W1", "W2"]), (6, ["W1", "W2", "W3"])],
)
def test_the_oldest_items_that_fit_are_taken_and_at_least_one(room: float, taken: list[str]) -> None:
    _, backlog = backlog_of(3, 2, 1)
    assert [work.id for work in backlog.take_within(room)] == taken


def test_all_that_waits_is_taken_once() -> None:
    _, backlog = backlog_of(3, 2)
    assert [work.id for work in backlog.take_all()] == ["W1", "W2"]
    assert backlog.take_all() == []


def test_who_waits_first_gets_the_next_request() -> None:
    org, backlog = backlog_of(3)
    first, second, third = (backlog.next() for _ in range(3))
    for name in ("W2", "W3"):
        work = item(change())
        work.id = name
        backlog.put(work)
    taken = [org.env.run(event) for event in (first, second, third)]
    assert [work.id for work in taken if isinstance(work, WorkItem)] == ["W1", "W2", "W3"]


def test_the_class_of_service_decides_when_an_item_overtakes_others() -> None:
    org = organisation(demand__fixed_date_lead=2)
    requests = {name: item(change()) for name in ("standard", "expedite", "fixed date")}
    for name, request in requests.items():
        request.id, request.service_class, request.value = name, name, 2.5
    requests["fixed date"].due = 5 * 168
    for request in requests.values():
        org.accept_request(request)
    rows = run(org, until=3 * 168 - 1)
    assert org.people.expedited == {"expedite"}
    run(org, until=3 * 168 + 1)
    assert org.people.expedited == {"expedite", "fixed date"}
    assert [row[-1] for row in rows if row[1] == "ticket.created"] == [
        "value=2.5",
        "service_class=expedite;value=2.5",
        "service_class=fixed date;value=2.5;due=840",
    ]


def test_a_practice_is_used_where_the_draw_lies_below_its_adoption() -> None:
    org = organisation(practices__testing=0.5)
    assert org.uses("testing", dict.fromkeys(PRACTICES, 0.49))
    assert not org.uses("testing", dict.fromkeys(PRACTICES, 0.5))


@pytest.mark.parametrize(
    ("practices", "taker", "hours"), [((), "operator", 100), ((), "tester", 0), (("collaboration",), "operator", 0)]
)
def test_only_another_team_without_collaboration_is_waited_for(
    practices: tuple[str, ...], taker: str, hours: float
) -> None:
    org = organisation(*practices)
    run(org, org.hand_over("developer", taker, dict.fromkeys(PRACTICES, 0.5)))
    assert org.env.now == hours


def test_windows_recur_each_week() -> None:
    org = organisation()
    run(org, until=100)
    assert org.env.run(org.release_window()) is None
    assert org.env.now == 168
    org.env.run(org.release_window())
    assert org.env.now == 168, "a release that is ready at a window goes out in it"
    org.env.run(until=169)
    org.env.run(org.release_window())
    assert org.env.now == 2 * 168


def test_a_third_job_waits_for_one_of_two_machines() -> None:
    org = organisation()
    rows = run(org, *(org.machine("build", 2.0, change=f"C{n}") for n in range(3)))
    assert [hours for hours, _, what in steps(rows) if what == "started"] == [0, 0, 2]
    assert [hours for hours, _, what in steps(rows) if what == "finished"] == [2, 2, 4]


def test_a_fix_takes_its_factor_for_each_step() -> None:
    org = organisation()
    assert [org.late_fix_factor(late) for late in range(3)] == [1, 3, 9]


def test_requests_come_in_at_their_arrivals() -> None:
    org = organisation(demand__requests_per_week=20)
    rows = run(org, org.requests())
    assert [row[0] for row in rows] == pytest.approx([work.arrives for work in org.demand.first])
    assert len(rows) > 5
