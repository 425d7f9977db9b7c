"""Flow efficiency counts each hour of an item once, and only between its request and its close."""

import math

import pytest
from logs import log_of, requested, travelled, worked

from devopssim import kpis


def test_flow_efficiency_is_the_share_of_the_lead_time_in_which_somebody_worked() -> None:
    log = log_of(
        travelled("W1", 0, 10),
        worked("plan", 1, 2, item="W1", role="analyst"),
        worked("code", 4, 7, item="W1", role="developer"),
    )
    assert kpis.flow_efficiency(log) == pytest.approx(0.4)


def test_two_people_at_once_count_once_in_flow_efficiency() -> None:
    log = log_of(
        travelled("W1", 0, 10),
        worked("code", 1, 4, item="W1", change="C1", role="developer"),
        worked("code", 3, 6, item="W1", change="C2", role="developer"),
    )
    assert kpis.flow_efficiency(log) == pytest.approx(0.5)


def test_work_after_the_close_and_on_unfinished_items_is_no_part_of_flow_efficiency() -> None:
    log = log_of(
        travelled("W1", 0, 10),
        worked("code", 8, 14, item="W1", role="developer"),
        requested("W2"),
        worked("code", 1, 9, item="W2", role="developer"),
        travelled("W3", 0, 10),
        worked("build", 2, 3, change="C1"),
    )
    assert kpis.flow_efficiency(log) == pytest.approx(2 / 20)


def test_work_in_a_log_without_items_is_no_flow() -> None:
    assert math.isnan(kpis.flow_efficiency(log_of(worked("build", 2, 3, change="C1"))))
