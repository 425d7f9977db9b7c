"""Figures of vulnerabilities and findings."""

import pandas as pd
import pytest
from logs import fixed, log_of, reported

from devopssim import plots
from devopssim.wording import duration


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


@pytest.mark.parametrize("count", [6, 10, 14, 50])
def test_half_of_an_even_number_of_findings_is_reached_by_the_lower_middle_one(count: int) -> None:
    """The share is a product of ratios, whose last bits must not move the half to the next finding."""
    rows = [row for day in range(1, count + 1) for row in (reported(f"V{day}"), fixed(f"V{day}", 24.0 * day))]
    text = plots.describe(plots.time_to_fix(log_of(*rows, horizon=24.0 * count))).text
    assert f"half within {duration(24.0 * count / 2)}" in text
