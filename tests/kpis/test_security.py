"""The security KPIs: what they count, and that nothing to count is NaN."""

import math

import pytest
from logs import (
    committed,
    deployed,
    dismissed,
    ended,
    fixed,
    log_of,
    outage,
    patched,
    reported,
    scanned,
    travelled,
    weakness,
)

from devopssim import events, kpis
from devopssim.errors import InvalidInputError
from devopssim.events import event
from devopssim.kpis import security

DAY = 24.0


def test_open_vulnerabilities_are_what_was_reported_and_not_yet_settled() -> None:
    log = log_of(reported("V1", at=2), fixed("V1", at=6), reported("V2", at=4), dismissed("V2", at=5), horizon=10)
    assert kpis.vulnerabilities_open(log) == pytest.approx((4 + 1) / 10)
    assert kpis.open_vulnerabilities(log).to_dict() == {0: 0, 2: 1, 4: 2, 5: 1, 6: 0}


def test_a_weakness_that_nobody_reported_is_present_but_not_identified() -> None:
    log = log_of(weakness("V1", at=2), weakness("V2", at=3), reported("V2", at=5), patched("V2", at=8), horizon=10)
    assert kpis.vulnerabilities_open(log) == pytest.approx(0.3)
    assert kpis.open_vulnerabilities(log, known=False).to_dict() == {0: 0, 2: 1, 3: 2, 8: 1}


def test_a_patch_after_the_fix_settles_nothing_twice() -> None:
    log = log_of(reported("V1", at=2), fixed("V1", at=4), patched("V1", at=9), horizon=10)
    assert kpis.vulnerabilities_open(log) == pytest.approx(0.2)


def test_what_is_settled_after_the_cut_was_open_at_the_cut() -> None:
    log = log_of(reported("V1", at=1), fixed("V1", at=7), horizon=10)
    assert kpis.vulnerabilities_open(events.since(log, 5)) == pytest.approx(2 / 5)


def test_a_weakness_fixed_before_anybody_reported_it_was_never_an_identified_one() -> None:
    log = log_of(weakness("V1", at=1), fixed("V1", at=4), horizon=10)
    assert kpis.vulnerabilities_open(log) == 0


def test_a_vulnerability_is_hidden_from_its_deployment_until_somebody_reports_it() -> None:
    log = log_of(
        weakness("V1", at=1, change="C1"),  # reported before deployment: never hidden
        reported("V1", at=2),
        fixed("V1", at=3),
        deployed("C1", "D1", at=4),
        weakness("V2", at=1, change="C2"),
        deployed("C2", "D2", at=2),
        reported("V2", at=5),
        weakness("V3", at=6),  # of a dependency
        weakness("V4", at=0, change="C4"),  # never deployed
        horizon=10,
    )
    assert kpis.vulnerabilities_hidden(log) == pytest.approx((3 + 4) / 10)
    assert kpis.KPIS["vulnerabilities_hidden"].rate(kpis.Run(log)).n == 2  # type: ignore[misc]


def test_what_was_hidden_before_a_cut_is_hidden_after_it() -> None:
    log = log_of(
        weakness("V1", at=1),
        weakness("V2", at=1, change="C2"),
        weakness("V3", at=1, change="C3"),
        deployed("C3", "D3", at=2),
        reported("V3", at=3),
        deployed("C2", "D2", at=6),
        reported("V1", at=9),
        horizon=10,
    )
    cut = events.since(log, 5)
    assert cut.attrs["open_hidden"] == {"V1": "", "V2": "C2"}
    assert kpis.vulnerabilities_hidden(cut) == pytest.approx((4 + 4) / 5)
    assert security.vulnerabilities_unreported(kpis.Run(log), 5) == cut.attrs["open_hidden"]
    assert kpis.kpi_curve(log, "vulnerabilities_hidden", window="5h", step="5h").tolist() == pytest.approx(
        [5 / 5, 8 / 5]
    )


def test_only_a_log_that_records_vulnerabilities_knows_how_many_are_hidden() -> None:
    rows = [reported("V1", at=2), fixed("V1", at=4)]
    told = log_of(rows, horizon=10)
    assert math.isnan(kpis.vulnerabilities_hidden(told))
    assert math.isnan(kpis.vulnerabilities_hidden(events.since(told, 5)))
    assert "open_hidden" not in events.since(told, 5).attrs
    assert kpis.kpi_curve(told, "vulnerabilities_hidden", window="5h", step="5h").isna().all()
    assert kpis.vulnerabilities_hidden(log_of(rows, horizon=10, source={"scenario": {}})) == 0


def test_coverage_is_what_was_tested_of_each_change_before_it_went_out() -> None:
    log = log_of(
        committed("C1"),
        committed("C2"),
        committed("C3"),
        scanned(at=1, change="C1", covered=0.8),
        scanned(at=2, change="C1", covered=0.6),
        deployed("C1", "D1", at=3),
        deployed("C2", "D2", at=3),
        scanned(at=4, change="C2", covered=0.9),
    )
    assert kpis.security_test_coverage(log) == pytest.approx((0.8 + 0) / 2)


def test_a_scan_of_a_deployment_covers_all_of_its_changes() -> None:
    scan = events.event(1, "scan.finished", deployment="D1", detail="covered=0.5")
    log = log_of(scan, deployed("C1", "D1", at=2), deployed("C2", "D1", at=2), deployed("C3", "D2", at=3))
    assert kpis.security_test_coverage(log) == pytest.approx(1 / 3)


