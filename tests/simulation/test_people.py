"""People: who takes which work when, in working hours, with their skills, and who joins and leaves."""

from math import exp

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st
from simpy.events import ProcessGenerator

from devopssim import events
from devopssim.events import Recorder
from devopssim.scenario import PLAIN_FLOW, vary
from devopssim.simulation.people import People
from devopssim.simulation.staff import Person
from devopssim.simulation.streams import Streams

Spans = list[tuple[str, float, float]]
MONDAY_9 = 9.0
"""Hour at which the first working day of eight hours begins."""


def some_people(**changes: float | str) -> tuple[simpy.Environment, Recorder, People]:
    """Two developers, one of everybody else, at work around the clock; switching costs nothing, all are as good in every role."""
    people = {"team.analysts": 1, "team.developers": 2, "team.testers": 1, "team.operators": 1, "team.security": 1}
    scenario = vary(PLAIN_FLOW, {**people, **{name.replace("__", "."): value for name, value in changes.items()}})
    env = simpy.Environment()
    log = Recorder(lambda: env.now)
    return env, log, People(env, log, scenario, Streams(1))


def later(env: simpy.Environment, time: float, *work: ProcessGenerator) -> ProcessGenerator:
    yield env.timeout(time)
    for step in work:
        yield from step


def spans(log: Recorder) -> Spans:
    """Return who worked on what from when to when, in the order of beginning."""
    table = events.validate(log.log())
    begun = table[table["kind"] == "stage.started"]
    result: Spans = []
    for item in dict.fromkeys(begun["item"]):
        of_item = table[table["item"] == item]
        starts = of_item.loc[of_item["kind"] == "stage.started", "time"]
        ends = of_item.loc[of_item["kind"] == "stage.finished", "time"]
        result += [(str(item), float(start), float(end)) for start, end in zip(starts, ends, strict=True)]
    return sorted(result, key=lambda span: (span[1], span[0]))


def workers(log: Recorder) -> list[str | None]:
    """Return the roles of the people who began to work, in order."""
    return [row[8] for row in log.rows if row[1] == "stage.started"]


# The order of work


def test_work_waits_in_the_order_of_its_requests() -> None:
    env, log, people = some_people()
    for name in ("W1", "W2", "W3"):
        env.process(people.work("developer", "code", 4, item=name))
    env.run()
    assert spans(log) == [("W1", 0, 4), ("W2", 0, 4), ("W3", 4, 8)]


def test_the_oldest_item_goes_first_though_its_next_step_was_requested_last() -> None:
    env, log, people = some_people(team__developers=1)
    env.process(
        later(env, 0, people.work("analyst", "plan", 1, item="W1"), people.work("developer", "code", 1, item="W1"))
    )
    env.process(people.work("developer", "code", 2, item="W2"))
    env.process(later(env, 0.5, people.work("developer", "code", 1, item="W3")))
    env.run()
    assert spans(log)[2:] == [("W1", 2, 3), ("W3", 3, 4)]


def test_who_has_finished_a_step_carries_on_with_the_item() -> None:
    """The next step of W1 is requested at the moment at which its developer becomes free, and W1 is older than W2."""
    env, log, people = some_people(team__developers=1)
    env.process(
        later(env, 0, people.work("developer", "code", 2, item="W1"), people.work("developer", "code", 2, item="W1"))
    )
    env.process(later(env, 1, people.work("developer", "code", 1, item="W2")))
    env.run()
    assert spans(log) == [("W1", 0, 2), ("W1", 2, 4), ("W2", 4, 5)]


def test_an_expedited_item_overtakes_what_waits_and_interrupts_nothing() -> None:
    env, log, people = some_people(team__developers=1)
    people.expedited.add("W3")
    for name in ("W1", "W2", "W3"):
        env.process(people.work("developer", "code", 2, item=name))
    env.run()
    assert spans(log) == [("W1", 0, 2), ("W3", 2, 4), ("W2", 4, 6)]


