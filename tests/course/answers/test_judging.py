"""Judging: which share of an expectation an answer meets, and what the remark tells of it."""

import math
from typing import Any

import pytest

from devopssim.course.answers import EMPTY, NO_ANSWER, Json, Tolerance, to_json
from devopssim.course.answers.judging import columns_of, judge_calls, judge_figure, judge_table, judge_value

EXACTLY = Tolerance()


@pytest.mark.parametrize(
    ("got", "share", "remark"),
    [
        (12.5, 1, "the number 12.5 is right."),
        (12.0, 0, "12 is not right."),
        (13.0, 0, "13 is not right."),
        (to_json(math.nan), 0, "the number nan is not what is expected."),
        ("12.5", 0, "the text '12.5' is not what is expected."),
        (None, 0, "the answer is missing (None)."),
    ],
)
def test_a_value_is_right_or_not_and_no_more_is_given_away(got: Json, share: float, remark: str) -> None:
    judged = judge_value(got, 12.5, EXACTLY)
    assert (judged.share, judged.remark) == (share, remark)


def test_where_the_solution_is_out_a_wrong_number_hears_its_direction() -> None:
    assert judge_value(12.0, 12.5, EXACTLY, direction=True).remark == "12 is too low."
    assert judge_value(13.0, 12.5, EXACTLY, direction=True).remark == "13 is too high."


def test_no_direction_is_given_where_nan_is_expected() -> None:
    assert judge_value(1.0, to_json(math.nan), EXACTLY).remark == "the number 1 is not what is expected."


CALLS: list[list[Json]] = [[1, 2], ["a", 4], [5, 6], [7, 8]]


@pytest.mark.parametrize(
    ("got", "share", "remark"),
    [
        ([1, 2, 3, 4], 1, "right for each of 4 inputs."),
        ([1, 0, 0, 4], 0.5, "right for 2 of 4 inputs; for ('a', 4) it gave the number 0."),
        ([0, 0, 0, 4], 0.25, "right for 1 of 4 inputs; for (1, 2) it gave the number 0."),
        ([0, 0, 0, 0], 0, "right for 0 of 4 inputs; for (1, 2) it gave the number 0."),
        ([EMPTY] * 4, 0, NO_ANSWER),
        ([EMPTY, EMPTY, EMPTY, 4], 0.25, "right for 1 of 4 inputs; for (1, 2) it gave the error NotImplementedError."),
        ([1, 2, 3], 0, "a list of 3 values is not a function."),
        ([1, 2, 3, 4, 5], 0, "a list of 5 values is not a function."),
        (3, 0, "the number 3 is not a function."),
        (None, 0, "the answer is missing (None)."),
    ],
)
def test_each_call_counts_the_same_and_the_first_wrong_one_is_shown(got: Json, share: float, remark: str) -> None:
    judged = judge_calls(got, [1, 2, 3, 4], CALLS, EXACTLY)
    assert (judged.share, judged.remark) == (share, remark)


def table(**columns: list[Json]) -> dict[str, Any]:
    rows = len(next(iter(columns.values())))
    return {"$": "table", "columns": list(columns), "index": list(range(rows)), "values": list(columns.values())}


EXPECTED = table(role=["a", "b"], hours=[1.0, 2.0], people=[3, 4], shares=[0.5, 0.5])


@pytest.mark.parametrize(
    ("changes", "share", "remark"),
    [
        ({}, 1, "each of 4 columns is right."),
        ({"more": [1, 2]}, 1, "each of 4 columns is right."),
        ({"hours": [1.0, 9.0]}, 0.75, "3 of 4 columns are right; look at hours."),
        ({"hours": [2.0, 1.0], "people": [3]}, 0.5, "2 of 4 columns are right; look at hours, people."),
    ],
)
def test_each_expected_column_counts_the_same(changes: dict[str, list[Json]], share: float, remark: str) -> None:
    columns: dict[str, list[Json]] = {"role": ["a", "b"], "hours": [1.0, 2.0], "people": [3, 4], "shares": [0.5, 0.5]}
    judged = judge_table(table(**(columns | changes)), EXPECTED, None, EXACTLY)
    assert (judged.share, judged.remark) == (share, remark)


def test_what_is_no_table_is_said_to_be_none() -> None:
    judged = judge_table(3, EXPECTED, None, EXACTLY)
    assert (judged.share, judged.remark, judged.waiting) == (0, "the number 3 is not a table.", False)


def test_a_missing_column_is_wrong() -> None:
    assert judge_table(table(role=["a", "b"]), EXPECTED, None, EXACTLY).share == 0.25


