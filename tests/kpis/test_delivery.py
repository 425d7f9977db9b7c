"""Delivery KPIs on logs small enough to check by hand."""

import math

import pandas as pd
from logs import (
    abandoned,
    closed,
    committed,
    deployed,
    detected,
    done,
    failed,
    log_of,
    outage,
    requested,
    resolved,
    rolled_back,
    started,
    travelled,
    valid,
)

from devopssim import events, kpis


def hours_of(series: pd.Series) -> dict[str, float]:
    return {str(name): float(hours) for name, hours in series.items()}


def test_lead_time_runs_from_the_request_to_the_users() -> None:
    log = valid(log_of(requested("W1", at=1), started("W1", at=3), done("W1", at=6), closed("W1", at=11)))
    assert hours_of(kpis.lead_time(log)) == {"W1": 10}
    assert kpis.lead_time(log).name == "lead_time"


def test_cycle_time_runs_from_the_first_work_to_done_and_ends_before_deployment() -> None:
    log = valid(log_of(requested("W1", at=1), started("W1", at=3), done("W1", at=6), closed("W1", at=11)))
    assert hours_of(kpis.cycle_time(log)) == {"W1": 3}


def test_what_is_not_finished_is_counted_beside_the_durations() -> None:
    log = log_of(travelled("W1", 0, 4), requested("W2", at=1), requested("W3", at=2), horizon=10)
    assert hours_of(kpis.lead_time(log)) == {"W1": 4}
    assert kpis.lead_time(log).attrs["unfinished"] == 2


def test_lead_time_for_changes_ends_with_the_first_deployment_of_the_change() -> None:
    log = valid(log_of(committed("C1", at=1), deployed("C1", "D1", at=3), deployed("C1", "D2", at=9)))
    assert hours_of(kpis.lead_time_for_changes(log)) == {"C1": 2}


def test_an_abandoned_change_is_not_waited_for() -> None:
    log = log_of(committed("C1"), committed("C2"), abandoned("C2", at=1), horizon=5)
    assert kpis.lead_time_for_changes(log).attrs["unfinished"] == 1


def test_detection_and_recovery_both_count_from_the_failure() -> None:
    log = log_of(failed("D1", at=10), detected("I1", at=13), resolved("I1", at=15))
    assert hours_of(kpis.mttd(log)) == {"I1": 3}
    assert hours_of(kpis.mttr(log)) == {"I1": 5}


def test_a_repair_with_several_deployments_ends_when_the_incident_is_resolved() -> None:
    log = log_of(
        failed("D1", at=10),
        deployed("C2", "D2", at=11, repair="I1"),
        deployed("C3", "D3", at=14, repair="I1"),
        resolved("I1", at=15),
    )
    assert hours_of(kpis.mttr(log)) == {"I1": 5}


def test_recovery_of_failed_deployments_leaves_the_infrastructures_own_failures_out() -> None:
    log = log_of(outage("I1", 0, 3, deployment="D1"), outage("I2", 5, 6), failed("D3", at=7), horizon=9)
    found = kpis.failed_deployment_recovery_time(log)
    assert hours_of(found) == {"I1": 3}
    assert found.attrs["unfinished"] == 1


def test_an_end_whose_start_was_cut_off_is_no_duration() -> None:
    log = events.since(log_of(travelled("W1", 0, 8), travelled("W2", 6, 9)), 5)
    assert hours_of(kpis.lead_time(log)) == {"W2": 3}
    assert kpis.lead_time(log).attrs["unfinished"] == 0


def test_an_end_before_its_start_is_none() -> None:
    log = log_of(requested("W1"), done("W1", at=1), started("W1", at=2))
    assert hours_of(kpis.cycle_time(log)) == {}
    assert kpis.cycle_time(log).attrs["unfinished"] == 1


def test_one_failed_deployment_of_many_changes_counts_once() -> None:
    log = log_of(deployed("C1", "D1"), deployed("C2", "D1"), deployed("C3", "D2"), failed("D1"))
    assert kpis.change_failure_rate(log) == 1 / 2


