"""Working hours: an effort takes as long on the clock as its working hours last."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devopssim.errors import InvalidInputError
from devopssim.events import Calendar, WorkingTime

weeks = st.floats(1, 168)
mondays = st.floats(-24, 24)
moments = st.floats(0, 5000)
FRIDAY_15 = 4 * 24 + 15.0


@given(week=weeks, monday=mondays, start=moments, effort=st.floats(0, 400))
def test_the_working_hours_of_the_time_that_an_effort_takes_are_the_effort(
    week: float, monday: float, start: float, effort: float
) -> None:
    calendar = Calendar(week, monday)
    elapsed = calendar.elapsed(start, effort)
    assert elapsed >= effort - 1e-6
    assert calendar.working_hours(start, start + elapsed) == pytest.approx(effort, abs=1e-6)


@given(week=weeks, monday=mondays, time=moments)
def test_a_shift_or_a_pause_lasts_until_the_next_one_begins(week: float, monday: float, time: float) -> None:
    calendar = Calendar(week, monday)
    works, until = calendar.shift(time)
    assert until > time
    if until < np.inf:
        middle = (time + until) / 2
        assert calendar.shift(middle)[0] == works
        assert calendar.working_hours(time, until) == pytest.approx(until - time if works else 0, abs=1e-6)


@given(week=weeks, monday=mondays, times=st.lists(moments, min_size=1, max_size=20))
def test_the_working_time_of_one_zone_is_its_calendar(week: float, monday: float, times: list[float]) -> None:
    calendar, working_time = Calendar(week, monday), WorkingTime(week, monday)
    until = working_time.until(np.array([0.0, *times]))
    assert (until - until[0])[1:] == pytest.approx([calendar.working_hours(0, time) for time in times], abs=1e-6)


def test_work_pauses_over_the_weekend() -> None:
    assert FRIDAY_15 + Calendar(40).elapsed(FRIDAY_15, 4) == 7 * 24 + 11


def test_whole_weeks_end_at_the_end_of_a_shift() -> None:
    assert Calendar(40).elapsed(9, 80) == 7 * 24 + 4 * 24 + 8


@pytest.mark.parametrize(("hours", "weekend"), [(40, 0), (120, 0), (140, 20), (168, 48)])
def test_above_120_hours_people_also_work_on_weekends(hours: float, weekend: float) -> None:
    calendar = Calendar(hours)
    assert calendar.working_hours(0, 168) == pytest.approx(hours)
    assert calendar.working_hours(5 * 24, 168) == pytest.approx(weekend)


def test_a_week_of_168_hours_never_pauses() -> None:
    assert Calendar(168).elapsed(3.3, 1000.0) == 1000.0
    assert Calendar(168).shift(12.0) == (True, np.inf)


def test_three_time_zones_cover_the_working_days() -> None:
    week = np.array([0.0, 168.0])
    assert np.diff(WorkingTime(40, zones=(8.0, 16.0)).until(week))[0] == pytest.approx(120)
    assert np.diff(WorkingTime(40, zones=(4.0,)).until(week))[0] == pytest.approx(60), "four hours a day overlap"


@pytest.mark.parametrize("working_time", [WorkingTime(40), WorkingTime(30, 5.0, (8.0,))])
def test_a_log_states_its_working_time(working_time: WorkingTime) -> None:
    assert WorkingTime.of({"calendar": working_time.as_dict()}) == working_time
    assert WorkingTime.of({}) is None


def test_not_a_number_stays_not_a_number() -> None:
    assert np.isnan(WorkingTime(40).until(np.array([np.nan]))).all()


@pytest.mark.parametrize("hours", [0, -1, 169])
def test_an_impossible_week_is_refused(hours: float) -> None:
    with pytest.raises(InvalidInputError, match=f"hours_per_week={hours}"):
        Calendar(hours)
