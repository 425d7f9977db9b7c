"""The instructor's side: notebooks with solutions and hidden tests, read into cells, points and expectations.

Cells carry nbgrader's metadata (version 3): a *solution* cell holds an answer, a *grade* cell has points, a cell that is both
is an answer that a person grades. Hidden regions of grade cells declare what is expected (see `expect`).
"""

import json
import linecache
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from devopssim.course.author.exercises import EXERCISES_FILE, Course, load_course
from devopssim.course.author.expectations import Expectation, collecting
from devopssim.course.author.variants import Value, graded_as
from devopssim.errors import DevopssimError, InvalidInputError

BEGIN_HIDDEN: Final = "BEGIN HIDDEN TESTS"
END_HIDDEN: Final = "END HIDDEN TESTS"
NOT_GRADED: Final = "no-grading"
LARGEST_FILE: Final = 8 * 1024**2


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell of a source notebook; `grade_id` is empty where nbgrader has no part in it."""

    position: int
    type: str
    source: str
    grade_id: str = ""
    points: float = 0
    is_answer: bool = False
    is_graded: bool = False
    is_run: bool = True

    @property
    def is_manual(self) -> bool:
        """Whether a person grades what stands in it."""
        return self.is_answer and self.is_graded

    @property
    def is_test(self) -> bool:
        """Whether it holds tests of answers above it."""
        return self.is_graded and not self.is_answer

    @property
    def hidden(self) -> str:
        """The lines of its hidden regions; blank lines stand for the others, so that an error's line number is right."""
        lines, inside = [], False
        for line in self.source.split("\n"):
            starts, ends = BEGIN_HIDDEN in line, END_HIDDEN in line
            inside = (inside or starts) and not ends
            lines.append(line if inside and not starts else "")
        return "\n".join(lines)


@dataclass(frozen=True, kw_only=True)
class Notebook:
    """A source notebook: its name without `.ipynb`, and its cells."""

    name: str
    cells: tuple[Cell, ...]

    @property
    def answers(self) -> dict[str, Cell]:
        """The cells that students fill in, by grade id."""
        return {cell.grade_id: cell for cell in self.cells if cell.is_answer}

    @property
    def graded(self) -> list[Cell]:
        """The cells that have points."""
        return [cell for cell in self.cells if cell.is_graded]

    @property
    def points(self) -> float:
        """All its points."""
        return sum(cell.points for cell in self.graded)


@dataclass(frozen=True, kw_only=True)
class Source:
    """A course as its instructor has it: `files` are what students get besides notebooks, by their path."""

    folder: Path
    course: Course
    notebooks: tuple[Notebook, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    _same_for_all: dict[tuple[str, str], list[Expectation]] = field(default_factory=dict, repr=False, compare=False)

    def expectations(self, numbers: Mapping[str, Value]) -> dict[tuple[str, str], list[Expectation]]:
        """Return what is expected of a student with these numbers, by notebook and grade id.

        Runs the hidden regions, in this process; one that does not ask for the student's numbers is run once for all students.
        Raises InvalidInputError, with the place, where one does not run.
        """
        return {
            (notebook.name, cell.grade_id): self._expected(notebook, cell, numbers)
            for notebook in self.notebooks
            for cell in notebook.cells
            if cell.is_test
        }

    def _expected(self, notebook: Notebook, cell: Cell, numbers: Mapping[str, Value]) -> list[Expectation]:
        place = (notebook.name, cell.grade_id)
        if place not in self._same_for_all:
            with graded_as(numbers) as context:
                declared = _declared(notebook, cell, self.course)
            if context.asked:
                return declared
            self._same_for_all[place] = declared
        return self._same_for_all[place]


def load_source(folder: str | Path) -> Source:
    """Read a course's folder. Raises InvalidInputError for what cannot be graded, with the place and the reason."""
    home = Path(folder)
    if not home.is_dir():
        raise InvalidInputError(
            f"{home}: no such folder; give the one with the course's notebooks and {EXERCISES_FILE}."
        )
    notebooks = tuple(_notebook(path) for path in sorted(home.glob("*.ipynb")))
    if not notebooks:
        raise InvalidInputError(f"{home}: there are no notebooks in it; give the folder of the course's sources.")
    return Source(folder=home, course=load_course(home), notebooks=notebooks, files=dict(_public_files(home)))


def public_paths(home: Path) -> Iterator[Path]:
    """Yield the files besides notebooks that go to students: all but hidden ones and caches, as nbgrader does it."""
    for path in sorted(home.rglob("*")):
        parts = path.relative_to(home).parts
        private = any(part.startswith(".") or part == "__pycache__" for part in parts) or path.suffix in {
            ".ipynb",
            ".pyc",
        }
        if path.is_file() and not private:
            yield path


def _public_files(home: Path) -> Iterator[tuple[str, bytes]]:
    for path in public_paths(home):
        if path.stat().st_size <= LARGEST_FILE:
            yield path.relative_to(home).as_posix(), path.read_bytes()


def _notebook(path: Path) -> Notebook:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        cells = tuple(_cell(position, cell) for position, cell in enumerate(read["cells"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidInputError(f"{path}: cannot be read as a notebook ({type(error).__name__}: {error}).") from error
    seen = [cell.grade_id for cell in cells if cell.grade_id]
    twice = next((grade_id for grade_id in seen if seen.count(grade_id) > 1), None)
    if twice:
        raise InvalidInputError(f"{path}: the grade id {twice!r} stands on two cells; each needs its own.")
    for cell in cells:
        if cell.is_test and not cell.hidden.strip():
            raise InvalidInputError(
                f"{path}: the test cell {cell.grade_id!r} has no hidden tests; add a region with `expect` to it."
            )
    return Notebook(name=path.stem, cells=cells)


def _cell(position: int, cell: Mapping[str, Any]) -> Cell:
    metadata = cell.get("metadata", {})
    marks = metadata.get("nbgrader", {})
    task = bool(marks.get("task", False))
    return Cell(
        position=position,
        type=cell["cell_type"],
        source=joined(cell["source"]),
        grade_id=str(marks.get("grade_id", "")),
        points=float(marks.get("points") or 0),
        is_answer=bool(marks.get("solution", False)) or task,
        is_graded=bool(marks.get("grade", False)) or task,
        is_run=cell["cell_type"] == "code" and NOT_GRADED not in metadata.get("tags", []),
    )


def joined(source: Any) -> str:
    """Return a cell's source, which a notebook holds as a text or as a list of lines, with plain line ends."""
    text = source if isinstance(source, str) else "".join(line for line in source if isinstance(line, str))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _declared(notebook: Notebook, cell: Cell, course: Course) -> list[Expectation]:
    place = f"{notebook.name}.ipynb, cell {cell.grade_id!r}"
    linecache.cache[place] = (len(cell.hidden), None, cell.hidden.splitlines(keepends=True), place)
    try:
        with collecting(course) as gathered:
            exec(compile(cell.hidden, place, "exec"), {"__name__": "hidden"})  # noqa: S102 - the instructor's own code
    except DevopssimError as error:
        raise InvalidInputError(f"{place}: {error}") from error
    except Exception as error:
        hint = (
            "; a hidden region brings its own imports and cannot see the notebook's names"
            if isinstance(error, NameError)
            else ""
        )
        raise InvalidInputError(
            f"{place}: its hidden tests do not run ({type(error).__name__}: {error}){hint}."
        ) from error
    if not gathered:
        raise InvalidInputError(
            f"{place}: its hidden tests expect nothing; declare with `expect` what is to be judged."
        )
    return gathered
