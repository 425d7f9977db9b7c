"""Requests are drawn ahead; what a draw decides."""

from concurrent.futures import ThreadPoolExecutor
from math import log

import numpy as np
import pytest
from organisations import WITHOUT_LUCK

from devopssim.scenario import PRACTICES, WORKFLOWS, Scenario, adopt, vary
from devopssim.simulation import demand, draws
from devopssim.simulation.streams import Streams
from devopssim.simulation.work_items import Checks


def drawn(**changes: float) -> demand.DrawnDemand:
    changed = {name.replace("__", "."): value for name, value in changes.items()}
    return demand.DrawnDemand(vary(Scenario(), {**WITHOUT_LUCK, **changed}), Streams(1))


def test_requests_arrive_up_to_the_horizon_at_their_rate_after_the_backlog() -> None:
    ahead = drawn(demand__requests_per_week=50, demand__backlog=3, years=1)
    arrivals = [work.arrives for work in ahead.first]
    assert arrivals[:3] == [0.0] * 3
    assert 0 < arrivals[3] <= arrivals[-1] < 8760
    assert arrivals == sorted(arrivals)
    assert len(arrivals) - 3 == pytest.approx(50 * 8760 / 168, rel=0.06)
    assert np.diff(arrivals[3:]).std() == pytest.approx(168 / 50, rel=0.1)


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_scenarios_that_pose_the_same_requests_share_them(workflow: str) -> None:
    team = vary(Scenario(), {"years": 0.1, "workflow": workflow})
    other = adopt(vary(team, {"team.developers": 3, "process.wip_limit": 4}), {"testing": 1, "feedback": 1})
    shared = demand.shared_demand(team, Streams(1))
    assert demand.shared_demand(other, Streams(1)) is shared
    assert demand.shared_demand(other, Streams(1, 1)) is not shared
    fresh = demand.DrawnDemand(other, Streams(1))
    for generation in range(3):
        given, expected = shared.generation(generation), fresh.generation(generation)
        for table in ("items", "changes", "defects", "vulnerabilities"):
            assert getattr(given, table).tobytes() == getattr(expected, table).tobytes()


def test_each_thread_draws_its_own_and_nobody_keeps_a_large_demand() -> None:
    team = vary(Scenario(), {"years": 0.1})
    with ThreadPoolExecutor(1) as pool:
        theirs = pool.submit(demand.shared_demand, team, Streams(1)).result()
    assert theirs is not demand.shared_demand(team, Streams(1))
    large = vary(team, {"demand.backlog": demand.MOST_SHARED + 1, "demand.requests_per_week": 0})
    assert demand.shared_demand(large, Streams(1)) is not demand.shared_demand(large, Streams(1))


def test_without_requests_there_is_the_backlog_alone() -> None:
    assert [work.id for work in drawn(demand__backlog=2).first] == ["W1", "W2"]
    assert drawn().first == []


def test_an_item_has_as_many_changes_as_its_coding_takes_and_they_share_it() -> None:
    ahead = drawn(demand__backlog=40, demand__code_effort=20, demand__change_effort=6, demand__effort_cv=0.5)
    sizes = [len(work.changes) for work in ahead.first]
    assert len(set(sizes)) > 2
    for work in ahead.first:
        assert len(work.changes) == max(1, round(work.code_effort / 6))
        assert len({one.effort for one in work.changes}) == 1
        assert {one.item for one in work.changes} == {work.id}
    assert [one.id for work in ahead.first for one in work.changes] == [f"C{n + 1}" for n in range(sum(sizes))]
    assert np.mean([work.code_effort for work in ahead.first]) == pytest.approx(20, rel=0.2)
    assert np.mean([work.plan_effort for work in ahead.first]) == pytest.approx(Scenario().demand.plan_effort, rel=0.2)
    assert np.mean([work.test_effort for work in ahead.first]) == pytest.approx(Scenario().demand.test_effort, rel=0.2)


