"""One value stream in four engines: six stages, lognormal work, a tenth of the stories go back from test to code.

Ours draws all luck, plays it and makes the event log. The programs in plain SimPy and in salabim get the same luck drawn
ahead and must end every story at the same moment; they record nothing but that, except one, which writes the same log as
ours. Ciw draws its own.
"""

import time
from collections.abc import Generator, Iterator
from typing import Any, Final, cast

import ciw  # type: ignore[import-untyped]
import numpy as np
import pandas as pd
import pytest
import salabim  # type: ignore[import-untyped]
import simpy

from devopssim import events, kpis
from devopssim.experiment.pool import little_garbage
from devopssim.simulation import Exponential, Lognormal, Streams
from devopssim.simulation.reference import Stage, Story, ValueStream, arrivals, draw_stories, flow, specialists

STORIES: Final = 5000
CV: Final = 1.0
REWORK: Final = 0.1
HOURS: Final = {"plan": 0.7, "code": 3.0, "build": 0.6, "test": 1.4, "deploy": 0.6, "operate": 0.7}
PEOPLE: Final = {"plan": 1, "code": 4, "build": 1, "test": 2, "deploy": 1, "operate": 1}
STAGES: Final = tuple(
    Stage(name=name, hours=Lognormal(hours, CV), **({"rework": REWORK, "to": "code"} if name == "test" else {}))  # type: ignore[arg-type] # two kinds of values
    for name, hours in HOURS.items()
)
STREAM: Final = ValueStream(stages=STAGES, people=specialists(PEOPLE))
ROUNDS: Final = 3
GROUP: Final = pytest.mark.benchmark(group=f"a value stream of {STORIES:,} stories", timer=time.process_time)


@pytest.fixture(autouse=True)
def as_in_experiments() -> Iterator[None]:
    """Every program runs as replications do: Python looks for garbage a hundred times less often."""
    with little_garbage():
        yield


def draw() -> list[Story]:
    streams = Streams(1)
    return draw_stories(STAGES, arrivals(Exponential(1.0), STORIES, streams), streams)


def ours() -> pd.DataFrame:
    return flow(STREAM, draw())


def plain_simpy(stories: list[Story]) -> dict[str, float]:
    """The program that one would write with SimPy's own resources; returns when each story ended."""
    env = simpy.Environment()
    stations = [simpy.Resource(env, count) for count in PEOPLE.values()]
    ends: dict[str, float] = {}

    def work(story: Story) -> Generator[simpy.Event, Any, None]:
        for place, hours in story.visits:
            with stations[place].request() as turn:
                yield turn
                yield env.timeout(hours)
        ends[story.id] = env.now

    def arrive() -> Generator[simpy.Event, Any, None]:
        for story in stories:
            yield env.timeout(story.arrives - env.now)
            env.process(work(story))

    env.process(arrive())
    env.run()
    return ends


def simpy_with_a_log(stories: list[Story]) -> pd.DataFrame:
    """The same program, which also writes down what happens: as many processes, events and rows as ours."""
    env = simpy.Environment()
    stations = [simpy.Resource(env, count) for count in PEOPLE.values()]
    log = events.Recorder(lambda: env.now)

    def work(story: Story) -> Generator[simpy.Event, Any, None]:
        log.record("ticket.created", item=story.id)
        for number, (place, hours) in enumerate(story.visits):
            stage, role = STAGES[place].name, STAGES[place].role
            log.record("stage.queued", item=story.id, stage=stage, role=role)
            with stations[place].request() as turn:
                yield turn
                if number == 0:
                    log.record("ticket.started", item=story.id)
                log.record("stage.started", item=story.id, stage=stage, role=role)
                yield env.timeout(hours)
                log.record("stage.finished", item=story.id, stage=stage, role=role)
        log.record("ticket.done", item=story.id)
        log.record("ticket.closed", item=story.id)

    def arrive() -> Generator[simpy.Event, Any, None]:
        for story in stories:
            yield env.timeout(story.arrives - env.now)
            env.process(work(story))

    env.process(arrive())
    env.run()
    return log.log()


