"""Exercises: title, kind of answer and hints, declared once in the course's `exercises.toml`, which students have too.

.. code-block:: toml

    course = "delivery"

    [exercise.01-a]
    title = "The median lead time"
    answer = "median"
    kind = "number"
    unit = "hours"
    hints = ["Half of the changes took less."]
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import Enum
from pathlib import Path
from typing import Any, Final

from devopssim.course.author.answer_types import AnswerType, File, Live, WrittenAnswer, answer_type_of
from devopssim.course.author.declarations import typed
from devopssim.course.author.variants import VariantNumber, parse_variant
from devopssim.errors import InvalidInputError

EXERCISES_FILE: Final = "exercises.toml"
PARENTS_TO_SEARCH: Final = 3


@dataclass(frozen=True, kw_only=True)
class Pitfall:
    """A number that a likely mistake gives, and the question that a learner with this answer should ask.

    Parameters
    ----------
    answer : float
        The number.
    remark : str
        The question, as the learner reads it.
    """

    answer: float
    remark: str


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One task with one answer.

    Parameters
    ----------
    id : str
        The key of its table in `exercises.toml`, such as `01-a`.
    title : str
        A short title.
    kind : AnswerType
        What is asked for, in kind.
    answer : str, default ""
        Name in the notebook of what is judged; empty for files on the disk, states of the lab and written answers.
    hints : tuple of str, default ()
        Hints in steps, the vaguest first.
    right : tuple, default ()
        Where secrecy is worthless: the accepted choices, or the rows of the right table. The visible check then judges at once.
    in_order : bool, default False
        Whether the order of several choices counts in `right`.
    pitfalls : tuple of Pitfall, default ()
        Numbers that a likely mistake gives.
    is_prediction : bool, default False
        Whether the answer is a guess: the check records it and judges nothing.
    """

    id: str
    title: str
    kind: AnswerType
    answer: str = ""
    hints: tuple[str, ...] = ()
    right: tuple[Any, ...] = ()
    in_order: bool = False
    pitfalls: tuple[Pitfall, ...] = ()
    is_prediction: bool = False


@dataclass(frozen=True, kw_only=True)
class ExerciseText:
    """The settings of an exercise besides its kind of answer, as `exercises.toml` declares them."""

    title: str = ""
    answer: str = ""
    hints: tuple[str, ...] = ()
    right: tuple[Any, ...] = ()
    in_order: bool = False
    pitfalls: tuple[Pitfall, ...] = ()
    is_prediction: bool = False


class Solutions(Enum):
    """Who sees the solutions of a course; each value is that of `solutions` in `exercises.toml`.

    Examples
    --------
    >>> parse({"solutions": False}, "exercises.toml").solutions
    <Solutions.HIDDEN: False>
    """

    HIDDEN = False
    """Nobody, and no check judges an answer, as in an examination."""
    WITH_SOURCES = None
    """Without the key: learners on whose machine the instructor's sources are."""
    OUT = True
    """Everybody. Only then do reports name the direction of a wrong number, by which one who hands in again and again would find it."""


@dataclass(frozen=True, kw_only=True)
class Course:
    """The public part of a course: its exercises, and the numbers that may differ from student to student.

    Parameters
    ----------
    name : str
        The course's name; students' own numbers depend on it.
    exercises : mapping of str to Exercise
        Exercises by id.
    variant : mapping of str to VariantNumber
        Numbers that may differ, by name.
    solutions : Solutions, default Solutions.WITH_SOURCES
        Who sees the solutions.
    """

    name: str
    exercises: Mapping[str, Exercise] = field(default_factory=dict)
    variant: Mapping[str, VariantNumber] = field(default_factory=dict)
    solutions: Solutions = Solutions.WITH_SOURCES

    @property
    def has_live_exercises(self) -> bool:
        """Whether an exercise is done in the live lab."""
        return any(isinstance(exercise.kind, Live) for exercise in self.exercises.values())

    def exercise(self, exercise_id: str) -> Exercise:
        """Return the exercise with an id.

        Parameters
        ----------
        exercise_id : str
            The id, such as `01-a`.

        Returns
        -------
        Exercise
            The exercise.

        Raises
        ------
        InvalidInputError
            For an unknown id; the message lists those of the same notebook, or all of them.

        Examples
        --------
        >>> course = parse({"exercise": {"01-a": {"kind": "number", "answer": "median"}}}, "exercises.toml")
        >>> course.exercise("01-a").answer
        'median'
        """
        if exercise_id not in self.exercises:
            notebook = exercise_id.partition("-")[0]
            near = [name for name in self.exercises if name.partition("-")[0] == notebook]
            ids, whose = (near, f"notebook {notebook}") if near else (list(self.exercises), "this course")
            raise InvalidInputError(
                f"{exercise_id!r} is an unknown exercise; the exercises of {whose} are {', '.join(ids) or 'none'}."
            )
        return self.exercises[exercise_id]


