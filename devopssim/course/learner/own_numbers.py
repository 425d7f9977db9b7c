"""The numbers of the copy of the course in which a notebook runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import msgspec

from devopssim.course.author import (
    VARIANT_FILE,
    Course,
    Value,
    VariantNumber,
    defaults,
    nearest_course,
    numbers_in_grading,
)
from devopssim.course.learner.kernel import explain_empty_answers
from devopssim.course.learner.recorded_cells import show_recorded_cells
from devopssim.errors import InvalidInputError


def variant() -> SimpleNamespace:
    r"""Return the numbers of this copy of the course, as attributes.

    In a student's copy they come from `variant.json` beside the notebook or in one of the three folders above it, elsewhere from
    the course's defaults; in the grader they are those of the student being graded.

    Returns
    -------
    SimpleNamespace
        One attribute for each number that the course declares.

    Raises
    ------
    InvalidInputError
        Without `exercises.toml` within reach, or for a malformed `variant.json`.

    Examples
    --------
    >>> import contextlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
    ...     _ = Path("exercises.toml").write_text("[variant]\nseed = {low = 1, high = 99, default = 1}")
    ...     before = variant().seed
    ...     _ = Path("variant.json").write_text('{"student": "ada", "numbers": {"seed": 7}}')
    ...     before, variant().seed
    (1, 7)
    """
    explain_empty_answers()
    show_recorded_cells()
    numbers = numbers_in_grading()
    return SimpleNamespace(**(numbers_of_copy(nearest_course()) if numbers is None else numbers))


def numbers_of_copy(course: Course) -> dict[str, Value]:
    """Return the numbers of the copy in the working directory: those of its `variant.json`, else the course's defaults.

    Raises
    ------
    InvalidInputError
        For a malformed `variant.json`.
    """
    return {**defaults(course.variant), **_numbers_in_file(Path.cwd(), course.variant)}


@dataclass(frozen=True, kw_only=True)
class VariantFile:
    """The part of `variant.json` that a notebook needs; the student's id is left out."""

    numbers: Mapping[str, Value]


def _numbers_in_file(start: Path, choices: Mapping[str, VariantNumber]) -> dict[str, Value]:
    """Return the numbers in the nearest `variant.json` that the course declares; none without the file."""
    path = next((file for above in (start, *start.parents[:3]) if (file := above / VARIANT_FILE).is_file()), None)
    if path is None:
        return {}
    try:
        numbers = msgspec.json.decode(path.read_bytes(), type=VariantFile).numbers
    except (OSError, ValueError) as error:
        raise InvalidInputError(
            f"{path}: not the file that `devopssim course start` wrote ({error}); start a new copy."
        ) from error
    return {name: numbers[name] for name in choices if name in numbers}
