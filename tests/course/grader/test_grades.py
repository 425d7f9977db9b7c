"""Shares of points: verdicts, weights, sums, and what a person gives."""

import json
from pathlib import Path

import msgspec
import pytest

from devopssim.course.grader.grades import CellGrade, CheckResult, Grade, Verdict, verdict_of
from devopssim.course.grader.reports.written import Mark, apply_marks, read_marks
from devopssim.errors import InvalidInputError


def check(verdict: Verdict, points: float, max_points: float) -> CheckResult:
    return CheckResult(
        exercise="a", title="A", expected="", verdict=verdict, points=points, max_points=max_points, remark=""
    )


def grade_of(*checks: CheckResult, manual: bool = False) -> Grade:
    cell = CellGrade(
        notebook="01",
        grade_id="a",
        points=sum(each.points for each in checks),
        max_points=sum(each.max_points for each in checks),
        checks=list(checks),
        manual=manual,
    )
    return Grade(student="ada", assignment="course", cells=[cell], seconds=0.5)


@pytest.mark.parametrize(
    ("share", "verdict"), [(0, "failed"), (1e-9, "partly"), (0.999999, "partly"), (1, "passed"), (1.5, "passed")]
)
def test_only_the_whole_share_passes_and_any_part_of_it_is_partly(share: float, verdict: str) -> None:
    assert verdict_of(share) == verdict


def test_points_that_wait_are_counted_apart() -> None:
    grade = grade_of(check("passed", 2, 2), check("waiting", 0, 3), check("failed", 0, 4))
    assert (grade.points, grade.waiting_points, grade.max_points) == (2, 3, 9)
    assert grade.cells[0].waiting


def test_a_grade_reads_back_as_it_was_written() -> None:
    grade = grade_of(check("passed", 2, 2), check("waiting", 0, 3))
    back = msgspec.convert(json.loads(json.dumps(grade.to_json())), Grade)
    assert json.dumps(back.to_json()) == json.dumps(grade.to_json())
    assert (back.points, back.cells[0].checks[1].verdict) == (2, "waiting")


@pytest.mark.parametrize(
    ("given", "points", "verdicts"),
    [
        (0, [2, 0, 0], ["passed", "failed", "failed"]),
        (1, [2, 1, 0], ["passed", "partly", "failed"]),
        (3, [2, 3, 0], ["passed", "passed", "failed"]),
        (4, [2, 3, 1], ["passed", "passed", "passed"]),
    ],
)
def test_a_persons_points_fill_what_waits_in_order(given: float, points: list[float], verdicts: list[str]) -> None:
    grade = grade_of(check("passed", 2, 2), check("waiting", 0, 3), check("waiting", 0, 1))
    (marked,) = apply_marks([grade], {("ada", "01", "a"): Mark(points=given)})
    assert [each.points for each in marked.cells[0].checks] == points
    assert [each.verdict for each in marked.cells[0].checks] == verdicts
    assert marked.points == sum(points)


def test_a_mark_for_what_waits_for_nobody_changes_nothing() -> None:
    grade = grade_of(check("failed", 0, 2))
    assert apply_marks([grade], {("ada", "01", "a"): Mark(points=2)}) == [grade]
    waiting = grade_of(check("waiting", 0, 2))
    assert apply_marks([waiting], {("grace", "01", "a"): Mark(points=2)}) == [waiting]


@pytest.mark.parametrize(
    ("points", "allowed"), [("0", True), ("2", True), ("1,5", True), ("2.01", False), ("-1", False)]
)
def test_a_mark_lies_between_nothing_and_all_points(tmp_path: Path, points: str, *, allowed: bool) -> None:
    path = tmp_path / "points.csv"
    path.write_text(f'student_id,notebook,grade_id,max_points,points,comment\nada,01,a,2,"{points}",\n')
    if allowed:
        assert read_marks(path)["ada", "01", "a"].points == float(points.replace(",", "."))
        return
    with pytest.raises(InvalidInputError, match="must lie between 0 and 2"):
        read_marks(path)
