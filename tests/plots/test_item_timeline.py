"""The timeline of one item."""

import pandas as pd
import pytest

from devopssim import plots
from devopssim.errors import InvalidInputError


def test_the_item_path_shows_three_clocks(log: pd.DataFrame) -> None:
    said = plots.alt_text(plots.item_path(log, "W1"))
    assert "lead time 10 hours; cycle time 4 hours; lead time for changes 6 hours" in said
    assert "40 %" in said


def test_an_item_that_is_not_finished_has_no_path(log: pd.DataFrame) -> None:
    with pytest.raises(InvalidInputError, match="'W2' was not requested and finished"):
        plots.item_path(log, "W2")
