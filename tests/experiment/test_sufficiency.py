"""Sufficiency: which replications have an interval, alone and against a baseline."""

import numpy as np
import pytest
from experiment.macro_replications import coverages

from devopssim.experiment.sufficiency import Replications


def of(kpi: str, values: list[float], n: float = 50) -> Replications:
    return Replications(kpi=kpi, values=np.array(values), n=np.full(len(values), n))


SPREAD = [float(value) for value in range(30)]


def test_values_that_spread_have_an_interval() -> None:
    assert of("throughput", SPREAD).reason == ""
    assert of("availability", SPREAD[:20], n=3).reason == ""


def test_durations_need_many_entities_in_all() -> None:
    assert of("mttr", SPREAD, n=1).reason == "only 30 incidents in 30 replications; simulate until there are 50"
    assert of("mttr", SPREAD, n=2).reason == ""


def test_ties_of_whole_numbers_are_not_rare_events() -> None:
    assert of("throughput", [4, 4, 5, 5, 6]).reason == ""


def test_a_steady_rate_adds_no_spread_to_a_difference_and_a_steady_share_may_hide_one() -> None:
    assert of("throughput", SPREAD).reason_against(of("throughput", [4.0] * 30)) == ""
    hidden = of("deployment_rework_rate", SPREAD).reason_against(of("deployment_rework_rate", [0.0] * 30))
    assert hidden == "all 30 replications gave the same value"


def test_a_rare_value_that_hardly_spreads_the_difference_is_harmless() -> None:
    rare = [0.0] * 28 + [1.0, 1.0]
    assert of("failure_demand", rare).reason_against(of("failure_demand", SPREAD)) == ""
    assert of("failure_demand", rare).reason_against(of("failure_demand", [x / 100 for x in SPREAD])) != ""


@pytest.mark.parametrize("size", [5, 10, 20, 30])
def test_intervals_of_outages_cover_or_do_not_exist(size: int) -> None:
    """Availability in short runs, as outages of exponential hours make it: 300 experiments from 3,000 replications of 3 outages each."""
    rng = np.random.default_rng(1)
    outages = rng.poisson(3, 3000)
    down = np.array([rng.exponential(5, number).sum() for number in outages])
    pool = {("team", "availability"): Replications(kpi="availability", values=1 - down / 2190, n=outages.astype(float))}
    (row,) = coverages(pool, size, 300)
    assert row.shown == (1 if size >= 20 else 0)
    assert np.isnan(row.ours) or 0.92 <= row.ours <= 0.98
