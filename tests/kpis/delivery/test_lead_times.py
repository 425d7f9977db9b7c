"""Lead and cycle times on logs small enough to check by hand."""

from logs import abandoned, closed, committed, deployed, done, log_of, requested, started, travelled, valid

from devopssim import events, kpis


def test_lead_time_runs_from_the_request_to_the_users() -> None:
    log = valid(log_of(requested("W1", at=1), started("W1", at=3), done("W1", at=6), closed("W1", at=11)))
    assert kpis.lead_time(log).to_dict() == {"W1": 10}
    assert kpis.lead_time(log).name == "lead_time"


def test_cycle_time_runs_from_the_first_work_to_done_and_ends_before_deployment() -> None:
    log = valid(log_of(requested("W1", at=1), started("W1", at=3), done("W1", at=6), closed("W1", at=11)))
    assert kpis.cycle_time(log).to_dict() == {"W1": 3}


def test_what_is_not_finished_is_counted_beside_the_durations() -> None:
    log = log_of(travelled("W1", 0, 4), requested("W2", at=1), requested("W3", at=2), horizon=10)
    assert kpis.lead_time(log).to_dict() == {"W1": 4}
    assert kpis.lead_time(log).attrs["unfinished"] == 2


def test_lead_time_for_changes_ends_with_the_first_deployment_of_the_change() -> None:
    log = valid(log_of(committed("C1", at=1), deployed("C1", "D1", at=3), deployed("C1", "D2", at=9)))
    assert kpis.lead_time_for_changes(log).to_dict() == {"C1": 2}


def test_an_abandoned_change_is_not_waited_for() -> None:
    log = log_of(committed("C1"), committed("C2"), abandoned("C2", at=1), horizon=5)
    assert kpis.lead_time_for_changes(log).attrs["unfinished"] == 1


def test_an_end_whose_start_was_cut_off_is_no_duration() -> None:
    log = events.since(log_of(travelled("W1", 0, 8), travelled("W2", 6, 9)), 5)
    assert kpis.lead_time(log).to_dict() == {"W2": 3}
    assert kpis.lead_time(log).attrs["unfinished"] == 0


def test_an_end_before_its_start_is_none() -> None:
    log = log_of(requested("W1"), done("W1", at=1), started("W1", at=2))
    assert kpis.cycle_time(log).to_dict() == {}
    assert kpis.cycle_time(log).attrs["unfinished"] == 1
