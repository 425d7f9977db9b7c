"""The instructor's sources of a learner's course, where this machine has them: solutions, and verdicts at once."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from devopssim.course.answers import Json, Judgement, answer
from devopssim.course.author import (
    Cell,
    Course,
    Expectation,
    Solutions,
    Source,
    Value,
    graded_as,
    load_source,
    packaged_course,
)
from devopssim.errors import InvalidInputError

SOURCE_VARIABLE: Final = "DEVOPSSIM_COURSE_SOURCE"
SOLUTION_MARKS: Final = ("BEGIN SOLUTION", "END SOLUTION", "BEGIN MARK SCHEME", "END MARK SCHEME")


def find_source(course: Course) -> Source | None:
    """Return the instructor's sources of a course: from `$DEVOPSSIM_COURSE_SOURCE`, this package, or its repository.

    Parameters
    ----------
    course : Course
        The public part, as the learner's copy has it.

    Returns
    -------
    Source or None
        None where no folder holds this course with its solutions, or where its instructor switched solutions off.
    """
    if course.solutions is Solutions.HIDDEN:
        return None
    if folder := os.environ.get(SOURCE_VARIABLE, "").strip():
        return _of(course, Path(folder))
    with suppress(InvalidInputError), packaged_course() as packaged:
        return _of(course, packaged)
    return None


def _of(course: Course, folder: Path) -> Source | None:
    """Return the sources in a folder if they are this course's; None for another folder, or a release, which has no hidden tests."""
    try:
        source = load_source(folder)
    except InvalidInputError:
        return None
    return source if source.course.name == course.name else None


def solution_of(source: Source, exercise_id: str) -> str | None:
    """Return the text of an exercise's solution without nbgrader's marks; None for an exercise that no notebook asks.

    A written answer's mark scheme comes first.
    """
    cell = next(
        (cell for notebook in source.notebooks for cell in notebook.answers.values() if cell.grade_id == exercise_id),
        None,
    )
    if cell is None:
        return None
    lines = (line for line in cell.source.split("\n") if not any(mark in line for mark in SOLUTION_MARKS))
    return "\n".join(lines).strip("\n")


def judge(source: Source, exercise_id: str, value: object, numbers: Mapping[str, Value]) -> Judgement | None:
    """Judge a learner's answer by the hidden tests, in the learner's kernel.

    Parameters
    ----------
    source : Source
        The instructor's sources.
    exercise_id : str
        The exercise.
    value : object
        The answer; ignored for a file on the disk.
    numbers : mapping of str to int, float or str
        The numbers of the learner's copy.

    Returns
    -------
    Judgement or None
        The weighted share of the expectations that hold, with the remark on the first that fails; None where nothing is expected of
        an answer.
    """
    with _no_new_figures():
        expectations = [one for one in _expected(source, exercise_id, numbers) if one.question is not None]
    if not expectations:
        return None
    with graded_as(numbers):
        judged = [expectation.judgement(_form(expectation, value)) for expectation in expectations]
    whole = sum(expectation.weight for expectation in expectations)
    share = sum(expectation.weight * one.share for expectation, one in zip(expectations, judged, strict=True)) / whole
    worst = min(range(len(judged)), key=lambda index: judged[index].share)
    remark = judged[worst].remark
    if judged[worst].share < 1 and len(judged) > 1:
        remark = f"{expectations[worst].description}: {remark}"
    return Judgement(share=share, remark=remark)


def _expected(source: Source, exercise_id: str, numbers: Mapping[str, Value]) -> Iterator[Expectation]:
    """Yield what the test cells that name the exercise expect of it; only these run."""
    for notebook in source.notebooks:
        cells = tuple(cell for cell in notebook.cells if _concerns(cell, exercise_id))
        if cells:
            public = replace(source.course, solutions=Solutions.OUT)  # they are on this machine
            few = replace(source, course=public, notebooks=(replace(notebook, cells=cells),))
            for expectations in few.expectations(numbers).values():
                yield from (one for one in expectations if one.exercise.id == exercise_id)


@contextmanager
def _no_new_figures() -> Iterator[None]:
    """Close the figures that hidden tests draw; the kernel would show them under the check."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    before = set(pyplot.get_fignums()) if pyplot else set()
    yield
    if pyplot:
        for number in set(pyplot.get_fignums()) - before:
            pyplot.close(number)


def _concerns(cell: Cell, exercise_id: str) -> bool:
    return cell.is_test and f'"{exercise_id}"' in cell.hidden


def _form(expectation: Expectation, value: object) -> Json:
    question = expectation.question
    names = {} if question is None or value is None else {question.name: value}
    return None if question is None else answer(question, names, Path.cwd())
