"""Reports of grades that are full of texts which mean harm, and points that a person gives."""

import csv
import importlib
import inspect
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from devopssim.course.grader import reports
from devopssim.course.grader.grades import CellGrade, CheckResult, Grade
from devopssim.course.grader.reports import gradescope, junit, pages, summary, tables, written
from devopssim.errors import InvalidInputError


def nasty() -> Grade:
    """A grade full of texts that mean harm to whoever prints them."""
    text = "\x1b[2J\x00\x08 ]]> <script>alert(1)</script> ::error::x | `x` [a](javascript:1) \ud800 =1+1"
    check = CheckResult(
        exercise="01-a",
        title="A",
        expected="a number",
        verdict="partly",
        points=0.5,
        max_points=2,
        remark=text,
        hint=text,
    )
    written_cell = CellGrade(
        notebook="01",
        grade_id="w",
        points=0,
        max_points=2,
        manual=True,
        answer=text,
        checks=[
            CheckResult(
                exercise="w", title="w", expected="words", verdict="waiting", points=0, max_points=2, remark="waits"
            )
        ],
    )
    cell = CellGrade(notebook="01", grade_id="01-a-test", points=0.5, max_points=2, checks=[check])
    return Grade(
        student="=cmd|<b>\x1b::set",
        assignment="c",
        cells=[cell, written_cell],
        remarks=[text],
        seconds=1,
        sandbox="container",
    )


@pytest.fixture
def reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "step.md"))
    reports.write_reports([nasty()], tmp_path)
    return tmp_path


def test_junit_is_xml_whatever_a_student_wrote() -> None:
    suite = ET.fromstring(junit.document([nasty()]))[0]  # noqa: S314 - our own document
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("2", "1", "1")


def test_csv_has_nbgraders_columns_and_no_formulas(reported: Path) -> None:
    rows = list(csv.DictReader((reported / "grades.csv").read_text(encoding="utf-8").splitlines()))
    assert list(rows[0]) == list(tables.NBGRADER_COLUMNS)
    assert (rows[0]["score"], rows[0]["max_score"]) == ("0.5", "4")
    assert rows[0]["student_id"].startswith("'=")


def test_nbgrader_writes_the_same_columns() -> None:
    exporter = importlib.import_module("nbgrader.plugins.export").CsvExportPlugin  # takes seconds to import
    text = inspect.getsource(exporter.export)
    places = [text.index(f'"{column}"') for column in tables.NBGRADER_COLUMNS]
    assert places == sorted(places)


def test_a_line_of_the_table_fits_a_terminal() -> None:
    names = [f"{number:02}-a-long-name-of-a-notebook" for number in range(12)]
    cells = [CellGrade(notebook=name, grade_id="a", points=1 / 3, max_points=10, checks=[]) for name in names]
    head, line, *_ = tables.terminal_table(
        [Grade(student="ada", assignment="course", cells=cells, sandbox="container")]
    ).split("\n")
    assert max(len(head), len(line)) <= 132
    assert head.split() == ["student", *(f"{number:02}" for number in range(12)), "points", "s"]
    assert line.split() == ["ada", *["0.33"] * 12, "4/120", "0"]


def test_pages_and_summaries_hold_text_only(reported: Path) -> None:
    html = list(reported.rglob("*.html"))
    assert {"index.html", "01-w.html"} < {path.name for path in html}, (
        "the list, the student's page, the written answer"
    )
    for path in (*html, reported / "summary.md", reported / "step.md"):
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text, path
        assert path.suffix == ".html" or "](javascript" not in text, path
    assert "\x1b" not in tables.terminal_table([nasty()])
    assert "::" not in tables.terminal_table([nasty()]).replace(": :", "")
    assert "<b>" not in pages.page(nasty())


def test_gradescope_results_have_each_check() -> None:
    results = gradescope.results(nasty())
    assert results["score"] == 0.5
    assert [test["max_score"] for test in results["tests"]] == [2, 2]
    assert json.loads(json.dumps(results)) == results


def test_the_summary_says_what_waits() -> None:
    assert "| 0.5 | 4 | 2 | container |" in summary.markdown([nasty()])


def test_points_for_words_come_back_from_the_table(tmp_path: Path) -> None:
    reports.write_reports([nasty()], tmp_path)
    path = tmp_path / "written" / "points.csv"
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    rows[1][4:] = ["1.5", "well argued"]
    path.write_text("\n".join(",".join(row) for row in rows) + "\n", encoding="utf-8")
    marked = written.apply_marks([nasty()], written.read_marks(path))
    assert marked[0].points == 2
    assert marked[0].cells[1].checks[0].remark == "well argued"
    reports.write_reports(marked, tmp_path)
    assert written.apply_marks([nasty()], written.read_marks(path)) == marked, (
        "writing reports again keeps the person's points"
    )


@pytest.mark.parametrize(
    ("points", "says"), [("3", "between 0 and 2"), ("-1", "between"), ("two", "must be a number"), ("nan", "between")]
)
def test_points_that_cannot_be_are_refused_with_their_line(tmp_path: Path, points: str, says: str) -> None:
    path = tmp_path / "points.csv"
    path.write_text(f"student_id,notebook,grade_id,max_points,points,comment\nada,01,w,2,{points},\n")
    with pytest.raises(InvalidInputError, match=says) as caught:
        written.read_marks(path)
    assert "line 2" in str(caught.value)
