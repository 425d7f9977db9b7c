"""Figures of DORA's levels."""

import pandas as pd

from devopssim import kpis, plots


def test_levels_of_one_log_are_drawn_from_its_table(log: pd.DataFrame) -> None:
    assert "DORA's levels of 2019" in plots.alt_text(plots.dora_levels(kpis.table(log)))
