"""The numbers of the copy of the course that a notebook runs in."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

from devopssim.course.author import FILE_NAME, Choice, Value, defaults, nearest, numbers_in_grading
from devopssim.errors import InvalidInputError


def variant() -> SimpleNamespace:
    """Return the numbers of this copy of the course, as attributes: `variant().seed`.

    In a student's copy they come from `variant.json` beside the notebook, elsewhere they are the course's defaults.
    """
    numbers = numbers_in_grading()
    if numbers is None:
        choices = nearest().choices
        numbers = {**defaults(choices), **_written(Path.cwd(), choices)}
    return SimpleNamespace(**numbers)


def _written(folder: Path, choices: Mapping[str, Choice]) -> dict[str, Value]:
    path = next((place / FILE_NAME for place in (folder, *folder.parents[:3]) if (place / FILE_NAME).is_file()), None)
    if path is None:
        return {}
    try:
        numbers = json.loads(path.read_text(encoding="utf-8"))["numbers"]
        return {name: numbers[name] for name in choices if name in numbers}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidInputError(
            f"{path}: not the file that `devopssim course start` wrote ({error}); start a new copy."
        ) from error
