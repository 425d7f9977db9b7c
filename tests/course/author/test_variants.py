"""Each student has numbers of their own, and the grader knows them."""

import json
import threading
from pathlib import Path

import pytest
from course import courses

from devopssim.course.answers import Json
from devopssim.course.author import exercises, variants
from devopssim.course.author.source import load_source
from devopssim.course.author.variants import derive, graded_as
from devopssim.course.learner.own_numbers import variant
from devopssim.errors import InvalidInputError

KEY = b"0123456789abcdef"
COURSE = exercises.load_course(courses.SOURCE)


def numbers(student: str, key: bytes = KEY) -> int:
    value = derive(COURSE.variant, course=COURSE.name, student=student, key=key)["slowest"]
    assert isinstance(value, int)
    return value


def test_a_student_has_the_same_numbers_each_time_and_others_have_others() -> None:
    assert numbers("ada") == numbers(" Ada ")
    assert len({numbers(f"student {number}") for number in range(100)}) > 90
    assert numbers("ada") != numbers("ada", key=b"another key, as long")


def test_numbers_lie_where_the_course_says() -> None:
    assert all(10 <= numbers(str(student)) <= 100_000 for student in range(500))
    among = variants.parse_variant({"size": {"among": [4, 6], "default": 4}}, "here")
    assert {derive(among, course="c", student=str(each), key=KEY)["size"] for each in range(50)} == {4, 6}


def test_a_copy_without_a_student_has_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(courses.SOURCE)
    assert variant().slowest == 30


def test_a_students_copy_has_theirs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "exercises.toml").write_bytes((courses.SOURCE / "exercises.toml").read_bytes())
    (tmp_path / "variant.json").write_text(json.dumps({"student": "ada", "numbers": {"slowest": 77}}))
    monkeypatch.chdir(tmp_path)
    assert variant().slowest == 77
    (tmp_path / "variant.json").write_text("{}")
    with pytest.raises(InvalidInputError, match="course start"):
        variant()


def test_grading_one_student_does_not_change_what_another_thread_sees() -> None:
    seen: list[int] = []
    with graded_as({"slowest": 1}):
        other = threading.Thread(target=lambda: _see(seen))
        other.start()
        other.join()
        assert variant().slowest == 1
    assert seen == [2]


def test_what_is_expected_of_everybody_is_found_out_once() -> None:
    course = load_source(courses.SOURCE)
    first, second = (course.expectations({"slowest": slowest}) for slowest in (30, 50))
    same = {grade_id for (_, grade_id), expected in first.items() if second[_, grade_id] is expected}
    assert same == {"01-c-test", "02-a-test", "02-b-test", "02-c-test", "02-d-test"}
    median = second["01-values", "01-a-test"][0]
    assert (median.judgement(6.5).share, first["01-values", "01-a-test"][0].judgement(6.5).share) == (1, 1)
    table = second["01-values", "01-b-test"][0].judgement
    hours: dict[str, Json] = {"$": "table", "index": [0, 1], "columns": ["role", "hours"]}
    assert table({**hours, "values": [["tester", "developer"], [3.0, 65.0]]}).share == 1
    assert table({**hours, "values": [["tester", "developer"], [3.0, 45.0]]}).share == 0


def _see(seen: list[int]) -> None:
    with graded_as({"slowest": 2}):
        seen.append(variant().slowest)


@pytest.mark.parametrize(
    "declared",
    [
        {"seed": 3},
        {"seed": {"low": 1}},
        {"seed": {"low": 3, "high": 3, "default": 3}},
        {"seed": {"default": 1, "hihg": 2}},
        {"seed": {"default": 1, "low": 1, "high": "9"}},
        {"seed": {"default": 1, "among": [[1], [2]]}},
    ],
)
def test_a_choice_that_leaves_nothing_to_choose_is_refused(declared: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError, match="seed"):
        variants.parse_variant(declared, "exercises.toml")


def test_a_short_or_missing_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("short")
    with pytest.raises(InvalidInputError, match="16"):
        variants.read_key(tmp_path / "key")
    with pytest.raises(InvalidInputError, match="token_hex"):
        variants.read_key(tmp_path / "none")
    with pytest.raises(InvalidInputError, match="16"):
        numbers("ada", key=b"short")


@pytest.mark.parametrize("student", ["", "  ", "a\nb", "\x00"])
def test_an_id_that_cannot_be_printed_is_refused(student: str) -> None:
    with pytest.raises(InvalidInputError, match="student="):
        numbers(student)


@pytest.mark.parametrize("text", ["", "[]", '{"numbers": 3}', '{"numbers": {"slowest": [1]}}', '{"student": "ada"}'])
def test_a_file_of_numbers_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    for name, content in (("exercises.toml", (courses.SOURCE / "exercises.toml").read_text()), ("variant.json", text)):
        (tmp_path / name).write_text(content)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInputError, match="start a new copy"):
        variant()
