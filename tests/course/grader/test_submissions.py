"""What was handed in: folders of students, single notebooks, and notebooks under another name."""

from pathlib import Path

import pytest
from course import courses
from course.grading import graded

from devopssim.course.author import Source
from devopssim.course.grader.placement import find_submissions
from devopssim.errors import InvalidInputError


def test_submissions_are_folders_of_students_or_single_ones(tmp_path: Path) -> None:
    courses.hand_in(tmp_path / "in" / "ada")
    courses.hand_in(tmp_path / "in" / "grace")
    assert [submission.student for submission in find_submissions([tmp_path / "in"])] == ["ada", "grace"]
    assert find_submissions([tmp_path / "in" / "ada"], student="login")[0].student == "login"
    assert find_submissions([tmp_path / "in" / "ada" / "01-values.ipynb"])[0].student == "01-values"
    with pytest.raises(InvalidInputError, match="two submissions"):
        find_submissions([tmp_path / "in", tmp_path / "in" / "ada"])
    with pytest.raises(InvalidInputError, match="--student"):
        find_submissions([tmp_path / "in"], student="x")
    with pytest.raises(InvalidInputError, match="no such submission"):
        find_submissions([tmp_path / "nobody"])


def test_a_renamed_notebook_is_found_by_its_grade_ids(tmp_path: Path, values: Source) -> None:
    path = courses.hand_in(tmp_path / "ada", "01-values")
    (path / "01-values.ipynb").rename(path / "final (2).ipynb")
    grade = graded(values, path)
    assert grade.points == 10
    assert grade.remarks == ["01-values: read from final (2).ipynb"]
