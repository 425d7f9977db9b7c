"""Habits of tracking work: what is an incident, what counts as delivered, and what no source tells."""

from pathlib import Path

import pytest
from teams import DAY, HOUR, PULLS, START, Import, exported, iso, issue, rollout, table

from devopssim import kpis
from devopssim.cli import INVALID_INPUT, main
from devopssim.exporters import openmetrics

NOT_TOLD = (
    "change_failure_rate",
    "availability",
    "security_test_coverage",
    "failure_demand",
    "security_incidents_per_deployment",
)


def test_what_no_source_tells_is_not_observed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = exported(tmp_path / "a.json", *PULLS, *(rollout(day, day) for day in range(1, 11)))
    result = Import(tmp_path, capsys, "--github", page)
    assert result.n(*NOT_TOLD, "deployment_frequency") == [0, 0, 0, 0, 0, 10]
    assert {result.value(kpi) for kpi in NOT_TOLD} == {None}
    text = openmetrics(result.log, ["availability", "deployment_frequency"])
    assert "devopssim_availability_counted 0.0" in text
    assert "\ndevopssim_availability_ratio " not in text
    assert main(["validate", str(tmp_path / "team.csv")]) == 0
    assert "Change failure rate: not observed (n = 0)." in capsys.readouterr().out


def test_stated_kinds_of_incidents_that_did_not_happen_are_observed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = exported(tmp_path / "a.json", issue(1), *PULLS, *(rollout(day, day) for day in range(1, 11)))
    assert "state it with --incidents PATTERN" in Import(tmp_path, capsys, "--github", page).notes
    result = Import(tmp_path, capsys, "--github", page, "--incidents", "sev*")
    assert (result.value("change_failure_rate"), result.value("availability")) == (0, 1)


def test_an_incident_belongs_to_the_service_that_it_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def event(number: int, kind: str, hours: int, subject: str, **content: object) -> dict[str, object]:
        context = {"specversion": "0.5.0", "id": f"e{number}", "source": "/ci", "timestamp": iso(START + hours * HOUR)}
        return {
            "context": context | {"type": f"dev.cdevents.{kind}.0.3.0"},
            "subject": {"id": subject, "content": content},
        }

    production = {"id": "production"}
    page = exported(
        tmp_path / "a.json",
        event(1, "service.deployed", 1, "a", environment=production, artifactId="pkg:oci/a@1"),
        event(2, "service.deployed", 2, "b", environment=production, artifactId="pkg:oci/b@1"),
        event(3, "incident.detected", 3, "i1", service={"id": "a"}),
        event(4, "incident.resolved", 4, "i1"),
        event(5, "incident.detected", 9, "i1", service={"id": "b"}),
        event(6, "incident.resolved", 10, "i1"),
        event(7, "incident.detected", 11, "i2", service={"id": "unknown"}),
    )
    result = Import(tmp_path, capsys, "--cdevents", page)
    failed = result.log[result.log["kind"] == "service.failed"]
    assert failed["deployment"].fillna("none").tolist() == ["D1", "D2", "none"]  # one id, two outages
    assert kpis.mttr(result.log).tolist() == [1, 1]


def test_labels_of_incidents_match_as_whole_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labels = ["P1", "enhancement", "non-incident", "incident-tooling", "not an incident", "outage-page"]
    page = exported(tmp_path / "a.json", *(issue(number, label) for number, label in enumerate(labels, start=1)))
    assert Import(tmp_path, capsys, "--github", page).count("service.failed") == 0
    chosen = Import(tmp_path, capsys, "--github", page, "--incidents", "p1")
    assert chosen.count("service.failed") == 1
    assert "incidents are the issues of these kinds: P1 (1)" in chosen.notes
    more = exported(tmp_path / "b.json", issue(1, "type: incident"), issue(2, "SEV-2"), issue(3, "production outage"))
    assert Import(tmp_path, capsys, "--github", more).count("service.failed") == 3


def test_several_outages_under_one_number_are_several(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"INC-1,{iso(START)},{iso(START + HOUR)}", f"INC-1,{iso(START + DAY)},{iso(START + DAY + 3 * HOUR)}"]
    result = Import(tmp_path, capsys, "--csv", table(tmp_path, "incidents", "id,detected,resolved", *rows))
    assert kpis.mttr(result.log).tolist() == [1, 3]


def test_gitlabs_moved_and_duplicate_issues_count_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def of(number: int, **fields: object) -> dict[str, object]:
        times = {"created_at": iso(START), "closed_at": iso(START + number * DAY), "state": "closed"}
        return {"iid": number, "id": number, "references": {"full": f"acme/shop#{number}"}, **times, **fields}

    page = exported(
        tmp_path / "a.json",
        of(1, moved_to_id=5),
        of(2),
        of(3, _links={"closed_as_duplicate_of": "https://gitlab.test/api/v4/issues/2"}),
        of(4, state="opened"),
    )
    result = Import(tmp_path, capsys, "--gitlab", page)
    assert (result.n("lead_time"), result.kpis["lead_time"]["unfinished"]) == ([1], 1)
    assert "1 issues that were moved to another project" in result.notes