def load_course(folder: str | Path) -> Course:
    """Read `exercises.toml` in a course's folder.

    Parameters
    ----------
    folder : str or Path
        The folder.

    Returns
    -------
    Course
        The declared course.

    Raises
    ------
    InvalidInputError
        For an unreadable file, malformed TOML or a wrong declaration, with its location.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "exercises.toml").write_text('course = "delivery"')
    ...     load_course(folder).name
    'delivery'
    """
    path = Path(folder) / EXERCISES_FILE
    try:
        declared = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInputError(
            f"{path}: cannot be read ({error.strerror}); a course declares its exercises there."
        ) from error
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(f"{path}: not valid TOML: {error}.") from error
    return parse(declared, str(path))


def parse(declared: Mapping[str, Any], where: str) -> Course:
    """Build the course that a parsed `exercises.toml` declares.

    Parameters
    ----------
    declared : mapping
        The parsed file.
    where : str
        Its path, for errors.

    Returns
    -------
    Course
        The course.

    Raises
    ------
    InvalidInputError
        For a wrong declaration, with its location.
    """
    exercises = declared.get("exercise", {})
    if not isinstance(exercises, Mapping):
        raise InvalidInputError(f"{where}: exercises must be tables like [exercise.01-a], not {exercises!r}.")
    solutions = declared.get("solutions")
    if not isinstance(solutions, bool | None):
        raise InvalidInputError(
            f"{where}: solutions={solutions!r} (whether learners may see them) must be true or false."
        )
    return Course(
        name=str(declared.get("course", "course")),
        exercises={name: _exercise(name, settings, where) for name, settings in exercises.items()},
        variant=parse_variant(declared.get("variant", {}), where),
        solutions=Solutions(solutions),
    )


def nearest_course(start: str | Path = ".") -> Course:
    """Return the course whose `exercises.toml` lies in `start` or in one of the three folders above it.

    Parameters
    ----------
    start : str or Path, default "."
        Where the search begins; a notebook's kernel works in the notebook's folder.

    Returns
    -------
    Course
        The course.

    Raises
    ------
    InvalidInputError
        Without such a file, or for a wrong one.
    """
    folder = Path(start).resolve()
    for candidate in (folder, *folder.parents[:PARENTS_TO_SEARCH]):
        if (candidate / EXERCISES_FILE).is_file():
            return load_course(candidate)
    raise InvalidInputError(
        f"{folder}: no {EXERCISES_FILE} here or above; keep it beside the notebooks, where the course put it."
    )


def _exercise(name: str, settings: Mapping[str, Any], where: str) -> Exercise:
    """Build one exercise; require the name of its answer unless the kind does without."""
    location = f"{where}: [exercise.{name}]"
    if not isinstance(settings, Mapping):
        raise InvalidInputError(f"{location} must be a table, not {settings!r}.")
    text = typed(settings, ExerciseText, location)
    own = {field.name for field in fields(ExerciseText)}
    kind = answer_type_of({key: value for key, value in settings.items() if key not in own}, location)
    needs_answer = not isinstance(kind, Live | WrittenAnswer) and not (isinstance(kind, File) and kind.path)
    if needs_answer and not text.answer.isidentifier():
        raise InvalidInputError(
            f"{location}: answer={text.answer!r} (the name to be judged) must be a name of the notebook."
        )
    declared = {field.name: getattr(text, field.name) for field in fields(ExerciseText)}
    return Exercise(**{**declared, "id": name, "title": text.title or name, "kind": kind})