def test_faults_and_misunderstandings_come_at_their_rates() -> None:
    ahead = drawn(
        demand__backlog=600,
        demand__misunderstood_share=0.3,
        demand__drift_per_month=0.5,
        quality__defects_per_change=1.5,
        quality__complaint_delay=200,
        security__vulnerabilities_per_change=0.8,
    )
    changes = [one for work in ahead.first for one in work.changes]
    assert np.mean([len(one.defects) for one in changes]) == pytest.approx(1.5, rel=0.1)
    assert np.mean([len(one.vulnerabilities) for one in changes]) == pytest.approx(0.8, rel=0.1)
    assert np.mean([work.misunderstood for work in ahead.first]) == pytest.approx(0.3, abs=0.05)
    assert np.mean([work.drifts_after for work in ahead.first]) == pytest.approx(2 * 730, rel=0.15)
    assert np.mean([work.complaint_after for work in ahead.first]) == pytest.approx(200, rel=0.15)
    assert [fault.id for fault in changes[0].defects] == [f"{n + 1}" for n in range(len(changes[0].defects))]
    vulnerabilities = [fault.id for one in changes for fault in one.vulnerabilities]
    assert vulnerabilities == [f"V{n + 1}" for n in range(len(vulnerabilities))]


def test_classes_of_service_have_their_shares_and_dates() -> None:
    requests = drawn(
        demand__backlog=2000,
        demand__expedite_share=0.1,
        demand__fixed_date_share=0.2,
        demand__fixed_date_weeks=5,
        demand__value_per_week=3,
        demand__value_cv=0.5,
    ).first
    shares = {name: sum(work.service_class == name for work in requests) / 2000 for name in ("expedite", "fixed date")}
    assert shares == {"expedite": pytest.approx(0.1, abs=0.02), "fixed date": pytest.approx(0.2, abs=0.02)}
    assert {work.due for work in requests if work.service_class == "fixed date"} == {5 * 168}
    assert {work.due for work in requests if work.service_class != "fixed date"} == {float("inf")}
    assert np.mean([work.value for work in requests]) == pytest.approx(3, rel=0.05)


def test_defects_grow_with_the_square_root_of_a_changes_size() -> None:
    small, large = (
        [
            len(one.defects)
            for work in drawn(
                demand__backlog=3000,
                demand__code_effort=hours,
                demand__effort_cv=0,
                demand__change_effort=10000,
                quality__defects_per_change=0.6,
            ).first
            for one in work.changes
        ]
        for hours in (2, 32)  # 25 and 400 lines
    )
    assert np.mean(small) == pytest.approx(0.3, rel=0.08)
    assert np.mean(large) == pytest.approx(1.2, rel=0.08)


def test_a_follower_is_named_after_its_item_and_its_generation_and_drawn_once() -> None:
    ahead = drawn(demand__backlog=2)
    first = ahead.first[1]
    follower = ahead.follower(first)
    assert (follower.id, follower.follows, follower.generation, follower.number) == ("W2.1", "W2", 1, 1)
    assert follower.changes[0].item == "W2.1"
    assert follower.changes[0].id.endswith(".1")
    again = ahead.follower(first)
    assert [again.test_effort, again.changes[0].draws] == [follower.test_effort, follower.changes[0].draws]
    assert ahead.follower(follower).id == "W2.2"
    assert follower.test_effort != first.test_effort


def test_disclosures_come_at_their_rate_up_to_the_horizon() -> None:
    known = drawn(security__disclosures_per_year=80, years=5).disclosures
    hours = known[:, 0].tolist()
    assert len(known) == pytest.approx(400, rel=0.15)
    assert hours == sorted(hours)
    assert hours[-1] < 5 * 8760
    draw = Streams(1).stream("disclosures").random()  # the first number of a row is for the time alone
    assert hours[0] == pytest.approx(-8760 / 80 * log(1 - draw))
    assert demand.disclosed(6, known[6].tolist()).id == "VD7"
    assert len(drawn(security__disclosures_per_year=0).disclosures) == 0


def test_each_number_of_a_row_has_its_own_use() -> None:
    ahead = drawn(demand__backlog=1, demand__effort_cv=0, demand__code_effort=4, demand__change_effort=4)
    (made,) = ahead.first[0].changes
    row = Streams(1).stream("changes").random(draws.CHANGE_DRAWS).tolist()
    checks = Streams(1).stream("checks").random(draws.CHECK_DRAWS).tolist()
    assert made.lines == 50
    assert (made.conflicts, made.installation, made.noise) == tuple(row[2:5])
    assert list(made.draws.values()) == row[5:]
    drawn_checks = {
        name: at for name, at in zip(Checks._fields, checks, strict=True) if getattr(made.checks, name) == at
    }
    assert set(drawn_checks) == {"pairing", "unreviewed", "second_round", "flaky"}
    assert 5 + len(PRACTICES) == draws.CHANGE_DRAWS