HEAD = "Issue key,Issue Type,Status,Status Category,Resolution,Created,Resolved"


def jira(path: Path, *rows: str, head: str = HEAD) -> Path:
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "resolution",
    [
        "Obsolete",
        "Abandoned",
        "Rejected",
        "Canceled",
        "Cancelled",
        "Not a Problem",
        "Won\u2019t Do",
        "Won't Fix",
        "Works as Designed",
        "Duplicate",
    ],
)
def test_resolutions_that_mean_the_opposite_deliver_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], resolution: str
) -> None:
    done = "A-1,Story,Done,Done,Done,01/Jan/24 9:00 AM,05/Jan/24 9:00 AM"
    other = f"A-2,Story,Done,Done,{resolution},01/Jan/24 9:00 AM,05/Jan/24 9:00 AM"
    result = Import(tmp_path, capsys, "--jira", jira(tmp_path / "a.csv", done, other))
    assert result.n("lead_time", "flow_efficiency", "availability") == [1, 0, 0]
    assert "1 withdrawn items" in result.notes


def test_people_extend_the_list_of_resolutions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = "A-{},Story,Done,Done,{},01/Jan/24 9:00 AM,05/Jan/24 9:00 AM"
    page = jira(tmp_path / "a.csv", row.format(1, "Parked for 2025"), row.format(2, "Done"))
    assert Import(tmp_path, capsys, "--jira", page).n("lead_time") == [2]
    assert Import(tmp_path, capsys, "--jira", page, "--withdrawn", "parked*").n("lead_time") == [1]


def test_done_without_a_date_and_in_progress_again_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    undated = [f"A-{number},Story,Done,Done,,01/Jan/24 9:00 AM," for number in range(5)]
    again = "B-1,Story,Doing,In Progress,Done,01/Jan/24 9:00 AM,05/Jan/24 9:00 AM"
    result = Import(tmp_path, capsys, "--jira", jira(tmp_path / "a.csv", *undated, again))
    assert (result.n("lead_time"), result.kpis["lead_time"]["unfinished"]) == ([0], 6)
    assert "5 issues with the status category Done and no date in Resolved" in result.notes
    assert "1 issues with a date in Resolved that are in progress again" in result.notes


@pytest.mark.parametrize(
    ("written", "language"),
    [
        ("05/M\u00e4r/24 9:00 AM", None),
        ("05/mars/24 9:00", None),
        ("05/mrt/24 9:00", None),
        ("05/\u043c\u0430\u0440/24 9:00", None),
        ("05/lis/24 9:00 AM", "pl"),
    ],
)
def test_months_have_names_in_other_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], written: str, language: str | None
) -> None:
    page = jira(tmp_path / "a.csv", f"A-1,Story,Open,To Do,,{written},")
    stated = ["--language", language] if language else []
    result = Import(tmp_path, capsys, "--jira", page, *stated)
    assert result.log.attrs["start"] == f"2024-{11 if language else 3:02}-05T09:00:00+00:00"


def test_an_ambiguous_month_and_an_unknown_language_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = jira(tmp_path / "a.csv", "A-1,Story,Open,To Do,,05/lis/24 9:00 AM,")
    for words, reason in (([], "unknown time format '05/lis/24 9:00 AM'"), (["--language", "xx-yy-zz"], "is unknown")):
        assert main(["import", "--jira", str(page), *words]) == INVALID_INPUT
        assert reason in capsys.readouterr().err


def test_empty_columns_of_a_spreadsheet_are_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = (
        "A-1,Story,Done,Done,Done,2024-01-01 09:00:00,2024-01-05 09:00:00,,,",
        "A-2,Story,Open,To Do,,2024-01-01 09:00:00,",
    )
    result = Import(tmp_path, capsys, "--jira", jira(tmp_path / "a.csv", *rows, head=f"{HEAD},,"))
    assert (result.n("lead_time"), result.kpis["lead_time"]["unfinished"]) == ([1], 1)


@pytest.mark.parametrize("case", ["item", "incident", "finding"])
def test_a_table_of_cases_that_the_log_lacks_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    Import(tmp_path, capsys, "--github", exported(tmp_path / "a.json", *PULLS, rollout(7, 1)))
    command = [
        "export",
        str(tmp_path / "team.csv"),
        "--to",
        "process",
        "--case",
        case,
        "--out",
        str(tmp_path / "p.csv"),
    ]
    assert main(command) == INVALID_INPUT
    (line,) = capsys.readouterr().err.splitlines()
    assert f"the log names no {case}" in line
    assert "pass --case change" in line
