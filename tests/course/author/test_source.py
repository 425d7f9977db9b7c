"""Hidden regions that cannot be graded are refused with their place."""

import json
from pathlib import Path

import pytest
from course import courses

from devopssim.course.author import load_source
from devopssim.errors import InvalidInputError


@pytest.mark.parametrize(
    ("region", "says"),
    [
        ("median", "cannot see the notebook's names"),
        ("1 / 0", "ZeroDivisionError"),
        ("x = 1", "expect nothing"),
        ('from devopssim.course import expect\nexpect.number("77-x", 1)', "'77-x' is an unknown exercise"),
    ],
)
def test_a_hidden_region_that_cannot_be_graded_is_refused_with_its_place(
    tmp_path: Path, region: str, says: str
) -> None:
    folder = courses.only("01-values", tmp_path / "course")
    notebook = json.loads((folder / "01-values.ipynb").read_text(encoding="utf-8"))
    cell = next(
        cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == "01-a-test"
    )
    cell["source"] = f"### BEGIN HIDDEN TESTS\n{region}\n### END HIDDEN TESTS"
    (folder / "01-values.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    with pytest.raises(InvalidInputError, match=says) as caught:
        load_source(folder).expectations({"slowest": 30})
    assert "01-values.ipynb, cell '01-a-test'" in str(caught.value)
