"""Figures of deployments and incidents."""

import pandas as pd

from devopssim import plots


def test_the_anatomy_of_an_incident_gives_the_means_of_the_log(log: pd.DataFrame) -> None:
    table = plots.describe(plots.incident_anatomy(log)).table
    assert table.loc["MTTD", "mean (h)"] == 1
    assert table.loc["MTTR", "mean (h)"] == 3


def test_one_of_a_thing_is_not_told_as_many(log: pd.DataFrame) -> None:
    assert "1 deployment, 1 of them failed; 1 incident, open for 3 hours" in plots.alt_text(plots.deployments(log))
