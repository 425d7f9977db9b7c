"""Delivery and flow KPIs on logs small enough to check in the head."""

import math

import pandas as pd
import pytest
from logs import (
    abandoned,
    began,
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
    worked,
)

from devopssim import events, kpis
from devopssim.errors import BrokenContractError, InvalidInputError

EMPTY = log_of()


def hours_of(series: pd.Series) -> dict[str, float]:
    return {str(name): float(hours) for name, hours in series.items()}


# Durations


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


# Deployments


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


def test_rework_is_a_deployment_that_says_what_it_repairs() -> None:
    log = log_of(
        deployed("C1", "D1"),
        deployed("C2", "D2", repair="I1"),
        deployed("C3", "D2"),
        deployed("C4", "D3"),
        deployed("C5", "D4"),
    )
    assert kpis.deployment_rework_rate(log) == 1 / 4


# Failures and up-times


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


def test_an_outage_that_is_not_over_counts_until_the_horizon() -> None:
    assert kpis.availability(log_of(failed("D1", at=75), horizon=100)) == 0.75


def test_an_outage_from_before_the_cut_counts_from_the_cut() -> None:
    log = events.since(log_of(outage("I1", 10, 60), horizon=100), 50)
    assert kpis.availability(log) == pytest.approx(0.8)
    assert len(kpis.mttr(log)) == 0


def test_an_up_time_that_begins_after_the_cut_counts_though_its_failure_was_cut_off() -> None:
    log = events.since(log_of(outage("I1", 10, 60), outage("I2", 70, 71), horizon=100), 50)
    assert hours_of(kpis.mttf(log)) == {"I1": 10}
    assert hours_of(kpis.mtbf(log)) == {}


# Flow


def test_wip_is_the_average_number_of_open_items_over_time() -> None:
    log = log_of(travelled("W1", 0, 5), requested("W2", at=6), horizon=10)
    assert kpis.wip(log) == pytest.approx((5 + 4) / 10)


def test_wip_after_a_cut_starts_from_what_was_open_then() -> None:
    log = log_of(travelled("W1", 0, 15), requested("W2", at=2), horizon=20)
    assert kpis.wip(events.since(log, 10)) == pytest.approx((5 + 10) / 10)


def test_throughput_counts_what_reached_the_users_per_week() -> None:
    log = log_of(travelled("W1", 0, 5), travelled("W2", 0, 6), requested("W3"), horizon=336)
    assert kpis.throughput(log) == 1


def test_flow_efficiency_is_the_share_of_the_lead_time_in_which_somebody_worked() -> None:
    log = log_of(
        travelled("W1", 0, 10),
        worked("plan", 1, 2, item="W1", role="analyst"),
        worked("code", 4, 7, item="W1", role="developer"),
    )
    assert kpis.flow_efficiency(log) == pytest.approx(0.4)


def test_two_people_at_once_count_once_in_flow_efficiency() -> None:
    log = log_of(
        travelled("W1", 0, 10),
        worked("code", 1, 4, item="W1", change="C1", role="developer"),
        worked("code", 3, 6, item="W1", change="C2", role="developer"),
    )
    assert kpis.flow_efficiency(log) == pytest.approx(0.5)


def test_work_after_the_close_and_on_unfinished_items_is_no_part_of_flow_efficiency() -> None:
    log = log_of(
        travelled("W1", 0, 10),
        worked("code", 8, 14, item="W1", role="developer"),
        requested("W2"),
        worked("code", 1, 9, item="W2", role="developer"),
        travelled("W3", 0, 10),
        worked("build", 2, 3, change="C1"),
    )
    assert kpis.flow_efficiency(log) == pytest.approx(2 / 20)


def test_work_in_a_log_without_items_is_no_flow() -> None:
    assert math.isnan(kpis.flow_efficiency(log_of(worked("build", 2, 3, change="C1"))))


def test_utilisation_is_time_at_work_by_the_people_there_are() -> None:
    log = log_of(
        worked("code", 0, 10, item="W1", role="developer"),
        worked("code", 5, 10, item="W2", role="developer"),
        worked("test", 0, 2, item="W1", role="tester"),
        worked("build", 0, 20, item="W1"),
        horizon=20,
        source={"people": {"developer": 3, "tester": 1, "operator": 0}},
    )
    assert hours_of(kpis.utilisation_by_role(log)) == {"developer": 0.25, "tester": 0.1}
    assert kpis.utilisation(log) == pytest.approx(17 / 80)


def test_utilisation_is_unknown_where_the_log_does_not_say_how_many_people_there_are() -> None:
    log = log_of(worked("code", 0, 10, item="W1", role="developer"))
    assert math.isnan(kpis.utilisation(log))
    assert kpis.utilisation_by_role(log).empty


