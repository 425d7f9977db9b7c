"""Files that are damaged, huge, wrongly encoded or mean harm: one clear line, nothing carried out, nothing lost."""

import base64
import json
from pathlib import Path
from typing import Any, Final

import pytest

from devopssim import events, exporters
from devopssim.cli import BAD_INPUT, DONE, main
from devopssim.errors import InvalidInputError
from devopssim.importers import (
    exported_files,
    github_history,
    gitlab_history,
    jira_history,
    log_of,
    mapped_history,
    read_cdevents,
)

HERE: Final = Path(__file__).parent
ISSUE: Final[dict[str, Any]] = {"number": 1, "created_at": "2026-03-01T00:00:00Z"}


def refused(path: Path, capsys: pytest.CaptureFixture[str], source: str = "github") -> str:
    """Import the file by the command, and return the one line that refuses it."""
    assert main(["import", f"--{source}", str(path)]) == BAD_INPUT
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert len(line) < 400
    return line


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "tells of no request"),
        (b"[]", "tells of no request"),
        (b'[{"number": 1, "created_at": "2026-03-', "line 1 is no JSON"),
        (b'[{"number": 1,\n "created_at": "2026-03-01T00:00:00Z"},', "line 2 is no JSON"),
        (b'{"a": NaN}', "NaN is no JSON number"),
        (b"[1, 2]", "where an object"),
        (b'"text"', "where an object"),
        (b"\xff\xfe\x00\xd8", "is not utf-16 text"),
        (b'[{"number": 1, "title": "gr\xfc\xdfe"}]', "is not UTF-8 text, byte 27"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"number": ' + b"9" * 5000 + b"}", "is no JSON"),
        (b"PK\x03\x04 not a page", "is no JSON"),
        (b'[{"number": 1, "created_at": "yesterday"}]', "'yesterday' is no time"),
        (b'[{"number": 1, "created_at": "2026-13-01T00:00:00Z"}]', "is no time"),
        (b'[{"number": 1, "created_at": true}]', "is no time"),
        (b'[{"number": 1, "created_at": "0001-01-01T00:00:00+14:00"}]', "outside the calendar"),
        (b'[{"id": 1, "environment": "prod", "sha": "x"}]', "tells of no request"),
        (b'[{"number": 1, "created_at": 1e300}]', "outside the calendar"),
        (b'[{"environment": "prod", "sha": "x"}]', "has no 'id'"),
    ],
)
def test_what_is_no_export_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, reason: str
) -> None:
    path = tmp_path / "page.json"
    path.write_bytes(content)
    assert reason in refused(path, capsys)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exported_files, "LARGEST", 1 << 20)
    path = tmp_path / "page.json"
    with path.open("wb") as stream:
        stream.truncate((1 << 20) + 1)  # a sparse file
    assert "is larger than 1 MiB" in refused(path, capsys)


def test_a_folder_without_answers_and_a_file_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "holds no .json" in refused(tmp_path, capsys)
    assert "no such file" in refused(tmp_path / "nowhere.json", capsys)
    assert main(["import"]) == BAD_INPUT
    assert "no source is named" in capsys.readouterr().err


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


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("Summary\nx\n", "no header row"),
        ("Summary,Priority\nx,High\n", "no 'Issue key'"),
        ("Issue key,Created\nA-1,01/Mar/26 9:00 AM\nA-2\n", "line 3 has 1 fields, the header 2"),
        ('Issue key,Created\nA-1,"01/Mar/26', "is no time"),
        ("Issue key,Created\nA-1,31.12.2026\n", "line 2: '31.12.2026' is no time"),
        ("Issue key,Created\nA-1," + "x" * 200_000 + "\n", "is no CSV (field larger"),
    ],
)
def test_what_is_no_export_of_issues_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, reason: str
) -> None:
    path = tmp_path / "issues.csv"
    path.write_text(content)
    assert reason in refused(path, capsys, "jira")


def test_jira_times_in_another_form_are_read_if_it_is_named(tmp_path: Path) -> None:
    path = tmp_path / "issues.csv"
    path.write_text("Issue key;Created\nA-1;31.12.2025 23:30\n")
    log = log_of(jira_history(path, time_format="%d.%m.%Y %H:%M", zone="Europe/Berlin"))
    assert log.attrs["start"] == "2025-12-31T22:30:00+00:00"
    with pytest.raises(InvalidInputError, match="time zone 'Mars' is not known"):
        jira_history(path, time_format="%d.%m.%Y %H:%M", zone="Mars")


@pytest.mark.parametrize(
    ("mapping", "reason"),
    [
        ("", "has no [[table]]"),
        ("[[table]", "not TOML"),
        ("[[table]]\nwhat = 'people'", "what='people' must be one of"),
        ("[[table]]\nwhat = 'items'\nfile = 'x.csv'", "columns with an id"),
        (
            "[[table]]\nwhat = 'items'\nfile = 'x.csv'\ncolumns = {id = 'A'}",
            "need a column for at least one of created",
        ),
        (
            "[[table]]\nwhat = 'items'\nfile = 'x.csv'\ncolumns = {id = 'A', colour = 'B'}",
            "'colour' is nothing that items have",
        ),
        ("[[table]]\nwhat = 'items'\nfile = 'x.csv'\nshell = 'rm'\ncolumns = {id = 'A'}", "'shell' is no setting"),
        ("[[table]]\nwhat = 'items'\nfile = 'no.csv'\ncolumns = {id = 'A', created = 'B'}", "no.csv is no file"),
        (
            "[[table]]\nwhat = 'items'\nfile = 'x.csv'\ncolumns = {id = 'A', created = 'C'}",
            "no column 'C'; its columns are A, B",
        ),
        (
            "[[table]]\nwhat = 'items'\nfile = 'x.csv'\nzone = '../../etc/passwd'\ncolumns = {id = 'A', created = 'B'}",
            "time zone",
        ),
        (
            "[[table]]\nwhat = 'items'\nfile = 'x.csv'\nencoding = 'klingon'\ncolumns = {id = 'A', created = 'B'}",
            "klingon",
        ),
    ],
)
def test_a_mapping_that_is_wrong_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], mapping: str, reason: str
) -> None:
    (tmp_path / "x.csv").write_text("A,B\n1,2026-01-01\n")
    path = tmp_path / "mapping.toml"
    path.write_text(mapping)
    assert reason in refused(path, capsys, "csv")


