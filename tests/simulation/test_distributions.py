"""A distribution keeps the mean and the spread that it promises, draw by draw."""

from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devopssim.errors import InvalidInputError
from devopssim.simulation.distributions import (
    Distribution,
    Exponential,
    Fixed,
    Gamma,
    Lognormal,
    Uniform,
    Weibull,
    delay_distribution,
    effort_distribution,
    time_between,
)
from devopssim.simulation.streams import Streams

DISTRIBUTIONS: list[Distribution] = [
    Fixed(3.0),
    Uniform(0.2, 1.8),
    Exponential(4.0),
    Lognormal(8.0, 0.5),
    Lognormal(8.0, 2.0),
    Gamma(8.0, 0.5),
    Gamma(8.0, 1.5),
    Weibull(8.0, 0.8),
    Weibull(8.0, 2.0),
]
MIDPOINTS = (np.arange(1_000_000) + 0.5) / 1_000_000


@pytest.mark.parametrize("distribution", DISTRIBUTIONS, ids=str)
def test_a_distribution_has_the_mean_and_the_spread_that_it_promises(distribution: Distribution) -> None:
    values = distribution.quantile(MIDPOINTS)
    assert values.mean() == pytest.approx(distribution.mean, rel=1e-3)
    assert values.std() == pytest.approx(distribution.cv * distribution.mean, rel=2e-2)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS, ids=str)
def test_a_sample_is_the_quantiles_of_the_next_uniform_numbers(distribution: Distribution) -> None:
    draws = Streams(seed=1).stream("efforts").random(10)
    sample = distribution.sample(Streams(seed=1).stream("efforts"), 10)
    assert sample.tolist() == distribution.quantile(draws).tolist()


@pytest.mark.parametrize("distribution", DISTRIBUTIONS, ids=str)
def test_one_number_of_luck_gives_the_same_as_an_array_of_it(distribution: Distribution) -> None:
    assert distribution.quantile(0.3) == pytest.approx(distribution.quantile(np.array([0.3]))[0], rel=1e-14)


@given(mean=st.floats(0.01, 1e4), cv=st.floats(0, 5), draws=st.lists(st.floats(0, 1, exclude_max=True), min_size=2))
def test_a_larger_draw_is_never_less_time(mean: float, cv: float, draws: list[float]) -> None:
    u = np.sort(np.array(draws))
    for distribution in (
        Lognormal(mean, cv),
        Gamma(mean, max(cv, 0.1)),
        Exponential(mean),
        Uniform(0, mean),
        Weibull(mean, max(cv, 0.2)),
    ):
        values = distribution.quantile(u)
        assert np.isfinite(values).all()
        assert (np.diff(values) >= -1e-9 * mean).all()
        assert values.min() >= 0


@pytest.mark.parametrize("fixed", [Lognormal(8.0, 0.0), Gamma(8.0, 0.0), Uniform(8.0, 8.0), Fixed(8.0)], ids=str)
def test_without_variation_every_draw_is_the_mean(fixed: Distribution) -> None:
    assert fixed.quantile(np.array([0.0, 0.5, 0.999])).tolist() == [8.0, 8.0, 8.0]


def test_the_median_of_a_lognormal_is_below_its_mean() -> None:
    """7digital's cycle times: μ = 1.12, sigma = 1.02 has median 3.06 working days and 85th percentile 8.8."""
    sigma = 1.02
    cycle_time = Lognormal(float(np.exp(1.12 + sigma**2 / 2)), float(np.sqrt(np.exp(sigma**2) - 1)))
    assert cycle_time.quantile(0.5) == pytest.approx(np.exp(1.12))
    assert cycle_time.quantile(0.8413447460685429) == pytest.approx(np.exp(1.12 + 1.02))


def test_gamma_with_cv_one_is_exponential() -> None:
    u = np.linspace(0, 0.999, 50)
    assert Gamma(4.0, 1.0).quantile(u) == pytest.approx(Exponential(4.0).quantile(u))


@given(scale=st.floats(0.01, 1e5), draw=st.floats(0, 1, exclude_max=True))
def test_weibull_with_shape_one_is_exponential_to_the_last_bit(scale: float, draw: float) -> None:
    assert Weibull(scale, 1.0).quantile(draw) == Exponential(scale).quantile(draw)


@given(scale=st.floats(0.01, 1e5), shape=st.floats(0.2, 10), factor=st.floats(0.01, 100), draw=st.floats(0, 0.999))
def test_a_factor_on_the_scale_of_a_weibull_is_a_factor_on_each_draw(
    scale: float, shape: float, factor: float, draw: float
) -> None:
    expected = factor * Weibull(scale, shape).quantile(draw)
    assert Weibull(factor * scale, shape).quantile(draw) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("days", "closed"), [(7, 0.158), (21, 0.249), (30, 0.286), (90, 0.428), (730, 0.770)])
def test_the_weibull_fitted_to_published_repairs_closes_their_shares(days: float, closed: float) -> None:
    """Fit to Veracode's published points: the share closed by a day is that at whose quantile the day lies."""
    assert Weibull(317, 0.46).quantile(closed) == pytest.approx(days, rel=0.02)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (
            lambda: Weibull(0, 1),
            "scale=0 (the value below which 63 % of the draws lie) must be a finite number above 0.",
        ),
        (lambda: Weibull(1, 0), "shape=0 (exponent of the logarithm of survival) must be a finite number above 0."),
        (lambda: Lognormal(0, 1), "mean=0 (the average draw) must be a finite number above 0."),
        (lambda: Lognormal(8, -1), "cv=-1 (standard deviation divided by mean) must be a finite number from 0."),
        (lambda: Gamma(float("nan"), 1), "mean=nan (the average draw) must be a finite number above 0."),
        (lambda: Exponential(float("inf")), "mean=inf (the average draw) must be a finite number above 0."),
        (lambda: Uniform(2, 1), "high=1 (the largest value) must not be below low=2."),
        (lambda: Uniform(-1, 1), "low=-1 (the smallest value) must be a finite number from 0."),
        (lambda: Fixed(-1), "value=-1 (the constant) must be a finite number from 0."),
        (lambda: Streams(seed=-1), "seed=-1 (random seed of an experiment) must be a whole number, 0 or more"),
        (
            lambda: Streams(seed=cast("int", 1.5)),
            "seed=1.5 (random seed of an experiment) must be a whole number, 0 or more",
        ),
        (
            lambda: Streams(seed=1, replication=2**32),
            "replication=4294967296 (number of the replication) must lie below 2**32.",
        ),
    ],
)
def test_an_impossible_parameter_is_refused_with_its_value_and_what_is_allowed(make: object, says: str) -> None:
    assert callable(make)
    with pytest.raises(InvalidInputError) as refused:
        make()
    assert says in str(refused.value)


def test_a_mean_of_nothing_is_nothing_each_time_and_any_other_is_kept() -> None:
    assert [effort_distribution(mean, 1.0).mean for mean in (0, 8)] == [0, 8]
    assert [delay_distribution(mean).mean for mean in (0, 8)] == [0, 8]
    assert effort_distribution(0, 1.0).quantile(0.9) == delay_distribution(0).quantile(0.9) == 0
    assert effort_distribution(8, 1.0).quantile(0.5) == pytest.approx(8 / 2**0.5)
    assert delay_distribution(8).quantile(0.5) == pytest.approx(8 * np.log(2))


def test_what_never_happens_is_waited_for_for_ever() -> None:
    assert time_between(0).quantile(0.5) == np.inf
    assert time_between(0.25).mean == 4
