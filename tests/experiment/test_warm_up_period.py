"""When has a run settled? Against the definition, and known transients."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devopssim.errors import InvalidInputError
from devopssim.experiment import WarmUpWarning, mser5, warm_up, welch
from devopssim.scenario import DEVOPS, WATERFALL, vary


def mser_by_hand(series: np.ndarray) -> int:
    """Return the cut as the definition says it, one candidate after another."""
    means = series[: len(series) // 5 * 5].reshape(-1, 5).mean(axis=1)
    candidates = range(len(means) - 5)
    return 5 * min(candidates, key=lambda cut: means[cut:].var() / (len(means) - cut))


@given(st.integers(0, 2**32), st.integers(50, 400), st.floats(-1e6, 1e6))
def test_mser_5_is_what_its_definition_says(seed: int, n: int, level: float) -> None:
    rng = np.random.default_rng(seed)
    series = level + rng.normal(size=n) + 10 * np.exp(-np.arange(n) / 30)
    assert mser5(series) == mser_by_hand(series)


def test_a_known_transient_is_cut_where_it_ends() -> None:
    """A start that is 10 too high for exactly 200 observations of noise 1: the cut is there, in each of 50 replications."""
    cuts = [mser5(np.random.default_rng(seed).normal(size=1000) + 10 * (np.arange(1000) < 200)) for seed in range(50)]
    assert min(cuts) >= 200
    assert np.median(cuts) == 200
    assert max(cuts) <= 500


def test_a_transient_that_fades_is_cut_when_little_is_left() -> None:
    """10 exp(-t/50) has fallen to a tenth after 115 observations and to a hundredth after 230."""
    cuts = [
        mser5(np.random.default_rng(seed).normal(size=2000) + 10 * np.exp(-np.arange(2000) / 50)) for seed in range(50)
    ]
    assert 115 <= np.median(cuts) <= 230


def test_cutting_removes_the_bias_of_the_start() -> None:
    """The mean of what remains lies nearer to the truth, 0, than the mean of all."""
    series = np.array(
        [np.random.default_rng(seed).normal(size=1000) + 5 * np.exp(-np.arange(1000) / 60) for seed in range(40)]
    )
    after = [each[mser5(each) :].mean() for each in series]
    assert abs(np.mean(after)) < 0.05
    assert np.mean(series) > 0.25


def test_a_series_without_a_transient_loses_little() -> None:
    cuts = [mser5(np.random.default_rng(seed).normal(size=1000)) for seed in range(50)]
    assert np.median(cuts) <= 100


@pytest.mark.parametrize("series", [[1.0] * 49, [1.0, np.nan] * 50, []])
def test_a_series_that_is_too_short_or_has_gaps_is_refused(series: list[float]) -> None:
    with pytest.raises(InvalidInputError, match="MSER-5 needs 50 finite"):
        mser5(series)


def test_the_picture_of_welch_averages_runs_and_then_neighbours() -> None:
    """Two runs of 1..7 and 3..9 average to 2..8, whose moving average is itself, and is unknown near the end."""
    table = welch(range(7), [range(1, 8), range(3, 10)], smoothing=2)
    expected = pd.DataFrame({"time": range(7), "mean": range(2, 9), "smooth": [2, 3, 4, 5, 6, np.nan, np.nan]})
    pd.testing.assert_frame_equal(table, expected.astype(float))


@pytest.mark.parametrize("smoothing", [-1, 1.5])
def test_a_moving_average_that_cannot_be_is_refused(smoothing: float) -> None:
    with pytest.raises(InvalidInputError, match="smoothing="):
        welch([0, 24], [[1, 2]], smoothing)  # type: ignore[arg-type] # wrong on purpose


def test_an_organisation_that_starts_empty_needs_a_warm_up() -> None:
    """The first project of a waterfall gathers requests for 13 weeks: until then nobody's work piles up as it will."""
    found = warm_up(WATERFALL, "wip", replications=2)
    assert found.settled
    assert 7 * 24 < found.hours < 3 * 8760 / 2
    assert found.table["smooth"].iloc[0] < found.table["mean"].tail(300).mean() / 2


def test_work_that_piles_up_never_settles_and_a_warning_says_so() -> None:
    drowning = vary(DEVOPS, {"demand.requests_per_week": 40, "years": 1})
    with pytest.warns(WarmUpWarning, match="no steady state"):
        found = warm_up(drowning, "wip", replications=2)
    assert not found.settled
