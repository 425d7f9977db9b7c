"""V3: five newcomers help a late project a little, ten make it later.

Reference: R. Madachy, Software Process Dynamics, after T. Abdel-Hamid, recomputed in steps of a quarter of a day: a continuous
flow of 500 function points through 20 people. Here the work is 10,000 items of about half a person-day each, so the flow is
nearly continuous, and each item sees the productivity at its start; a day of difference is allowed for that.

The model's constants: 0.1 function points a day, times 0.8 for newcomers and 1.2 for experienced people; talking takes 0.06 n² %;
a newcomer takes a quarter of an experienced person and is assimilated with a time constant of 20 days; hiring in the middle of
day 111.
"""

from functools import cache

import pandas as pd
import pytest
from validation.comparison import Comparison, days, within
from validation.pages import assert_agreed_and_shown

from devopssim import events
from devopssim.scenario import PLAIN_FLOW, vary
from devopssim.simulation import simulate

REFERENCE = {0: 274.25, 5: 272.25, 10: 294.5}
TOLERANCE_DAYS = 1.0
ITEMS = 10000
PERSON_DAYS = 500 / (1.2 * 0.1 * (1 - 0.0006 * 20**2))
"""Person-days of experienced people in a team of twenty, who talk for 24 % of their time."""


@cache
def log_with(joiners: int) -> pd.DataFrame:
    return simulate(
        vary(
            PLAIN_FLOW,
            {
                "years": 0.9,
                "demand.backlog": ITEMS,
                "demand.requests_per_week": 0,
                "demand.effort_distribution": "fixed",
                "demand.plan_effort": 0,
                "demand.code_effort": PERSON_DAYS / ITEMS * events.HOURS_PER_DAY,
                "demand.test_effort": 0,
                "team.developers": 20,
                "team.joiners": joiners,
                "team.join_week": 111.5 / 7,
                "team.newcomer_productivity": 0.8 / 1.2,
                "team.ramp_up": 20 / 7,
                "team.mentoring": 0.25,
                "team.communication": 0.0006,
            },
        )
    )


def end(joiners: int) -> float:
    done = log_with(joiners).query("kind == 'ticket.done'")["time"]
    assert len(done) == ITEMS
    return days(done.max())


def rows() -> list[Comparison]:
    return [
        within(f"V3 {joiners} hired on day 111", "ends on day", day, [end(joiners)], TOLERANCE_DAYS / day)
        for joiners, day in REFERENCE.items()
    ]


def test_the_project_ends_on_the_day_of_the_reference() -> None:
    assert_agreed_and_shown(rows())


def test_without_hiring_the_end_is_the_closed_form() -> None:
    """500 function points ÷ (20 people x 1.2 x 0.1 x (1 - 24 %)) = 274.1 days."""
    assert end(0) == pytest.approx(500 / (20 * 1.2 * 0.1 * 0.76), abs=TOLERANCE_DAYS)


def test_five_help_a_little_and_ten_make_it_later() -> None:
    assert end(5) < end(0) < end(10)
