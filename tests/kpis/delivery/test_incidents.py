"""Detection, recovery and the times between failures on logs small enough to check by hand."""

from logs import deployed, detected, failed, log_of, outage, resolved

from devopssim import events, kpis


def test_detection_and_recovery_both_count_from_the_failure() -> None:
    log = log_of(failed("D1", at=10), detected("I1", at=13), resolved("I1", at=15))
    assert kpis.mttd(log).to_dict() == {"I1": 3}
    assert kpis.mttr(log).to_dict() == {"I1": 5}


def test_a_repair_with_several_deployments_ends_when_the_incident_is_resolved() -> None:
    log = log_of(
        failed("D1", at=10),
        deployed("C2", "D2", at=11, repair="I1"),
        deployed("C3", "D3", at=14, repair="I1"),
        resolved("I1", at=15),
    )
    assert kpis.mttr(log).to_dict() == {"I1": 5}


def test_recovery_of_failed_deployments_leaves_the_infrastructures_own_failures_out() -> None:
    log = log_of(outage("I1", 0, 3, deployment="D1"), outage("I2", 5, 6), failed("D3", at=7), horizon=9)
    found = kpis.failed_deployment_recovery_time(log)
    assert found.to_dict() == {"I1": 3}
    assert found.attrs["unfinished"] == 1


def test_up_times_lie_between_recovery_and_the_next_failure_and_the_last_is_censored() -> None:
    log = log_of(outage("I1", 10, 12), outage("I2", 20, 23), horizon=100)
    assert kpis.mttf(log).to_dict() == {"I1": 8}
    assert kpis.mttf(log).attrs == {"unfinished": 1, "censored": 1}


def test_no_up_time_is_censored_while_the_service_is_down() -> None:
    log = log_of(outage("I1", 10, 12), failed(None, "I2", at=20), horizon=100)
    assert kpis.mttf(log).attrs["censored"] == 0


def test_time_between_failures_is_up_time_and_outage() -> None:
    log = log_of(outage("I1", 10, 12), outage("I2", 20, 23), horizon=100)
    assert kpis.mtbf(log).to_dict() == {"I1": 10}
    assert kpis.outages(log)["hours"].to_dict() == {"I1": 2, "I2": 3}


def test_an_up_time_that_begins_after_the_cut_counts_though_its_failure_was_cut_off() -> None:
    log = events.since(log_of(outage("I1", 10, 60), outage("I2", 70, 71), horizon=100), 50)
    assert kpis.mttf(log).to_dict() == {"I1": 10}
    assert kpis.mtbf(log).to_dict() == {}
