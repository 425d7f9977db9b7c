"""Flow KPIs on logs small enough to check by hand."""

import math

import pandas as pd
import pytest
from logs import (
    began,
    closed,
    ended,
    failed,
    log_of,
    outage,
    requested,
    travelled,
    worked,
)

from devopssim import events, kpis
from devopssim.errors import InvalidInputError


def hours_of(series: pd.Series) -> dict[str, float]:
    return {str(name): float(hours) for name, hours in series.items()}


def test_an_outage_that_is_not_over_counts_until_the_horizon() -> None:
    assert kpis.availability(log_of(failed("D1", at=75), horizon=100)) == 0.75


def test_an_outage_from_before_the_cut_counts_from_the_cut() -> None:
    log = events.since(log_of(outage("I1", 10, 60), horizon=100), 50)
    assert kpis.availability(log) == pytest.approx(0.8)
    assert len(kpis.mttr(log)) == 0


def test_wip_is_the_average_number_of_open_items_over_time() -> None:
    log = log_of(travelled("W1", 0, 5), requested("W2", at=6), horizon=10)
    assert kpis.wip(log) == pytest.approx((5 + 4) / 10)


def test_wip_after_a_cut_starts_from_what_was_open_then() -> None:
    log = log_of(travelled("W1", 0, 15), requested("W2", at=2), horizon=20)
    assert kpis.wip(events.since(log, 10)) == pytest.approx((5 + 10) / 10)


def test_throughput_counts_what_reached_the_users_per_week() -> None:
    log = log_of(travelled("W1", 0, 5), travelled("W2", 0, 6), requested("W3"), horizon=336)
    assert kpis.throughput(log) == 1


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


def test_utilisation_is_time_at_work_by_the_people_there_are() -> None:
    log = log_of(
        worked("code", 0, 10, item="W1", role="developer"),
        worked("code", 5, 10, item="W2", role="developer"),
        worked("test", 0, 2, item="W1", role="tester"),
        worked("build", 0, 20, item="W1"),
        horizon=20,
        source={"people": {"developer": 3, "tester": 1, "operator": 0}},
    )
    assert hours_of(kpis.utilisation_by_role(log)) == {"developer": 0.25, "tester": 0.1}
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


def test_wip_counts_every_item_that_was_open_at_some_moment() -> None:
    log = log_of(travelled("W1", 0, 15), requested("W2", at=2), requested("W3", at=12), horizon=20)
    assert kpis.table(events.since(log, 10), ["wip"])["n"].tolist() == [3]


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


def test_delay_costs_the_value_of_each_week_on_the_way_and_open_items_count_up_to_the_horizon() -> None:
    """Three weeks at 2, one week at 10 up to the horizon: 16 in four weeks."""
    log = log_of(
        requested("W1", value=2),
        closed("W1", 3 * 168),
        requested("W2", 3 * 168, value=10),
        requested("W3"),
        horizon=672,
    )
    assert kpis.cost_of_delay(log) == pytest.approx(16 / 4)
    assert kpis.table(log, ["cost_of_delay"])["n"].tolist() == [2]


def test_delay_without_values_is_not_observed_and_of_no_value_costs_nothing() -> None:
    unknown, worthless = log_of(travelled("W1", 0, 9), horizon=168), log_of(requested("W1", value=0), horizon=168)
    assert math.isnan(kpis.cost_of_delay(unknown))
    assert kpis.table(unknown).loc["cost_of_delay", "n"] == 0
    assert kpis.cost_of_delay(worthless) == 0


def test_an_item_from_before_the_cut_costs_from_the_cut_on() -> None:
    log = log_of(
        requested("W1", value=2),
        closed("W1", 252),
        requested("W2", value=100),
        closed("W2", 100),
        requested("W3", value=1),
        horizon=336,
    )
    later = events.since(log, 168)
    assert later.attrs["open_values"] == {"W1": 2, "W3": 1}
    assert kpis.cost_of_delay(later) == pytest.approx(2 * 0.5 + 1)
    weeks = kpis.kpi_curve(log, "cost_of_delay", window="7D", step="7D")
    assert weeks.tolist() == pytest.approx([2 + 100 * 100 / 168 + 1, 2])
    assert weeks.mean() == pytest.approx(kpis.cost_of_delay(log))


def test_a_week_in_which_nothing_of_value_waits_costs_nothing() -> None:
    log = log_of(requested("W1", value=2), closed("W1", 84), horizon=336)
    assert kpis.kpi_curve(log, "cost_of_delay", window="7D", step="7D").tolist() == [1, 0]
    assert kpis.cost_of_delay(events.since(log, 168)) == 0


def test_a_value_that_is_no_number_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"value=much of ticket\.created"):
        kpis.cost_of_delay(log_of(requested("W1", value="much"), horizon=10))


def test_items_are_on_time_by_their_fixed_date_once_it_has_come() -> None:
    log = log_of(
        [requested("W1", due=50), closed("W1", 50)],
        [requested("W2", due=50), closed("W2", 51)],
        requested("W3", due=100),
        [requested("W4", due=101), closed("W4", 10)],
        travelled("W5", 0, 5),
        horizon=100,
    )
    assert kpis.on_time_share(log) == pytest.approx(1 / 3)
    assert kpis.table(log, ["on_time_share"])["n"].tolist() == [3]


def test_without_fixed_dates_nothing_is_on_time_or_late() -> None:
    log = log_of(travelled("W1", 0, 9), requested("W2", due=500), horizon=100)
    assert math.isnan(kpis.on_time_share(log))
    assert kpis.table(log).loc["on_time_share", "n"] == 0
