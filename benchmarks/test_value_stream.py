# mypy: disable-error-code="untyped-decorator"
"""One value stream in several engines: plan, code and test, lognormal work, several people at each stage.

Ours is `simulate` with a scenario that switches everything off but work that queues for people. The programs in plain SimPy and
in salabim get the same efforts drawn ahead and must end every item at the same moment; they record nothing but that, except
one, which writes the stages to a log as ours does. Ciw and Cimba draw their own, and Cimba keeps nothing but a mean.
"""

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

import cimba  # type: ignore[import-not-found,unused-ignore] # of requirements/benchmarks.txt
import ciw  # type: ignore[import-untyped]
import numpy as np
import pandas as pd
import pytest
import salabim  # type: ignore[import-untyped]
import simpy

from devopssim import events, kpis
from devopssim.experiment.pool import little_garbage
from devopssim.scenario import PLAIN_FLOW, vary
from devopssim.simulation import Streams, simulate, simulate_coded
from devopssim.simulation.demand import DrawnDemand

CV: Final = 1.0
HOURS: Final = {"plan": 0.7, "code": 3.0, "test": 1.4}
PEOPLE: Final = {"plan": 1, "code": 4, "test": 2}
ROLES: Final = {"plan": "analyst", "code": "developer", "test": "tester"}
SCENARIO: Final = vary(
    PLAIN_FLOW,
    {
        "years": 0.6,
        "demand.requests_per_week": 168,
        "demand.effort_cv": CV,
        **{f"demand.{stage}_effort": hours for stage, hours in HOURS.items()},
        "team.analysts": PEOPLE["plan"],
        "team.developers": PEOPLE["code"],
        "team.testers": PEOPLE["test"],
    },
)
HORIZON: Final = SCENARIO.years * events.HOURS_PER_YEAR
ROUNDS: Final = 3
STAGE_EVENTS: Final = ("stage.queued", "stage.started", "stage.finished")
GROUP: Final = pytest.mark.benchmark(group="a value stream of an item an hour", timer=time.process_time)


@dataclass(frozen=True, slots=True)
class Story:
    """A work item with its draws: when it arrives, and the hours of work in each stage; the oldest goes first."""

    number: int
    id: str
    arrives: float
    hours: tuple[float, ...]


@pytest.fixture(autouse=True)
def as_in_experiments() -> Iterator[None]:
    """Every program runs as replications do: Python looks for garbage a hundred times less often."""
    with little_garbage():
        yield


def draw() -> list[Story]:
    items = DrawnDemand(SCENARIO, Streams(1)).first
    return [
        Story(item.number, item.id, item.arrives, (item.plan_effort, item.code_effort, item.test_effort))
        for item in items
    ]


def ours(engine: str = "reference") -> pd.DataFrame:
    return simulate(SCENARIO, seed=1, engine=engine)


def plain_simpy(stories: list[Story]) -> dict[str, float]:
    """The program that one would write with SimPy's own resources; returns when each story ended."""
    env = simpy.Environment()
    stations = [simpy.PriorityResource(env, count) for count in PEOPLE.values()]
    ends: dict[str, float] = {}

    def work(story: Story) -> Generator[simpy.Event, Any, None]:
        for place, hours in enumerate(story.hours):
            with stations[place].request(priority=story.number) as turn:
                yield turn
                yield env.timeout(hours)
        ends[story.id] = env.now

    def arrive() -> Generator[simpy.Event, Any, None]:
        for story in stories:
            yield env.timeout(story.arrives - env.now)
            env.process(work(story))

    env.process(arrive())
    env.run(until=HORIZON)
    return ends


def simpy_with_a_log(stories: list[Story]) -> pd.DataFrame:
    """The same program, which also writes down what happens: as many processes, events and rows as ours."""
    env = simpy.Environment()
    stations = [simpy.PriorityResource(env, count) for count in PEOPLE.values()]
    log = events.Recorder(lambda: env.now)

    def work(story: Story) -> Generator[simpy.Event, Any, None]:
        log.record("ticket.created", item=story.id)
        for number, (stage, hours) in enumerate(zip(HOURS, story.hours, strict=True)):
            role = ROLES[stage]
            log.record("stage.queued", item=story.id, stage=stage, role=role)
            with stations[number].request(priority=story.number) as turn:
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
    env.run(until=HORIZON)
    return log.log(horizon=HORIZON)


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
            for place, hours in enumerate(self.story.hours):
                yield self.request((stations[place], 1, self.story.number))
                yield self.hold(hours)
                self.release(stations[place])
            ends[self.story.id] = env.now()

    class Arrivals(salabim.Component):  # type: ignore[misc] # salabim is not typed
        def process(self) -> Generator[Any, Any, None]:
            for story in stories:
                yield self.hold(till=story.arrives)
                Work(story=story, env=env)

    Arrivals(env=env)
    env.run(till=HORIZON)
    return ends


