"""People: whoever is free takes the most urgent work that waits longest."""

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st
from simpy.events import ProcessGenerator

from devopssim import events
from devopssim.events import Recorder
from devopssim.scenario import Scenario, vary
from devopssim.simulation.people import People

Spans = list[tuple[str, float, float]]


def some_people(**changes: float) -> tuple[simpy.Environment, Recorder, People]:
    """Two developers, one of everybody else, at work around the clock, losing nothing when interrupted."""
    quiet = {"team.hours_per_week": 168.0, "process.switching": 0.0, "process.cross_training": 0.0}
    crew = {"team.analysts": 1, "team.developers": 2, "team.testers": 1, "team.operators": 1}
    scenario = vary(Scenario(), {**quiet, **crew, **{name.replace("__", "."): each for name, each in changes.items()}})
    env = simpy.Environment()
    log = Recorder(lambda: env.now)
    return env, log, People(env, log, scenario)


def later(env: simpy.Environment, time: float, work: ProcessGenerator) -> ProcessGenerator:
    yield env.timeout(time)
    yield from work


def spans(log: Recorder) -> Spans:
    """Who worked on what from when to when, in the order of beginning."""
    table = events.validate(log.log())
    begun = table[table["kind"] == "stage.started"]
    found: Spans = []
    for item in dict.fromkeys(begun["item"]):
        of_item = table[(table["item"] == item)]
        starts = of_item.loc[of_item["kind"] == "stage.started", "time"]
        ends = of_item.loc[of_item["kind"] == "stage.finished", "time"]
        found += [(str(item), float(start), float(end)) for start, end in zip(starts, ends, strict=True)]
    return sorted(found, key=lambda span: (span[1], span[0]))


def test_work_waits_in_the_order_of_asking() -> None:
    env, log, people = some_people()
    for name in ("W1", "W2", "W3"):
        env.process(people.work("developer", "code", 4, item=name))
    env.run()
    assert spans(log) == [("W1", 0, 4), ("W2", 0, 4), ("W3", 4, 8)]


def test_a_person_of_forty_hours_takes_a_week_for_forty_hours_of_effort() -> None:
    env, log, people = some_people(team__hours_per_week=40)
    env.process(people.work("tester", "test", 40, item="W1"))
    env.run()
    assert spans(log) == [("W1", 0, 168)]


def test_on_call_work_runs_around_the_clock() -> None:
    env, log, people = some_people(team__hours_per_week=40)
    env.process(people.work("operator", "operate", 3, on_call=True, urgent=True, item="W1"))
    env.run()
    assert spans(log) == [("W1", 0, 3)]


def test_urgent_work_takes_away_the_person_who_began_last_and_the_switch_costs() -> None:
    env, log, people = some_people(process__switching=0.5)
    env.process(people.work("developer", "code", 10, item="W1"))
    env.process(later(env, 1, people.work("developer", "code", 10, item="W2")))
    env.process(later(env, 3, people.work("developer", "code", 2, urgent=True, item="W9")))
    env.run()
    assert spans(log) == [("W1", 0, 10), ("W2", 1, 3), ("W9", 3, 5), ("W2", 5, 13.5)]


def test_urgent_work_waits_for_urgent_work() -> None:
    env, log, people = some_people()
    for name in ("W1", "W2"):
        env.process(people.work("operator", "operate", 4, urgent=True, item=name))
    env.run()
    assert spans(log) == [("W1", 0, 4), ("W2", 4, 8)]


def test_urgent_work_that_comes_at_the_moment_work_is_taken_up_takes_it_away() -> None:
    env, log, people = some_people()
    env.process(people.work("tester", "test", 4, item="W1"))
    env.process(people.work("tester", "test", 1, urgent=True, item="W2"))
    env.run()
    assert spans(log) == [("W2", 0, 1), ("W1", 1, 5)]


def test_work_that_anyone_may_do_goes_to_somebody_who_is_free() -> None:
    env, log, people = some_people(team__developers=1)
    env.process(people.work("tester", "test", 4, item="W1"))
    env.process(people.work("tester", "test", 4, anyone=True, item="W2"))
    env.run()
    assert spans(log) == [("W1", 0, 4), ("W2", 0, 4)]


def test_learning_the_work_of_others_costs_a_little() -> None:
    env, log, people = some_people(process__cross_training=0.25)
    env.process(people.work("tester", "test", 4, anyone=True, item="W1"))
    env.run()
    assert spans(log) == [("W1", 0, 5)]


def test_no_effort_is_no_event() -> None:
    env, log, people = some_people()
    env.process(people.work("tester", "test", 0, item="W1"))
    env.run()
    assert log.rows == []


def test_a_person_whose_work_fails_or_is_interrupted_takes_up_the_next_work() -> None:
    env, log, people = some_people()
    heads = dict(people.free)

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
    assert people.free == heads


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
    heads = dict(people.free)
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
    assert people.free == heads
    assert done == pytest.approx({f"W{number}": job[2] for number, job in enumerate(jobs)})


@given(jobs=jobs, more=st.sampled_from(["developer", "tester", "operator"]))
def test_more_people_never_finish_planned_work_later(jobs: list[tuple[str, int, int, bool, bool]], more: str) -> None:
    def finished(heads: int) -> float:
        env, _, people = some_people()
        people.free[more] = heads
        for number, (role, start, effort, _, _) in enumerate(jobs):
            env.process(later(env, start, people.work(role, "code", effort, item=f"W{number}")))
        env.run()
        return float(env.now)

    assert finished(3) <= finished(2)
