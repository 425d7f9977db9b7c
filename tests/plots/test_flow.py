"""Figures of the flow of work items."""

import pandas as pd

from devopssim import plots


def test_the_cumulative_flow_says_how_much_is_in_each_step(log: pd.DataFrame) -> None:
    said = plots.alt_text(plots.cumulative_flow(log))
    assert "2 items requested, 1 available to users" in said
    assert "1 wait for work to begin" in said
