"""V4: how long a commit takes to production, and how many never get there.

Reference: PipelineSimulation (E. Bache), in closed form: machines are always free, so lead time is the sum of the steps, and the
share of commits that fail is 1 - ∏(1 - share that fails in a step). The second pipeline is D. Farley's.
"""

from functools import cache
from math import prod

import pytest
from validation.comparison import Comparison, compare, replicate
from validation.pages import assert_agreed_and_shown

from devopssim import events, kpis
from devopssim.simulation import Exponential, Fixed, Streams
from devopssim.simulation.reference import PipelineStep, arrivals, deliver, draw_commits

COMMITS = 1000
REPLICATIONS = 40
MINUTE = 1 / 60


def step(name: str, stage: str, minutes: float, fails: float) -> PipelineStep:
    return PipelineStep(name=name, stage=stage, hours=Fixed(minutes * MINUTE), fails=fails)


PIPELINES = {
    "V4 slow pipeline": (
        (
            step("build", "build", 10, 0.02),
            step("system test", "test", 20, 0.20),
            step("performance", "test", 120, 0.10),
        ),
        150.0,
        0.294,
    ),
    "V4 Farley's pipeline": (
        (
            step("commit", "build", 3, 0.005),
            step("acceptance", "test", 20, 0.01),
            step("performance", "test", 20, 0.01),
            step("release", "deploy", 4, 0.01),
        ),
        47.0,
        0.035,
    ),
}


@cache
def measured(case: str) -> list[Comparison]:
    steps, minutes, failing = PIPELINES[case]

    def run(streams: Streams) -> dict[str, float]:
        commits = draw_commits(steps, arrivals(Exponential(0.5), COMMITS, streams), streams)
        log = deliver(steps, commits)
        if streams.replication == 0:
            events.validate(log)
        lead = kpis.lead_time_for_changes(log)
        return {"lead, minutes": float(lead.mean()) / MINUTE, "commits that fail": 1 - len(lead) / COMMITS}

    values = replicate(REPLICATIONS, run)
    return [
        compare(case, "lead, minutes", minutes, values["lead, minutes"]),
        compare(case, "commits that fail", failing, values["commits that fail"], digit=0.001),
    ]


def rows() -> list[Comparison]:
    return [row for case in PIPELINES for row in measured(case)]


@pytest.mark.parametrize("case", PIPELINES)
def test_a_pipeline_meets_its_closed_form(case: str) -> None:
    assert_agreed_and_shown(measured(case))


@pytest.mark.parametrize("case", PIPELINES)
def test_the_reference_is_the_closed_form(case: str) -> None:
    steps, lead, failing = PIPELINES[case]
    assert sum(step.hours.mean for step in steps) / MINUTE == pytest.approx(lead)
    assert 1 - prod(1 - step.fails for step in steps) == pytest.approx(failing, abs=0.0005)
