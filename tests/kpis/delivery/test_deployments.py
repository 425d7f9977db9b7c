"""Deployments are counted, not their changes, and repairs are told from new work."""

import math

from logs import deployed, log_of, requested

from devopssim import events, kpis


def test_deployment_frequency_counts_deployments_not_changes_per_week() -> None:
    log = log_of(deployed("C1", "D1", at=1), deployed("C2", "D1", at=1), deployed("C3", "D2", at=2), horizon=336)
    assert kpis.deployment_frequency(log) == 1


def test_a_warm_up_is_no_time_of_observation() -> None:
    log = log_of(deployed("C1", "D1", at=1), deployed("C2", "D2", at=200), horizon=336)
    assert kpis.deployment_frequency(events.since(log, 168)) == 1


def test_no_deployment_is_a_frequency_of_zero_and_no_failure_rate() -> None:
    log = log_of(requested("W1"), horizon=168)
    assert kpis.deployment_frequency(log) == 0
    assert math.isnan(kpis.change_failure_rate(log))


def test_rework_is_a_deployment_of_nothing_but_repairs() -> None:
    log = log_of(
        deployed("C1", "D1"),
        deployed("C2", "D2", repair="I1"),
        deployed("C3", "D2", repair="I2"),
        deployed("C4", "D3"),
        deployed("C5", "D3", repair="I3"),
        deployed("C6", "D4"),
    )
    assert kpis.deployment_rework_rate(log) == 1 / 4
