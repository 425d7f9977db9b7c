"""The notebooks of the course with the instructor's solutions: handed in, and graded."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from course import courses
from course.kernels import Cell, Kernel

from devopssim.course.author import Source
from devopssim.course.grader.grades import Grade
from devopssim.course.grader.sandbox import Limits
from devopssim.course.grader.submissions import Submission

NOTEBOOKS: Final = Path(__file__).parents[3] / "notebooks"
LIVE: Final = {"00", "01", "05", "08", "10"}
"""Notebooks whose cells talk to a container engine."""
UNHURRIED: Final = Limits(cell_seconds=300, notebook_seconds=1200, memory_mb=2048)
"""What a machine that runs other tests at the same time may take."""
STUB: Final = "raise NotImplementedError()"


def is_live(path: Path) -> bool:
    """Return whether a notebook needs a container engine."""
    return path.name[:2] in LIVE


def code_cells(notebook: bytes | str) -> list[dict[str, Any]]:
    """Return the code cells of a notebook."""
    return [cell for cell in json.loads(notebook)["cells"] if cell["cell_type"] == "code"]


def source_of(cell: dict[str, Any]) -> str:
    """Return the text of a cell."""
    return "".join(cell["source"])


def waits(cell: dict[str, Any]) -> bool:
    """Return whether a student's cell stops until somebody answers; an empty function stops nothing."""
    return STUB in source_of(cell) and "def " not in source_of(cell)


def run_until_stopped(running: Kernel, cells: list[dict[str, Any]]) -> tuple[dict[str, Any] | None, Cell]:
    """Run cells in order; return the one that stopped, None if none did, and what the last one printed."""
    done = Cell()
    for cell in cells:
        done = running.run(source_of(cell))
        if done.error and "raises-exception" not in cell["metadata"].get("tags", []):
            return cell, done
    return None, done


def assert_stops_kindly(running: Kernel, cells: list[dict[str, Any]]) -> None:
    """Run a student's cells: the first that waits for an answer stops, and says so."""
    waiting = next((cell for cell in cells if waits(cell)), None)
    stopped, done = run_until_stopped(running, cells)
    assert stopped == waiting, done.error
    if waiting:
        assert "Your turn" in done.printed
        assert done.tracebacks == [], "a learner who has not answered yet made no error"


def only(path: Path, course: Source) -> Source:
    """Return the course with one of its notebooks only."""
    kept = tuple(notebook for notebook in course.notebooks if notebook.name == path.stem)
    return Source(folder=course.folder, course=course.course, notebooks=kept, files=course.files)


def hand_in_solved(path: Path, folder: Path) -> Submission:
    """Write a notebook with the instructor's solutions as a submission."""
    (folder / path.name).write_text(json.dumps(courses.without_hidden_tests(path)), encoding="utf-8")
    return Submission(student="instructor", path=folder)


def assert_full_marks(grade: Grade) -> None:
    """Every point, except those of written answers, which wait for a person."""
    assert not grade.trouble
    less = [
        (check.exercise, check.verdict, check.remark)
        for cell in grade.cells
        for check in cell.checks
        if not cell.manual and check.verdict != "passed"
    ]
    assert less == [], grade.remarks
    written = sum(cell.max_points for cell in grade.cells if cell.manual)
    assert grade.waiting_points == written
    assert grade.points == pytest.approx(grade.max_points - written)
