"""Incidents that a vulnerability caused, and the time that they cost."""

import pytest
from logs import deployed, log_of, outage

from devopssim import kpis


def test_security_incidents_are_those_that_a_vulnerability_caused() -> None:
    log = log_of(
        deployed("C1", "D1"),
        deployed("C2", "D1"),
        deployed("C3", "D2"),
        outage("I1", 1, 2, cause="vulnerability"),
        outage("I2", 3, 4, cause="defect"),
    )
    assert kpis.security_incidents_per_deployment(log) == 1 / 2


def test_security_downtime_counts_overlapping_incidents_once_and_only_where_the_service_was_down() -> None:
    log = log_of(
        outage("I1", 10, 14, cause="vulnerability"),
        outage("I2", 12, 16, cause="vulnerability", downtime=True),
        outage("I3", 20, 90, cause="vulnerability", downtime=False),
        outage("I4", 13, 90, cause="defect"),
        horizon=876,
    )
    assert kpis.security_downtime(log) == pytest.approx(60)