def in_salabim(stories: list[Story]) -> dict[str, float]:
    """The same in salabim."""
    env = salabim.Environment(trace=False, yieldless=False)
    stations = [
        salabim.Resource(f"station {place}", capacity=count, env=env) for place, count in enumerate(PEOPLE.values())
    ]
    for station in stations:
        station.requesters().length.monitor(False)
        station.claimers().length.monitor(False)
    ends: dict[str, float] = {}

    class Work(salabim.Component):  # type: ignore[misc] # salabim is not typed
        def setup(self, story: Story) -> None:
            self.story = story

        def process(self) -> Generator[Any, Any, None]:
            for place, hours in self.story.visits:
                yield self.request(stations[place])
                yield self.hold(hours)
                self.release(stations[place])
            ends[self.story.id] = env.now()

    class Arrivals(salabim.Component):  # type: ignore[misc] # salabim is not typed
        def process(self) -> Generator[Any, Any, None]:
            for story in stories:
                yield self.hold(till=story.arrives)
                Work(story=story, env=env)

    Arrivals(env=env)
    env.run()
    return ends


def in_ciw() -> list[float]:
    """The same in Ciw, which draws by itself; returns the hours that each story took."""
    places = list(HOURS)
    routing = [[float(column == row + 1) for column in range(len(places))] for row in range(len(places))]
    test, code = places.index("test"), places.index("code")
    routing[test][test + 1], routing[test][code] = 1 - REWORK, REWORK
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(1.0), *[None] * (len(places) - 1)],
        service_distributions=[_ciw_lognormal(hours) for hours in HOURS.values()],
        number_of_servers=list(PEOPLE.values()),
        routing=routing,
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(STORIES, method="Finish")
    records = pd.DataFrame(simulation.get_all_records())
    by_story = records.groupby("id_number")
    return cast("list[float]", (by_story["exit_date"].max() - by_story["arrival_date"].min()).tolist())


def _ciw_lognormal(mean: float) -> Any:
    variance = np.log1p(CV**2)
    return ciw.dists.Lognormal(np.log(mean) - variance / 2, np.sqrt(variance))


def ends_of(log: pd.DataFrame) -> dict[str, float]:
    rows = log[log["kind"] == "ticket.closed"]
    return dict(zip(rows["item"], rows["time"], strict=True))


@GROUP
def test_ours(benchmark: Any) -> None:
    log = benchmark.pedantic(ours, rounds=ROUNDS, warmup_rounds=1)
    benchmark.extra_info["events in the log"] = len(log)
    assert len(kpis.lead_time(log)) == STORIES


@GROUP
def test_plain_simpy(benchmark: Any) -> None:
    ends = benchmark.pedantic(plain_simpy, args=(draw(),), rounds=ROUNDS, warmup_rounds=1)
    assert ends == pytest.approx(ends_of(ours()), rel=1e-12)


@GROUP
def test_simpy_with_a_log(benchmark: Any) -> None:
    log = benchmark.pedantic(simpy_with_a_log, args=(draw(),), rounds=ROUNDS, warmup_rounds=1)
    pd.testing.assert_series_equal(log["kind"].value_counts(), ours()["kind"].value_counts())
    assert ends_of(log) == pytest.approx(ends_of(ours()), rel=1e-12)


@GROUP
def test_salabim(benchmark: Any) -> None:
    ends = benchmark.pedantic(in_salabim, args=(draw(),), rounds=ROUNDS)
    assert ends == pytest.approx(ends_of(ours()), rel=1e-12)


@GROUP
def test_ciw(benchmark: Any) -> None:
    """Other luck, the same queues: the mean time is within a fifth of ours."""
    hours = benchmark.pedantic(in_ciw, rounds=ROUNDS)
    assert np.mean(hours) == pytest.approx(kpis.lead_time(ours()).mean(), rel=0.2)
