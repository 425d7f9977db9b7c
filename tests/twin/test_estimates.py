"""Intervals of what a log tells of a parameter."""

from typing import Final

import numpy as np
import pytest

from devopssim.twin.estimates import (
    count_bounds,
    mean,
    mean_of_variation,
    median_and_sigma,
    pooled_variation,
    variation,
)
from devopssim.twin.samples import survival_steps

SAMPLES: Final = 300


def test_bounds_of_a_count_are_the_exact_ones() -> None:
    """Garwood's table: of no event at most 3.69, of ten 4.80 to 18.39."""
    assert list(count_bounds(0)) == pytest.approx([0, 3.689], abs=1e-3)
    assert list(count_bounds(10)) == pytest.approx([4.795, 18.39], abs=1e-2)


def test_intervals_of_small_samples_cover_with_the_variation_of_others() -> None:
    """Eight delays of a coefficient of variation of 1.5, and forty others; eight alone hold the mean less often."""
    rng, sigma = np.random.default_rng(1), np.sqrt(np.log1p(1.5**2))
    helped = alone = 0
    for _ in range(SAMPLES):
        few, others = (rng.lognormal(-(sigma**2) / 2, sigma, size) for size in (8, 40))
        estimate = mean_of_variation("a.mean", few, "", pooled_variation("a.cv", [few, others], ""))
        helped += estimate.low <= 1 <= estimate.high
        by_sample = mean("a.mean", few, "", lognormal=False)
        alone += by_sample.low <= 1 <= by_sample.high
    assert 0.92 < helped / SAMPLES < 0.98
    assert alone / SAMPLES < 0.88


def test_waits_that_are_cut_off_count_with_what_is_known_of_them() -> None:
    rng = np.random.default_rng(1)
    waits, seen = rng.lognormal(np.log(2), 1.6, 4000), rng.lognormal(np.log(1), 1.0, 4000)
    cut = seen < waits
    assert 0.4 < cut.mean() < 0.8
    median, sigma = median_and_sigma("a.median", "a.sigma", np.minimum(waits, seen), "", at_least=cut)
    assert [median.value, sigma.value] == pytest.approx([2, 1.6], rel=0.1)
    assert median.low < 2 < median.high


def test_what_some_observations_hold_besides_is_taken_off() -> None:
    rng = np.random.default_rng(1)
    hours = rng.lognormal(np.log(0.5), 1.0, 4000) + 0.25 * (rng.random(4000) < 0.7)
    median, sigma = median_and_sigma("a.median", "a.sigma", hours, "", sometimes_added=0.25)
    assert [median.value, sigma.value] == pytest.approx([0.5, 1], rel=0.05)
    assert median.low < 0.5 < median.high
    with_all = median_and_sigma("a.median", "a.sigma", hours, "")[0]
    assert with_all.low > 0.6


def test_items_still_in_work_count_with_what_is_known_of_them() -> None:
    """Large items are in work longer, so the mean of what is finished is too small, and so is its variation."""
    rng = np.random.default_rng(1)
    efforts, worked = rng.lognormal(np.log(20), 0.9, 4000), rng.uniform(0, 80, 4000)
    unfinished = worked < efforts
    seen = np.minimum(efforts, worked)
    estimate = mean("a.mean", seen, "", lognormal=False, at_least=unfinished)
    assert estimate.value == pytest.approx(
        efforts.clip(max=80).mean(), rel=0.03
    )  # nobody has worked for more than 80 hours
    assert seen[~unfinished].mean() < 0.75 * float(estimate.value)
    assert estimate.low < float(estimate.value) < estimate.high
    cv = variation("a.cv", seen, "", at_least=unfinished)
    logs = np.log(efforts.clip(max=80))
    assert cv.value == pytest.approx(np.sqrt(np.expm1(logs.var())), rel=0.05)


def test_without_bounds_the_weights_are_those_of_a_sample() -> None:
    values = np.array([3.0, 1.0, 2.0])
    assert survival_steps(values, np.zeros(3, dtype=bool)) == pytest.approx(np.full(3, 1 / 3))
    assert mean("a.mean", values, "").value == pytest.approx(2)
