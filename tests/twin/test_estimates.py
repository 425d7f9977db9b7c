"""Intervals of what a log tells of a parameter."""

import pytest

from devopssim.twin.estimates import count_bounds


def test_bounds_of_a_count_are_the_exact_ones() -> None:
    """Garwood's table: of no event at most 3.69, of ten 4.80 to 18.39."""
    assert list(count_bounds(0)) == pytest.approx([0, 3.689], abs=1e-3)
    assert list(count_bounds(10)) == pytest.approx([4.795, 18.39], abs=1e-2)
