"""Availability on logs small enough to check by hand."""

import pytest
from logs import failed, log_of, outage

from devopssim import events, kpis


def test_an_outage_that_is_not_over_counts_until_the_horizon() -> None:
    assert kpis.availability(log_of(failed("D1", at=75), horizon=100)) == 0.75


def test_an_outage_from_before_the_cut_counts_from_the_cut() -> None:
    log = events.since(log_of(outage("I1", 10, 60), horizon=100), 50)
    assert kpis.availability(log) == pytest.approx(0.8)
    assert len(kpis.mttr(log)) == 0
