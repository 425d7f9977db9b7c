"""V4: how long a commit takes to production, and how many fail on the way.

Reference: PipelineSimulation (E. Bache), in closed form: machines are always free, so lead time is the sum of the steps, and the
share of commits that fail is 1 - ∏(1 - share that fails in a step). The second pipeline is D. Farley's. A commit that fails here
runs its step again, so lead time is that of the commits without a failure.
"""

from functools import cache
from math import prod

import pandas as pd
import pytest
from validation.comparison import Comparison, compare, replicate
from validation.pages import assert_agreed_and_shown

from devopssim import kpis
from devopssim.scenario import PLAIN_FLOW, PipelineStep, vary

COMMITS_A_WEEK = 300
REPLICATIONS = 40
MINUTE = 1 / 60


def step(name: str, stage: str, minutes: float, flaky: float) -> PipelineStep:
    return PipelineStep(name=name, stage=stage, time=minutes * MINUTE, flaky=flaky, runners=1000)


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


def figures(log: pd.DataFrame) -> dict[str, float]:
    """Return the lead time of the commits that pass at once, and the share of those that do not."""
    failed = log.loc[log["detail"].str.contains("outcome=failure", na=False), "change"]
    lead = kpis.lead_time_for_changes(log)
    at_once = lead[~lead.index.isin(failed)]
    return {"lead, minutes": float(at_once.mean()) / MINUTE, "commits that fail": 1 - len(at_once) / len(lead)}


@cache
def measured(case: str) -> list[Comparison]:
    steps, minutes, failing = PIPELINES[case]
    scenario = vary(
        PLAIN_FLOW,
        {
            "years": 0.06,
            "demand.requests_per_week": COMMITS_A_WEEK,
            "demand.plan_effort": 0,
            "demand.code_effort": 0.1,
            "demand.test_effort": 0,
            "team.developers": 200,
            "pipeline.steps": steps,
            **dict.fromkeys(
                ("practices.integration", "practices.testing", "practices.delivery", "practices.deployment"), 1
            ),
        },
    )
    values = replicate(REPLICATIONS, scenario, figures)
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
    assert sum(step.time for step in steps) / MINUTE == pytest.approx(lead)
    assert 1 - prod(1 - step.flaky for step in steps) == pytest.approx(failing, abs=0.0005)
