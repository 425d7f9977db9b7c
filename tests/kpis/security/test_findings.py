"""From the report of a finding to its verdict, its fix and its patch."""

import pytest
from logs import dismissed, fixed, log_of, patched, reported

from devopssim import events, kpis

DAY = 24.0


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
