"""The page on exercises says what is so: each of its examples is declared, collected and judged."""

import dataclasses
import json
import re
import tomllib
from pathlib import Path
from typing import Final

import pytest

from devopssim.course.author import answer_types, exercises
from devopssim.course.author.expectations import collecting
from devopssim.course.author.variants import graded_as

PAGE: Final = (Path(__file__).parents[3] / "docs" / "exercises.md").read_text(encoding="utf-8")
TABLES: Final = re.findall(r"^```toml\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
REGIONS: Final = [
    code
    for code in re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    if "import expect" in code
]
COURSE: Final = exercises.parse(tomllib.loads("\n".join(reversed(TABLES))), "docs/exercises.md")


def test_every_kind_has_a_section_and_an_example() -> None:
    shown = {exercise.kind.name for exercise in COURSE.exercises.values()}
    assert shown == set(answer_types.ANSWER_TYPES)
    headings = set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^### .*", PAGE, flags=re.MULTILINE))))
    assert headings == set(answer_types.ANSWER_TYPES)


def test_every_setting_is_named() -> None:
    names = {field.name for kind in answer_types.ANSWER_TYPES.values() for field in dataclasses.fields(kind)}
    assert {field for field in names if not re.search(rf"`{field}\b", PAGE)} == set()


@pytest.mark.parametrize("region", REGIONS)
def test_every_hidden_region_declares_what_it_expects(region: str) -> None:
    hidden = region.partition("### BEGIN HIDDEN TESTS\n")[2] or region
    with graded_as({"seed": 7}), collecting(COURSE) as gathered:
        exec(compile(hidden, "docs/exercises.md", "exec"), {"__name__": "hidden"})  # noqa: S102 - our own page
    assert gathered


def test_the_metadata_on_the_page_is_nbgraders() -> None:
    shown = re.findall(r"`(\{\"schema_version\".*?\})`", PAGE)
    assert len(shown) >= 2, "an answer cell and a test cell"
    for text in shown:
        marks = json.loads(text)
        assert {"schema_version", "grade", "grade_id", "locked", "solution", "task"} <= set(marks)
        assert (marks.get("points") is not None) == marks["grade"]
