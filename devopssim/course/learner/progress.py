"""How far a learner is: what each exercise's answer cell holds, what it is worth, and what comes next; and a cell put back."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import jinja2

from devopssim.course.author import Course, Exercise, File, joined, load_course
from devopssim.course.learner.student_copy import DeliveredAnswer, delivered_answers
from devopssim.errors import InvalidInputError
from devopssim.files import whole_file, write_text

TEMPLATES: Final = Path(__file__).parent / "templates"
State = Literal["open", "answered", "missing"]


@dataclass(frozen=True, kw_only=True)
class Points:
    """The points of an exercise, as the grader gave them.

    Parameters
    ----------
    earned, possible : float
        Points, and the largest number of them.
    waiting : bool, default False
        Whether a person still has to mark a part.
    """

    earned: float
    possible: float
    waiting: bool = False


@dataclass(frozen=True, kw_only=True)
class ExerciseProgress:
    """One exercise of a copy.

    Parameters
    ----------
    exercise : Exercise
        The exercise.
    notebook : str
        The notebook's file.
    state : {"open", "answered", "missing"}
        `open` while the answer cell is as it was delivered, `missing` if it was deleted.
    points : Points, optional
        None before the first grading.
    """

    exercise: Exercise
    notebook: str
    state: State
    points: Points | None = None


def progress(folder: str | Path, points: Mapping[str, Points] | None = None) -> list[ExerciseProgress]:
    """Return the state of each exercise of a student's copy.

    Parameters
    ----------
    folder : str or Path
        The copy, as `start_copy` made it.
    points : mapping of str to Points, optional
        Points by exercise, from an earlier grading.

    Returns
    -------
    list of ExerciseProgress
        In the order of the notebooks.

    Raises
    ------
    InvalidInputError
        For a folder that `start_copy` did not make, or an unreadable notebook.

    Examples
    --------
    >>> progress("my-course")[0].state  # doctest: +SKIP
    'open'
    """
    home = Path(folder)
    course, delivered = load_course(home), delivered_answers(home)
    return list(_states(home, course, delivered, points or {}))


def _states(
    home: Path, course: Course, delivered: Mapping[str, DeliveredAnswer], points: Mapping[str, Points]
) -> Iterator[ExerciseProgress]:
    notebooks = {name: _cells(home / name) for name in dict.fromkeys(cell.notebook for cell in delivered.values())}
    for grade_id, cell in delivered.items():
        if grade_id not in course.exercises:
            continue
        exercise = course.exercise(grade_id)
        now = next((found for found in notebooks[cell.notebook] if _grade_id(found) == grade_id), None)
        answered = now is not None and joined(now["source"]).split() != cell.source.split()
        if isinstance(exercise.kind, File) and exercise.kind.path:
            answered = answered or (home / exercise.kind.path).is_file()
        state: State = "answered" if answered else "missing" if now is None else "open"
        yield ExerciseProgress(exercise=exercise, notebook=cell.notebook, state=state, points=points.get(grade_id))


def next_exercise(states: list[ExerciseProgress]) -> ExerciseProgress | None:
    """Return the first exercise that waits for an answer, then the first without full points; None when all is done."""
    waiting = (state for state in states if state.state != "answered")
    imperfect = (
        state
        for state in states
        if state.points and not state.points.waiting and state.points.earned < state.points.possible
    )
    return next(waiting, None) or next(imperfect, None)


def write_progress_page(states: list[ExerciseProgress], course: str, path: str | Path) -> None:
    """Write the progress as an HTML page that needs nothing but itself.

    Parameters
    ----------
    states : list of ExerciseProgress
        As `progress` returns them.
    course : str
        The course's name.
    path : str or Path
        The page; an existing one is replaced.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    marked = [state.points for state in states if state.points]
    text = environment.get_template("progress.html.j2").render(
        course=course,
        states=states,
        notebooks=list(dict.fromkeys(state.notebook for state in states)),
        done=sum(state.state == "answered" for state in states),
        earned=sum(points.earned for points in marked),
        possible=sum(points.possible for points in marked),
        next=next_exercise(states),
    )
    write_text(Path(path), text)


def reset_exercise(folder: str | Path, exercise_id: str) -> str:
    """Put an exercise's answer cell back as it was delivered; a deleted one returns above its check, or at the end.

    Parameters
    ----------
    folder : str or Path
        The student's copy.
    exercise_id : str
        The exercise.

    Returns
    -------
    str
        The text that the cell held before, empty for a deleted cell and for one that nobody had changed.

    Raises
    ------
    InvalidInputError
        For an unknown exercise, a folder that `start_copy` did not make, or an unreadable notebook.
    """
    home = Path(folder)
    load_course(home).exercise(exercise_id)
    delivered = delivered_answers(home).get(exercise_id)
    if delivered is None:
        raise InvalidInputError(f"{exercise_id} has no answer cell in {home}; it is answered elsewhere.")
    path = home / delivered.notebook
    notebook = _notebook(path)
    cells = notebook["cells"]
    cell = next((found for found in cells if _grade_id(found) == exercise_id), None)
    before = "" if cell is None else joined(cell["source"])
    if cell is None:
        cell = {"cell_type": delivered.type, "metadata": dict(delivered.metadata), "source": ""}
        cells.insert(_place(cells, exercise_id), cell)
    cell["source"] = delivered.source
    if cell["cell_type"] == "code":
        cell |= {"outputs": [], "execution_count": None}
    with whole_file(path) as part:
        part.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return "" if before == delivered.source else before


def _place(cells: list[dict[str, Any]], exercise_id: str) -> int:
    """Return the position of the exercise's check, or the end."""
    check = f'check("{exercise_id}"'
    return next((at for at, cell in enumerate(cells) if check in joined(cell.get("source", ""))), len(cells))


def _cells(path: Path) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = _notebook(path)["cells"]
    return cells


def _notebook(path: Path) -> dict[str, Any]:
    try:
        notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        [(joined(cell["source"]), _grade_id(cell)) for cell in notebook["cells"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInputError(
            f"{path}: cannot be read as a notebook ({type(error).__name__}); move it away and run `devopssim course start` again."
        ) from error
    return notebook


def _grade_id(cell: Mapping[str, Any]) -> str:
    return str(cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", ""))
