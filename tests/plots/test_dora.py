"""Figures of DORA's levels."""

import pandas as pd

from devopssim import kpis, plots


def test_levels_of_one_log_are_drawn_from_its_table(log: pd.DataFrame) -> None:
    assert "DORA's levels of 2019" in plots.alt_text(plots.dora_levels(kpis.table(log)))


def test_the_figure_of_2025_has_five_metrics_and_says_what_is_not_published(log: pd.DataFrame) -> None:
    figure = plots.dora_levels(kpis.table(log), year=2025)
    text = plots.alt_text(figure)
    assert "has no levels" in text
    assert "deployment rework rate" in text
    assert "(nan)" not in text
    labels = [ax.get_xlabel() for ax in figure.axes]
    assert len(labels) == 5
    assert all("2025: no levels" in label for label in labels)
    assert sum("not found" in label for label in labels) == 4
