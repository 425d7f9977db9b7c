"""When are there enough replications, and when has a run settled? Against procedures done by hand and known transients."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devopssim.errors import InvalidInputError
from devopssim.experiment import WarmUpWarning, enough, mser5, replications_for, warm_up, welch
from devopssim.experiment.intervals import half_width
from devopssim.scenario import DEVOPS, WATERFALL, vary


def by_the_book(values: list[float], precision: float, look_ahead: int = 5) -> int | None:
    """Return what the paper's procedure finds, step by step: add one replication at a time, note the first that is good."""
    candidate = None
    for n in range(3, len(values) + 1):
        sample = np.array(values[:n])
        good = half_width(sample) / abs(sample.mean()) <= precision
        if not good:
            candidate = None
        elif candidate is None:
            candidate = n
        if candidate is not None and n - candidate >= look_ahead * max(candidate, 100) // 100:
            return candidate
    return None


@given(st.integers(0, 2**32), st.floats(0.02, 0.3), st.integers(0, 260))
def test_the_look_ahead_is_that_of_the_paper(seed: int, precision: float, n: int) -> None:
    values = np.random.default_rng(seed).lognormal(1, 0.5, n).tolist()
    assert enough(values, precision) == by_the_book(values, precision)


def test_a_lucky_first_glance_is_not_enough() -> None:
    """Three values that agree by chance, then one that does not."""
    values = [10, 10.01, 9.99, 25, *[12, 14, 13, 12.5, 13.5] * 40]
    found = enough(values, 0.05)
    assert found is not None
    assert found > 4


def test_the_look_ahead_grows_with_the_number_of_replications() -> None:
    """At 200 replications 5 % of them, 10, must agree: 209 values are too few to know, 210 are enough."""
    values = [9.0, 11.0] * 150
    precision = half_width(np.array(values[:200])) / 10
    assert enough(values[:209], precision) is None
    assert enough(values[:210], precision) == 200


def test_too_few_values_are_never_enough() -> None:
    assert enough([1, 1, 1]) is None
    assert enough([1] * 8) == 3


def test_values_that_are_missing_add_nothing() -> None:
    """The precision of 3 and of 4 values is reached when as many are known."""
    assert enough([5, np.nan, 5, *[5] * 20]) == 3
    assert enough([np.nan] * 50) is None


def test_the_precision_that_was_asked_for_is_reached() -> None:
    scenario = vary(DEVOPS, {"years": 0.3})
    found = replications_for(scenario, precision=0.1, kpis=["lead_time", "deployment_frequency"])
    assert found.replications is not None
    assert found.replications == found.table["replications"].max()
    for kpi, row in found.table.set_index("kpi").iterrows():
        values = found.result.values.set_index("kpi").loc[kpi, "value"].to_numpy()[: row["replications"]]  # type: ignore[index] # the KPI is a string
        assert row["estimate"] == pytest.approx(values.mean())
        assert row["precision"] == pytest.approx(half_width(values) / values.mean())
        assert row["precision"] <= 0.1


def test_a_precision_that_is_not_reached_is_said_to_be() -> None:
    scenario = vary(DEVOPS, {"years": 0.1})
    found = replications_for(scenario, precision=1e-6, kpis=["lead_time"], at_most=12)
    assert found.replications is None
    assert found.table["replications"].isna().all()
    assert found.result.replications == 12
    assert found.table["precision"].iloc[0] > 1e-6


@pytest.mark.parametrize("precision", [0, -0.05, float("nan")])
def test_a_precision_that_cannot_be_is_refused(precision: float) -> None:
    with pytest.raises(InvalidInputError, match="precision="):
        replications_for(DEVOPS, precision=precision)


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
    """A start that is 10 too high for exactly 200 observations of noise 1: the cut is there, in each of 50 futures."""
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
