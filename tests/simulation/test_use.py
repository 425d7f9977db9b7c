"""Use of the service: busy in working hours, quiet otherwise, and an hour an hour on average."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devopssim.events import Calendar
from devopssim.simulation.use import ServiceUse

OFFICE = Calendar(hours_per_week=40)
MONDAY_9 = 9.0
BUSY_RATE = 168 / (40 + 0.25 * 128)


def test_a_week_of_use_takes_a_week_from_any_moment() -> None:
    use = ServiceUse(OFFICE, quiet=0.25)
    assert [use.elapsed(start, 168) for start in (0.0, 33.3, 140.0)] == [168, 168, 168]


def test_use_passes_faster_in_working_hours() -> None:
    use = ServiceUse(OFFICE, quiet=0.25)
    assert use.elapsed(MONDAY_9, BUSY_RATE) == pytest.approx(1)
    assert use.elapsed(0.0, BUSY_RATE) == pytest.approx(4)


def test_use_goes_on_at_night() -> None:
    use = ServiceUse(OFFICE, quiet=0.25)
    assert use.elapsed(16.0, 1.5 * BUSY_RATE) == pytest.approx(1 + 2)


def test_without_use_at_night_the_clock_waits_for_the_morning() -> None:
    use = ServiceUse(OFFICE, quiet=0)
    assert use.elapsed(18.0, 168 / 40) == pytest.approx(15 + 1)


def test_around_the_clock_use_is_time() -> None:
    assert ServiceUse(Calendar(hours_per_week=168), quiet=0.1).elapsed(5.0, 77.7) == 77.7
    assert ServiceUse(OFFICE, quiet=0.1).elapsed(5.0, float("inf")) == float("inf")


@given(
    st.floats(0, 1000), st.floats(0, 400), st.floats(0, 400), st.floats(0.01, 1), st.sampled_from([20.0, 40.0, 100.0])
)
def test_use_adds_up(start: float, first: float, second: float, quiet: float, week: float) -> None:
    use = ServiceUse(Calendar(hours_per_week=week), quiet)
    middle = start + use.elapsed(start, first)
    assert middle + use.elapsed(middle, second) == pytest.approx(start + use.elapsed(start, first + second), abs=1e-6)
