"""Overlapping incidents are one outage."""

import pandas as pd
import pytest
from logs import (
    log_of,
    outage,
)

from devopssim import kpis


def hours_of(series: pd.Series) -> dict[str, float]:
    return {str(name): float(hours) for name, hours in series.items()}


def test_incidents_that_overlap_are_one_outage_and_two_recoveries() -> None:
    log = log_of(outage("I1", 10, 14), outage("I2", 12, 20), outage("I3", 30, 31), horizon=100)
    assert hours_of(kpis.outages(log)["hours"]) == {"I1": 10, "I3": 1}
    assert hours_of(kpis.mttf(log)) == {"I1": 10}
    assert hours_of(kpis.mtbf(log)) == {"I1": 20}
    assert hours_of(kpis.mttr(log)) == {"I1": 4, "I2": 8, "I3": 1}
    assert kpis.availability(log) == pytest.approx(0.89)


def test_an_incident_inside_another_does_not_end_it() -> None:
    log = log_of(outage("I1", 10, 20), outage("I2", 12, 13), outage("I3", 15, 16), horizon=100)
    assert kpis.availability(log) == pytest.approx(0.9)


def test_incidents_that_touch_are_one_outage() -> None:
    log = log_of(outage("I1", 10, 12), outage("I2", 12, 15), horizon=100)
    assert hours_of(kpis.outages(log)["hours"]) == {"I1": 5}
