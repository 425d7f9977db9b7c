"""V2: the same people and the same work, story by story and gated phase by phase.

Reference: DevCycleSim (R. Reben), recomputed. A story holds one person a day in each phase: 2 days of specifying, 3 of developing,
3 of testing, 1 of releasing; 2, 3, 3 and 1 people. The end-of-day convention: that tool works during a day and collects finished
stories on the next morning, so what ends after 28 full days is counted on day 29. Our clock says 28.0 days; its day is ours + 1.
"""

from functools import cache

import pandas as pd
import pytest
from validation.comparison import Comparison, compare, days
from validation.pages import assert_agreed_and_shown

from devopssim import events
from devopssim.simulation import Fixed, Streams
from devopssim.simulation.reference import Stage, ValueStream, draw_stories, flow, specialists

DAY = events.HOURS_PER_DAY
PERSON_DAYS = {"plan": 2, "code": 3, "test": 3, "deploy": 1}
PEOPLE = {"plan": 2, "code": 3, "test": 3, "deploy": 1}
GATES = {"test": 24 * DAY, "deploy": 45 * DAY}
"""Testing begins on day 25, releasing on day 46: after 24 and 45 full days."""


@cache
def delivered(*, gated: bool) -> pd.DataFrame:
    stages = tuple(Stage(name=name, hours=Fixed(effort * DAY)) for name, effort in PERSON_DAYS.items())
    people = specialists(PEOPLE, joins=GATES if gated else {})
    stories = draw_stories(stages, [0.0] * 20, Streams(seed=1))
    return events.validate(flow(ValueStream(stages=stages, people=people), stories))


def the_day_that_sees_it(log: pd.DataFrame) -> float:
    return days(log["time"].iloc[-1]) + 1


def rows() -> list[Comparison]:
    return [
        compare("V2 story by story", "ends on day", 29, [the_day_that_sees_it(delivered(gated=False))]),
        compare("V2 gated by phase", "ends on day", 66, [the_day_that_sees_it(delivered(gated=True))]),
    ]


@pytest.mark.parametrize(("gated", "day"), [(False, 29), (True, 66)])
def test_the_work_ends_on_the_day_of_the_reference(gated: bool, day: int) -> None:  # noqa: FBT001 # a parameter of a test
    assert the_day_that_sees_it(delivered(gated=gated)) == day


def test_the_page_shows_both_days() -> None:
    assert_agreed_and_shown(rows())


def test_flowing_delivers_the_first_story_after_its_own_nine_days_and_gating_after_forty_six() -> None:
    first = {
        gated: days(delivered(gated=gated).query("kind == 'ticket.closed'")["time"].min()) for gated in (False, True)
    }
    assert first == {False: 9.0, True: 46.0}


def test_both_ways_do_the_same_work() -> None:
    kinds = [delivered(gated=gated)["kind"].value_counts().to_dict() for gated in (False, True)]
    assert kinds[0] == kinds[1]
