"""An independent program, in plain SimPy, ends every item of a value stream at the same moment as `simulate`."""

from collections.abc import Generator
from typing import Any

import pytest
import simpy

from devopssim import events
from devopssim.scenario import PLAIN_FLOW, Scenario, vary
from devopssim.simulation import Streams, simulate
from devopssim.simulation.demand import DrawnDemand
from devopssim.simulation.work_items import WorkItem

PEOPLE = {"analysts": 1, "developers": 4, "testers": 2}


def value_stream(expedited: float) -> Scenario:
    return vary(
        PLAIN_FLOW,
        {
            "years": 0.1,
            "demand.requests_per_week": 168,
            "demand.plan_effort": 0.7,
            "demand.code_effort": 3.0,
            "demand.test_effort": 1.4,
            "demand.expedite_share": expedited,
            **{f"team.{role}": number for role, number in PEOPLE.items()},
        },
    )


def ends_in_plain_simpy(scenario: Scenario) -> dict[str, float]:
    """Return when each item is done: three stations, expedited items first, then the oldest."""
    env = simpy.Environment()
    stations = [simpy.PriorityResource(env, number) for number in PEOPLE.values()]
    ends: dict[str, float] = {}

    def work(item: WorkItem) -> Generator[simpy.Event, Any, None]:
        for station, hours in zip(stations, (item.plan_effort, item.code_effort, item.test_effort), strict=True):
            with station.request(priority=(item.service_class != "expedite", item.number)) as turn:  # type: ignore[arg-type] # any order
                yield turn
                yield env.timeout(hours)
        ends[item.id] = env.now

    def arrive() -> Generator[simpy.Event, Any, None]:
        for item in DrawnDemand(scenario, Streams(1)).first:
            yield env.timeout(item.arrives - env.now)
            env.process(work(item))

    env.process(arrive())
    env.run(until=scenario.years * events.HOURS_PER_YEAR)
    return ends


@pytest.mark.parametrize("expedited", [0.0, 0.2])
def test_every_item_ends_at_the_same_moment(expedited: float) -> None:
    scenario = value_stream(expedited)
    log = simulate(scenario, seed=1)
    done = log[log["kind"] == "ticket.done"].set_index("item")["time"].to_dict()
    assert len(done) > 700
    assert done == pytest.approx(ends_in_plain_simpy(scenario), rel=1e-12)
