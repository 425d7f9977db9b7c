"""V1: twelve ways of arranging a few people, from one developer to a team that does everything.

Reference: explaining-flow (M. Grootjans, CC BY), recomputed by an independent simulator with 200 replications.
A UX designer's column is the log's `plan`, a developer's `code`, a tester's `test`; people work around the clock, so a day is
24 h. All stories wait at 0. Throughput = stories ÷ the time of the last completion; cycle time = beginning of the first stage to
end of the last one; mean WIP = stories that are started and not done, averaged up to the last completion: by Little's law the
sum of the cycle times ÷ that time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from math import sqrt

import pandas as pd
import pytest
from validation.comparison import Comparison, compare, days, hours_between, replicate
from validation.pages import assert_agreed_and_shown

from devopssim import events
from devopssim.scenario import PLAIN_FLOW, Scenario, vary

REPLICATIONS = 150
REFERENCE_REPLICATIONS = 200
HEADS = {"plan": "analysts", "code": "developers", "test": "testers"}
ALMOST_UNIFORM = {"demand.effort_distribution": "uniform", "demand.effort_cv": 0.8 / sqrt(3)}
"""Efforts between 0.2 and 1.8 times their mean."""
UX_DEV_QA = {"plan": 1, "code": 3, "test": 2}
ONE_EACH = {"plan": 1, "code": 1, "test": 1}


@dataclass(frozen=True, kw_only=True)
class Rung:
    name: str
    stages: Mapping[str, float]
    """Mean days in each stage."""
    people: Mapping[str, int]
    throughput: float
    cycle_time: float
    wip: float
    digits: tuple[float, float, float]
    stories: int = 200
    changes: Mapping[str, float | str] = field(default_factory=dict)

    def scenario(self) -> Scenario:
        efforts = {f"demand.{stage}_effort": self.stages.get(stage, 0) * events.HOURS_PER_DAY for stage in HEADS}
        people = {f"team.{heads}": self.people.get(stage, 0) for stage, heads in HEADS.items()}
        return vary(
            PLAIN_FLOW,
            {
                **efforts,
                **people,
                **ALMOST_UNIFORM,
                "team.operators": 0,
                "team.security": 0,
                "years": 3,
                "demand.requests_per_week": 0,
                "demand.backlog": self.stories,
                **self.changes,
            },
        )


LADDER = [
    Rung(name="1 dev, fixed 1", stages={"code": 1}, people={"code": 1}, stories=50,
         changes={"demand.effort_distribution": "fixed"},
         throughput=1.0, cycle_time=1.0, wip=1.0, digits=(0.001, 0.01, 0.01)),
    Rung(name="1 dev, v = 1", stages={"code": 1}, people={"code": 1}, stories=50,
         throughput=1.003, cycle_time=1.0, wip=1.0, digits=(0.001, 0.01, 0.01)),
    Rung(name="dev 1, qa 1, one each", stages={"code": 1, "test": 1}, people={"code": 1, "test": 1},
         stories=50, throughput=0.918, cycle_time=4.03, wip=3.69, digits=(0.001, 0.01, 0.01)),
    Rung(name="2/2/2, one each", stages={"plan": 2, "code": 2, "test": 2}, people=ONE_EACH,
         throughput=0.468, cycle_time=20.4, wip=9.5, digits=(0.001, 0.1, 0.1)),
    Rung(name="1/3/2, one each", stages=UX_DEV_QA, people=ONE_EACH,
         throughput=0.332, cycle_time=204.9, wip=68, digits=(0.001, 0.1, 1)),
    Rung(name="1/3/2, two devs", stages=UX_DEV_QA, people={**ONE_EACH, "code": 2},
         throughput=0.495, cycle_time=105.9, wip=52, digits=(0.001, 0.1, 1)),
    Rung(name="1/3/2, three devs", stages=UX_DEV_QA, people={**ONE_EACH, "code": 3},
         throughput=0.495, cycle_time=105.2, wip=52, digits=(0.001, 0.1, 1)),
    Rung(name="1/3/2, one each, WIP 10", stages=UX_DEV_QA, people=ONE_EACH, changes={"process.wip_limit": 10},
         throughput=0.332, cycle_time=29.2, wip=9.7, digits=(0.001, 0.1, 0.1)),
    Rung(name="1/3/2, one each, WIP 5", stages=UX_DEV_QA, people=ONE_EACH, changes={"process.wip_limit": 5},
         throughput=0.332, cycle_time=14.8, wip=4.9, digits=(0.001, 0.1, 0.1)),
    Rung(name="1/3/2, one each, WIP 2", stages=UX_DEV_QA, people=ONE_EACH, changes={"process.wip_limit": 2},
         throughput=0.280, cycle_time=7.11, wip=1.99, digits=(0.001, 0.01, 0.01)),
    Rung(name="1/3/2, qa can develop, WIP 5", stages=UX_DEV_QA, people=ONE_EACH,
         changes={"process.wip_limit": 5, "practices.collaboration": 1, "team.secondary_skills": "tester as developer"},
         throughput=0.394, cycle_time=12.4, wip=4.9, digits=(0.001, 0.1, 0.1)),
    Rung(name="1/3/2, three all-rounders", stages=UX_DEV_QA, people=ONE_EACH, changes={"practices.collaboration": 1},
         throughput=0.498, cycle_time=6.00, wip=2.98, digits=(0.001, 0.01, 0.01)),
]  # fmt: skip


def figures(log: pd.DataFrame) -> dict[str, float]:
    """Return the three figures of a rung."""
    last = log.loc[log["kind"] == "ticket.done", "time"].max()
    cycle_times = hours_between(log, "stage.started", "ticket.done")
    return {
        "throughput a day": len(cycle_times) / days(last),
        "cycle time, days": days(cycle_times.mean()),
        "mean WIP": float(cycle_times.sum() / last),
    }


@cache
def measured(name: str) -> list[Comparison]:
    """Simulate one rung of the ladder and compare its three figures."""
    rung = next(rung for rung in LADDER if rung.name == name)
    values = replicate(REPLICATIONS, rung.scenario(), figures)
    references = (rung.throughput, rung.cycle_time, rung.wip)
    return [
        compare(f"V1 {name}", figure, reference, values[figure], its_replications=REFERENCE_REPLICATIONS, digit=digit)
        for figure, reference, digit in zip(values, references, rung.digits, strict=True)
    ]


def rows() -> list[Comparison]:
    return [row for rung in LADDER for row in measured(rung.name)]


@pytest.mark.parametrize("rung", [rung.name for rung in LADDER])
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