def test_a_table_in_another_encoding_is_read_if_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes("Kürzel|Seit\nÄ1|2026-01-01T00:00:00Z\n".encode("latin-1"))
    mapping = "[[table]]\nwhat='items'\nfile='x.csv'\nencoding='latin-1'\ncolumns={id='Kürzel', created='Seit'}"
    (tmp_path / "mapping.toml").write_text(mapping)
    assert log_of(mapped_history(tmp_path / "mapping.toml"))["item"].tolist() == ["Ä1"]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"context": {}}, "no context or no subject"),
        ({"id": 1, "data": 5}, "neither CloudEvents nor CDEvents"),
        ({"id": 1, "data": "{"}, "is no JSON"),
        ({"id": 1, "data_base64": "!"}, "data_base64 of event 1 is damaged"),
        ({"id": 1, "data": "[" * 100_000}, "is no JSON"),
        (
            {
                "context": {"type": "dev.cdevents.change.created.0.3.0", "version": "0.4.1", "id": "7"},
                "subject": {"id": "x"},
            },
            "event 7 has no timestamp",
        ),
    ],
)
def test_what_is_no_cdevent_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], event: dict[str, Any], reason: str
) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(json.dumps(event))
    assert reason in refused(path, capsys, "cdevents")


def test_cdevents_in_base64_are_read(tmp_path: Path) -> None:
    inner = {
        "context": {
            "type": "dev.cdevents.ticket.created.0.1.0", "version": "0.4.0", "id": "1", "source": "/t",
            "timestamp": "2026-03-01T00:00:00Z",
        },
        "subject": {"id": "T-1", "content": {}},
    }  # fmt: skip
    outer = {"specversion": "1.0", "id": "1", "data_base64": base64.b64encode(json.dumps(inner).encode()).decode()}
    (tmp_path / "events.jsonl").write_text(json.dumps(outer))
    assert read_cdevents(tmp_path)["item"].tolist() == ["T-1"]


def test_objects_that_nobody_knows_are_counted_not_lost(tmp_path: Path) -> None:
    (tmp_path / "page.json").write_text(json.dumps([ISSUE, {"id": 3, "star": True}, {"id": 4, "gazer": 1}]))
    assert log_of(github_history(tmp_path)).attrs["source"]["left_out"] == {"objects of other kinds": 2}
    (tmp_path / "page.json").write_text(json.dumps([{"iid": 1, "created_at": "2026-03-01T00:00:00Z"}, {"id": 3}]))
    assert log_of(gitlab_history(tmp_path)).attrs["source"]["left_out"] == {"objects of other kinds": 1}


def test_the_commands_from_export_to_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Import, write, judge, and exchange; what comes back from CDEvents is the log."""
    log, lines, back = tmp_path / "log.csv", tmp_path / "log.jsonl", tmp_path / "back.csv"
    sources = ["--github", str(HERE / "github"), "--jira", str(HERE / "jira" / "issues.csv")]
    assert main(["import", *sources, "--out", str(log), "--json"]) == DONE
    printed = capsys.readouterr()
    assert {each["kpi"] for each in json.loads(printed.out)} >= {"lead_time", "mttr"}
    assert "Note: 1 epics and sub-tasks." in printed.err
    assert main(["export", str(log), "--to", "cdevents", "--out", str(lines)]) == DONE
    assert main(["import", "--cdevents", str(lines), "--out", str(back)]) == DONE
    assert back.read_bytes() == log.read_bytes()
    for form, name in (("process", "t.parquet"), ("openmetrics", "m.txt"), ("log", "l.parquet")):
        assert main(["export", str(log), "--to", form, "--out", str(tmp_path / name)]) == DONE
        assert (tmp_path / name).stat().st_size > 100
    capsys.readouterr()
    assert main(["validate", str(log), "--json"]) == DONE
    found = json.loads(capsys.readouterr().out)
    assert {"left out", "small"} <= {each["sort"] for each in found["findings"]}
    assert main(["kpis", str(log), "--intervals", "--json"]) == DONE
    rows = {row["kpi"]: row for row in json.loads(capsys.readouterr().out)}
    assert (rows["mttr"]["value"], rows["mttr"]["word"]) == (6, "anecdotes")
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
        ("import", "--git", ".", "--blame", "-1"),
    ],
)
def test_a_mistake_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    log = log_of(github_history(HERE / "github"))
    events.write(log, "log.csv")
    capsys.readouterr()
    assert main([word.replace("LOG", "log.csv") for word in words]) == BAD_INPUT
    printed = capsys.readouterr()
    assert (printed.out, len(printed.err.splitlines())) == ("", 1)
