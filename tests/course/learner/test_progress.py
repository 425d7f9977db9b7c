"""What a learner's copy says of itself: done, points, what is next; and an exercise put back."""

import json
from pathlib import Path
from typing import Any

import pytest
from course import courses

from devopssim.cli import main
from devopssim.course.learner.progress import Points, next_exercise, progress, reset_exercise, write_progress_page
from devopssim.course.learner.student_copy import start_copy
from devopssim.errors import InvalidInputError


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course") / "copy"
    start_copy(folder, courses.SOURCE)
    return folder


@pytest.fixture
def copy(delivered: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    folder.mkdir()
    for path in delivered.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def edit(copy: Path, exercise: str, text: str | None) -> None:
    """Write an answer into a copy, or delete its cell."""
    path = copy / "01-values.ipynb"
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    cells = notebook["cells"]
    at = next(at for at, cell in enumerate(cells) if cell["metadata"].get("nbgrader", {}).get("grade_id") == exercise)
    if text is None:
        del cells[at]
    else:
        cells[at]["source"] = text
    path.write_text(json.dumps(notebook), encoding="utf-8")


def states(copy: Path) -> dict[str, str]:
    return {state.exercise.id: state.state for state in progress(copy)}


def test_an_exercise_is_answered_once_its_cell_differs_from_the_stub(copy: Path) -> None:
    assert set(states(copy).values()) == {"open"}
    edit(copy, "01-a", "median = 3")
    edit(copy, "01-b", None)
    (copy / "Dockerfile").write_text("FROM scratch")
    assert {name: state for name, state in states(copy).items() if state != "open"} == {
        "01-a": "answered",
        "01-b": "missing",
        "02-b": "answered",
    }


def test_next_is_the_first_that_waits_then_the_first_without_full_points(copy: Path) -> None:
    first = next_exercise(progress(copy))
    assert first is not None
    assert first.exercise.id == "01-a"
    edit(copy, "01-a", "median = 3")
    all_states = progress(copy, {"01-a": Points(earned=1, possible=2)})
    second = next_exercise(all_states)
    assert second is not None
    assert second.exercise.id == "01-b"
    only = next_exercise([state for state in all_states if state.state == "answered"])
    assert only is not None
    assert only.exercise.id == "01-a"
    done = progress(copy, {"01-a": Points(earned=2, possible=2)})
    assert next_exercise([state for state in done if state.state == "answered"]) is None


@pytest.mark.parametrize("text", ["median = 3", None], ids=["changed", "deleted"])
def test_a_reset_cell_is_as_it_was_delivered(copy: Path, text: str | None) -> None:
    before = json.loads((copy / "01-values.ipynb").read_text(encoding="utf-8"))["cells"]
    edit(copy, "01-a", text)
    assert reset_exercise(copy, "01-a") == (text or "")
    after = json.loads((copy / "01-values.ipynb").read_text(encoding="utf-8"))["cells"]
    assert ["".join(cell["source"]) for cell in after] == ["".join(cell["source"]) for cell in before]
    assert states(copy)["01-a"] == "open"
    assert reset_exercise(copy, "01-a") == ""


def test_the_page_names_what_is_done_and_what_is_next(copy: Path, tmp_path: Path) -> None:
    edit(copy, "01-a", "median = 3")
    write_progress_page(progress(copy, {"01-a": Points(earned=1.5, possible=2)}), "<delivery>", tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "1.5 of 2 points" in page
    assert "01-b · Hours by role" in page.partition("Next:")[2][:200]
    assert "&lt;delivery&gt;" in page


def test_the_command_prints_points_of_the_last_grading(
    copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(copy, "01-a", "median = 3")
    report = str(tmp_path / "report")
    graded = ["course", "grade", str(copy), "--source", str(courses.SOURCE), "--sandbox", "none", "--out", report]
    main([*graded, "--workers", "1"])
    capsys.readouterr()
    assert main(["course", "status", str(copy), "--report", report, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["next"] == "01-b"
    first = printed["exercises"][0]
    assert (first["state"], first["points"]["earned"], first["points"]["possible"] > 0) == ("answered", 0, True)
    assert main(["course", "reset", str(copy), "01-a"]) == 0
    assert "median = 3" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["status", "."], ["reset", ".", "01-a"]])
def test_a_folder_that_is_no_copy_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    (tmp_path / "exercises.toml").write_bytes((courses.SOURCE / "exercises.toml").read_bytes())
    monkeypatch.chdir(tmp_path)
    assert main(["course", *words]) == 2
    error = capsys.readouterr().err
    assert "course start" in error
    assert error.count("\n") == 1


def test_an_unknown_exercise_is_refused_with_those_there_are(copy: Path) -> None:
    with pytest.raises(InvalidInputError, match="01-a"):
        reset_exercise(copy, "99-z")
