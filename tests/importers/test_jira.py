"""Exports of Jira."""

from pathlib import Path
from typing import Final

import pytest
from histories import refused, story

from devopssim import kpis
from devopssim.errors import InvalidInputError
from devopssim.events import details
from devopssim.importers import (
    jira_history,
    log_of,
)

HERE: Final = Path(__file__).parent


def test_jira() -> None:
    log = log_of(jira_history(HERE / "jira" / "issues.csv"))
    assert story(log) == [
        "0 ticket.created SHOP-1",
        "24 ticket.started SHOP-1",
        "37.5 ticket.created SHOP-2",
        "48 service.failed I1",
        "48 incident.reported I1",
        "54 incident.resolved I1",
        "72 ticket.done SHOP-1",
        "72 ticket.closed SHOP-1",
    ]
    assert details(log, "severity").dropna().tolist() == ["total"]
    assert log.attrs["source"]["counts"] == {"epics and sub-tasks": 1, "withdrawn items": 1}
    assert kpis.table(log).loc[["lead_time_for_changes", "mttd", "change_failure_rate"], "n"].tolist() == [0, 0, 0]


def test_jira_times_are_read_in_the_stated_time_zone() -> None:
    utc = log_of(jira_history(HERE / "jira" / "issues.csv"))
    berlin = log_of(jira_history(HERE / "jira" / "issues.csv", zone="Europe/Berlin"))
    assert utc.attrs["start"] == "2026-03-01T09:00:00+00:00"
    assert berlin.attrs["start"] == "2026-03-01T08:00:00+00:00"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("Summary\nx\n", "a header row with at least two columns is missing"),
        ("Summary,Priority\nx,High\n", "'Issue key' or 'Created' is missing"),
        ("Issue key,Created\nA-1,01/Mar/26 9:00 AM\nA-2\n", "line 3 has 1 fields, the header has 2"),
        ('Issue key,Created\nA-1,"01/Mar/26', "unknown time format"),
        ("Issue key,Created\nA-1,31.12.2026\n", "line 2: unknown time format '31.12.2026'"),
        ("Issue key,Created\nA-1," + "x" * 200_000 + "\n", "is not valid CSV (field larger"),
    ],
)
def test_a_malformed_export_of_issues_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, reason: str
) -> None:
    path = tmp_path / "issues.csv"
    path.write_text(content)
    assert reason in refused(path, capsys, "jira")


def test_jira_times_in_another_format_are_read_if_the_format_is_stated(tmp_path: Path) -> None:
    path = tmp_path / "issues.csv"
    path.write_text("Issue key;Created\nA-1;31.12.2025 23:30\n")
    log = log_of(jira_history(path, time_format="%d.%m.%Y %H:%M", zone="Europe/Berlin"))
    assert log.attrs["start"] == "2025-12-31T22:30:00+00:00"
    with pytest.raises(InvalidInputError, match="time zone 'Mars' is unknown"):
        jira_history(path, time_format="%d.%m.%Y %H:%M", zone="Mars")
