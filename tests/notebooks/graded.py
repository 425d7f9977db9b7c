"""Plugin of pytest beside nbval: while a live notebook runs once, a student meets its exercises, and the grader judges the state.

PYTHONPATH=tests python -m pytest -p notebooks.graded --nbval … notebooks/05-automate-it.ipynb

Before the first answer, the student's cells run in the notebook's kernel as far as the one that waits for an answer. After the
last test, the grader looks at the lab and at the answers.

With `-n`, notebooks run side by side on one engine: each process of xdist has a cache, and so a lab, of its own. A lab that does
nothing holds the engine and the images for them.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import engines
import pytest
from course.grader.solved import (
    NOTEBOOKS,
    UNHURRIED,
    assert_full_marks,
    assert_stops_kindly,
    code_cells,
    hand_in_solved,
    only,
    waits,
)
from course.kernels import Kernel

from devopssim import livelab
from devopssim.course.author import Source, load_source, released_files
from devopssim.course.grader.grading import Grader
from devopssim.course.grader.sandbox import choose_sandbox

FIRST_OF_THE_STUDENT: Final = "a student's copy stops at the first exercise and says so kindly"
GRADE: Final = "the state that the solutions leave earns full marks"
CACHES: Final = "CACHES_OF_NOTEBOOKS"
"""Variable that names the folder of the processes' caches."""
_held = ExitStack()
"""What holds the engine and the images while the notebooks run."""


@cache
def released() -> dict[str, bytes]:
    """Return the files of a student's copy."""
    return released_files(NOTEBOOKS)


@cache
def course() -> Source:
    """Return the course."""
    return load_source(NOTEBOOKS)


class FirstExercise(pytest.Item):
    """The student's cells from the first answer to the one that waits, in the kernel of the instructor's notebook."""

    def runtest(self) -> None:
        cells = code_cells(released()[self.path.name])
        own = code_cells(self.path.read_bytes())
        first = next(at for at, cell in enumerate(own) if _part(cell, "solution"))
        waiting = next(at for at, cell in enumerate(cells) if waits(cell))
        notebook: Any = self.parent
        assert_stops_kindly(Kernel(notebook.kernel.kc), cells[first : waiting + 1])


class StateGrade(pytest.Item):
    """The grade of the instructor's solutions and of the lab that they leave."""

    def runtest(self) -> None:
        sandbox = choose_sandbox("container", secret=[NOTEBOOKS])
        grader = Grader(source=only(self.path, course()), sandbox=sandbox, limits=UNHURRIED)
        with TemporaryDirectory() as folder:
            assert_full_marks(grader.grade(hand_in_solved(self.path, Path(folder))))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Have an engine with all images, and give each process of xdist a cache of its own."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        os.environ["DEVOPSSIM_CACHE"] = str(Path(os.environ[CACHES]) / worker / "devopssim")
    elif not session.config.option.collectonly:
        engines.have_one()
        _held.enter_context(livelab.up(f"test-hold-{os.getpid()}", progress=False))
        os.environ[CACHES] = _held.enter_context(TemporaryDirectory())
        if engine := livelab.find_engine():
            os.environ["DOCKER_HOST"] = engine.host


def pytest_sessionfinish() -> None:
    """Leave no lab and no engine behind that was started for the notebooks."""
    _held.close()
    engines.stop_ours()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Add both tests to the cells of each notebook, at their places."""
    items[:] = [item for path, cells in groupby(items, key=lambda item: item.path) for item in _with_tests(path, cells)]


def _with_tests(path: Path, items: Iterator[pytest.Item]) -> Iterator[pytest.Item]:
    cells = list(zip(items, code_cells(path.read_bytes()), strict=True))
    first = next(at for at, (_, cell) in enumerate(cells) if _part(cell, "solution"))
    last = max(at for at, (_, cell) in enumerate(cells) if _part(cell, "grade"))
    for at, (item, _) in enumerate(cells):
        notebook: Any = item.parent
        if at == first:
            yield FirstExercise.from_parent(notebook, name=FIRST_OF_THE_STUDENT)
        yield item
        if at == last:
            yield StateGrade.from_parent(notebook, name=GRADE)


def _part(cell: dict[str, Any], name: str) -> bool:
    """Return whether nbgrader's metadata make a cell an answer (`solution`) or a test (`grade`)."""
    return bool(cell["metadata"].get("nbgrader", {}).get(name))
