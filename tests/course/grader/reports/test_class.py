"""The class as its instructor sees it, files for gradebooks, and what a correction changes."""

import csv
from pathlib import Path

import pytest
from course import courses

from devopssim.cli import main
from devopssim.course.grader.changes import changes
from devopssim.course.grader.grades import CellGrade, CheckResult, Grade, Verdict
from devopssim.course.grader.reports import gradebooks, overview
from devopssim.course.grader.roster import Roster


def grade(
    student: str, points: float, *, verdict: Verdict = "failed", remark: str = "11 is too low.", **more: object
) -> Grade:
    check = CheckResult(
        exercise="01-a",
        title="A",
        expected="",
        verdict=verdict,
        points=points,
        max_points=2,
        remark=remark,
        hint="Half.",
    )
    cell = CellGrade(notebook="01", grade_id="01-a-test", points=points, max_points=2, checks=[check])
    return Grade(student=student, assignment="c", cells=[cell], **more)  # type: ignore[arg-type]


def test_mistakes_of_one_kind_are_counted_together_whatever_their_numbers() -> None:
    grades = [grade("a", 0), grade("b", 0, remark="7.5 is too low."), grade("c", 2, verdict="passed")]
    [difficulty] = overview.difficulties(grades)
    assert (difficulty.right, difficulty.of, difficulty.share) == (1, 3, 1 / 3)
    assert difficulty.misconceptions == [(2, "… is too low.", "Half.")]


def test_names_of_files_keep_their_numbers() -> None:
    [difficulty] = overview.difficulties([grade("a", 0, remark="no answer came: 01-values.ipynb was not handed in.")])
    assert difficulty.misconceptions[0][1] == "no answer came: 01-values.ipynb was not handed in."


def test_what_waits_for_a_person_is_no_missing_point(tmp_path: Path) -> None:
    full = grade("ada", 2, verdict="passed")
    waits = grade("ada", 0, verdict="waiting")
    both = Grade(student="ada", assignment="c", cells=[*full.cells, *waits.cells])
    overview.write([both], tmp_path)
    assert "the median is 100 % of the points" in (tmp_path / "class.html").read_text(encoding="utf-8")


def test_the_page_has_what_waits_and_what_was_not_graded(tmp_path: Path) -> None:
    overview.write(
        [grade("ada", 0, verdict="waiting"), grade("<b>eve", 0, ungraded={"01": "empty"}), grade("bob", 2)], tmp_path
    )
    text = (tmp_path / "class.html").read_text(encoding="utf-8")
    assert "01-a-test</a>: 1 answer, 2 points" in text
    assert "01: empty" in text
    assert "<b>" not in text


def test_gradebooks_get_final_grades_by_their_own_columns() -> None:
    roster = Roster(
        rows={"ada": {"student": "ada", "name": "Lovelace, Ada", "canvas": "7", "email": "ada@example.org"}}
    )
    grades = [
        grade("ada", 2),
        grade("bob", 1, verdict="waiting"),
        grade("eve", 1, ungraded={"01": "x"}),
        grade("ada (attempt 1)", 0, whose="ada"),
    ]
    canvas = list(csv.DictReader(gradebooks.canvas_csv(grades, roster).splitlines()))
    assert [(row["Student"], row["ID"], row["c"]) for row in canvas] == [
        ("Points Possible", "", "2"), ("Lovelace, Ada", "7", "2"), ("bob", "", ""), ("eve", "", ""),
    ]  # fmt: skip
    moodle = list(csv.DictReader(gradebooks.moodle_csv(grades, roster).splitlines()))
    assert [(row["Username"], row["Email address"], row["c"]) for row in moodle] == [
        ("", "ada@example.org", "2"), ("bob", "", ""), ("eve", "", ""),
    ]  # fmt: skip


def test_changes_name_the_student_the_exercise_and_the_points() -> None:
    [change] = changes([grade("ada", 0), grade("bob", 1)], [grade("ada", 2), grade("bob", 1), grade("new", 2)])
    assert str(change) == "ada: 01-a 0 → 2 points (in all 0 → 2)"


def test_a_plan_starts_nothing_and_a_correction_lists_whom_it_concerns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = courses.only("01-values", tmp_path / "course")
    courses.hand_in(tmp_path / "in" / "ada", "01-values")
    courses.hand_in(tmp_path / "in" / "bob", "01-values", x01_a="median = 1.0")
    words = [str(tmp_path / "in"), "--source", str(source), "--sandbox", "none", "--out", str(tmp_path / "out")]
    assert main(["course", "grade", *words, "--plan"]) == 0
    assert "2 to grade, up to 2 notebooks" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()
    assert main(["course", "grade", *words]) == 0
    assert main(["course", "grade", *words, "--plan"]) == 0
    assert "ada: graded before, nothing changed" in capsys.readouterr().out
    path = source / "01-values.ipynb"
    text = path.read_text(encoding="utf-8")
    corrected = text.replace("expect.number(", "expect.one_of(", 1).replace("[2] / 2\\n", "[2] / 2, 1.0\\n", 1)
    assert corrected.count("1.0\\n") == text.count("1.0\\n") + 1
    path.write_text(corrected, encoding="utf-8")
    assert main(["course", "regrade", *words]) == 0
    printed = capsys.readouterr().out
    assert "bob: 01-a 0 → 2 points (in all 8 → 10)" in printed
    assert "1 of 2 students have other points" in printed
