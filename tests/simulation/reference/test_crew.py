"""People with skills who pull work from columns, and release trains."""

from collections.abc import Generator, Sequence
from contextlib import ExitStack
from itertools import pairwise
from typing import Any

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from devopssim.errors import InvalidInputError
from devopssim.simulation.reference.crew import Crew, Person, ReleaseTrain, specialists

Job = tuple[int, int]
"""When it arrives, how long it takes: small whole numbers, so that much happens at one moment."""

JOBS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 5)), max_size=25).map(sorted)


def crew_at_work(
    stages: Sequence[str], people: Sequence[Person], jobs: Sequence[Job]
) -> list[tuple[float, float, str, str, int]]:
    """Take each job through all stages, `takes` each; return (start, end, person, stage, job) in the order of starting."""
    env = simpy.Environment()
    crew = Crew(env, stages, people)
    done: list[tuple[float, float, str, str, int]] = []

    def job(number: int, arrives: int, takes: int) -> Generator[simpy.Event, Any, None]:
        yield env.timeout(arrives)
        with ExitStack() as hands:
            for stage in stages:
                request = crew.request(stage)
                hands.pop_all().close()
                person = yield hands.enter_context(request)
                done.append((env.now, env.now + takes, person.name, stage, number))
                yield env.timeout(takes)

    for number, (arrives, takes) in enumerate(jobs):
        env.process(job(number, arrives, takes))
    env.run()
    return done


COLUMNS = ("plan", "code", "test")
SKILLS = st.frozensets(st.sampled_from(COLUMNS), min_size=1)
ALL_ROUNDER = Person(name="Zoe", skills=frozenset(COLUMNS))
CREWS = st.lists(SKILLS, max_size=3).map(
    lambda skills: (*(Person(name=f"P{number}", skills=skill) for number, skill in enumerate(skills)), ALL_ROUNDER)
)


@given(people=CREWS, jobs=JOBS)
def test_nobody_works_twice_at_once_and_all_work_is_done_once_by_somebody_who_can(
    people: tuple[Person, ...], jobs: list[Job]
) -> None:
    done = crew_at_work(COLUMNS, people, jobs)
    assert sorted((stage, job) for *_, stage, job in done) == sorted((c, n) for c in COLUMNS for n in range(len(jobs)))
    for person in people:
        own = [(start, end) for start, end, name, *_ in done if name == person.name]
        assert all(end <= start for (_, end), (start, _) in pairwise(own))
        assert {stage for _, _, name, stage, _ in done if name == person.name} <= person.skills


@given(people=CREWS, jobs=st.lists(st.tuples(st.integers(0, 12), st.integers(1, 5)), max_size=15).map(sorted))
def test_within_a_column_the_oldest_work_is_taken_first(people: tuple[Person, ...], jobs: list[Job]) -> None:
    starts = [job for *_, stage, job in crew_at_work(COLUMNS, people, jobs) if stage == "plan"]
    assert starts == list(range(len(jobs)))


def test_finishing_goes_before_starting() -> None:
    """One all-rounder takes the first story to the end before the second one is begun."""
    done = crew_at_work(("code", "test"), [Person(name="Ada", skills=frozenset({"code", "test"}))], [(0, 2), (0, 2)])
    assert done == [
        (0, 2, "Ada", "code", 0),
        (2, 4, "Ada", "test", 0),
        (4, 6, "Ada", "code", 1),
        (6, 8, "Ada", "test", 1),
    ]


def test_the_specialist_is_asked_before_the_all_rounder() -> None:
    people = (Person(name="Ada", skills=frozenset({"code", "test"})), Person(name="Bo", skills=frozenset({"code"})))
    done = crew_at_work(("code", "test"), people, [(0, 3), (1, 3)])
    assert done[:2] == [(0, 3, "Bo", "code", 0), (1, 4, "Ada", "code", 1)]


def test_the_specialist_is_asked_first_also_when_the_all_rounder_was_free_before() -> None:
    people = (Person(name="Ada", skills=frozenset({"code", "test"})), *specialists({"code": 1, "test": 2}))
    done = crew_at_work(("code", "test"), people, [(0, 5), (1, 1), (20, 1)])
    assert [(start, name) for start, _, name, stage, _ in done if stage == "code"] == [
        (0, "code 1"),
        (1, "Ada"),
        (20, "code 1"),
    ]


def test_work_waits_for_those_who_join_later() -> None:
    people = specialists({"code": 1, "test": 2}, joins={"test": 10.0})
    done = crew_at_work(("code", "test"), people, [(0, 2), (0, 2)])
    assert [(start, name) for start, _, name, stage, _ in done if stage == "test"] == [(10, "test 1"), (10, "test 2")]


@pytest.mark.parametrize(
    ("people", "says"),
    [
        (
            [Person(name="Ada", skills=frozenset({"cook"}))],
            "skill 'cook' of Ada is no stage; the stages are code, test.",
        ),
        ([Person(name="Ada", skills=frozenset({"code"}))], "stage 'test' has nobody who can do it"),
        ([Person(name="Ada", skills=frozenset({"code", "test"}))] * 2, "two people of a crew have the same name"),
    ],
)
def test_a_crew_that_cannot_do_the_work_is_refused(people: list[Person], says: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        Crew(simpy.Environment(), ("code", "test"), people)
    assert says in str(refused.value)


def test_whoever_is_ready_at_the_departure_still_travels_and_all_arrive_together() -> None:
    env = simpy.Environment()
    train = ReleaseTrain(env, 10.0)
    left: list[tuple[int, float]] = []

    def passenger(ready: int) -> Generator[simpy.Event, Any, None]:
        yield env.timeout(ready)
        yield train.departure()
        left.append((ready, env.now))

    for ready in (3, 10, 7, 11, 30):
        env.process(passenger(ready))
    env.run()
    assert sorted(left) == [(3, 10), (7, 10), (10, 10), (11, 20), (30, 30)]


@given(period=st.floats(0.1, 1000), ready=st.lists(st.floats(0, 1e5), min_size=1, max_size=10))
def test_nobody_waits_longer_than_a_period(period: float, ready: list[float]) -> None:
    env = simpy.Environment()
    train = ReleaseTrain(env, period)
    waits: list[float] = []

    def passenger(at: float) -> Generator[simpy.Event, Any, None]:
        yield env.timeout(at)
        yield train.departure()
        waits.append(env.now - at)

    for at in ready:
        env.process(passenger(at))
    env.run()
    assert all(0 <= wait <= period * (1 + 1e-9) for wait in waits)
    assert len(waits) == len(ready)


def test_a_train_that_never_leaves_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="period=0 "):
        ReleaseTrain(simpy.Environment(), 0.0)


def test_work_that_is_interrupted_frees_the_person_and_work_that_waits_leaves_its_column() -> None:
    env = simpy.Environment()
    crew = Crew(env, ("code",), specialists({"code": 1}))
    started: list[tuple[str, float]] = []

    def job(name: str) -> Generator[simpy.Event, Any, None]:
        with crew.request("code") as request:
            yield request
            started.append((name, env.now))
            yield env.timeout(5)

    first, second, _ = (env.process(job(name)) for name in ("first", "second", "third"))
    for process in (first, second):
        process.defused = True

    def interrupt() -> Generator[simpy.Event, Any, None]:
        yield env.timeout(2)
        second.interrupt()
        first.interrupt()

    env.process(interrupt())
    env.run()
    assert started == [("first", 0), ("third", 2)]
