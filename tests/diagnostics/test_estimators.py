"""Intervals of a mean, a median, a share, random events and a ratio over time keep what they promise on known processes."""

import numpy as np
import pytest
from validation.interval_coverage import PROCESSES, Process

from devopssim.diagnostics.estimators import (
    Steps,
    design_effect,
    event_interval,
    long_run_variance,
    mean_interval,
    median_interval,
    ratio_interval,
    share_interval,
)

HISTORIES = 400
FROM, TO = 0.91, 0.98
"""What 400 histories may show of 93 to 97 %, give or take two standard errors."""
A_SEASON = "Poisson flow with a yearly season"
"""One year of it looks like a drift, and its interval is wide."""


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_an_interval_covers_as_often_as_it_says(process: Process) -> None:
    assert FROM < process.coverage(HISTORIES) < (1.01 if process.name == A_SEASON else TO)


def test_what_alternates_varies_less_in_the_long_run_and_what_lasts_varies_more() -> None:
    noise = np.random.default_rng(3).normal(size=400)
    alternating = np.tile([1.0, -1.0], 200) + 0.1 * noise
    lasting = np.convolve(noise, np.ones(10))[:400]
    assert long_run_variance(alternating) < 0.1 * alternating.var()
    assert long_run_variance(lasting) > 2 * lasting.var()
    assert long_run_variance(np.zeros(26)) == 0


def test_a_ratio_has_its_interval_around_it_and_at_least_half_an_entity() -> None:
    low, high = ratio_interval(Steps(np.full(26, 2.0), np.full(26, 1.0)), least=0.5)
    assert low * high == pytest.approx(4)
    assert high == pytest.approx(2 * np.exp(0.25))


def test_a_design_effect_is_known_of_enough_entities_only() -> None:
    few = Steps(np.array([2.0, 0.0, 0.0]), np.array([9.0, 9.0, 9.0]))
    assert design_effect(few) == 1
    together = Steps(np.tile([9.0] * 5 + [0.0] * 5, 4), np.full(40, 9.0))
    assert design_effect(together) > 5
    regular = Steps(np.full(40, 3.0), np.full(40, 9.0))
    assert design_effect(regular) == 0.25


def test_a_share_of_fewer_effective_entities_is_wider() -> None:
    assert np.ptp(share_interval(20, 100, 4.0)) > 1.8 * np.ptp(share_interval(20, 100))
    assert share_interval(10, 10) == pytest.approx((0.025 ** (1 / 10), 1))


def test_a_median_lies_between_order_statistics() -> None:
    low, high = median_interval(np.arange(1.0, 22.0))
    assert (round(low), round(high)) == (7, 15)
    assert np.ptp(median_interval(np.arange(100.0), effect=4.0)) > 1.8 * np.ptp(median_interval(np.arange(100.0)))


def test_values_that_do_not_vary_have_no_interval_of_a_mean() -> None:
    assert np.isnan(mean_interval(np.full(9, 2.5))).all()
    assert np.isnan(mean_interval(np.array([3.0]))).all()


def test_the_interval_of_a_skewed_mean_reaches_further_up() -> None:
    hours = np.random.default_rng(2).lognormal(0, 1, 60)
    low, high = mean_interval(hours)
    assert high - hours.mean() > 1.3 * (hours.mean() - low)


def test_random_events_have_the_interval_of_a_poisson_rate() -> None:
    low, high = event_interval(100, 10.0)
    assert low == pytest.approx(8.2, abs=0.1)
    assert high == pytest.approx(12.1, abs=0.1)
