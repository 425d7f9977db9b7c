"""V2: the same people and the same work, story by story and gated phase by phase.

Reference: DevCycleSim (R. Reben), recomputed. A story holds one person a day in each phase: 2 days of specifying, 3 of developing,
3 of testing, 1 of releasing; 2, 3, 3 and 1 people. Specifying and developing overlap in both; in the gated run, testing begins
when all stories are developed and releasing when all are tested. The end-of-day convention: that tool works during a day and
collects finished stories on the next morning, so what ends after 28 full days is counted on day 29. Our clock says 28.0 days;
its day is ours + 1. Our project gathers requests for a week first, so day 1 begins then.
"""

from functools import cache

import pandas as pd
import pytest
from validation.comparison import Comparison, compare, days
from validation.pages import assert_agreed_and_shown

from devopssim import events
from devopssim.scenario import PLAIN_FLOW, Scenario, vary
from devopssim.simulation import simulate

DAY = events.HOURS_PER_DAY


def project(gates: str) -> Scenario:
    return vary(
        PLAIN_FLOW,
        {
            "workflow": "waterfall",
            "years": 0.3,
            "demand.backlog": 20,
            "demand.requests_per_week": 0,
            "demand.effort_distribution": "fixed",
            "demand.plan_effort": 2 * DAY,
            "demand.code_effort": 3 * DAY,
            "demand.test_effort": 3 * DAY,
            "pipeline.release_effort": DAY,
            "process.project_weeks": 1,
            "process.gates": gates,
            "process.largest_batch": 1,
            "team.analysts": 2,
            "team.developers": 3,
            "team.testers": 3,
            "team.operators": 1,
        },
    )


@cache
def delivered(*, gated: bool) -> pd.DataFrame:
    return events.validate(simulate(project("code, test" if gated else "none")))


def day_of(hour: float) -> float:
    """Return the day of the project, from 0.0 at its start."""
    return days(hour - events.HOURS_PER_WEEK)


def the_day_that_sees_it(log: pd.DataFrame) -> float:
    return day_of(log.loc[log["kind"] == "ticket.closed", "time"].max()) + 1


def rows() -> list[Comparison]:
    return [
        compare("V2 story by story", "ends on day", 29, [the_day_that_sees_it(delivered(gated=False))]),
        compare("V2 gated by phase", "ends on day", 66, [the_day_that_sees_it(delivered(gated=True))]),
    ]


@pytest.mark.parametrize(("gated", "day"), [(False, 29), (True, 66)])
def test_the_work_ends_on_the_day_of_the_reference(gated: bool, day: int) -> None:  # noqa: FBT001 # a parameter of a test
    assert the_day_that_sees_it(delivered(gated=gated)) == pytest.approx(day)


def test_the_page_shows_both_days() -> None:
    assert_agreed_and_shown(rows())


def test_flowing_delivers_the_first_story_after_its_own_nine_days_and_gating_after_forty_six() -> None:
    first = {
        gated: day_of(delivered(gated=gated).query("kind == 'ticket.closed'")["time"].min()) for gated in (False, True)
    }
    assert first == pytest.approx({False: 9.0, True: 46.0})


def test_both_ways_do_the_same_work() -> None:
    kinds = [
        delivered(gated=gated).query("kind.str.startswith('stage')")[["kind", "stage"]].value_counts().to_dict()
        for gated in (False, True)
    ]
    assert kinds[0] == kinds[1]
