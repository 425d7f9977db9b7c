"""Azure DevOps, Bitbucket, Jira's REST API and tools for incidents: the same story in each format, written by hand."""

from pathlib import Path
from typing import Final

import pytest
from histories import refused, story

from devopssim import kpis
from devopssim.events import details
from devopssim.importers import azure_history, bitbucket_history, jira_history, log_of, mapped_history

HERE: Final = Path(__file__).parent


def test_azure_devops_gives_the_story() -> None:
    log = log_of(azure_history(HERE / "azure"))
    assert story(log) == [
        "0 ticket.created #1",
        "24 ticket.started #1",
        "24 change.created #1 C111111111111",
        "36 change.created octo/shop!12",
        "42 change.abandoned octo/shop!12",
        "47 build.started C111111111111",
        "47.5 build.finished C111111111111",
        "48 ticket.created #6",
        "48 change.merged #1 C111111111111",
        "48 ticket.done #1",
        "60 ticket.started #6",
        "72 change.created octo/shop!13",
        "72 service.deployed C111111111111 D1",
        "72 ticket.closed #1",
        "78 service.failed D1 I1",
        "78 incident.reported I1",
        "84 incident.resolved I1",
    ]
    assert details(log, "severity").dropna().tolist() == ["partial"]
    assert log.attrs["source"]["counts"] == {
        "epics, features and tasks": 1,
        "pull requests to other branches": 1,
        "deployments that did not succeed": 1,
        "deployments to other environments": 1,
        "withdrawn items": 2,
    }


def test_bitbucket_gives_the_story() -> None:
    log = log_of(bitbucket_history(HERE / "bitbucket"))
    assert story(log) == [
        "0 ticket.created octo/shop#1",
        "24 ticket.started octo/shop#1",
        "24 change.created octo/shop#1 C111111111111",
        "36 change.created octo/shop!5",
        "42 change.abandoned octo/shop!5",
        "47 build.started C111111111111",
        "47.5 build.finished C111111111111",
        "48 change.merged octo/shop#1 C111111111111",
        "48 ticket.done octo/shop#1",
        "72 service.deployed C111111111111 D1",
        "72 ticket.closed octo/shop#1",
        "78 service.failed D1 I1",
        "78 incident.reported I1",
        "84 incident.resolved I1",
    ]


def test_jiras_changes_of_status_give_cycle_times() -> None:
    log = log_of(jira_history(HERE / "jira_json" / "search.json"))
    assert kpis.cycle_time(log).to_dict() == {"SHOP-1": 72, "SHOP-4": 72}
    assert kpis.lead_time(log).to_dict() == {"SHOP-1": 96, "SHOP-4": 120}
    assert kpis.lead_time(log).attrs["unfinished"] == 1  # SHOP-2 is in progress again
    assert log.attrs["source"]["counts"] == {"withdrawn items": 1}
    assert kpis.mttr(log).tolist() == [6]


def test_incidents_of_other_tools_come_by_the_mapping_and_go_to_their_services() -> None:
    log = log_of(mapped_history(HERE / "incident_tools" / "mapping.toml"))
    failed = log[log["kind"] == "service.failed"]
    assert dict(zip(failed["incident"], failed["deployment"], strict=True)) == {"I1": "D1", "I2": "D2", "I3": "D3"}
    assert details(failed, "severity").tolist() == ["partial", "minor", "total"]
    assert kpis.mttd(log).tolist() == [0.5]
    assert kpis.change_failure_rate(log) == 1


@pytest.mark.parametrize(
    ("source", "content"),
    [("azure", '[{"fields": {}}]'), ("bitbucket", '[{"kind": "bug", "created_on": "2026-03-01"}]')],
)
def test_an_incomplete_object_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], source: str, content: str
) -> None:
    path = tmp_path / "a.json"
    path.write_text(content)
    assert "the field 'id' is missing" in refused(path, capsys, source)