def test_rows_are_matched_by_the_key_or_else_by_their_order() -> None:
    expected, turned = table(role=["a", "b"], hours=[1.0, 2.0]), table(role=["b", "a"], hours=[2.0, 1.0])
    assert judge_table(turned, expected, "role", EXACTLY).share == 1
    assert judge_table(turned, expected, None, EXACTLY).share == 0
    assert judge_table(table(hours=[1.0, 2.0]), expected, "role", EXACTLY).share == 0.5


@pytest.mark.parametrize(
    ("form", "columns"),
    [
        ({"$": "series", "index": [1], "values": [2]}, {"index": [1], "values": [2]}),
        ({"$": "series", "index": 1, "values": [2]}, None),
        ({"$": "table", "columns": ["a"], "values": [[1]]}, {"a": [1]}),
        ({"$": "table", "columns": ["a", "b"], "values": [[1]]}, None),
        ({"$": "table", "columns": ["a"], "values": 1}, None),
        ({"$": "table", "columns": 1, "values": [[1]]}, None),
        ({"$": "figure", "columns": ["a"], "values": [[1]]}, None),
        ([1], None),
    ],
)
def test_columns_are_those_of_a_well_formed_table(form: Json, columns: object) -> None:
    assert columns_of(form) == columns


def figure(*lines: tuple[str, list[Json]], bars: Json = None) -> Json:
    drawn: list[Json] = [{"label": label, "x": [1, 2], "y": y} for label, y in lines]
    return {"$": "figure", "axes": [{"lines": drawn, "bars": bars}]}


LINES: dict[str, tuple[Json, Json]] = {"slow": ([1, 2], [3, 4]), "fast": ([1, 2], [1, 2])}


@pytest.mark.parametrize(
    ("got", "share"),
    [
        (figure(("slow", [3, 4]), ("fast", [1, 2])), 1),
        (figure(("fast", [1, 2]), ("slow", [3, 4]), ("more", [0, 0])), 1),
        (figure(("slow", [0, 0]), ("slow", [3, 4]), ("fast", [1, 2])), 1),
        (figure(("fast", [3, 4]), ("slow", [1, 2])), 0),
        (figure(("slow", [3, 4]), ("other", [1, 2])), 0.5),
        (figure(("Slow", [3, 4]), ("fast", [1, 2])), 0.5),
        (figure(), 0),
        (table(slow=[3, 4]), 0),
        (3, 0),
    ],
)
def test_lines_are_found_by_their_label(got: Json, share: float) -> None:
    assert judge_figure(got, LINES, None, EXACTLY).share == share


def test_a_remark_names_the_lines_that_are_wrong_and_those_that_are_drawn() -> None:
    remark = judge_figure(figure(("slow", [3, 4]), ("quick", [1, 2])), LINES, None, EXACTLY).remark
    assert remark == "1 of 2 are right; look at the line 'fast'; the labels of the lines drawn are slow, quick."


def test_all_bars_count_as_much_as_a_line_and_go_from_left_to_right() -> None:
    bars: Json = [[2.0, 5.0, 0.8], [1.0, 3.0, 0.8]]
    one = {"slow": LINES["slow"]}
    assert judge_figure(figure(("slow", [3, 4]), bars=bars), one, [3.0, 5.0], EXACTLY).share == 1
    assert judge_figure(figure(("slow", [3, 4]), bars=bars), one, [5.0, 3.0], EXACTLY).share == 0.5
    assert judge_figure(figure(("slow", [0, 0]), bars=bars), one, [3.0, 5.0], EXACTLY).share == 0.5
    assert judge_figure(figure(bars=bars), {}, [3.0, 5.0], EXACTLY).remark == "what is drawn is right (1 of 1)."


def test_what_is_no_figure_is_described_as_what_it_is() -> None:
    assert judge_figure(3, LINES, None, EXACTLY).remark == "the number 3 is not a figure."


def test_a_constant_earns_nothing_where_it_is_not_always_right() -> None:
    judged = judge_calls([0, 0, 0], [0, 0, 4], [[1], [2], [3]], EXACTLY)
    assert (judged.share, judged.remark) == (
        0, "the number 0 for each of 3 inputs; the result has to depend on them.",
    )  # fmt: skip
    assert judge_calls([0, 0], [0, 0], [[1], [2]], EXACTLY).share == 1
    assert judge_calls([0, 1], [0, 2], [[1], [2]], EXACTLY).share == 0.5


@pytest.mark.parametrize(("others", "share"), [(0, 1), (2, 1), (3, 0), (89, 0)])
def test_many_lines_with_the_asked_label_are_guesses(others: int, share: float) -> None:
    lines: list[Json] = [{"label": "open", "x": [0, 1], "y": [number, 9]} for number in range(others)]
    lines.append({"label": "open", "x": [0, 1], "y": [2, 3]})
    figure: Json = {"$": "figure", "axes": [{"lines": lines, "bars": []}]}
    assert judge_figure(figure, {"open": ([0, 1], [2, 3])}, None, EXACTLY).share == share