def test_an_expedited_item_interrupts_where_the_process_says_so() -> None:
    env, log, people = some_people(team__developers=1, process__expedite="interrupts")
    people.expedited.add("W2")
    env.process(people.work("developer", "code", 3, item="W1"))
    env.process(later(env, 1, people.work("developer", "code", 2, item="W2")))
    env.run()
    assert spans(log) == [("W1", 0, 1), ("W2", 1, 3), ("W1", 3, 5)]


def test_urgent_work_interrupts_the_work_that_began_last() -> None:
    env, log, people = some_people()
    env.process(people.work("developer", "code", 10, item="W1"))
    env.process(later(env, 1, people.work("developer", "code", 10, item="W2")))
    env.process(later(env, 3, people.work("developer", "code", 2, urgent=True, item="W9")))
    env.run()
    assert spans(log) == [("W1", 0, 10), ("W2", 1, 3), ("W9", 3, 5), ("W2", 5, 13)]


def test_urgent_work_waits_for_urgent_work() -> None:
    env, log, people = some_people()
    for name in ("W1", "W2"):
        env.process(people.work("operator", "operate", 4, urgent=True, item=name))
    env.run()
    assert spans(log) == [("W1", 0, 4), ("W2", 4, 8)]


def test_work_that_is_interrupted_at_the_moment_of_its_grant_loses_nothing() -> None:
    env, log, people = some_people(team__developers=1)
    env.process(people.work("developer", "code", 2, item="W1"))
    env.process(people.work("developer", "code", 1, urgent=True, item="W9"))
    env.run()
    assert spans(log) == [("W9", 0, 1), ("W1", 1, 3)]


def test_no_effort_is_no_event() -> None:
    env, log, people = some_people()
    env.process(people.work("tester", "test", 0, item="W1"))
    env.run()
    assert log.rows == []


def test_a_person_whose_work_fails_or_is_interrupted_takes_up_the_next_work() -> None:
    env, log, people = some_people()

    def interrupted() -> ProcessGenerator:
        yield from people.work("tester", "test", 10, item="W1")

    working, waiting = (env.process(interrupted()) for _ in range(2))
    for process in (working, waiting):
        process.defused = True

    def interrupt() -> ProcessGenerator:
        yield env.timeout(3)
        waiting.interrupt("given up")
        working.interrupt("given up")

    env.process(interrupt())
    env.process(later(env, 1, people.work("tester", "test", 4, item="W2")))
    env.run()
    assert not working.ok
    assert not waiting.ok
    assert [row[0] for row in log.rows if row[1:3] == ("stage.started", "W2")] == [3]
    assert len(people.free["tester"]) == 1


# Switching


def test_taking_up_another_item_costs_the_switching_effort() -> None:
    env, log, people = some_people(process__switching=0.5, team__developers=1)
    for name in ("W1", "W1", "W2"):
        env.process(people.work("developer", "code", 2, item=name))
    env.run()
    assert spans(log) == [("W1", 0, 2), ("W1", 2, 4), ("W2", 4, 6.5)]


def test_an_interruption_costs_the_switch_to_it_and_the_switch_back() -> None:
    env, log, people = some_people(process__switching=0.5, team__developers=1)
    env.process(people.work("developer", "code", 4, item="W1"))
    env.process(later(env, 1, people.work("developer", "code", 1, urgent=True, item="W9")))
    env.run()
    assert spans(log) == [("W1", 0, 1), ("W9", 1, 2.5), ("W1", 2.5, 6)]


def test_a_person_who_knows_the_item_is_preferred_among_free_ones() -> None:
    env, log, people = some_people(process__switching=1)
    env.process(people.work("developer", "code", 1, item="W1"))
    env.process(people.work("developer", "code", 1, item="W2"))
    env.process(later(env, 2, people.work("developer", "code", 1, item="W2")))
    env.run()
    assert spans(log)[-1] == ("W2", 2, 3)


# Working hours


def test_a_person_of_forty_hours_works_eight_hours_a_day() -> None:
    env, log, people = some_people(team__hours_per_week=40)
    env.process(people.work("tester", "test", 40, item="W1"))
    env.run()
    assert spans(log) == [("W1", MONDAY_9, 4 * 24 + 17)]


