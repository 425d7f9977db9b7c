"""Utilisation and the hours behind it on logs small enough to check by hand."""

import math

import pytest
from logs import began, ended, log_of, worked

from devopssim import events, kpis


def test_utilisation_is_time_at_work_by_the_people_there_are() -> None:
    log = log_of(
        worked("code", 0, 10, item="W1", role="developer"),
        worked("code", 5, 10, item="W2", role="developer"),
        worked("test", 0, 2, item="W1", role="tester"),
        worked("build", 0, 20, item="W1"),
        horizon=20,
        source={"people": {"developer": 3, "tester": 1, "operator": 0}},
    )
    assert kpis.utilisation_by_role(log).to_dict() == {"developer": 0.25, "tester": 0.1}
    assert kpis.utilisation(log) == pytest.approx(17 / 80)


def test_utilisation_is_unknown_where_the_log_does_not_say_how_many_people_there_are() -> None:
    log = log_of(worked("code", 0, 10, item="W1", role="developer"))
    assert math.isnan(kpis.utilisation(log))
    assert kpis.utilisation_by_role(log).empty


def test_work_under_way_counts_from_the_cut_and_until_the_horizon() -> None:
    log = log_of(
        worked("code", 0, 12, item="W1", role="developer"),
        began("code", at=15, item="W2", role="developer"),
        horizon=20,
    )
    assert kpis.busy_hours(events.since(log, 10))["developer"] == 2 + 5


def test_work_that_ends_after_a_cut_without_a_start_was_in_progress_at_the_cut() -> None:
    """The first ends at 5; the other is done within the observation."""
    log = log_of(
        ended("code", at=5, item="W1", role="developer"),
        worked("code", 6, 8, item="W2", role="developer"),
        horizon=10,
        source={"people": {"developer": 1}},
    )
    log.attrs["warm_up"] = 1.0
    assert kpis.utilisation(log) == pytest.approx((4 + 2) / 9)