def test_work_under_way_counts_from_the_cut_and_until_the_horizon() -> None:
    log = log_of(
        worked("code", 0, 12, item="W1", role="developer"),
        began("code", at=15, item="W2", role="developer"),
        horizon=20,
    )
    assert kpis.busy_hours(events.since(log, 10))["developer"] == 2 + 5


# Summaries


def test_the_value_of_a_duration_is_its_median_but_the_mean_of_a_mean_time() -> None:
    log = log_of(
        *[travelled(f"W{hours}", 0, hours) for hours in (1, 2, 9)],
        *[row for n, hours in enumerate((1, 2, 9)) for row in outage(f"I{n}", 100 * n, 100 * n + hours)],
    )
    table = kpis.table(log, ["lead_time", "mttr"])
    assert table.loc["lead_time"].to_dict() == {
        "unit": "h",
        "value": 2,
        "median": 2,
        "p85": pytest.approx(6.9),
        "mean": 4,
        "n": 3,
        "unfinished": 0,
    }
    assert table.loc["mttr", "value"] == 4
    assert kpis.values(log, ["lead_time", "mttr"]) == {"lead_time": 2, "mttr": 4}


def test_records_are_what_programs_read() -> None:
    log = log_of(travelled("W1", 0, 4), requested("W2"), horizon=8)
    assert kpis.records(log, ["lead_time", "wip", "change_failure_rate", "mttr"]) == [
        {"kpi": "lead_time", "unit": "h", "median": 4, "p85": 4, "mean": 4, "n": 1, "unfinished": 1},
        {"kpi": "wip", "unit": "items", "value": 1.5, "n": 2},
        {"kpi": "change_failure_rate", "unit": "share", "value": None, "n": 0},
        {"kpi": "mttr", "unit": "h", "median": None, "p85": None, "mean": None, "n": 0, "unfinished": 0},
    ]


@pytest.mark.parametrize("name", kpis.KPIS)
def test_an_empty_log_has_no_number_for_any_kpi_and_nothing_counted(name: str) -> None:
    row = kpis.table(EMPTY, [name]).to_dict("index")[name]
    assert math.isnan(row["value"])
    assert row["n"] == 0


@pytest.mark.parametrize("name", kpis.KPIS)
def test_every_kpi_is_a_function_of_its_name_that_reads_known_events(name: str) -> None:
    kpi = kpis.KPIS[name]
    assert getattr(kpis, name) is kpi.function
    assert set() < set(kpi.events) <= set(events.KINDS)
    assert set(kpi.detail) <= set(events.DETAIL_KEYS)
    assert (kpi.durations is None) == (kpi.rate is not None) == (kpi.shape == "rate")
    found = kpi.function(log_of(horizon=1))
    assert isinstance(found, pd.Series if kpi.shape == "duration" else float)


def test_nine_delivery_kpis_doras_two_more_and_ten_of_security() -> None:
    families = [kpi.family for kpi in kpis.KPIS.values()]
    assert [families.count(each) for each in ("delivery", "flow", "security")] == [11, 5, 10]


# What is no log of one run


def test_an_unknown_kpi_is_refused_with_the_names_that_there_are() -> None:
    with pytest.raises(InvalidInputError, match=r"'speed' is no KPI; the KPIs are lead_time, cycle_time"):
        kpis.table(EMPTY, ["speed"])


def test_several_replications_are_refused_with_the_function_for_them() -> None:
    log = travelled_once()
    several = pd.concat([log.assign(replication=0), log.assign(replication=1)])
    with pytest.raises(BrokenContractError, match=r"several replications.*devopssim\.compare"):
        kpis.lead_time(several)


def test_logs_glued_together_are_refused() -> None:
    log = travelled_once()
    with pytest.raises(BrokenContractError, match="sorted by time"):
        kpis.lead_time(pd.concat([log, log], ignore_index=True))


def test_logs_glued_together_and_sorted_are_refused() -> None:
    log = travelled_once()
    both = pd.concat([log, log]).sort_values("time", kind="stable", ignore_index=True)
    with pytest.raises(
        BrokenContractError, match=r"row 1 \(ticket\.created of W1\) happens a second time.*devopssim\.compare"
    ):
        kpis.lead_time(both)


def test_rows_outside_the_time_of_observation_are_refused() -> None:
    log = travelled_once()
    log.attrs["horizon"] = 3.0
    with pytest.raises(BrokenContractError, match="outside the time of observation, 0 to 3 h"):
        kpis.lead_time(log)


def test_a_table_that_lost_its_attributes_is_a_log_that_ends_with_its_last_event() -> None:
    log = log_of(travelled("W1", 0, 4), horizon=8)
    bare = pd.DataFrame({name: log[name] for name in events.COLUMNS})
    bare["kind"] = bare["kind"].astype("str")
    assert kpis.wip(bare) == 1


def travelled_once() -> pd.DataFrame:
    return log_of(travelled("W1", 0, 4))
