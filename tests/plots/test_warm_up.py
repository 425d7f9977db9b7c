"""Welch's plot tells where a run has settled, or that it has not."""

import numpy as np
import pytest

from devopssim import plots
from devopssim.experiment import WarmUp, welch


def course(*, hours: float, settled: bool) -> WarmUp:
    """A hundred days of work in progress that rises to 8 items in forty days, and stays there."""
    days = np.arange(1, 101)
    table = welch(24.0 * days, [np.minimum(days / 5, 8.0)], smoothing=7)
    return WarmUp(kpi="wip", unit="items", hours=hours, settled=settled, table=table)


def test_the_cut_is_drawn_where_it_lies_and_told() -> None:
    ax = plots.welch(course(hours=960, settled=True))
    assert "settles after" in ax.get_title()
    told = plots.describe(ax)
    assert "8" in told.text
    assert len(told.table) == 100
    smooth = ax.get_lines()[1].get_ydata()
    assert np.nanmax(np.asarray(smooth, dtype=float)) == pytest.approx(8.0)


def test_a_run_that_never_settles_is_told_so() -> None:
    assert "does not settle" in plots.alt_text(plots.welch(course(hours=2000, settled=False)))