def test_a_deployment_that_failed_twice_and_was_rolled_back_counts_once() -> None:
    log = log_of(
        deployed("C1", "D1"),
        deployed("C2", "D2"),
        failed("D1", "I1"),
        failed("D1", "I2"),
        rolled_back("D1", incident="I1"),
    )
    assert kpis.change_failure_rate(log) == 1 / 2


def test_a_rollback_without_an_incident_is_a_failed_deployment() -> None:
    assert kpis.change_failure_rate(log_of(deployed("C1", "D1"), rolled_back("D1", at=1))) == 1


def test_an_incident_without_a_deployment_blames_no_deployment() -> None:
    log = log_of(deployed("C1", "D1"), failed(None, "I1", at=1, cause="infrastructure"), resolved("I1", at=2))
    assert kpis.change_failure_rate(log) == 0
    assert hours_of(kpis.mttr(log)) == {"I1": 1}


def test_a_failure_of_a_deployment_before_the_cut_blames_none_after_it() -> None:
    log = events.since(log_of(deployed("C1", "D1"), deployed("C2", "D2", at=6), failed("D1", at=7)), 5)
    assert kpis.change_failure_rate(log) == 0


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


def test_up_times_lie_between_recovery_and_the_next_failure_and_the_last_is_censored() -> None:
    log = log_of(outage("I1", 10, 12), outage("I2", 20, 23), horizon=100)
    assert hours_of(kpis.mttf(log)) == {"I1": 8}
    assert kpis.mttf(log).attrs == {"unfinished": 1, "censored": 1}


def test_no_up_time_is_censored_while_the_service_is_down() -> None:
    log = log_of(outage("I1", 10, 12), failed(None, "I2", at=20), horizon=100)
    assert kpis.mttf(log).attrs["censored"] == 0


def test_time_between_failures_is_up_time_and_outage() -> None:
    log = log_of(outage("I1", 10, 12), outage("I2", 20, 23), horizon=100)
    assert hours_of(kpis.mtbf(log)) == {"I1": 10}
    assert hours_of(kpis.outages(log)["hours"]) == {"I1": 2, "I2": 3}


def test_an_up_time_that_begins_after_the_cut_counts_though_its_failure_was_cut_off() -> None:
    log = events.since(log_of(outage("I1", 10, 60), outage("I2", 70, 71), horizon=100), 50)
    assert hours_of(kpis.mttf(log)) == {"I1": 10}
    assert hours_of(kpis.mtbf(log)) == {}


def test_failures_of_every_severity_make_a_failed_deployment() -> None:
    ships = [row for n in range(1, 5) for row in (committed(f"C{n}"), deployed(f"C{n}", f"D{n}", at=n))]
    severities = {"D1": "minor", "D2": "partial", "D3": "high"}
    fails = [failed(name, at=5, severity=severity) for name, severity in severities.items()]
    assert kpis.change_failure_rate(valid(log_of(*ships, *fails))) == 3 / 4
    assert kpis.change_failure_rate(valid(log_of(*ships, *fails, rolled_back("D1", at=6)))) == 3 / 4


def test_failures_of_planned_deployments_and_of_repairs_are_counted_apart() -> None:
    log = valid(
        log_of(
            *[committed(f"C{n}") for n in range(5)],
            deployed("C0", "D0", at=1),
            deployed("C1", "D1", at=2),
            failed("D1", at=3),
            deployed("C2", "D2", at=4, repair="I1"),
            deployed("C3", "D2", at=4),
            deployed("C4", "D3", at=5, repair="I1"),
            failed("D3", at=6),
        )
    )
    assert kpis.change_failure_rate_planned(log) == 1 / 3
    assert kpis.change_failure_rate_repair(log) == 1
    table = kpis.table(log, ["change_failure_rate_planned", "change_failure_rate_repair"])
    assert table["n"].tolist() == [3, 1]


def test_a_log_that_names_no_repair_has_planned_deployments_only() -> None:
    log = log_of(deployed("C1", "D1"), failed("D1", at=1))
    assert kpis.change_failure_rate_planned(log) == kpis.change_failure_rate(log) == 1
    assert math.isnan(kpis.change_failure_rate_repair(log))
    assert kpis.table(log).loc["change_failure_rate_repair", "n"] == 0
