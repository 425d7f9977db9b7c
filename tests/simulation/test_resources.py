"""Resources: granted in the order of the requests, also when everything happens at once, and returned whatever happens."""

from collections.abc import Generator, Sequence
from typing import Any

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st
from simpy.events import ProcessGenerator

from devopssim.errors import InvalidInputError
from devopssim.simulation.resources import Resource

Job = tuple[int, int]
"""When it arrives, how long it takes: small whole numbers, so that much happens at one moment."""

JOBS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 5)), max_size=25).map(sorted)


def served(
    jobs: Sequence[Job], servers: int, kind: type[Resource | simpy.Resource] = Resource
) -> list[tuple[int, float, float]]:
    """Return (job, start, end) in the order of starting."""
    env = simpy.Environment()
    resource = kind(env, servers)
    spans: list[tuple[int, float, float]] = []

    def job(number: int, arrives: int, takes: int) -> Generator[simpy.Event, Any, None]:
        yield env.timeout(arrives)
        with resource.request() as request:
            yield request
            spans.append((number, env.now, env.now + takes))
            yield env.timeout(takes)

    for number, (arrives, takes) in enumerate(jobs):
        env.process(job(number, arrives, takes))
    env.run()
    return spans


@given(jobs=JOBS, servers=st.integers(1, 4))
def test_a_resource_serves_whom_simpys_resource_serves_at_the_same_moments(jobs: list[Job], servers: int) -> None:
    assert served(jobs, servers) == served(jobs, servers, simpy.Resource)


@given(jobs=JOBS, servers=st.integers(1, 4))
def test_whoever_asks_first_starts_first_also_at_one_moment(jobs: list[Job], servers: int) -> None:
    assert [number for number, *_ in served(jobs, servers)] == list(range(len(jobs)))


@given(jobs=JOBS, servers=st.integers(1, 4))
def test_never_more_work_at_once_than_servers_and_nobody_idles_while_work_waits(jobs: list[Job], servers: int) -> None:
    spans = served(jobs, servers)
    arrives = {number: job[0] for number, job in enumerate(jobs)}
    for moment in range(80):
        working = sum(start <= moment < end for _, start, end in spans)
        waiting = sum(arrives[number] <= moment < start for number, start, _ in spans)
        assert working <= servers
        assert working == servers or waiting == 0


@given(jobs=JOBS, servers=st.integers(1, 3))
def test_one_more_server_never_lets_anybody_wait_longer(jobs: list[Job], servers: int) -> None:
    few, more = ({number: start for number, start, _ in served(jobs, c)} for c in (servers, servers + 1))
    assert all(more[number] <= few[number] for number in few)


def test_a_resource_without_units_grants_nothing_and_one_with_fewer_is_refused() -> None:
    assert served([(0, 1)], 0) == []
    with pytest.raises(InvalidInputError, match="capacity=-1"):
        Resource(simpy.Environment(), -1)


def later(env: simpy.Environment, resource: Resource, starts: list[float]) -> ProcessGenerator:
    """Request a unit at hour 1, and note when it is granted."""
    yield env.timeout(1)
    with resource.request() as request:
        yield request
        starts.append(env.now)


def test_a_process_that_fails_returns_its_unit() -> None:
    env, starts = simpy.Environment(), list[float]()
    resource = Resource(env, 1)

    def failing() -> ProcessGenerator:
        with resource.request() as request:
            yield request
            yield env.timeout(5)
            raise ValueError("the build server burns")

    env.process(failing())
    env.process(later(env, resource, starts))
    with pytest.raises(ValueError, match="burns"):
        env.run()
    env.run()
    assert starts == [5]
    assert resource.free == 1


@pytest.mark.parametrize(("hour", "starts"), [(3, [3]), (7, [5])])
def test_a_process_that_is_interrupted_returns_its_unit_or_leaves_the_queue(hour: int, starts: list[float]) -> None:
    """At hour 3 the first process works and is interrupted; at hour 0 the one that waits has been interrupted."""
    env, granted = simpy.Environment(), list[float]()
    resource = Resource(env, 1)

    def interruptible(takes: float) -> ProcessGenerator:
        try:
            with resource.request() as request:
                yield request
                yield env.timeout(takes)
        except simpy.Interrupt:
            yield env.timeout(0)

    working, waiting = (env.process(interruptible(5)) for _ in range(2))

    def interrupt() -> ProcessGenerator:
        yield env.timeout(0.5)
        waiting.interrupt()
        yield env.timeout(hour - 0.5)
        if working.is_alive:
            working.interrupt()

    env.process(interrupt())
    env.process(later(env, resource, granted))
    env.run()
    assert granted == starts
    assert resource.free == 1
    assert not resource.queue


def test_a_unit_that_is_granted_at_the_moment_of_an_interrupt_is_returned() -> None:
    """The request has succeeded, and the process has not learnt of it yet."""
    env = simpy.Environment()
    resource = Resource(env, 1)

    def interruptible() -> ProcessGenerator:
        with resource.request() as request:
            yield request
            yield env.timeout(5)

    process = env.process(interruptible())
    while resource.free:
        env.step()
    process.interrupt()
    process.defused = True
    env.run()
    assert resource.request().triggered


def test_the_end_of_a_run_hands_nothing_on() -> None:
    """What is thrown away after the horizon must not wake those who wait."""
    env, starts = simpy.Environment(), list[float]()
    resource = Resource(env, 1)

    def working() -> ProcessGenerator:
        with resource.request() as request:
            yield request
            yield env.timeout(50)

    generator = working()
    env.process(generator)
    env.process(later(env, resource, starts))
    env.run(until=10)
    generator.close()
    assert len(resource.queue) == 1
