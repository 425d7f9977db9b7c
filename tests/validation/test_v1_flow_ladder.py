"""V1: twelve ways of arranging a few people, from one developer to a team that does everything.

Reference: explaining-flow (M. Grootjans, CC BY), recomputed by an independent simulator with 200 replications.
A UX designer's column is the log's `plan`, a developer's `code`, a tester's `test`; a day is 24 h of the clock. All stories wait
at 0. Throughput = stories ÷ the time of the last completion; cycle time = beginning of the first stage to end of the last one;
mean WIP = stories that are started and not done, averaged up to the last completion: by Little's law the sum of the cycle
times ÷ that time (`kpis.wip` counts from the request, and here all requests are made at 0).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import pytest
from validation.comparison import Comparison, compare, days, replicate
from validation.pages import assert_agreed_and_shown

from devopssim import events, kpis
from devopssim.simulation import Distribution, Fixed, Streams, Uniform
from devopssim.simulation.reference import Person, Stage, ValueStream, draw_stories, flow, specialists

REPLICATIONS = 100
REFERENCE_REPLICATIONS = 200


@dataclass(frozen=True, kw_only=True)
class Rung:
    name: str
    stages: Mapping[str, Distribution]
    people: tuple[Person, ...]
    throughput: float
    cycle_time: float
    wip: float
    digits: tuple[float, float, float]
    stories: int = 200
    wip_limit: int | None = None

    def value_stream(self) -> ValueStream:
        stages = tuple(Stage(name=name, hours=hours) for name, hours in self.stages.items())
        return ValueStream(stages=stages, people=self.people, wip_limit=self.wip_limit)


def around(mean_days: float) -> Uniform:
    hours = mean_days * events.HOURS_PER_DAY
    return Uniform(0.2 * hours, 1.8 * hours)


def columns(**mean_days: float) -> dict[str, Distribution]:
    return {name: around(mean) for name, mean in mean_days.items()}


UX_DEV_QA = columns(plan=1, code=3, test=2)
ONE_EACH = specialists({"plan": 1, "code": 1, "test": 1})
QA_CAN_DEVELOP = (
    *specialists({"plan": 1, "code": 1}),
    Person(name="qa", skills=frozenset({"code", "test"})),
)
ALL_ROUND = tuple(Person(name=name, skills=frozenset(UX_DEV_QA)) for name in ("Ada", "Bo", "Cy"))

LADDER = [
    Rung(name="1 dev, fixed 1", stages={"code": Fixed(24)}, people=specialists({"code": 1}), stories=50,
         throughput=1.0, cycle_time=1.0, wip=1.0, digits=(0.001, 0.01, 0.01)),
    Rung(name="1 dev, v = 1", stages=columns(code=1), people=specialists({"code": 1}), stories=50,
         throughput=1.003, cycle_time=1.0, wip=1.0, digits=(0.001, 0.01, 0.01)),
    Rung(name="dev 1, qa 1, one each", stages=columns(code=1, test=1), people=specialists({"code": 1, "test": 1}),
         stories=50, throughput=0.918, cycle_time=4.03, wip=3.69, digits=(0.001, 0.01, 0.01)),
    Rung(name="2/2/2, one each", stages=columns(plan=2, code=2, test=2), people=ONE_EACH,
         throughput=0.468, cycle_time=20.4, wip=9.5, digits=(0.001, 0.1, 0.1)),
    Rung(name="1/3/2, one each", stages=UX_DEV_QA, people=ONE_EACH,
         throughput=0.332, cycle_time=204.9, wip=68, digits=(0.001, 0.1, 1)),
    Rung(name="1/3/2, two devs", stages=UX_DEV_QA, people=specialists({"plan": 1, "code": 2, "test": 1}),
         throughput=0.495, cycle_time=105.9, wip=52, digits=(0.001, 0.1, 1)),
    Rung(name="1/3/2, three devs", stages=UX_DEV_QA, people=specialists({"plan": 1, "code": 3, "test": 1}),
         throughput=0.495, cycle_time=105.2, wip=52, digits=(0.001, 0.1, 1)),
    Rung(name="1/3/2, one each, WIP 10", stages=UX_DEV_QA, people=ONE_EACH, wip_limit=10,
         throughput=0.332, cycle_time=29.2, wip=9.7, digits=(0.001, 0.1, 0.1)),
    Rung(name="1/3/2, one each, WIP 5", stages=UX_DEV_QA, people=ONE_EACH, wip_limit=5,
         throughput=0.332, cycle_time=14.8, wip=4.9, digits=(0.001, 0.1, 0.1)),
    Rung(name="1/3/2, one each, WIP 2", stages=UX_DEV_QA, people=ONE_EACH, wip_limit=2,
         throughput=0.280, cycle_time=7.11, wip=1.99, digits=(0.001, 0.01, 0.01)),
    Rung(name="1/3/2, qa can develop, WIP 5", stages=UX_DEV_QA, people=QA_CAN_DEVELOP, wip_limit=5,
         throughput=0.394, cycle_time=12.4, wip=4.9, digits=(0.001, 0.1, 0.1)),
    Rung(name="1/3/2, three all-rounders", stages=UX_DEV_QA, people=ALL_ROUND,
         throughput=0.498, cycle_time=6.00, wip=2.98, digits=(0.001, 0.01, 0.01)),
]  # fmt: skip


@cache
def measured(rung: str) -> list[Comparison]:
    """Run one rung of the ladder and compare its three figures."""
    way = next(way for way in LADDER if way.name == rung)
    value_stream = way.value_stream()

    def run(streams: Streams) -> dict[str, float]:
        log = flow(value_stream, draw_stories(value_stream.stages, [0.0] * way.stories, streams))
        cycle_times = kpis.cycle_time(log)
        makespan = log.attrs["horizon"]
        return {
            "throughput a day": kpis.throughput(log) / 7,
            "cycle time, days": days(cycle_times.mean()),
            "mean WIP": cycle_times.sum() / makespan,
        }

    values = replicate(REPLICATIONS, run)
    references = (way.throughput, way.cycle_time, way.wip)
    return [
        compare(f"V1 {rung}", figure, reference, values[figure], its_replications=REFERENCE_REPLICATIONS, digit=digit)
        for figure, reference, digit in zip(values, references, way.digits, strict=True)
    ]


def rows() -> list[Comparison]:
    return [row for way in LADDER for row in measured(way.name)]


@pytest.mark.parametrize("rung", [way.name for way in LADDER])
def test_a_rung_of_the_flow_ladder_is_reproduced(rung: str) -> None:
    assert_agreed_and_shown(measured(rung))


def ours(rung: str, figure: str) -> float:
    return next(row.ours for row in measured(rung) if row.figure == figure)


def test_a_third_developer_finishes_nothing_more_when_testing_is_the_bottleneck() -> None:
    two, three = (ours(f"1/3/2, {number} devs", "throughput a day") for number in ("two", "three"))
    assert three == pytest.approx(two, rel=0.01)


def test_a_wip_limit_of_ten_takes_six_sevenths_of_the_cycle_time_and_no_throughput() -> None:
    free, limited = "1/3/2, one each", "1/3/2, one each, WIP 10"
    assert ours(limited, "throughput a day") == pytest.approx(ours(free, "throughput a day"), rel=0.005)
    assert ours(limited, "cycle time, days") == pytest.approx(ours(free, "cycle time, days") / 7, rel=0.05)