def test_work_that_is_requested_at_night_begins_in_the_morning() -> None:
    env, log, people = some_people(team__hours_per_week=40)
    env.process(later(env, 20, people.work("developer", "code", 1, item="W1")))
    env.process(later(env, 4 * 24 + 20, people.work("developer", "code", 1, item="W2")))
    env.run()
    assert spans(log) == [("W1", 24 + 9, 24 + 10), ("W2", 7 * 24 + 9, 7 * 24 + 10)]


def test_in_the_morning_the_most_urgent_work_goes_first() -> None:
    env, log, people = some_people(team__hours_per_week=40, team__developers=1)
    env.process(people.work("developer", "code", 1, item="W1"))
    env.process(later(env, 2, people.work("developer", "code", 1, urgent=True, item="W2")))
    env.run()
    assert spans(log) == [("W2", 9, 10), ("W1", 10, 11)]


def test_on_call_work_runs_at_night() -> None:
    env, log, people = some_people(team__hours_per_week=40)
    env.process(people.work("operator", "operate", 3, on_call=True, urgent=True, item="W1"))
    env.run()
    assert spans(log) == [("W1", 0, 3)]


def test_planned_work_that_on_call_work_interrupts_overnight_goes_on_with_what_is_left() -> None:
    env, log, people = some_people(team__hours_per_week=40, team__operators=1)
    env.process(people.work("operator", "operate", 10, item="W1"))
    env.process(later(env, 20, people.work("operator", "operate", 2, on_call=True, urgent=True, item="W9")))
    env.run()
    assert spans(log) == [("W1", 9, 20), ("W9", 20, 22), ("W1", 24 + 9, 24 + 11)]


def test_people_in_three_time_zones_pass_the_night_to_each_other() -> None:
    env, log, people = some_people(team__hours_per_week=40, team__time_zones=3, team__developers=3)
    for hour, name in ((9, "W1"), (17, "W2"), (25, "W3")):
        env.process(later(env, hour, people.work("developer", "code", 8, item=name)))
    env.run()
    assert spans(log) == [("W1", 9, 17), ("W2", 17, 25), ("W3", 25, 33)]
    zones = [row[9] for row in log.rows if row[1] == "stage.started"]
    assert zones == [None, "zone=8", "zone=16"]


# Skills


def test_a_person_of_another_role_helps_where_work_is_open() -> None:
    env, log, people = some_people()
    env.process(people.work("tester", "test", 4, item="W1"))
    env.process(people.work("tester", "test", 4, anyone=True, item="W2"))
    env.process(people.work("tester", "test", 4, item="W3"))
    env.run()
    assert spans(log) == [("W1", 0, 4), ("W2", 0, 4), ("W3", 4, 8)]


def test_only_people_with_the_skill_help() -> None:
    env, log, people = some_people(team__secondary_skills="operator as tester", team__developers=2)
    for name in ("W1", "W2", "W3"):
        env.process(people.work("tester", "test", 4, anyone=True, item=name))
    env.run()
    assert workers(log) == ["tester", "operator", "tester"]


def test_work_of_another_role_takes_longer_and_less_so_with_practice() -> None:
    env, log, people = some_people(
        team__testers=0, team__analysts=0, team__operators=0, team__security=0, team__developers=1,
        team__secondary_effort=2, team__practised_effort=1.1, team__practice_tasks=3,
    )  # fmt: skip
    for number in range(30):
        env.process(people.work("tester", "test", 1, anyone=True, item=f"W{number}"))
    env.run()
    hours = [end - start for _, start, end in spans(log)]
    assert hours[0] == 2
    assert hours[3] == pytest.approx(1.1 + 0.9 * 0.0497871, abs=1e-6)
    assert hours[29] == pytest.approx(1.1)


def test_a_free_person_does_work_of_their_own_role_first() -> None:
    env, log, people = some_people(
        team__secondary_effort=2, team__practised_effort=2, team__testers=1, team__developers=1
    )
    env.process(people.work("developer", "code", 1, item="W0"))
    env.process(later(env, 0.2, people.work("tester", "test", 9, item="W1")))
    for name, role in (("W2", "analyst"), ("W3", "operator"), ("W4", "security")):
        env.process(people.work(role, "plan", 9, item=name))
    env.process(later(env, 0.5, people.work("tester", "test", 1, anyone=True, item="W5")))
    env.process(later(env, 0.6, people.work("developer", "code", 1, item="W6")))
    env.run()
    assert [span for span in spans(log) if span[0] in {"W5", "W6"}] == [("W6", 1, 2), ("W5", 2, 4)]


