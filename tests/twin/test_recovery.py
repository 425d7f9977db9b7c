"""Whom incidents affect, and how soon they are known, answered and over."""

from typing import Final

from known_organisations import assert_true, estimated
from logs import detected, failed, log_of, resolved

from devopssim.kpis import Run
from devopssim.scenario import AGILE, DEVOPS, vary
from devopssim.twin.recovery import recovery

FRAGILE: Final = {"production.infrastructure_mttf": 300.0}
"""More incidents than usual, so that a log tells more."""


def test_times_of_alerted_incidents_are_recovered_by_day_and_by_night() -> None:
    truth = vary(DEVOPS, FRAGILE)
    found = estimated(recovery, truth)
    for name in ("alert_delay", "response_time", "night_response_time", "diagnosis", "reaction_cv"):
        assert_true(found, truth, f"production.{name}", within=0.25)
    for name in ("total_share", "partial_share", "mitigable_share"):
        assert_true(found, truth, f"production.{name}", within=0.5)


def test_times_of_incidents_that_users_report_are_recovered_by_severity() -> None:
    truth = vary(AGILE, FRAGILE)
    found = estimated(recovery, truth)
    for name in ("report_delay", "minor_report_delay", "diagnosis", "repair_time"):
        assert_true(found, truth, f"production.{name}", within=0.35)


def test_without_severities_all_delays_until_reports_keep_their_ratio() -> None:
    """Reports come 10 hours after the failure: so does the mean of outages and minor incidents in the twin."""
    rows = [
        row
        for number in range(10)
        for row in (
            failed(incident=f"I{number}", at=100.0 * number),
            detected(f"I{number}", at=100.0 * number + 10),
            resolved(f"I{number}", at=100.0 * number + 12),
        )
    ]
    found = {each.parameter: float(each.value) for each in recovery(Run(log_of(*rows, horizon=1000)), AGILE)}
    outage, minor = found["production.report_delay"], found["production.minor_report_delay"]
    production = AGILE.production
    assert abs(minor / outage - production.minor_report_delay / production.report_delay) < 1e-9
    outages = production.total_share + production.partial_share
    assert abs(outages * outage + (1 - outages) * minor - 10) < 1e-9
    assert "production.total_share" not in found
