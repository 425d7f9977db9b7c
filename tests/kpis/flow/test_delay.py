"""What delay costs, and which fixed dates are met."""

import math

import pytest
from logs import closed, log_of, requested, travelled

from devopssim import events, kpis
from devopssim.errors import InvalidInputError


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