def test_a_scan_that_does_not_say_how_much_covers_all() -> None:
    assert kpis.security_test_coverage(log_of(scanned(at=0, change="C1"), deployed("C1", "D1", at=1))) == 1


@pytest.mark.parametrize("covered", ["most", "1.5", "-1", "nan"])
def test_a_share_that_is_none_is_refused(covered: str) -> None:
    log = log_of(scanned(at=0, change="C1", covered=covered), deployed("C1", "D1", at=1))
    with pytest.raises(InvalidInputError, match=rf"covered={covered} .* must be numbers from 0 to 1"):
        kpis.security_test_coverage(log)


def test_patches_take_from_the_report_to_production() -> None:
    log = log_of(
        reported("V1", at=1),
        fixed("V1", at=3),
        patched("V1", at=9),
        reported("V2"),
        reported("V3"),
        dismissed("V3", at=1),
        reported("V4"),
        fixed("V4", at=1),
    )
    found = kpis.patch_deployment_time(log)
    assert found.to_dict() == {"V1": 8}
    assert found.attrs["unfinished"] == 1


def test_review_and_fix_time_leaves_false_alarms_out() -> None:
    log = log_of(reported("V1", at=1), fixed("V1", at=3), reported("V2"), reported("V3"), dismissed("V3", at=1))
    found = kpis.review_and_fix_time(log)
    assert found.to_dict() == {"V1": 2}
    assert found.attrs["unfinished"] == 1


def test_scans_that_do_not_say_who_ran_them_count_in_neither() -> None:
    log = log_of(scanned(automated=True), scanned(automated=True), scanned(automated=False), scanned(scanner="sast"))
    assert kpis.automated_scan_share(log) == pytest.approx(2 / 3)


def test_false_positives_are_counted_among_judged_findings() -> None:
    log = log_of(
        reported("V1"), dismissed("V1"), reported("V2"), fixed("V2"), reported("V3"), patched("V3"), reported("V4")
    )
    assert kpis.false_positive_rate(log) == pytest.approx(1 / 3)


def test_sprints_are_windows_of_fourteen_days_where_nobody_says_otherwise() -> None:
    log = log_of(
        reported("V1", at=1 * DAY),
        fixed("V1", at=13 * DAY),
        reported("V2", at=13 * DAY),
        fixed("V2", at=15 * DAY),
        reported("V3", at=1 * DAY),
        reported("V4", at=1 * DAY),
        dismissed("V4", at=2 * DAY),
    )
    assert kpis.fixed_in_sprint_share(log) == pytest.approx(1 / 3)


def test_a_sprint_that_the_events_say_is_the_one_that_counts() -> None:
    log = log_of(
        reported("V1", at=1 * DAY, sprint=1),
        fixed("V1", at=20 * DAY, sprint=1),
        reported("V2", at=1 * DAY, sprint=1),
        fixed("V2", at=2 * DAY, sprint=2),
    )
    assert kpis.fixed_in_sprint_share(log) == 1 / 2


def test_sprints_stay_where_they_are_when_the_log_is_cut() -> None:
    log = log_of(reported("V1", at=13 * DAY), fixed("V1", at=15 * DAY))
    assert kpis.fixed_in_sprint_share(events.since(log, 10 * DAY)) == 0


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


def test_automation_is_the_share_of_security_tasks_that_a_machine_did() -> None:
    task = [
        ended("test", at=1, change="C1", detail="task=scan;automated=yes"),
        ended("test", at=2, finding="V1", role="developer", detail="task=triage;automated=no"),
        ended("code", at=3, finding="V1", role="developer", detail="task=fix"),
        ended("code", at=3, item="W1", role="developer", detail="automated=no"),
    ]
    assert kpis.security_automation_rate(log_of(task)) == 1 / 2


@pytest.mark.parametrize("name", [name for name, kpi in kpis.KPIS.items() if kpi.family == "security"])
def test_where_nothing_was_there_to_count_there_is_no_number(name: str) -> None:
    value = kpis.values(log_of(travelled("W1", 0, 5)), [name])[name]
    if name in {"vulnerabilities_open", "security_downtime"}:  # over time, and there was time
        assert value == 0
    else:
        assert math.isnan(value)


def test_a_dismissed_finding_is_no_finding_even_where_it_was_fixed() -> None:
    log = log_of(
        reported("V1", at=1),
        fixed("V1", at=2),
        reported("V2", at=1),
        dismissed("V2", at=2),
        fixed("V2", at=3),
        reported("V3", at=1),
    )
    assert kpis.fixed_in_sprint_share(log) == 1 / 2


def test_the_findings_that_are_open_are_the_reported_ones() -> None:
    log = log_of(
        weakness("V1", at=1), weakness("V2", at=1), reported("V1", at=2), reported("V3", at=2), fixed("V3", at=4)
    )
    assert security.findings_open(kpis.Run(log), 3) == ["V1", "V3"]
    assert security.findings_open(kpis.Run(log), 5) == ["V1"]


def test_a_scan_of_a_deployment_covers_the_changes_in_it() -> None:
    log = log_of(
        committed("C1"),
        committed("C2"),
        deployed("C1", "D1", at=1),
        deployed("C2", "D2", at=2),
        event(1, "scan.finished", deployment="D1", detail="covered=0.5"),
    )
    assert kpis.security_test_coverage(log) == pytest.approx(0.25)
