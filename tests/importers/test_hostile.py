"""Files that are damaged, huge, wrongly encoded or mean harm: one clear line, nothing carried out, nothing lost."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from devopssim import events, exporters
from devopssim.cli import INVALID_INPUT, SUCCESS, main
from devopssim.importers import (
    github_history,
    gitlab_history,
    log_of,
)

HERE: Final = Path(__file__).parent
ISSUE: Final[dict[str, Any]] = {"number": 1, "created_at": "2026-03-01T00:00:00Z"}


@pytest.mark.parametrize(
    "word", ['=cmd|"/C calc"!A0', "+1+1", "-2", "@SUM(A1)", "\t=1", "a\x00b\x1b[31m", "; rm -rf /"]
)
def test_words_that_are_formulas_or_commands_elsewhere_are_words(tmp_path: Path, word: str) -> None:
    """In a log, and in what is written from it, no cell begins as a formula does, and no control character is left."""
    issues = [{**ISSUE, "number": word, "title": word}, {**ISSUE, "number": 2, "title": word, "labels": ["incident"]}]
    (tmp_path / "page.json").write_text(json.dumps(issues))
    log = log_of(github_history(tmp_path))
    assert set(log["kind"]) >= {"ticket.created", "incident.reported"}
    events.write(log, tmp_path / "log.csv")
    exporters.write_process_table(log, tmp_path / "table.csv")
    for name in ("log.csv", "table.csv"):
        text = (tmp_path / name).read_text()
        cells = [cell.strip('"') for line in text.splitlines() if not line.startswith("#") for cell in line.split(",")]
        assert not [cell for cell in cells if cell[:1] in {"=", "+", "-", "@"}]
        assert all(letter.isprintable() or letter == "\n" for letter in text)
    assert len(events.read(tmp_path / "log.csv")) == len(log)


def test_objects_that_nobody_knows_are_counted_not_lost(tmp_path: Path) -> None:
    (tmp_path / "page.json").write_text(json.dumps([ISSUE, {"id": 3, "star": True}, {"id": 4, "gazer": 1}]))
    assert log_of(github_history(tmp_path)).attrs["source"]["counts"] == {"objects of other kinds": 2}
    (tmp_path / "page.json").write_text(json.dumps([{"iid": 1, "created_at": "2026-03-01T00:00:00Z"}, {"id": 3}]))
    assert log_of(gitlab_history(tmp_path)).attrs["source"]["counts"] == {"objects of other kinds": 1}


def test_the_commands_from_export_to_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Import, write, judge, and exchange; what comes back from CDEvents is the log."""
    log, lines, back = tmp_path / "log.csv", tmp_path / "log.jsonl", tmp_path / "back.csv"
    sources = ["--github", str(HERE / "github"), "--jira", str(HERE / "jira" / "issues.csv")]
    assert main(["import", *sources, "--out", str(log), "--json"]) == SUCCESS
    printed = capsys.readouterr()
    assert {each["kpi"] for each in json.loads(printed.out)} >= {"lead_time", "mttr"}
    assert "Note: 1 epics and sub-tasks." in printed.err
    assert main(["export", str(log), "--to", "cdevents", "--out", str(lines)]) == SUCCESS
    assert main(["import", "--cdevents", str(lines), "--out", str(back)]) == SUCCESS
    assert back.read_bytes() == log.read_bytes()
    for form, name in (("process", "t.parquet"), ("openmetrics", "m.txt"), ("log", "l.parquet")):
        assert main(["export", str(log), "--to", form, "--out", str(tmp_path / name)]) == SUCCESS
        assert (tmp_path / name).stat().st_size > 100
    capsys.readouterr()
    assert main(["validate", str(log), "--json"]) == SUCCESS
    found = json.loads(capsys.readouterr().out)
    assert {"left out", "small"} <= {each["sort"] for each in found["anomalies"]}
    assert main(["kpis", str(log), "--intervals", "--json"]) == SUCCESS
    rows = {row["kpi"]: row for row in json.loads(capsys.readouterr().out)}
    assert (rows["mttr"]["value"], rows["mttr"]["word"]) == (6, "no interval")
    assert rows["mttd"]["value"] is None


@pytest.mark.parametrize(
    "words",
    [
        ("calibrate", "nowhere.csv"),
        ("calibrate", "LOG"),
        ("calibrate", "LOG", "--replications", "1"),
        ("calibrate", "LOG", "--base", "scrum"),
        ("what-if", "agile"),
        ("what-if", "agile", "--add", "developers=1.5"),
        ("what-if", "agile", "--add", "wizards=1"),
        ("what-if", "agile", "--adopt", "testing=2"),
        ("what-if", "agile", "--adopt", "testing=1", "--cost-per-hour", "-1"),
        ("export", "LOG", "--to", "process", "--out", "table.xes"),
        ("export", "LOG", "--to", "process", "--case", "team", "--out", "table.csv"),
        ("import", "--git", ".", "--attribution-window", "-1"),
    ],
)
def test_a_usage_error_is_reported_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    log = log_of(github_history(HERE / "github"))
    events.write(log, "log.csv")
    capsys.readouterr()
    assert main([word.replace("LOG", "log.csv") for word in words]) == INVALID_INPUT
    printed = capsys.readouterr()
    assert (printed.out, len(printed.err.splitlines())) == ("", 1)


@pytest.mark.parametrize("nested", [[], [1], "x", 7, None, {"merged_at": []}])
def test_a_pull_request_of_any_form_ends_in_records_or_one_line(tmp_path: Path, nested: Any) -> None:
    (tmp_path / "page.json").write_text(json.dumps([{**ISSUE, "pull_request": nested}]))
    assert main(["import", "--github", str(tmp_path), "--out", str(tmp_path / "log.csv")]) in {SUCCESS, INVALID_INPUT}
