"""Exports in the real formats, written by hand: each tells one small story whose numbers can be checked in the head.

The story on GitHub and GitLab: a wish of 1 March is worked on from the 2nd, merged on the 3rd and deployed on the 4th at
midnight; six hours later the cart is down, for six hours. A second deployment of the 5th is taken back the same day.
"""

from pathlib import Path
from typing import Final

import pandas as pd
import pytest

from devopssim import events, kpis
from devopssim.importers import (
    History,
    cdevents_history,
    github_history,
    gitlab_history,
    jira_history,
    log_of,
    mapped_history,
    read_cdevents,
)

HERE: Final = Path(__file__).parent


def story(log: pd.DataFrame) -> list[str]:
    """Return the log as lines: the hour, what happened, to what."""
    events.validate(log)
    columns = ("item", "change", "deployment", "incident")
    return [
        " ".join([f"{row.time:g}", str(row.kind), *(str(row[name]) for name in columns if pd.notna(row[name]))])
        for _, row in log.iterrows()
    ]


GITHUB: Final = [
    "0 ticket.created octo/shop#1",
    "24 ticket.started octo/shop#1",
    "24 change.created octo/shop#1 C111111111111",
    "36 change.created octo/shop!4",
    "42 change.abandoned octo/shop!4",
    "47 testsuiterun.started C111111111111",
    "47.5 testsuiterun.finished C111111111111",
    "48 change.merged octo/shop#1 C111111111111",
    "48 ticket.done octo/shop#1",
    "72 service.deployed C111111111111 D1",
    "72 ticket.closed octo/shop#1",
    "78 service.failed D1 I1",
    "78 incident.reported I1",
    "80 change.created octo/shop#9 C222222222222",
    "84 incident.resolved I1",
    "96 ticket.created octo/shop#9",
    "96 ticket.started octo/shop#9",
    "96 change.merged octo/shop#9 C222222222222",
    "102 service.deployed C222222222222 D2",
    "108 service.rolledback D2",
]


def test_github_tells_the_story_whatever_the_files_are_called() -> None:
    log = log_of(github_history(HERE / "github"))
    assert story(log) == GITHUB
    assert log.attrs["start"] == "2026-03-01T00:00:00+00:00"
    assert log.attrs["source"]["left_out"] == {
        "workflow runs that deploy": 1,
        "pull requests to other branches": 1,
        "deployments that did not succeed": 1,
        "deployments to other environments": 1,
        "items that were withdrawn": 1,
    }


def test_gitlab_tells_the_same_story() -> None:
    log = log_of(gitlab_history(HERE / "gitlab"))
    ours = [line.replace("octo/", "acme/").replace("testsuiterun", "build") for line in GITHUB]
    assert story(log) == ours
    assert set(log.attrs["source"]["left_out"].values()) == {1}


@pytest.mark.parametrize("history", [github_history(HERE / "github"), gitlab_history(HERE / "gitlab")])
def test_the_numbers_of_the_story(history: History) -> None:
    found = kpis.values(log_of(history))
    assert (found["lead_time"], found["cycle_time"], found["mttr"]) == (72, 24, 6)
    assert found["change_failure_rate"] == 1  # the first failed, the second was taken back
    assert kpis.table(log_of(history)).loc["mttd", "n"] == 0  # when it broke is not told


def test_pages_one_after_another_and_lines_are_pages_too(tmp_path: Path) -> None:
    whole = log_of(github_history(HERE / "github"))
    pages = "".join(path.read_text() for path in sorted((HERE / "github").glob("*.json")))
    (tmp_path / "all.json").write_text("\ufeff" + pages)
    pd.testing.assert_frame_equal(log_of(github_history(tmp_path / "all.json")), whole)
    (tmp_path / "all.json").write_bytes(pages.encode("utf-16"))
    pd.testing.assert_frame_equal(log_of(github_history(tmp_path)), whole)


def test_without_incidents_to_look_for_they_are_ordinary_items() -> None:
    log = log_of(github_history(HERE / "github", incidents=("sev9",)))
    assert (log["kind"] == "ticket.created").sum() == 3
    assert kpis.table(log).loc["mttr", "n"] == 0


def test_staging_counts_where_one_says_so() -> None:
    log = log_of(github_history(HERE / "github", environments=("staging",)))
    assert story(log).count("49 service.deployed C111111111111 D1") == 1


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
    assert log.attrs["source"]["left_out"] == {"epics and sub-tasks": 1, "items that were withdrawn": 1}
    assert kpis.table(log).loc[["lead_time_for_changes", "mttd", "change_failure_rate"], "n"].tolist() == [0, 0, 0]


def test_jira_times_are_of_the_zone_that_is_named() -> None:
    utc = log_of(jira_history(HERE / "jira" / "issues.csv"))
    berlin = log_of(jira_history(HERE / "jira" / "issues.csv", zone="Europe/Berlin"))
    assert utc.attrs["start"] == "2026-03-01T09:00:00+00:00"
    assert berlin.attrs["start"] == "2026-03-01T08:00:00+00:00"


def test_csv_by_a_mapping() -> None:
    log = log_of(mapped_history(HERE / "csv" / "mapping.toml"))
    assert story(log) == [
        "0 ticket.created T1",
        "24 ticket.started T1",
        "28 change.created T1 K1",
        "46 change.created K2",
        "48 ticket.done T1",
        "52 service.deployed K1 D1",
        "52 service.deployed K2 D1",
        "52 ticket.closed T1",  # with its last change, not when the table says
        "448 service.failed D1 I1",
        "449 incident.detected I1",
        "452 incident.resolved I1",
        "568 service.failed I2",
        "570 incident.detected I2",
        "664 ticket.created _=T2",  # a name, not a formula
        "666 ticket.done _=T2",  # two hours, not three: the clocks go forward in between
        "666 ticket.closed _=T2",
    ]


def test_cdevents_of_other_tools_from_0_3_to_0_5() -> None:
    log = read_cdevents(HERE / "cdevents" / "events.jsonl")
    assert story(log) == [
        "0 ticket.created T-1",
        "24 change.created c1",
        "30 change.merged c1",
        "30 build.started",
        "30.5 build.finished",
        "31 testsuiterun.finished",
        "48 service.deployed c1 D1",
        "50 service.failed D1 I1",
        "50 incident.reported I1",
        "52 service.rolledback D1",
        "52 incident.resolved I1",
        "72 ticket.done T-1",
        "72 ticket.closed T-1",
    ]
    assert log.attrs["source"]["left_out"] == {
        "deployments to other environments": 1,
        "events delivered twice": 1,
        "environment.created": 1,
        "events of other types or versions": 1,
    }
    pd.testing.assert_frame_equal(log, log_of(cdevents_history(HERE / "cdevents")))
