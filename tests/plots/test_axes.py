"""Ticks of axes."""

import pandas as pd

from devopssim import DEVOPS, compare, plots, vary


def test_ticks_of_a_linear_axis_of_time_are_whole_units() -> None:
    pair = {"devops": vary(DEVOPS, {"years": 0.5}), "again": vary(DEVOPS, {"years": 0.5})}
    ax = plots.comparison(compare(pair, 6, kpis=("cycle_time",), progress=False), "cycle_time")
    ax.get_figure().canvas.draw()  # type: ignore[union-attr] # a figure is there: it was just made
    words = [label.get_text() for label in ax.get_xticklabels()]
    assert len(words) > 2
    assert all(len(word) <= 4 for word in words), words


def test_shares_are_written_alike_on_axes_and_in_words(log: pd.DataFrame) -> None:
    ax = plots.kpi_curve(log, "change_failure_rate", window="10h", step="1h")
    ax.get_figure().canvas.draw()  # type: ignore[union-attr] # a figure is there: it was just made
    assert "100 %" in [label.get_text() for label in ax.get_yticklabels()]
