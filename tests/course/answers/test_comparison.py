"""Two answers are the same by what they hold: numbers within a tolerance, forms in type, length and keys."""

import math

import pandas as pd
import pytest

from devopssim.course.answers import Json, Tolerance, to_json
from devopssim.course.answers.comparison import same

EXACTLY = Tolerance()


@pytest.mark.parametrize(
    ("tolerance", "expected", "nearest_right", "nearest_wrong"),
    [
        (Tolerance(within=0.5), 2.0, 3.0, 3.000001),
        (Tolerance(within=0.5), 2.0, 1.0, 0.999999),
        (Tolerance(within=0.5), -2.0, -3.0, -3.000001),
        (Tolerance(plus_minus=0.25), 2.0, 2.25, 2.250001),
        (Tolerance(plus_minus=0.25), 0.0, -0.25, -0.250001),
        (Tolerance(within=0.5, plus_minus=0.25), 2.0, 3.0, 3.25),
        (Tolerance(within=0.125, plus_minus=0.5), 2.0, 2.5, 2.75),
        (EXACTLY, 1e9, 1e9 + 1, 1e9 + 2),
        (EXACTLY, 0.0, 5.6e-17, 1e-6),
        (Tolerance(plus_minus=0.2), 45.8, 46.0, 46.001),
    ],
)
def test_the_larger_of_both_tolerances_counts_and_its_bound_is_near(
    tolerance: Tolerance, expected: float, nearest_right: float, nearest_wrong: float
) -> None:
    assert tolerance.near(nearest_right, expected)
    assert not tolerance.near(nearest_wrong, expected)


@pytest.mark.parametrize(
    ("got", "expected", "near"),
    [
        (math.nan, math.nan, True),
        (0.0, math.nan, False),
        (math.nan, 0.0, False),
        (math.inf, math.inf, True),
        (-math.inf, math.inf, False),
        (1e308, math.inf, False),
        (math.inf, 1e308, False),
    ],
)
def test_nan_is_near_nan_and_an_infinity_near_itself_only(got: float, expected: float, *, near: bool) -> None:
    assert Tolerance(within=1e9, plus_minus=1e308).near(got, expected) is near


@pytest.mark.parametrize(
    ("got", "expected", "alike"),
    [
        (1, 1.0, True),
        (True, 1, False),
        (1, True, False),
        (0, False, False),
        ("1", 1, False),
        (1, "1", False),
        ("a", "a", True),
        ("a", "b", False),
        (None, None, True),
        (None, 0, False),
        ([1, [2]], [1, [2]], True),
        ([1, [2]], [1, [3]], False),
        ([1, 2], [1], False),
        ([1], [1, 2], False),
        ([], {}, False),
        ({}, [], False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({"a": 1, "b": 2}, {"a": 1}, False),
        ({"a": 1}, {"a": 2}, False),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, False),
    ],
)
def test_forms_are_the_same_in_type_length_and_keys(got: Json, expected: Json, *, alike: bool) -> None:
    assert same(got, expected, EXACTLY) is alike


@pytest.mark.parametrize(
    ("got", "expected", "alike"),
    [
        (pd.Index(["a", "b"]), ["a", "b"], True),
        (pd.Series(["a", "b"], index=[7, 9]), ["a", "b"], True),
        (pd.Series(["b", "a"]), ["a", "b"], False),
        (pd.Series(["b", "a"]), {"a", "b"}, True),
        ({"a", "b"}, ["a", "b"], False),
        (pd.Series({"mttd": 1.0, "mttr": 2.0}), {"mttr": 2, "mttd": 1}, True),
        (pd.Series({"mttd": 1.0, "mttr": 2.0}), {"mttd": 2, "mttr": 1}, False),
        (pd.Series([1, 2]), {"a": 1, "b": 2}, False),
    ],
)
def test_a_series_of_pandas_stands_for_its_list_set_or_dictionary(
    got: object, expected: object, *, alike: bool
) -> None:
    assert same(to_json(got), to_json(expected), Tolerance()) is alike


def test_the_tolerance_reaches_numbers_inside() -> None:
    assert same({"a": [1.25]}, {"a": [1.0]}, Tolerance(plus_minus=0.25))
    assert not same({"a": [1.5]}, {"a": [1.0]}, Tolerance(plus_minus=0.25))
