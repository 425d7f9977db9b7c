"""Many differences: Holm's p-values as the paper has them, and how often anything is clear by chance."""

import numpy as np
import pytest

from devopssim.experiment import Multiplicity, holm, p_value


def test_holm_is_bonferroni_for_the_smallest_and_the_plain_p_for_the_largest() -> None:
    assert holm([0.01, 0.2, 0.04]).tolist() == pytest.approx([0.03, 0.2, 0.08])


def test_adjusted_p_values_keep_their_order_and_end_at_1() -> None:
    assert holm([0.04, 0.03, 0.9, 0.8]).tolist() == pytest.approx([0.12, 0.12, 1, 1])


def test_a_difference_without_an_interval_is_no_test() -> None:
    assert holm([0.01, np.nan, 0.02])[[0, 2]].tolist() == holm([0.01, 0.02]).tolist()


def test_where_nothing_differs_as_many_are_clear_as_stated_and_rarely_any_together() -> None:
    """300 comparisons of 20 KPIs: 1 of 20 is clear by chance; together, one or more in at most 5 of 100 and a margin of 3."""
    rng = np.random.default_rng(1)
    counts = []
    for _ in range(300):
        p = [p_value(sample) for sample in rng.normal(size=(20, 10))]
        counts.append(Multiplicity.of(p, ["better" if each < 0.05 else "unclear" for each in p], 0.95))
    assert np.mean([count.clear for count in counts]) == pytest.approx(counts[0].by_chance, abs=0.3)
    assert np.mean([count.clear_together > 0 for count in counts]) <= 0.08
