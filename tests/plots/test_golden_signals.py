"""The board of the four golden signals, with deployments and failures as lines."""

import numpy as np
import pandas as pd
from logs import deployed, failed, log_of

from devopssim import plots


def measured(**changed: list[float]) -> pd.DataFrame:
    """Four seconds of a service without trouble, but for what is changed."""
    usual = {"traffic": [10.0] * 4, "errors": [0.0] * 4, "latency": [0.1] * 4, "saturation": [0.25] * 4}
    return pd.DataFrame({**usual, **changed}, index=pd.Index(np.arange(4) / 3600, name="hours"))


def test_each_signal_has_a_panel_with_its_own_scale() -> None:
    figure = plots.golden_signals(measured(errors=[0.0, 0.5, 1.0, 0.0]))
    assert [ax.get_title().partition(":")[0] for ax in figure.axes] == ["Traffic", "Errors", "Latency", "Saturation"]
    assert [np.asarray(ax.lines[0].get_xdata()).tolist() for ax in figure.axes] == [[0.0, 1.0, 2.0, 3.0]] * 4
    assert "errors at most 100 %" in plots.alt_text(figure)


def test_deployments_and_failures_of_that_time_are_lines_in_every_panel() -> None:
    log = log_of(deployed("C1", "D1", at=1 / 3600), failed("D1", at=2 / 3600), horizon=1.0)
    figure = plots.golden_signals(measured(), log)
    marks = [[float(np.asarray(line.get_xdata())[0]) for line in ax.lines[1:]] for ax in figure.axes]
    assert np.round(marks, 6).tolist() == [[1.0, 2.0]] * 4
    assert "deployed at 1 s; failed at 2 s" in plots.alt_text(figure)


def test_what_happened_before_the_measurements_is_left_out() -> None:
    log = log_of(deployed("C1", "D1", at=1.0), horizon=2.0)
    assert all(len(ax.lines) == 1 for ax in plots.golden_signals(measured(), log).axes)


def test_gaps_and_an_empty_table_are_drawn() -> None:
    assert "errors at most 0 %" in plots.alt_text(plots.golden_signals(measured(latency=[np.nan] * 4)))
    assert len(plots.golden_signals(measured()[:0]).axes) == 4


def test_queries_whose_times_differ_by_rounding_are_drawn_as_lines() -> None:
    whole = measured(errors=[0.0, 0.5, np.nan, 0.0])
    late = whole[["traffic", "errors"]].set_axis(whole.index + 7e-11)
    figure = plots.golden_signals(pd.concat([whole[["latency", "saturation"]], late]).sort_index())
    drawn = [np.asarray(ax.lines[0].get_ydata(), dtype=float) for ax in figure.axes]
    np.testing.assert_array_equal(drawn, whole.to_numpy().T)