def in_ciw() -> list[float]:
    """The same in Ciw, which draws by itself; returns the hours that each story took."""
    places = list(HOURS)
    routing = [[float(column == row + 1) for column in range(len(places))] for row in range(len(places))]
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(1.0), *[None] * (len(places) - 1)],
        service_distributions=[_ciw_lognormal(hours) for hours in HOURS.values()],
        number_of_servers=list(PEOPLE.values()),
        routing=routing,
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(HORIZON)
    records = pd.DataFrame(simulation.get_all_records())
    by_story = records.groupby("id_number")
    return cast("list[float]", (by_story["exit_date"].max() - by_story["arrival_date"].min()).tolist())


def _cimba_lognormal(mean: float) -> Any:
    variance = np.log1p(CV**2)
    return cimba.inputs.dist.lognormal(mean=np.log(mean) - variance / 2, sigma=np.sqrt(variance))


def _ciw_lognormal(mean: float) -> Any:
    variance = np.log1p(CV**2)
    return ciw.dists.Lognormal(np.log(mean) - variance / 2, np.sqrt(variance))


class InCimba(cimba.Model):  # type: ignore[misc] # Cimba is not typed for mypy
    """The same in Cimba, whose compiled processes take their work from stores."""

    interarrival: cimba.Input[float] = cimba.inputs.dist.exponential(mean=1.0)
    plan_hours: cimba.Input[float] = _cimba_lognormal(HOURS["plan"])
    code_hours: cimba.Input[float] = _cimba_lognormal(HOURS["code"])
    test_hours: cimba.Input[float] = _cimba_lognormal(HOURS["test"])
    to_plan: cimba.Store[float]
    to_code: cimba.Store[float]
    to_test: cimba.Store[float]
    hours: cimba.Dataset
    mean_hours: cimba.Output[float]

    @cimba.process
    def arrivals(self) -> None:
        while True:
            cimba.hold(self.interarrival.next())
            self.to_plan.put(cimba.now())

    @cimba.process(copies=PEOPLE["plan"])
    def plan(self) -> None:
        while True:
            began = self.to_plan.get()
            cimba.hold(self.plan_hours.next())
            self.to_code.put(began)

    @cimba.process(copies=PEOPLE["code"])
    def code(self) -> None:
        while True:
            began = self.to_code.get()
            cimba.hold(self.code_hours.next())
            self.to_test.put(began)

    @cimba.process(copies=PEOPLE["test"])
    def test(self) -> None:
        while True:
            began = self.to_test.get()
            cimba.hold(self.test_hours.next())
            self.hours.record(cimba.now() - began)

    @cimba.on_end
    def measure(self) -> None:
        self.mean_hours = self.hours.sample_mean()


def in_cimba(model: InCimba) -> float:
    """Return the mean hours of a story in one replication."""
    window = cimba.Window(warmup=0, duration=HORIZON)
    results = cimba.Experiment(model, replications=1, window=window, seed=1).run()
    return float(results[model].mean_hours.values.mean())


def ends_of(log: pd.DataFrame) -> dict[str, float]:
    rows = log[log["kind"] == "ticket.done"]
    return dict(zip(rows["item"], rows["time"], strict=True))


@GROUP
def test_ours_in_codes_on_the_fast_engine(benchmark: Any) -> None:
    log = benchmark.pedantic(
        simulate_coded, args=(SCENARIO,), kwargs={"engine": "fast"}, rounds=ROUNDS, warmup_rounds=1
    )
    assert len(log) == len(ours())


@GROUP
@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_ours(benchmark: Any, engine: str) -> None:
    log = benchmark.pedantic(ours, args=(engine,), rounds=ROUNDS, warmup_rounds=1)
    benchmark.extra_info["events in the log"] = len(log)
    assert len(kpis.lead_time(log)) > 5000


@GROUP
def test_plain_simpy(benchmark: Any) -> None:
    ends = benchmark.pedantic(plain_simpy, args=(draw(),), rounds=ROUNDS, warmup_rounds=1)
    assert ends == pytest.approx(ends_of(ours()), rel=1e-12)


@GROUP
def test_simpy_with_a_log(benchmark: Any) -> None:
    log = benchmark.pedantic(simpy_with_a_log, args=(draw(),), rounds=ROUNDS, warmup_rounds=1)
    stages = [
        frame.loc[frame["kind"].isin(STAGE_EVENTS) & frame["role"].notna(), "kind"].value_counts()
        for frame in (log, ours())
    ]
    pd.testing.assert_series_equal(*stages)
    assert ends_of(log) == pytest.approx(ends_of(ours()), rel=1e-12)


@GROUP
def test_salabim(benchmark: Any) -> None:
    ends = benchmark.pedantic(in_salabim, args=(draw(),), rounds=ROUNDS)
    assert ends == pytest.approx(ends_of(ours()), rel=1e-12)


@GROUP
def test_ciw(benchmark: Any) -> None:
    """Other random numbers, the same queues: the mean time is within a fifth of ours."""
    hours = benchmark.pedantic(in_ciw, rounds=ROUNDS)
    assert np.mean(hours) == pytest.approx(kpis.lead_time(ours()).mean(), rel=0.2)


@GROUP
def test_cimba(benchmark: Any) -> None:
    """As Ciw; compiled before the clock starts."""
    hours = benchmark.pedantic(in_cimba, args=(InCimba(),), rounds=ROUNDS, warmup_rounds=1)
    assert hours == pytest.approx(kpis.lead_time(ours()).mean(), rel=0.2)
