"""The instructor's side: notebooks with solutions and hidden tests, read into cells, points and expectations.

Cells carry nbgrader's metadata (version 3): a *solution* cell holds an answer, a *grade* cell has points, and a cell that is
both, or a *task*, is an answer that a person grades. Hidden regions of grade cells declare what is expected (see `expect`).
"""

import json
import linecache
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from devopssim.course.author.exercises import EXERCISES_FILE, Course, load_course
from devopssim.course.author.expectations import Expectation, collecting
from devopssim.course.author.public_files import course_files
from devopssim.course.author.variants import Value, graded_as
from devopssim.errors import DevopssimError, InvalidInputError

BEGIN_HIDDEN: Final = "BEGIN HIDDEN TESTS"
END_HIDDEN: Final = "END HIDDEN TESTS"
BEGIN_SOLUTION: Final = "BEGIN SOLUTION"
END_SOLUTION: Final = "END SOLUTION"
CODE_STUB: Final = ("# YOUR CODE HERE", "raise NotImplementedError()")
TEXT_STUB: Final = ("YOUR ANSWER HERE",)
"""What nbgrader puts in the place of solutions."""
NOT_GRADED: Final = "no-grading"
LARGEST_FILE: Final = 8 * 1024**2


@dataclass(frozen=True, kw_only=True)
class Cell:
    r"""One cell of a source notebook.

    Parameters
    ----------
    position : int
        Index of the cell in the notebook, from 0.
    type : str
        `code`, `markdown` or `raw`.
    source : str
        The cell's text.
    grade_id : str, default ""
        nbgrader's id, empty for cells without nbgrader's metadata.
    points : float, default 0
        What the cell is worth.
    is_answer, is_graded : bool, default False
        nbgrader's marks `solution` and `grade`; a task has both.
    is_run : bool, default True
        Whether the grader runs it: code without the tag `no-grading`.
    cell_id : str, default ""
        The notebook format's own id of the cell, which editors keep even where they drop metadata.

    Examples
    --------
    >>> cell = Cell(position=0, type="code", source="a = 1\n### BEGIN HIDDEN TESTS\nb = 2\n### END HIDDEN TESTS", is_graded=True)
    >>> cell.is_test, cell.hidden
    (True, '\n\nb = 2\n')
    """

    position: int
    type: str
    source: str
    grade_id: str = ""
    points: float = 0
    is_answer: bool = False
    is_graded: bool = False
    is_run: bool = True
    cell_id: str = ""

    @property
    def stub(self) -> str:
        r"""The text of the cell in a student's copy, as nbgrader makes it: a stub in the place of each solution.

        Examples
        --------
        >>> source = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"
        >>> Cell(position=0, type="code", source=source, is_answer=True).stub
        'def f():\n    # YOUR CODE HERE\n    raise NotImplementedError()'
        """
        placeholder = CODE_STUB if self.type == "code" else TEXT_STUB
        lines, inside, replaced = [], False, False
        for line in self.source.split("\n"):
            if BEGIN_SOLUTION in line:
                inside = replaced = True
                indent = line[: len(line) - len(line.lstrip())]
                lines += [f"{indent}{text}" for text in placeholder]
            elif END_SOLUTION in line:
                inside = False
            elif not inside:
                lines.append(line)
        whole = self.is_answer and not replaced
        return "\n".join(placeholder if whole else lines)

    @property
    def is_manual(self) -> bool:
        """Whether a person grades its text."""
        return self.is_answer and self.is_graded

    @property
    def is_test(self) -> bool:
        """Whether it holds tests of answers above it."""
        return self.is_graded and not self.is_answer

    @property
    def hidden(self) -> str:
        """The lines of its hidden regions; blank lines replace the others, so that the line number of an error is right."""
        lines, inside = [], False
        for line in self.source.split("\n"):
            starts, ends = BEGIN_HIDDEN in line, END_HIDDEN in line
            inside = (inside or starts) and not ends
            lines.append(line if inside and not starts else "")
        return "\n".join(lines)


@dataclass(frozen=True, kw_only=True)
class Notebook:
    """A source notebook.

    Parameters
    ----------
    name : str
        The file's name without `.ipynb`.
    cells : tuple of Cell
        Its cells, in order.
    """

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
        """The sum of the cells' points."""
        return sum(cell.points for cell in self.graded)