def test_urgent_open_work_interrupts_a_person_of_another_role_who_has_the_skill() -> None:
    env, log, people = some_people(team__secondary_skills="tester as developer", team__developers=1)
    env.process(people.work("developer", "code", 9, item="W1"))
    env.process(later(env, 1, people.work("tester", "test", 9, item="W2")))
    env.process(later(env, 2, people.work("analyst", "plan", 9, item="W3")))
    env.process(later(env, 3, people.work("developer", "code", 2, urgent=True, anyone=True, item="W8")))
    env.process(later(env, 6, people.work("developer", "code", 2, urgent=True, item="W9")))
    env.run()
    assert spans(log) == [
        *(("W1", 0, 6), ("W2", 1, 3), ("W3", 2, 11), ("W8", 3, 5), ("W2", 5, 12), ("W9", 6, 8), ("W1", 8, 11))
    ]  # W8 may interrupt W2, which began last of what the skilled do; W9 interrupts developers only


def test_of_work_in_two_queues_the_one_nearest_to_the_users_goes_first_then_the_oldest() -> None:
    env, log, people = some_people(
        team__developers=1, team__analysts=0, team__operators=0, team__security=0, team__testers=1
    )
    env.process(people.work("developer", "code", 9, item="W0"))
    env.process(people.work("tester", "test", 1, item="W1"))
    env.process(people.work("tester", "plan", 1, item="W2"))
    env.process(people.work("tester", "test", 1, anyone=True, item="W3"))
    env.process(people.work("tester", "test", 1, item="W4"))
    env.run()
    assert [item for item, _, _ in spans(log)] == ["W0", "W1", "W3", "W2", "W4"]  # a queue keeps its order


# Joining and leaving


def test_joiners_come_in_their_week_and_work_less_than_experienced_people() -> None:
    env, log, people = some_people(
        team__developers=1, team__joiners=1, team__join_week=1, team__newcomer_productivity=0.5, team__ramp_up=5, team__mentoring=0,
        team__communication=0,
    )  # fmt: skip
    env.process(people.join())
    for name in ("W1", "W2"):
        env.process(later(env, 160, people.work("developer", "code", 100, item=name)))
    env.run()
    assert spans(log) == [("W1", 160, 260), ("W2", 168, 168 + 200)]


def test_a_newcomer_takes_time_of_an_experienced_person_and_more_people_talk_more() -> None:
    env, _, people = some_people(
        team__developers=2, team__mentoring=0.25, team__communication=0.01, team__joiners=1, team__join_week=0
    )
    first = people.free["developer"][0]
    assert people.staff.productivity(first, "developer") == 1
    env.process(people.join())
    env.run()
    assert people.staff.productivity(first, "developer") == pytest.approx((1 - 0.25 / 2) * (1 - 0.09) / (1 - 0.04))


def test_who_leaves_is_replaced_after_the_vacancy() -> None:
    env, log, people = some_people(team__turnover=3, team__vacancy=2, team__developers=1)
    env.process(people.turn_over())
    env.run(until=8760)
    assert len(people.staff.everybody) == 5
    assert any(person.joined > 0 for person in people.staff.everybody)
    assert sum(map(len, people.free.values())) <= 5
    assert log.rows == []


def test_who_leaves_finishes_the_work_at_hand() -> None:
    env, log, people = some_people(team__developers=1, team__vacancy=1)
    [developer] = people.free["developer"]
    for name in ("W1", "W2"):
        env.process(people.work("developer", "code", 10, item=name))
    env.run(until=5)
    developer.leaves = True
    env.run()
    assert spans(log)[0] == ("W1", 0, 10)
    assert spans(log)[1][1] == 10 + 168


