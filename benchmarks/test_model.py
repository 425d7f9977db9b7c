"""The whole model: what a replication costs on either engine, and beside a bare SimPy program that does as much and means nothing.

The bare program starts as many processes, waits for as many events and writes the same rows as the model did, all prepared
beforehand. What the model costs more is its own: drawing random numbers, deciding, queueing for people.
"""

import time
from collections.abc import Callable, Generator, Iterator
from itertools import islice
from typing import Any, Final

import numpy as np
import pandas as pd
import pytest
import simpy

from devopssim import events, kpis
from devopssim.events import HOURS_PER_YEAR, Row
from devopssim.experiment.pool import little_garbage
from devopssim.scenario import AGILE, DEVOPS, WATERFALL, Scenario
from devopssim.simulation import Streams, library, simulate, simulate_coded
from devopssim.simulation.tables import Tables

ROUNDS: Final = 5
CPU: Final = pytest.mark.benchmark(timer=time.process_time)
YEARS: Final = 3
PRESETS: Final = (WATERFALL, AGILE, DEVOPS)
EACH: Final = pytest.mark.parametrize("scenario", PRESETS, ids=[preset.name for preset in PRESETS])


@pytest.fixture(autouse=True)
def as_in_experiments() -> Iterator[None]:
    """Every program runs as replications do: Python looks for garbage a hundred times less often."""
    with little_garbage():
        yield


class Counting(simpy.Environment):
    """Counts the processes that are started and the events that are scheduled."""

    made: "list[Counting]" = []  # noqa: RUF012 - the model makes it, the benchmark looks at it

    def __init__(self) -> None:
        super().__init__()
        self.processes = 0
        self.made.append(self)

    def process(self, generator: Generator[simpy.Event, Any, Any]) -> simpy.Process:
        """Start a process."""
        self.processes += 1
        return simpy.Process(self, generator)

    @property
    def scheduled(self) -> int:
        """How many events were scheduled until now."""
        return next(self._eid)


def bare(processes: int, waits: int, rows: list[Row]) -> pd.DataFrame:
    """Start so many processes one after another, which wait so often in all and write the rows as they come."""
    env = simpy.Environment()
    log: list[Row] = []
    written = iter(rows)
    delays: Iterator[float] = iter(np.random.default_rng(1).exponential(24.0, waits + 1).tolist())
    each, rest = divmod(len(rows), waits)

    def process(times: int) -> Generator[simpy.Event, Any, None]:
        for _ in range(times):
            yield env.timeout(next(delays))
            log.extend(islice(written, each))

    def start() -> Generator[simpy.Event, Any, None]:
        some, more = divmod(waits - processes, processes)
        for number in range(processes):
            yield env.timeout(YEARS * HOURS_PER_YEAR / processes)
            env.process(process(some + (number < more)))

    env.process(start())
    env.run()
    log.extend(islice(written, rest + len(rows)))
    return events.from_rows(log, horizon=YEARS * HOURS_PER_YEAR)


def rows_of(log: pd.DataFrame) -> list[Row]:
    """Return a log's rows as a model records them."""
    plain = log.astype(object).where(log.notna(), None)
    return list(plain.itertuples(index=False, name=None))


def measured(scenario: Scenario, engine: str) -> dict[str, float]:
    """Return all KPIs of a replication: draws, events and KPIs, as an experiment has them."""
    return kpis.values(simulate_coded(scenario, engine=engine))


@CPU
@EACH
@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_a_replication_with_all_kpis(benchmark: Any, scenario: Scenario, engine: str) -> None:
    benchmark.group = f"{scenario.name}, {YEARS} years"
    benchmark.pedantic(measured, args=(scenario, engine), rounds=ROUNDS, warmup_rounds=1)


@CPU
@EACH
def test_a_log_of_the_reference(benchmark: Any, scenario: Scenario) -> None:
    benchmark.group = f"{scenario.name}, {YEARS} years"
    log = benchmark.pedantic(simulate, args=(scenario,), kwargs={"engine": "reference"}, rounds=ROUNDS, warmup_rounds=1)
    benchmark.extra_info["events in the log"] = len(log)


@CPU
@EACH
def test_the_draws(benchmark: Any, scenario: Scenario) -> None:
    benchmark.group = f"{scenario.name}, {YEARS} years"
    benchmark.pedantic(Tables, args=(scenario, Streams(1)), rounds=ROUNDS, warmup_rounds=1)


@CPU
@EACH
def test_the_events_of_the_fast_engine(benchmark: Any, scenario: Scenario) -> None:
    benchmark.group = f"{scenario.name}, {YEARS} years"
    engine = library()
    assert engine is not None
    tables = Tables(scenario, Streams(1))
    written = benchmark.pedantic(engine.run, args=(scenario, tables), rounds=ROUNDS, warmup_rounds=1)
    benchmark.extra_info["events"] = written.events


@CPU
@EACH
def test_a_bare_program_with_as_many_events(
    benchmark: Any, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    benchmark.group = f"{scenario.name}, {YEARS} years"
    monkeypatch.setattr("devopssim.simulation.organisation.Environment", Counting)
    log = simulate(scenario, engine="reference")
    env = Counting.made.pop()
    waits = env.scheduled - 2 * env.processes  # a process's beginning and its end are events, too
    done = benchmark.pedantic(bare, args=(env.processes, waits, rows_of(log)), rounds=ROUNDS, warmup_rounds=1)
    benchmark.extra_info |= {"processes": env.processes, "events": env.scheduled}
    assert len(done) == len(log)


@CPU
@EACH
@pytest.mark.parametrize("form", [simulate, simulate_coded], ids=["names", "codes"])
def test_the_kpis_of_a_replication(benchmark: Any, scenario: Scenario, form: Callable[[Scenario], kpis.Log]) -> None:
    benchmark.group = f"{scenario.name}, {YEARS} years"
    found = benchmark.pedantic(kpis.values, args=(form(scenario),), rounds=ROUNDS, warmup_rounds=1)
    assert list(found) == list(kpis.KPIS)
