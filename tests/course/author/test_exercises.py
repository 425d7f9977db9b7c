"""What `exercises.toml` declares of a course."""

from pathlib import Path

import pytest

from devopssim.course.author import Solutions, load_course
from devopssim.errors import InvalidInputError


@pytest.mark.parametrize(
    ("line", "expected"),
    [("", Solutions.WITH_SOURCES), ("solutions = true", Solutions.OUT), ("solutions = false", Solutions.HIDDEN)],
)
def test_one_line_states_who_sees_the_solutions(tmp_path: Path, line: str, expected: Solutions) -> None:
    (tmp_path / "exercises.toml").write_text(line)
    assert load_course(tmp_path).solutions is expected


@pytest.mark.parametrize("value", ["1", "0", '"later"', "[]"])
def test_another_value_is_refused_with_what_is_allowed(tmp_path: Path, value: str) -> None:
    (tmp_path / "exercises.toml").write_text(f"solutions = {value}")
    with pytest.raises(
        InvalidInputError, match=r"solutions=.* \(whether learners may see them\) must be true or false"
    ):
        load_course(tmp_path)
