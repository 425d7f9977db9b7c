"""The numbers of the copy of the course that a notebook runs in."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import msgspec

from devopssim.course.author import VARIANT_FILE, Value, VariantNumber, defaults, nearest_course, numbers_in_grading
from devopssim.course.learner.kernel import explain_empty_answers
from devopssim.errors import InvalidInputError


def variant() -> SimpleNamespace:
    """Return the numbers of this copy of the course, as attributes: `variant().seed`.

    In a student's copy they come from `variant.json` beside the notebook, elsewhere they are the course's defaults.
    """
    explain_empty_answers()
    numbers = numbers_in_grading()
    if numbers is None:
        choices = nearest_course().variant
        numbers = {**defaults(choices), **_written(Path.cwd(), choices)}
    return SimpleNamespace(**numbers)


@dataclass(frozen=True, kw_only=True)
class VariantFile:
    """What `variant.json` says that a notebook needs."""

    numbers: Mapping[str, Value]


def _written(start: Path, choices: Mapping[str, VariantNumber]) -> dict[str, Value]:
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
