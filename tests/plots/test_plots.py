"""Figures: what they say in words is what the log holds, in any theme, and nothing is left open behind them."""

from collections.abc import Callable

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from logs import (
    log_of,
)
from matplotlib.axes import Axes
from matplotlib.text import Text

from devopssim import plots
from devopssim.experiment import Result
from devopssim.plots.theme import INKS, Theme, contrast

OF_A_LOG = (
    plots.cumulative_flow,
    plots.cycle_time_scatter,
    plots.lead_time_distribution,
    plots.work_in_progress,
    plots.ageing_work,
    plots.deployments,
    plots.incident_anatomy,
    plots.item_path,
    plots.vulnerabilities,
    plots.time_to_fix,
    plots.detection_funnel,
)


@pytest.mark.parametrize("draw", OF_A_LOG)
def test_a_figure_is_drawn_on_the_axes_it_is_given(draw: Callable[..., Axes], log: pd.DataFrame) -> None:
    _, ax = plt.subplots()
    assert draw(log, ax=ax) is ax
    assert len(plt.get_fignums()) == 1
    assert len(plots.alt_text(ax)) > 20
    assert len(plots.describe(ax).table)


@pytest.mark.parametrize("draw", OF_A_LOG)
def test_an_empty_log_gives_words_instead_of_a_crash(draw: Callable[..., Axes]) -> None:
    ax = draw(log_of(horizon=100))
    ax.get_figure().canvas.draw()  # type: ignore[union-attr] # a figure is there: it was just made
    assert any(text.get_text() for text in ax.findobj(Text))
    assert plots.alt_text(ax)


@pytest.mark.parametrize("draw", OF_A_LOG)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_read_on_the_page_of_each_theme(draw: Callable[..., Axes], theme: Theme, log: pd.DataFrame) -> None:
    paper, ink, faint = INKS[theme]
    assert contrast(paper, ink) >= 7
    assert contrast(paper, faint) >= 4.5
    with plots.style(theme):
        ax = draw(log)
    assert ax.title.get_color() == ink or ax.get_title(loc="left")


def test_curves_levels_and_differences_of_a_result_are_told(result: Result) -> None:
    for shown in (plots.kpi_curves(result), plots.dora_levels(result), plots.differences(result, "wip")):
        assert "fewer people" in plots.alt_text(shown)
