"""The text and table of a figure."""

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from devopssim import plots
from devopssim.errors import InvalidInputError


def test_a_text_to_be_printed_breaks_between_words(log: pd.DataFrame) -> None:
    shown = plots.cumulative_flow(log)
    lines = plots.alt_text(shown, width=40).splitlines()
    assert max(map(len, lines)) <= 40
    assert " ".join(lines) == plots.alt_text(shown)


def test_a_figure_of_somebody_else_has_no_text() -> None:
    _, ax = plt.subplots()
    with pytest.raises(InvalidInputError, match=r"not drawn by devopssim\.plots"):
        plots.describe(ax)
