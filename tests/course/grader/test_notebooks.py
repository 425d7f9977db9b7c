"""Notebooks as editors leave them: each is read right, or not graded; none gets 0 for what its author did not do."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from course import courses
from course.grading import by_exercise, graded

from devopssim.course.author import Source
from devopssim.course.grader.grades import Grade
from devopssim.course.grader.notebooks import AnswerCells
from devopssim.course.grader.submissions import Submission

Edit = Callable[[dict[str, Any]], None]


def edited(folder: Path, edit: Edit, name: str = "01-values.ipynb") -> Path:
    notebook = courses.right_notebook()
    edit(notebook)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(notebook), encoding="utf-8")
    return folder


def answer_cell(notebook: dict[str, Any], grade_id: str = "01-a") -> tuple[int, dict[str, Any]]:
    for position, cell in enumerate(notebook["cells"]):
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id:
            return position, cell
    raise AssertionError(grade_id)


def split(notebook: dict[str, Any]) -> None:
    """Split the answer cell into two, which keep its marks, as JupyterLab does."""
    position, cell = answer_cell(notebook)
    notebook["cells"].insert(position + 1, {**cell, "id": "half", "source": "median = s.median()"})
    cell["source"] = "s = pd.Series(hours)"


def copied(notebook: dict[str, Any]) -> None:
    position, cell = answer_cell(notebook)
    notebook["cells"].insert(position + 2, {**cell, "id": "copy"})
    notebook["cells"][position] = {**cell, "source": "median = 1.0"}


def without_marks(notebook: dict[str, Any]) -> None:
    for cell in notebook["cells"]:
        cell["metadata"] = {}


def of_version_3(notebook: dict[str, Any]) -> None:
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["input"] = cell.pop("source")
    notebook["worksheets"] = [{"cells": notebook.pop("cells")}]
    notebook["nbformat"] = 3


def with_nan_and_a_lone_surrogate(notebook: dict[str, Any]) -> None:
    notebook["cells"][1]["outputs"] = [{"data": {"application/json": float("nan")}}]
    notebook["cells"][0]["source"] = "half a sign: \ud83d"


@pytest.mark.parametrize("edit", [split, copied, without_marks, of_version_3, with_nan_and_a_lone_surrogate])
def test_what_editors_do_costs_no_points(tmp_path: Path, values: Source, edit: Edit) -> None:
    grade = graded(values, edited(tmp_path / "ada", edit))
    assert (grade.points, grade.not_graded) == (10, "")


@pytest.mark.parametrize(
    "name", ["my-course/01-values.ipynb", "01-values.IPYNB", "01-values (2).ipynb", "a/b/final.ipynb"]
)
def test_a_notebook_is_found_by_its_cells(tmp_path: Path, values: Source, name: str) -> None:
    (tmp_path / "ada" / name).parent.mkdir(parents=True)
    edited(tmp_path / "ada", lambda _: None, name)
    assert graded(values, tmp_path / "ada").points == 10


def stub(notebook: dict[str, Any]) -> None:
    for _, cell in (answer_cell(notebook, grade_id) for grade_id in ("01-a", "01-b", "01-d")):
        cell["source"] = "# YOUR CODE HERE\nraise NotImplementedError()"
    answer_cell(notebook, "01-c")[1]["source"] = (
        "def failure_rate(failed, deployments):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    )


def test_of_copies_the_one_that_was_worked_in_counts(tmp_path: Path, values: Source) -> None:
    edited(tmp_path / "ada", stub)
    edited(tmp_path / "ada", lambda _: None, "01-values-Copy1.ipynb")
    edited(tmp_path / "ada", stub, "01-values.new.ipynb")
    grade = graded(values, tmp_path / "ada")
    assert grade.points == 10
    assert "read from 01-values-Copy1.ipynb" in grade.remarks[0]


def test_different_work_in_two_copies_is_for_a_person_to_choose(tmp_path: Path, values: Source) -> None:
    edited(tmp_path / "ada", split)
    edited(tmp_path / "ada", copied, "01-values-Copy1.ipynb")
    grade = graded(values, tmp_path / "ada")
    assert "01-values-Copy1.ipynb, 01-values.ipynb" in grade.not_graded
    assert {check.verdict for check in by_exercise(grade).values()} == {"ungraded"}


def nothing_recognisable(notebook: dict[str, Any]) -> None:
    without_marks(notebook)
    for cell in notebook["cells"]:
        cell.pop("id", None)


def test_a_notebook_without_marks_and_ids_is_not_graded(tmp_path: Path, values: Source) -> None:
    grade = graded(values, edited(tmp_path / "ada", nothing_recognisable))
    assert "dropped their marks and ids" in grade.not_graded
    assert grade.points == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b'{"cells": [\n<<<<<<< HEAD\n]}', "line 2 holds the mark of a merge conflict"),
        (b"{'cells': [", "JSON"),
        (b"[1, 2]", "not a notebook"),
        (b'{"cells": ' + b"[" * 100_000, "JSON"),
    ],
)
def test_what_is_no_notebook_is_not_graded(tmp_path: Path, values: Source, content: bytes, says: str) -> None:
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "01-values.ipynb").write_bytes(content)
    assert says in graded(values, tmp_path / "ada").not_graded


def test_a_text_notebook_without_its_pair_is_not_graded(tmp_path: Path, values: Source) -> None:
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "01-values.py").write_text("# %%\nmedian = 1")
    assert "its pair" in graded(values, tmp_path / "ada").not_graded


def test_an_empty_folder_is_not_a_zero_but_a_missing_notebook_is(tmp_path: Path, values: Source) -> None:
    (tmp_path / "ada").mkdir()
    assert "no file" in graded(values, tmp_path / "ada").not_graded
    (tmp_path / "ada" / "README.md").write_text("sorry")
    grade = graded(values, tmp_path / "ada")
    assert (grade.points, grade.not_graded) == (0, "")
    assert "was not handed in" in by_exercise(grade)["01-a"].remark


def test_large_outputs_are_skipped(tmp_path: Path, values: Source) -> None:
    def large(notebook: dict[str, Any]) -> None:
        notebook["cells"][1]["outputs"] = [{"text": "x" * 60_000_000}]

    assert graded(values, edited(tmp_path / "ada", large)).points == 10


def test_a_copy_made_for_another_student_is_named(tmp_path: Path, values: Source) -> None:
    path = courses.hand_in(tmp_path / "grace", "01-values")
    (path / "variant.json").write_text('{"student": "ada", "numbers": {}}')
    grade: Grade = graded(values, path, key=b"a secret of the course")
    assert "made for 'ada'" in grade.remarks[0]
    (path / "variant.json").write_text('{"student": " Grace", "numbers": {}}')
    assert graded(values, path, key=b"a secret of the course").remarks == []


def words(whole_course: Source, folder: Path, *cells: dict[str, Any]) -> tuple[AnswerCells, Grade]:
    """Hand in the second notebook with these cells in the place of its written answer."""
    notebook = courses.right_notebook("02-delivery")
    position, cell = answer_cell(notebook, "02-e")
    notebook["cells"][position : position + 1] = [{**cell, **change} for change in cells]
    folder.mkdir()
    (folder / "02-delivery.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    source = next(notebook for notebook in whole_course.notebooks if notebook.name == "02-delivery")
    answers = Submission(student="ada", path=folder).notebook(source)
    return answers, graded(whole_course, folder)


PIXEL = "iVBORw0KGgo="


def test_a_written_answer_is_shown_whole_with_its_pictures(tmp_path: Path, whole_course: Source) -> None:
    _, grade = words(
        whole_course,
        tmp_path / "ada",
        {"source": "First half. ![a](attachment:a.png)", "attachments": {"a.png": {"image/png": PIXEL}}},
        {"source": "Second half. ![b](b.png)", "id": "other"},
    )
    cell = next(cell for cell in grade.cells if cell.grade_id == "02-e")
    assert cell.waiting
    assert "First half" in cell.answer
    assert "Second half" in cell.answer
    assert cell.images == {"a.png": f"data:image/png;base64,{PIXEL}"}


def test_a_picture_beside_the_notebook_is_shown_and_no_other_file(tmp_path: Path, whole_course: Source) -> None:
    folder = tmp_path / "ada"
    words(whole_course, folder, {"source": "See ![b](b.png) ![c](../secret.png) ![d](d.txt)"})
    (folder / "b.png").write_bytes(b"\x89PNG....")
    (folder / "d.txt").write_bytes(b"text")
    (tmp_path / "secret.png").write_bytes(b"\x89PNG....")
    cell = next(cell for cell in graded(whole_course, folder).cells if cell.grade_id == "02-e")
    assert list(cell.images) == ["b.png"]


def test_an_answer_below_the_stub_and_one_of_another_type_are_pointed_out(tmp_path: Path, whole_course: Source) -> None:
    answers, grade = words(
        whole_course,
        tmp_path / "ada",
        {"source": "YOUR ANSWER HERE"},
        {"source": "It is about batches.", "id": "new", "metadata": {}},
    )
    assert "a new cell below 02-e holds 4 words" in " ".join(answers.remarks)
    assert "new cell" in by_exercise(grade)["02-e"].remark
    answers, grade = words(whole_course, tmp_path / "grace", {"source": "'It is about batches.'", "cell_type": "code"})
    assert "02-e has become a code cell" in " ".join(answers.remarks)
    assert by_exercise(grade)["02-e"].verdict == "waiting"
