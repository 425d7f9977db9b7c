"""Batches: what is kept, what is graded again, and troubles that stay one student's."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from course import courses
from course.grading import Broken

from devopssim.course.author import Source
from devopssim.course.grader import batch
from devopssim.course.grader.bounded import ChildLimits, start
from devopssim.course.grader.grades import Grade
from devopssim.course.grader.grading import Grader
from devopssim.course.grader.placement import find_submissions
from devopssim.course.grader.reports import tables
from devopssim.course.grader.sandbox.plain import Plain
from devopssim.course.grader.submissions import Submission


def test_a_sandbox_that_fails_gives_no_zero_but_says_so(tmp_path: Path, values: Source) -> None:
    path = courses.hand_in(tmp_path / "ada", "01-values")
    grader = Grader(source=values, sandbox=Broken())
    grades = batch.grade_all(grader, find_submissions([path]), tmp_path / "out")
    assert "no engine" in grades[0].trouble
    assert "NOT GRADED" in tables.terminal_table(grades)
    again = batch.grade_all(Grader(source=values, sandbox=Plain()), find_submissions([path]), tmp_path / "out")
    assert again[0].points == 10, "what the grader failed on is graded again"


def test_a_batch_goes_on_where_it_stopped(tmp_path: Path, values: Source) -> None:
    for student in ("ada", "grace"):
        courses.hand_in(tmp_path / "in" / student, "01-values")
    first = batch.grade_all(
        Grader(source=values, sandbox=Plain()), find_submissions([tmp_path / "in"]), tmp_path / "out", workers=2
    )
    again = batch.grade_all(
        Grader(source=values, sandbox=Broken("none")), find_submissions([tmp_path / "in"]), tmp_path / "out"
    )
    assert again == first, "nothing changed, so nothing needed the sandbox"
    courses.hand_in(tmp_path / "in" / "grace", "01-values", x01_a="median = 1.0")
    third = batch.grade_all(
        Grader(source=values, sandbox=Plain()), find_submissions([tmp_path / "in"]), tmp_path / "out"
    )
    assert [grade.points for grade in third] == [10, 8]


def test_a_folder_that_cannot_be_read_is_one_students_trouble(
    tmp_path: Path, values: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    for student in ("ada", "grace"):
        courses.hand_in(tmp_path / "in" / student, "01-values")
    known = batch._state_of

    def state_of(submission: Submission) -> Iterable[bytes]:
        if submission.student == "ada":
            raise OSError(5, "Input/output error")
        return known(submission)

    monkeypatch.setattr(batch, "_state_of", state_of)
    ada, grace = batch.grade_all(
        Grader(source=values, sandbox=Plain()), find_submissions([tmp_path / "in"]), tmp_path / "out"
    )
    assert "Input/output error" in ada.trouble
    assert (grace.trouble, grace.points) == ("", 10)


def test_an_interruption_begins_no_other_submission(tmp_path: Path, values: Source) -> None:
    for student in ("ada", "grace", "hedy", "mary"):
        courses.hand_in(tmp_path / "in" / student, "01-values")

    def interrupt(_: Grade) -> None:
        raise KeyboardInterrupt

    grader = Grader(source=values, sandbox=Plain())
    with pytest.raises(KeyboardInterrupt):
        batch.grade_all(grader, find_submissions([tmp_path / "in"]), tmp_path / "out", workers=1, progress=interrupt)
    kept = list((tmp_path / "out" / batch.FOLDER).glob("*.json"))
    assert 1 <= len(kept) <= 2, "the first, and the one that had begun"
    grades = batch.grade_all(grader, find_submissions([tmp_path / "in"]), tmp_path / "out")
    assert [grade.points for grade in grades] == [10, 10, 10, 10]


def test_what_ended_late_is_graded_again_alone(tmp_path: Path, values: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    for student in ("ada", "grace"):
        courses.hand_in(tmp_path / "in" / student, "01-values")
    first = iter([ChildLimits(seconds=0)])
    monkeypatch.setattr(batch, "start", lambda work, limits: start(work, next(first, limits)))
    grades = batch.grade_all(
        Grader(source=values, sandbox=Plain()), find_submissions([tmp_path / "in"]), tmp_path / "out", workers=2
    )
    assert [(grade.trouble, grade.points) for grade in grades] == [("", 10), ("", 10)]


def test_what_ends_late_twice_is_trouble(tmp_path: Path, values: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    path = courses.hand_in(tmp_path / "ada", "01-values")
    monkeypatch.setattr(batch, "start", lambda work, limits: start(work, replace(limits, seconds=0)))
    (grade,) = batch.grade_all(Grader(source=values, sandbox=Plain()), find_submissions([path]), tmp_path / "out")
    assert grade.trouble == "the process that graded it ended: it took longer than 0 s"


def test_different_students_have_different_files() -> None:
    names = ["a/b", "a_b", "a:b", "../../etc/passwd", "..", "A" * 300, "ä", "\ud800"]
    made = [batch.file_name(name) for name in names]
    assert len(set(made)) == len(names)
    assert all("/" not in name and not name.startswith(".") and len(name) < 120 for name in made)
