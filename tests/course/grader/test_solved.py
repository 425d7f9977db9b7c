"""Every notebook of the course: a student's copy leads to its first exercise, and the instructor's solutions earn full marks."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import needs
import pytest
from course import courses
from course.kernels import Cell, Kernel, kernel

from devopssim import livelab
from devopssim.course.author import Source, load_source, released_files
from devopssim.course.grader.grades import Grade
from devopssim.course.grader.grading import Grader
from devopssim.course.grader.sandbox import Limits, bubblewrap, choose_sandbox
from devopssim.course.grader.submissions import Submission

NOTEBOOKS: Final = Path(__file__).parents[3] / "notebooks"
LIVE: Final = {"00", "01", "05", "08", "10"}
"""Notebooks whose cells talk to a container engine."""
UNHURRIED: Final = Limits(cell_seconds=300, notebook_seconds=1200, memory_mb=2048)
"""What a machine that runs other tests at the same time may take."""
STUB: Final = "raise NotImplementedError()"


def is_live(path: Path) -> bool:
    return path.name[:2] in LIVE


def named(*, live: bool) -> list[Any]:
    marks = [pytest.mark.live] if live else []
    return [
        pytest.param(path, id=path.stem, marks=marks)
        for path in sorted(NOTEBOOKS.glob("*.ipynb"))
        if is_live(path) == live
    ]


EVERY: Final = [*named(live=False), *named(live=True)]


@pytest.fixture(scope="module")
def released() -> dict[str, bytes]:
    return released_files(NOTEBOOKS)


@pytest.fixture(scope="module")
def course() -> Source:
    return load_source(NOTEBOOKS)


@pytest.fixture
def no_lab_left() -> Iterator[None]:
    yield
    livelab.down(keep_work=False)


def code_cells(notebook: bytes | str) -> list[dict[str, Any]]:
    return [cell for cell in json.loads(notebook)["cells"] if cell["cell_type"] == "code"]


def run_until_stopped(running: Kernel, cells: list[dict[str, Any]]) -> tuple[dict[str, Any] | None, Cell]:
    """Run cells in order; return the one that stopped, None if none did, and what the last one printed."""
    done = Cell()
    for cell in cells:
        done = running.run("".join(cell["source"]))
        if done.error and "raises-exception" not in cell["metadata"].get("tags", []):
            return cell, done
    return None, done


def assert_leads_to_the_first_exercise(content: bytes, folder: Path) -> None:
    cells = code_cells(content)
    waiting = [cell for cell in cells if STUB in "".join(cell["source"]) and "def " not in "".join(cell["source"])]
    with kernel(folder) as running:
        stopped, done = run_until_stopped(running, cells)
    if not waiting:
        assert stopped is None, done.error
        return
    assert stopped == waiting[0], done.error
    assert "Your turn" in done.printed
    assert done.tracebacks == [], "a learner who has not answered yet made no error"


def write_copy(released: dict[str, bytes], folder: Path) -> None:
    for name, content in released.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


@pytest.mark.parametrize("path", named(live=False))
def test_a_students_copy_runs_to_the_first_exercise_and_says_so_kindly(
    path: Path, released: dict[str, bytes], tmp_path: Path
) -> None:
    write_copy(released, tmp_path)
    assert_leads_to_the_first_exercise(released[path.name], tmp_path)


@pytest.mark.usefixtures("no_lab_left")
@pytest.mark.parametrize("path", named(live=True))
def test_a_students_live_copy_runs_to_the_first_exercise_and_says_so_kindly(
    path: Path, released: dict[str, bytes], tmp_path: Path
) -> None:
    write_copy(released, tmp_path)
    assert_leads_to_the_first_exercise(released[path.name], tmp_path)


def only(path: Path, course: Source) -> Source:
    """Return the course with one of its notebooks only."""
    kept = tuple(notebook for notebook in course.notebooks if notebook.name == path.stem)
    return Source(folder=course.folder, course=course.course, notebooks=kept, files=course.files)


def hand_in_solved(path: Path, folder: Path) -> Submission:
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


@pytest.mark.parametrize("path", named(live=False))
def test_the_instructors_solutions_earn_full_marks(path: Path, course: Source, tmp_path: Path) -> None:
    reason = bubblewrap.problem()
    needs.require("bubblewrap", found=reason is None, how=f"`apt-get install bubblewrap` ({reason}).")
    grader = Grader(
        source=only(path, course), sandbox=choose_sandbox("bubblewrap", secret=[NOTEBOOKS]), limits=UNHURRIED
    )
    assert_full_marks(grader.grade(hand_in_solved(path, tmp_path)))


@pytest.mark.usefixtures("no_lab_left")
@pytest.mark.parametrize("path", named(live=True))
def test_the_state_that_the_solutions_leave_earns_full_marks(
    path: Path, course: Source, released: dict[str, bytes], tmp_path: Path
) -> None:
    """A live notebook is done for real as far as its last test; then the grader looks at the lab and at the answers."""
    write_copy(released, tmp_path)
    submission = hand_in_solved(path, tmp_path)
    cells = code_cells(json.dumps(courses.without_hidden_tests(path)))
    tests = [at for at, cell in enumerate(cells) if cell["metadata"].get("nbgrader", {}).get("grade")]
    last = max(tests, default=-1)
    with kernel(tmp_path) as running:
        stopped, done = run_until_stopped(running, cells[: last + 1])
        assert stopped is None, done.error
        grader = Grader(
            source=only(path, course), sandbox=choose_sandbox("container", secret=[NOTEBOOKS]), limits=UNHURRIED
        )
        assert_full_marks(grader.grade(submission))
        stopped, done = run_until_stopped(running, cells[last + 1 :])
        assert stopped is None, done.error
