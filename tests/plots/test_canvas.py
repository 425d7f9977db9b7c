"""Labels beside a figure keep apart."""

import pytest

from devopssim.plots.canvas import apart


def test_labels_that_are_too_near_share_the_push() -> None:
    assert apart([0.5, 0.5], 0.2) == pytest.approx([0.4, 0.6])
    assert apart([0.1, 0.9], 0.2) == [0.1, 0.9]
