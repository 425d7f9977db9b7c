"""A deployment failed if a failure, a rollback or a repair names it, and it counts once."""

import math

from logs import committed, deployed, failed, log_of, resolved, rolled_back, valid

from devopssim import events, kpis


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
    assert kpis.mttr(log).to_dict() == {"I1": 1}


def test_a_failure_of_a_deployment_before_the_cut_blames_none_after_it() -> None:
    log = events.since(log_of(deployed("C1", "D1"), deployed("C2", "D2", at=6), failed("D1", at=7)), 5)
    assert kpis.change_failure_rate(log) == 0


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
