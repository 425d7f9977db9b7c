"""What is of the type that an exercise asks for, at the bounds of each setting, and why anything else is not."""

import math

import pandas as pd
import pytest

from devopssim.course.answers import Json, to_json
from devopssim.course.author.answer_types import (
    AnswerType,
    Figure,
    File,
    Function,
    Number,
    OneOf,
    Table,
    Text,
    WrittenAnswer,
    answer_type_of,
)
from devopssim.errors import InvalidInputError

TABLE: Json = {"$": "table", "columns": ["role", "hours"], "index": [0, 1], "values": [["a", "b"], [1, 2]]}
SERIES: Json = {"$": "series", "index": [0, 1], "values": [1, 2]}


def figure(lines: int = 0, bars: int = 0, x: str = "x", y: str = "y") -> Json:
    drawn: list[Json] = [{"label": str(line)} for line in range(lines)]
    return {"$": "figure", "axes": [{"xlabel": x, "ylabel": y, "lines": drawn, "bars": [[0, 1, 1]] * bars}]}


@pytest.mark.parametrize(
    ("answer_type", "answer"),
    [
        (Number(low=2, high=5), 2),
        (Number(low=2, high=5), 5.0),
        (Number(), to_json(math.nan)),
        (Number(whole=True), 3.0),
        (OneOf(of=["a", "b"]), "b"),
        (OneOf(of=["a", "b"], several=True), ["b", "a"]),
        (OneOf(of=["a", "b"], several=True), to_json({"a"})),
        (OneOf(of=["a", "b"], several=True), "a"),
        (OneOf(of=["a", "b"], several=True), to_json(pd.Index(["a", "b"]))),
        (OneOf(of=["a", "b"], several=True), to_json(pd.Series(["b"], index=[7]))),
        (Text(least=3), "abc"),
        (Table(columns=["hours"], rows=2), TABLE),
        (Table(series=True, rows=2), SERIES),
        (Figure(lines=2), figure(lines=2)),
        (Figure(bars=2), figure(bars=3)),
        (Figure(labelled=False), figure(x="")),
        (Function(parameters=["a"]), []),
        (File(format="compose"), "services: {}"),
        (WrittenAnswer(least=2), "two words"),
        (WrittenAnswer(), None),
    ],
)
def test_an_answer_at_the_bound_is_of_the_type(answer_type: AnswerType, answer: Json) -> None:
    assert answer_type.problem(answer) is None


@pytest.mark.parametrize(
    ("answer_type", "answer", "problem"),
    [
        (Number(low=2, high=5), 1.999, "1.999 cannot be: expected is a number, at least 2 and at most 5."),
        (Number(low=2, high=5), 5.001, "5.001 cannot be: expected is a number, at least 2 and at most 5."),
        (Number(whole=True), 3.5, "3.5 is not a whole number."),
        (Number(), True, "this is the truth value True, not a number."),
        (OneOf(of=["a", "b"]), "c", "the text 'c' is none of 'a', 'b'."),
        (OneOf(of=["a", "b"]), ["a"], "a list of 1 value is not one of 'a', 'b'."),
        (OneOf(of=["a", "b"], several=True), ["a", "c"], "the text 'c' is none of 'a', 'b'."),
        (OneOf(of=["a"]), None, "the answer is missing (None)."),
        (Text(least=3), " ab ", "the text has fewer than 3 characters."),
        (Text(), 3, "this is the number 3, not a text."),
        (Table(columns=["days"]), TABLE, "the column 'days' is missing; there are role, hours."),
        (Table(rows=3), TABLE, "3 rows are expected, 2 came."),
        (Table(), SERIES, "this is a series of 2 values, not a DataFrame."),
        (Table(series=True), TABLE, "this is a table of 2 rows with the columns role, hours, not a Series."),
        (Figure(lines=2), figure(lines=1), "2 lines are expected, 1 came."),
        (Figure(bars=1), figure(lines=1), "1 bar is expected, 0 came."),
        (Figure(), figure(x=""), "an axis has no label; a reader cannot know what it shows."),
        (Figure(), figure(y=""), "an axis has no label; a reader cannot know what it shows."),
        (File(), 3, "this is the number 3, not the text of a file."),
        (WrittenAnswer(least=3), "two words", "2 words so far; 3 are expected."),
    ],
)
def test_an_answer_beyond_the_bound_is_refused_with_the_reason(
    answer_type: AnswerType, answer: Json, problem: str
) -> None:
    assert answer_type.problem(answer) == problem


def test_a_file_has_one_of_the_formats() -> None:
    with pytest.raises(InvalidInputError, match="format='exe'"):
        File(format="exe")


def test_a_figure_is_asked_for_with_its_lines_and_bars() -> None:
    assert Figure(labelled=False).expected == "a figure"
    assert Figure(lines=1, labelled=False).expected == "a figure with 1 line"
    assert Figure(bars=2, labelled=True).expected == "a figure with 2 bars and a label on both axes"


def test_a_kind_that_there_is_is_taken_and_any_other_refused_with_the_kinds() -> None:
    assert answer_type_of({"kind": "number", "unit": "hours"}, "exercises.toml") == Number(unit="hours")
    for kind in ("speed", 3, None):
        with pytest.raises(InvalidInputError, match="must be one of number"):
            answer_type_of({"kind": kind}, "exercises.toml")
