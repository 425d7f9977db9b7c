"""The yardstick itself: it says yes to what is right and no to what is not."""

import numpy as np
import pytest
from validation.comparison import compare, within

from devopssim.simulation import Exponential, Streams

MEANS = [float(Exponential(8.0).sample(Streams(seed=1, replication=r).stream("waits"), 400).mean()) for r in range(40)]


def test_the_true_mean_agrees_and_a_tenth_more_or_less_does_not() -> None:
    assert compare("a", "mean", 8.0, MEANS).agrees
    assert not compare("a", "mean", 8.8, MEANS).agrees
    assert not compare("a", "mean", 7.2, MEANS).agrees


def test_the_interval_is_students() -> None:
    """Four values 1, 2, 3, 4: mean 2.5, standard error 0.6455, t(3; 99.5 %) = 5.8409."""
    row = compare("a", "mean", 2.5, [1, 2, 3, 4])
    assert (row.low, row.high) == pytest.approx((2.5 - 3.7703, 2.5 + 3.7703), abs=1e-3)


def test_a_simulated_reference_brings_its_own_error() -> None:
    ours, both = (compare("a", "mean", 8.0, MEANS, its_replications=n) for n in (0, 40))
    assert both.width == pytest.approx(ours.width * np.sqrt(2))


def test_a_tolerance_is_a_share_of_the_reference() -> None:
    assert within("a", "finished", 56, [44.0], 0.25).agrees
    assert not within("a", "finished", 56, [41.0], 0.25).agrees


def test_a_deterministic_result_agrees_with_itself_only() -> None:
    assert compare("a", "day", 29, [29.0]).agrees
    assert not compare("a", "day", 29, [28.0]).agrees