def test_questions_interrupt_developers_in_working_hours() -> None:
    env, log, people = some_people(
        team__interruptions_per_week=10, team__interruption_effort=0.1, team__hours_per_week=40
    )
    env.process(people.interrupt())
    env.run(until=10 * 168)
    started = [row[0] for row in log.rows if row[1] == "stage.started"]
    assert 140 < len(started) < 260
    assert all(9 <= hour % 24 <= 17 and hour % 168 < 5 * 24 for hour in started)
    assert {row[9] for row in log.rows} == {"task=interruption"}


def test_interruptions_come_for_each_developer() -> None:
    env, log, people = some_people(team__developers=4, team__interruptions_per_week=5)
    env.process(people.interrupt())
    env.run(until=100 * 168)
    assert sum(row[1] == "stage.started" for row in log.rows) == pytest.approx(4 * 5 * 100, rel=0.07)


def test_interruptions_interrupt_planned_work_and_have_exponential_efforts() -> None:
    env, log, people = some_people(
        team__developers=1, team__interruptions_per_week=10, team__interruption_effort=0.5, process__switching=0
    )
    env.process(people.interrupt())
    env.process(people.work("developer", "code", 100_000, item="W1"))
    env.run(until=200 * 168)
    times = {
        kind: [row[0] for row in log.rows if row[1] == f"stage.{kind}" and row[9]]
        for kind in ("queued", "started", "finished")
    }
    hours = [end - start for start, end in zip(times["started"], times["finished"], strict=False)]
    assert times["started"][:20] == times["queued"][:20], "planned work gives way at once"
    assert sum(hours) / len(hours) == pytest.approx(0.5, rel=0.07)
    assert sum(hour > 0.5 for hour in hours) / len(hours) == pytest.approx(exp(-1), abs=0.03)


def test_each_person_leaves_at_the_rate_of_turnover(monkeypatch: pytest.MonkeyPatch) -> None:
    env, _, people = some_people(team__turnover=0.5, team__vacancy=0, team__developers=6)
    replaced = 0
    replace = people.staff.replace

    def counted(person: Person) -> Person:
        nonlocal replaced
        replaced += 1
        return replace(person)

    monkeypatch.setattr(people.staff, "replace", counted)
    env.process(people.turn_over())
    env.run(until=200 * 8760)
    assert replaced == pytest.approx(0.5 * 10 * 200, rel=0.07)


# Laws


jobs = st.lists(
    st.tuples(
        st.sampled_from(["developer", "tester", "operator"]),
        st.integers(0, 6),  # whole hours, so that many things happen at the same time
        st.integers(1, 4),
        st.booleans(),
        st.booleans(),
    ),
    max_size=14,
)


@given(jobs=jobs)
def test_nobody_works_twice_at_once_and_all_work_is_done(jobs: list[tuple[str, int, int, bool, bool]]) -> None:
    env, log, people = some_people()
    heads = {role: len(free) for role, free in people.free.items()}
    for number, (role, start, effort, urgent, anyone) in enumerate(jobs):
        work = people.work(role, "code", effort, urgent=urgent, anyone=anyone, item=f"W{number}")
        env.process(later(env, start, work))
    env.run()
    busy = dict.fromkeys(heads, 0)
    done = dict.fromkeys((f"W{number}" for number in range(len(jobs))), 0.0)
    for row in log.rows:
        time, kind, item, worker = row[0], row[1], str(row[2]), str(row[8])
        step = {"stage.started": 1, "stage.finished": -1}.get(kind, 0)
        if step:
            busy[worker] += step
            done[item] -= step * time
            assert busy[worker] <= heads[worker]
    assert {role: len(free) for role, free in people.free.items()} == heads
    assert done == pytest.approx({f"W{number}": job[2] for number, job in enumerate(jobs)})


@given(jobs=jobs, more=st.sampled_from(["developer", "tester", "operator"]))
def test_more_people_never_finish_planned_work_later(jobs: list[tuple[str, int, int, bool, bool]], more: str) -> None:
    def finished(heads: int) -> float:
        env, _, people = some_people(**{f"team__{more}s": heads})
        for number, (role, start, effort, _, _) in enumerate(jobs):
            env.process(later(env, start, people.work(role, "code", effort, item=f"W{number}")))
        env.run()
        return float(env.now)

    assert finished(3) <= finished(2)