@dataclass(frozen=True, kw_only=True)
class Source:
    """A course as its instructor has it.

    Parameters
    ----------
    folder : Path
        The course's folder.
    course : Course
        The public part.
    notebooks : tuple of Notebook
        Source notebooks, by name.
    files : mapping of str to bytes
        What students get besides notebooks, by path; files above `LARGEST_FILE` are left out.
    """

    folder: Path
    course: Course
    notebooks: tuple[Notebook, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    _same_for_all: dict[tuple[str, str], list[Expectation]] = field(default_factory=dict, repr=False, compare=False)

    def expectations(self, numbers: Mapping[str, Value]) -> dict[tuple[str, str], list[Expectation]]:
        """Return what is expected of a student, from the hidden regions of all test cells.

        The regions run in this process. The expectations of a region that never asks for the student's numbers hold for all students;
        it runs once.

        Parameters
        ----------
        numbers : mapping of str to int, float or str
            The student's own numbers.

        Returns
        -------
        dict of (str, str) to list of Expectation
            Expectations by notebook's name and grade id.

        Raises
        ------
        InvalidInputError
            For a region that raises or declares nothing, with its location.
        """
        return {
            (notebook.name, cell.grade_id): self._expected(notebook, cell, numbers)
            for notebook in self.notebooks
            for cell in notebook.cells
            if cell.is_test
        }

    def _expected(self, notebook: Notebook, cell: Cell, numbers: Mapping[str, Value]) -> list[Expectation]:
        """Return the expectations of one cell, from an earlier student where they hold for all."""
        location = (notebook.name, cell.grade_id)
        if location not in self._same_for_all:
            with graded_as(numbers) as context:
                declared = _declared(notebook, cell, self.course)
            if context.asked:
                return declared
            self._same_for_all[location] = declared
        return self._same_for_all[location]


def load_source(folder: str | Path) -> Source:
    """Read a course's folder.

    Parameters
    ----------
    folder : str or Path
        The folder with source notebooks and `exercises.toml`.

    Returns
    -------
    Source
        The course with its notebooks.

    Raises
    ------
    InvalidInputError
        For a folder without notebooks, an unreadable notebook, a grade id on two cells, a test cell without hidden tests, or a
        wrong `exercises.toml`, with the location.

    Examples
    --------
    >>> import json, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "exercises.toml").write_text('course = "delivery"')
    ...     _ = Path(folder, "01-values.ipynb").write_text(json.dumps({"cells": []}))
    ...     [notebook.name for notebook in load_source(folder).notebooks]
    ['01-values']
    """
    home = Path(folder)
    if not home.is_dir():
        raise InvalidInputError(
            f"{home}: no such folder; give the one with the course's notebooks and {EXERCISES_FILE}."
        )
    notebooks = tuple(_notebook(path) for path in sorted(home.glob("*.ipynb")))
    if not notebooks:
        raise InvalidInputError(f"{home}: the folder holds no notebooks; pass the folder of the course's sources.")
    return Source(folder=home, course=load_course(home), notebooks=notebooks, files=dict(_public_files(home)))


def _public_files(home: Path) -> Iterator[tuple[str, bytes]]:
    for name, path in course_files(home).public.items():
        if path.stat().st_size <= LARGEST_FILE:
            yield name, path.read_bytes()


def _notebook(path: Path) -> Notebook:
    """Read a notebook; refuse repeated grade ids and test cells without hidden tests, which could not be graded."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        cells = tuple(_cell(position, cell) for position, cell in enumerate(read["cells"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidInputError(f"{path}: cannot be read as a notebook ({type(error).__name__}: {error}).") from error
    grade_ids = [cell.grade_id for cell in cells if cell.grade_id]
    twice = next((grade_id for grade_id in grade_ids if grade_ids.count(grade_id) > 1), None)
    if twice:
        raise InvalidInputError(f"{path}: the grade id {twice!r} stands on two cells; each needs its own.")
    for cell in cells:
        if cell.is_test and not cell.hidden.strip():
            raise InvalidInputError(
                f"{path}: the test cell {cell.grade_id!r} has no hidden tests; add a region with `expect` to it."
            )
    return Notebook(name=path.stem, cells=cells)


def _cell(position: int, cell: Mapping[str, Any]) -> Cell:
    """Build a cell from its JSON and nbgrader's marks."""
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
        cell_id=str(cell.get("id", "")),
    )


def joined(source: Any) -> str:
    r"""Return a cell's source as one text with plain line ends; a notebook holds a text or a list of lines.

    Parameters
    ----------
    source : object
        The cell's source, perhaps from a hostile notebook; list elements other than texts are skipped.

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> joined(["a = 1\r\n", "b = 2"])
    'a = 1\nb = 2'
    """
    text = source if isinstance(source, str) else "".join(line for line in source if isinstance(line, str))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _declared(notebook: Notebook, cell: Cell, course: Course) -> list[Expectation]:
    """Run a cell's hidden regions and return what they declare; the line cache lets a traceback show their lines."""
    location = f"{notebook.name}.ipynb, cell {cell.grade_id!r}"
    linecache.cache[location] = (len(cell.hidden), None, cell.hidden.splitlines(keepends=True), location)
    try:
        with collecting(course) as gathered:
            exec(compile(cell.hidden, location, "exec"), {"__name__": "hidden"})  # noqa: S102 - the instructor's own code
    except DevopssimError as error:
        raise InvalidInputError(f"{location}: {error}") from error
    except ModuleNotFoundError as error:
        raise InvalidInputError(
            f"{location}: its hidden tests need the package {error.name}; install it, for the course of this package with "
            "`pip install 'devopssim[grading]'`."
        ) from error
    except Exception as error:
        hint = (
            "; a hidden region brings its own imports and cannot see the notebook's names"
            if isinstance(error, NameError)
            else ""
        )
        raise InvalidInputError(
            f"{location}: its hidden tests do not run ({type(error).__name__}: {error}){hint}."
        ) from error
    if not gathered:
        raise InvalidInputError(
            f"{location}: its hidden tests expect nothing; declare with `expect` what is to be judged."
        )
    return gathered
