"""Running a notebook with limits."""

from pathlib import Path

from course import courses

from devopssim.course.author import Source
from devopssim.course.grader.grading import Grader
from devopssim.course.grader.placement import find_submissions
from devopssim.course.grader.sandbox import Limits
from devopssim.course.grader.sandbox.plain import Plain


def test_a_time_limit_is_the_cells_own(tmp_path: Path, values: Source) -> None:
    path = courses.hand_in(tmp_path / "ada", "01-values", x01_a="while True: pass")
    grade = Grader(source=values, sandbox=Plain(), limits=Limits(cell_seconds=1)).grade(find_submissions([path])[0])
    assert grade.points == 8
    assert "longer than it may" in " ".join(grade.remarks)
