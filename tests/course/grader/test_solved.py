"""Every notebook of the course: a student's copy leads to its first exercise, and the instructor's solutions earn full marks.

Live notebooks are done once on an engine, and both is tested there: `notebooks/graded.py`.
"""

from itertools import takewhile
from pathlib import Path
from typing import Any, Final

import needs
import pytest
from course.grader.solved import (
    NOTEBOOKS,
    UNHURRIED,
    assert_full_marks,
    assert_stops_kindly,
    code_cells,
    hand_in_solved,
    is_live,
    only,
    source_of,
    waits,
)
from course.kernels import kernel

from devopssim.course.author import Source, load_source, released_files
from devopssim.course.grader.grading import Grader
from devopssim.course.grader.sandbox import bubblewrap, choose_sandbox


def named(*, live: bool) -> list[Any]:
    return [pytest.param(path, id=path.stem) for path in sorted(NOTEBOOKS.glob("*.ipynb")) if is_live(path) == live]


QUIET: Final = named(live=False)


@pytest.fixture(scope="module")
def released() -> dict[str, bytes]:
    return released_files(NOTEBOOKS)


@pytest.fixture(scope="module")
def course() -> Source:
    return load_source(NOTEBOOKS)


@pytest.mark.parametrize("path", QUIET)
def test_a_students_copy_runs_to_the_first_exercise_and_says_so_kindly(
    path: Path, released: dict[str, bytes], tmp_path: Path
) -> None:
    for name, content in released.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    with kernel(tmp_path) as running:
        assert_stops_kindly(running, code_cells(released[path.name]))


@pytest.mark.parametrize("path", named(live=True))
def test_a_students_live_copy_is_the_instructors_notebook_up_to_the_first_exercise(
    path: Path, released: dict[str, bytes]
) -> None:
    """So what the instructor's cells do on an engine, the student's do."""
    own = [source_of(cell) for cell in code_cells(path.read_bytes())]
    copied = [source_of(cell) for cell in code_cells(released[path.name])]
    equal = list(takewhile(lambda pair: pair[0] == pair[1], zip(own, copied, strict=True)))
    first = code_cells(path.read_bytes())[len(equal)]
    assert first["metadata"]["nbgrader"]["solution"]
    assert any(waits(cell) for cell in code_cells(released[path.name])[len(equal) :])


@pytest.mark.parametrize("path", QUIET)
def test_the_instructors_solutions_earn_full_marks(path: Path, course: Source, tmp_path: Path) -> None:
    reason = bubblewrap.problem()
    needs.require("bubblewrap", found=reason is None, how=f"`apt-get install bubblewrap` ({reason}).")
    grader = Grader(
        source=only(path, course), sandbox=choose_sandbox("bubblewrap", secret=[NOTEBOOKS]), limits=UNHURRIED
    )
    assert_full_marks(grader.grade(hand_in_solved(path, tmp_path)))
