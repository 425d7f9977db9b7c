"""Intervals: what the textbook says, and that they cover what they should."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from scipy import stats

from devopssim.errors import InvalidInputError
from devopssim.experiment import CLEAR, Difference, interval, p_value, paired
from devopssim.experiment.intervals import pointwise
from devopssim.kpis import Floats

values = st.lists(st.floats(-1e6, 1e6).map(lambda value: round(value, 6)), min_size=2, max_size=20)


def test_an_interval_one_can_check_by_hand() -> None:
    """1, 2, 3: mean 2, s = 1, and Student's t for 2 degrees of freedom is 4.303."""
    found = interval([1, 2, 3])
    assert found.estimate == 2
    assert found.low == pytest.approx(2 - 4.302653 / 3**0.5)
    assert found.high == pytest.approx(2 + 4.302653 / 3**0.5)
    assert found.replications == 3


@given(values, st.floats(0.5, 0.999))
def test_an_interval_of_symmetric_values_is_that_of_scipy(sample: list[float], confidence: float) -> None:
    symmetric = [*sample, *(-value for value in sample)]
    found = interval(symmetric, confidence)
    theirs = stats.ttest_1samp(symmetric, 0).confidence_interval(confidence) if np.ptp(symmetric) else (0, 0)
    assert (found.low, found.high) == pytest.approx(tuple(theirs), rel=1e-6, abs=1e-6)


@given(values, st.floats(0.5, 0.999))
def test_no_side_of_an_interval_is_narrower_than_scipys(sample: list[float], confidence: float) -> None:
    found = interval(sample, confidence)
    theirs = stats.ttest_1samp(sample, 0).confidence_interval(confidence) if np.ptp(sample) else (sample[0], sample[0])
    slack = 1e-6 * max(1, *map(abs, sample))
    assert found.low <= theirs[0] + slack
    assert found.high >= theirs[1] - slack


def test_the_long_side_of_a_skewed_interval_reaches_further() -> None:
    found = interval([1, 1.2, 1.1, 1.3, 9])
    assert found.high - found.estimate > 1.5 * (found.estimate - found.low)


@given(values)
def test_the_p_value_is_where_the_interval_begins_to_exclude_0(sample: list[float]) -> None:
    """An interval at a little less confidence than 1 - p excludes 0, and one at a little more holds it."""
    p = p_value(sample)
    if 0.01 < p < 0.99 and np.ptp(sample) > 1e-3:
        (narrow, wide) = (interval(sample, (1 - p) * share + shift) for share, shift in ((0.98, 0.0), (0.98, 0.02)))
        assert narrow.low > 0 or narrow.high < 0
        assert wide.low <= 0 <= wide.high


def test_replications_with_nothing_to_count_are_left_out_and_said_to_be() -> None:
    assert interval([1, np.nan, 3]) == interval([1, 3])
    assert interval([1, np.nan, 3]).replications == 2


def test_one_value_gives_an_estimate_and_no_interval() -> None:
    found = interval([5, np.nan])
    assert found.estimate == 5
    assert np.isnan(found.low)
    assert np.isnan(found.high)


def test_no_value_gives_no_estimate() -> None:
    found = interval([np.nan, np.nan])
    assert np.isnan(found.estimate)
    assert found.replications == 0


@given(npst.arrays(np.float64, (7, 5), elements=st.one_of(st.just(np.nan), st.floats(-1e6, 1e6))))
def test_intervals_of_many_points_at_once_are_those_of_each(runs: Floats) -> None:
    together = np.array(pointwise(runs, 0.9)).T
    assert together == pytest.approx(np.array([interval(row, 0.9) for row in runs]), rel=1e-6, abs=1e-6, nan_ok=True)


def test_a_pair_counts_only_where_both_have_a_value() -> None:
    found = paired([2, np.nan, 4, 7], [1, 1, np.nan, 5])
    assert found.estimate == 1.5
    assert found.replications == 2


def test_luck_that_is_shared_makes_differences_sharp() -> None:
    """Values 10, 20, 30 against 9, 18, 29: variances 100 and 100.33, of the differences 1/3."""
    assert paired([10, 20, 30], [9, 18, 29]).variance_reduction == pytest.approx((100 + 301 / 3) / (1 / 3))


@given(values)
def test_a_scenario_does_not_differ_from_itself(sample: list[float]) -> None:
    found = paired(sample, sample)
    assert (found.estimate, found.low, found.high) == (0, 0, 0)


@given(values, st.integers(0, 2**32))
def test_a_difference_turns_its_sign_when_the_sides_are_changed(sample: list[float], seed: int) -> None:
    other = np.random.default_rng(seed).normal(size=len(sample))
    there, back = paired(sample, other), paired(other, sample)
    assert (there.estimate, there.low, there.high) == (-back.estimate, -back.high, -back.low)


@pytest.mark.parametrize(
    ("difference", "verdict"),
    [
        (Difference(-2.0, -3.0, -1.0, 9, better="lower"), "better"),
        (Difference(-2.0, -3.0, -1.0, 9, better="higher"), "worse"),
        (Difference(2.0, 1.0, 3.0, 9, better="lower"), "worse"),
        (Difference(2.0, 1.0, 3.0, 9, better="higher"), "better"),
        (Difference(2.0, 1.0, 3.0, 9), "different"),
        (Difference(2.0, 0.0, 4.0, 9, better="higher"), "unclear"),
        (Difference(0.0, 0.0, 0.0, 9, better="lower"), "same"),
        (Difference(0.0, -1.0, 1.0, 9, better="lower"), "unclear"),
        (Difference(2.0, np.nan, np.nan, 1, better="lower"), "unclear"),
        (Difference(np.nan, np.nan, np.nan, 0, better="lower"), "unclear"),
    ],
)
def test_a_difference_is_clear_where_its_interval_excludes_0(difference: Difference, verdict: str) -> None:
    assert difference.verdict == verdict
    assert (difference.verdict in CLEAR) == (verdict in {"better", "worse", "different"})


def coverage(draw: Callable[[tuple[int, int]], Floats], mean: float, replications: int) -> float:
    """Return the share of 5,000 experiments whose interval covers the mean."""
    _, low, high, _ = pointwise(draw((5_000, replications)))
    return float(np.mean((low <= mean) & (mean <= high)))


@pytest.mark.parametrize("replications", [5, 10, 20, 30])
def test_intervals_cover_means_of_normal_and_moderately_skewed_values(replications: int) -> None:
    rng = np.random.default_rng(1)
    assert 0.93 <= coverage(rng.standard_normal, 0, replications) <= 0.97
    assert 0.93 <= coverage(lambda size: rng.gamma(4, size=size), 4, replications) <= 0.97


@pytest.mark.parametrize("replications", [20, 30])
def test_intervals_cover_means_of_long_tailed_values_from_20_replications_on(replications: int) -> None:
    """Exponential and lognormal with a sigma of 1, whose plain t-intervals cover in 86 to 92 of 100."""
    rng = np.random.default_rng(1)
    assert 0.93 <= coverage(rng.standard_exponential, 1, replications) <= 0.97
    assert 0.93 <= coverage(lambda size: rng.lognormal(size=size), np.exp(0.5), replications) <= 0.97


@pytest.mark.parametrize("confidence", [0, 1, -1, 95])
def test_a_confidence_that_cannot_be_is_refused(confidence: float) -> None:
    with pytest.raises(InvalidInputError, match=r"confidence=.*must lie between 0 and 1"):
        interval([1, 2], confidence)
