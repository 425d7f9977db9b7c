"""Exercises: what is asked, in kind, with hints; declared once in the course's `exercises.toml`, which students have too."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from devopssim.course.author.answer_types import AnswerType, File, Live, Words, answer_type_of
from devopssim.course.author.declarations import typed
from devopssim.course.author.variants import VariantNumber, parse_variant
from devopssim.errors import InvalidInputError

EXERCISES_FILE: Final = "exercises.toml"
PARENTS_TO_SEARCH: Final = 3


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One thing to do. `answer` is the name, in the notebook, of what is to be judged; `hints` are steps, the vaguest first."""

    id: str
    title: str
    kind: AnswerType
    answer: str = ""
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ExerciseText:
    """What the declaration of an exercise says besides the type of its answer."""

    title: str = ""
    answer: str = ""
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Course:
    """The public part of a course: its exercises, and the numbers that may differ from student to student."""

    name: str
    exercises: Mapping[str, Exercise] = field(default_factory=dict)
    variant: Mapping[str, VariantNumber] = field(default_factory=dict)

    def exercise(self, exercise_id: str) -> Exercise:
        """Return the exercise of that id. Raises InvalidInputError, which names those there are."""
        if exercise_id not in self.exercises:
            known = ", ".join(self.exercises) or "none"
            raise InvalidInputError(f"{exercise_id!r} is no exercise of this course; its exercises are {known}.")
        return self.exercises[exercise_id]


def load_course(folder: str | Path) -> Course:
    """Read `exercises.toml` of a course's folder. Raises InvalidInputError, with the place of whatever is wrong."""
    path = Path(folder) / EXERCISES_FILE
    try:
        declared = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInputError(
            f"{path}: cannot be read ({error.strerror}); a course declares its exercises there."
        ) from error
    except ValueError as error:
        raise InvalidInputError(f"{path}: not valid TOML: {error}.") from error
    return parse(declared, str(path))


def parse(declared: Mapping[str, Any], where: str) -> Course:
    """Build the course that a parsed `exercises.toml` declares."""
    exercises = declared.get("exercise", {})
    if not isinstance(exercises, Mapping):
        raise InvalidInputError(f"{where}: exercises must be tables like [exercise.01-a], not {exercises!r}.")
    return Course(
        name=str(declared.get("course", "course")),
        exercises={name: _exercise(name, settings, where) for name, settings in exercises.items()},
        variant=parse_variant(declared.get("variant", {}), where),
    )


def nearest_course(start: str | Path = ".") -> Course:
    """Return the course whose `exercises.toml` lies in `start` or in one of the folders above it."""
    folder = Path(start).resolve()
    for candidate in (folder, *folder.parents[:PARENTS_TO_SEARCH]):
        if (candidate / EXERCISES_FILE).is_file():
            return load_course(candidate)
    raise InvalidInputError(
        f"{folder}: no {EXERCISES_FILE} here or above; keep it beside the notebooks, where the course put it."
    )


def _exercise(name: str, settings: Mapping[str, Any], where: str) -> Exercise:
    place = f"{where}: [exercise.{name}]"
    if not isinstance(settings, Mapping):
        raise InvalidInputError(f"{place} must be a table, not {settings!r}.")
    text = typed(settings, ExerciseText, place)
    own = {field.name for field in fields(ExerciseText)}
    kind = answer_type_of({key: value for key, value in settings.items() if key not in own}, place)
    needs_answer = not isinstance(kind, Live | Words) and not (isinstance(kind, File) and kind.path)
    if needs_answer and not text.answer.isidentifier():
        raise InvalidInputError(
            f"{place}: answer={text.answer!r} (the name to be judged) must be a name of the notebook."
        )
    return Exercise(id=name, title=text.title or name, kind=kind, answer=text.answer, hints=text.hints)
