"""Figures of vulnerabilities and findings."""

import pandas as pd

from devopssim import plots


def test_one_weakness_goes_through_the_funnel(log: pd.DataFrame) -> None:
    table = plots.describe(plots.detection_funnel(log)).table.set_index("step")["count"]
    assert table.to_dict() == {
        "came into the product": 1,
        "found": 1,
        "before deployment": 1,
        "repaired": 1,
        "successful attacks": 0,
        "false alarms": 0,
    }
