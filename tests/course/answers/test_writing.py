"""Values as Python, NumPy, pandas and matplotlib write them: the same answer has the same form."""

import datetime as dt
import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from devopssim.course.answers import (
    Json,
    Tolerance,
    argument_to_json,
    describe,
    from_json,
    judge_figure,
    judge_table,
    judge_value,
    number,
    same,
    to_json,
)

EXACTLY = Tolerance()


@pytest.mark.parametrize(
    "value",
    [
        12.5,
        Decimal("12.5"),
        Fraction(25, 2),
        np.longdouble(12.5),
        np.float32(12.5),
        complex(12.5, 0),
        np.complex128(12.5),
        np.array(12.5),
    ],
)
def test_a_number_is_a_number_in_any_type(value: object) -> None:
    assert to_json(value) == 12.5


@pytest.mark.parametrize("value", [dt.timedelta(hours=12.5), np.timedelta64(45_000, "s"), pd.Timedelta(hours=12.5)])
def test_a_duration_is_named_with_the_way_to_its_hours(value: object) -> None:
    assert to_json(value) == {"$": "duration", "hours": 12.5}
    assert "divide it by pd.Timedelta(hours=1)" in judge_value(to_json(value), 12.5, EXACTLY).remark


@pytest.mark.parametrize(
    "value",
    [
        dt.date(2026, 1, 2),
        dt.datetime(2026, 1, 2),  # noqa: DTZ001 - a day without a zone
        pd.Timestamp("2026-01-02"),
        np.datetime64("2026-01-02"),
        pd.Period("2026-01-02"),
    ],
)
def test_a_moment_is_the_same_in_any_type(value: object) -> None:
    assert same(to_json(value), to_json(pd.Timestamp("2026-01-02")), EXACTLY)
    assert not same(to_json(value), to_json(pd.Timestamp("2026-01-03")), EXACTLY)
    assert from_json(to_json(value)) == pd.Timestamp("2026-01-02")


def test_instants_are_equal_in_any_zone() -> None:
    there = to_json(pd.Timestamp("2026-01-02 13:00", tz="Europe/Berlin"))
    assert same(there, to_json(pd.Timestamp("2026-01-02 12:00", tz="UTC")), EXACTLY)


@pytest.mark.parametrize("value", [pd.NA, pd.NaT, float("nan"), np.datetime64("NaT"), Decimal("NaN")])
def test_missing_is_missing(value: object) -> None:
    assert same(to_json(value), to_json(float("nan")), EXACTLY)


def test_a_nullable_column_equals_one_with_nan() -> None:
    given = pd.DataFrame({"role": ["b", "a"], "hours": pd.array([None, 1.0], dtype="Float64")})
    right = pd.DataFrame({"role": ["a", "b"], "hours": [1.0, np.nan]})
    assert judge_table(to_json(given), dict(_table(right)), "role", EXACTLY).share == 1


def _table(frame: pd.DataFrame) -> dict[str, Json]:
    form = to_json(frame)
    assert isinstance(form, dict)
    return form


def test_rows_are_matched_by_numbers_with_their_rounding_errors() -> None:
    given = pd.DataFrame({"k": [sum([0.1] * 100), 5.0], "v": [1, 2]})
    right = pd.DataFrame({"k": [5.0, 10.0], "v": [2, 1]})
    assert judge_table(to_json(given), _table(right), "k", Tolerance(within=1e-6)).share == 1
    few = judge_table(to_json(given[:1]), _table(right), "k", Tolerance())
    assert (few.share, few.remark) == (0, "1 rows came, 2 are expected; look at k.")


def test_rounded_columns_are_told_from_wrong_ones() -> None:
    right = pd.DataFrame({"v": [1.23456, 2.34567], "w": [1.5, 2.5]})
    given = pd.DataFrame({"v": [1.23, 2.35], "w": [1.5, 2.5]})
    assert "v: rounded, keep more digits" in judge_table(to_json(given), _table(right), None, EXACTLY).remark


@pytest.mark.parametrize("value", [(1, (2, "a")), {1, 2}, pd.Timestamp("2026-01-01"), pd.Timedelta(hours=2)])
def test_an_argument_arrives_with_its_type(value: object) -> None:
    assert from_json(argument_to_json(value)) == value


def test_arrays_and_frames_of_times_arrive_as_such() -> None:
    assert (from_json(argument_to_json(np.array([[1.0, 2.0]]))) == np.array([[1.0, 2.0]])).all()
    frame = pd.DataFrame({"t": pd.to_datetime(["2026-01-01 05:00"])})
    assert from_json(argument_to_json(frame)).t.dt.hour.tolist() == [5]


def test_a_set_may_be_written_as_a_list_without_repeats() -> None:
    expected = to_json({"a", "b"})
    assert same(to_json(["b", "a"]), expected, EXACTLY)
    assert not same(to_json(["b", "a", "a"]), expected, EXACTLY)
    assert same(to_json({0.1 + 0.2, 10}), to_json({10, 0.3}), EXACTLY)


@pytest.fixture
def axes() -> Axes:
    _, made = plt.subplots()
    return made


def share(form: Json, bars: Json = None, **lines: tuple[Json, Json]) -> float:
    return judge_figure(form, lines, bars, EXACTLY).share


def test_a_legend_names_lines_that_have_no_label(axes: Axes) -> None:
    axes.plot([0, 1], [2, 3])
    axes.plot([0, 1], [4, 5], label="closed")
    axes.legend(["open", "closed"])
    assert share(to_json(axes), open=([0, 1], [2, 3]), closed=([0, 1], [4, 5])) == 1


def test_what_drawing_returns_stands_for_its_figure(axes: Axes) -> None:
    drawn = axes.plot([0, 1], [2, 3], label="open")
    _, several = plt.subplots(2, 2)
    several[1, 1].plot([0, 1], [2, 3], label="open")
    for form in map(to_json, (drawn, axes.figure, [axes], (axes.figure, axes), several)):
        assert share(form, open=([0, 1], [2, 3])) == 1


def test_bars_may_lie_and_spans_are_no_bars(axes: Axes) -> None:
    axes.axvspan(0, 1)
    axes.barh(["a", "b"], [1.0, 2.0])
    assert share(to_json(axes), bars=[1.0, 2.0]) == 1


def test_scatters_and_dates_are_read(axes: Axes) -> None:
    axes.scatter([1, 2], [3, 4], label="points")
    days = pd.to_datetime(["2026-01-01", "2026-01-02"])
    _, other = plt.subplots()
    other.plot(days, [1, 2], label="h")
    assert share(to_json(axes), points=([1, 2], [3, 4])) == 1
    assert share(to_json(other), h=(to_json(list(days)), [1, 2])) == 1


def test_nan_and_the_infinities_have_a_form_of_their_own() -> None:
    assert math.isnan(number(to_json(math.nan)) or 0)
    assert number(to_json(-math.inf)) == -math.inf
    assert number(True) is None


def test_numpy_and_pandas_values_are_what_they_hold() -> None:
    assert to_json(np.float64(2.5)) == 2.5
    assert to_json(np.arange(3)) == [0, 1, 2]
    assert to_json(pd.NA) == to_json(pd.NaT) == {"$": "float", "is": "nan"}
    assert to_json(pd.Timedelta(hours=3)) == {"$": "duration", "hours": 3.0}


def test_a_figure_is_its_lines_and_labels() -> None:
    axes = Figure().subplots()
    axes.plot([1, 2], [3, 4], label="hours")
    axes.set_xlabel("change")
    form: Any = to_json(axes)
    assert form == to_json(axes.figure)
    (drawn,) = form["axes"]
    assert drawn["xlabel"] == "change"
    assert drawn["lines"] == [{"label": "hours", "x": [1, 2], "y": [3, 4]}]


@pytest.mark.parametrize(
    "value", [10**30, "x" * 10**6, list(range(200_000)), pd.DataFrame({"a": range(200_000)}), np.zeros(10**6)]
)
def test_what_is_too_large_is_said_to_be(value: object) -> None:
    form = to_json(value)
    assert isinstance(form, dict)
    assert form["$"] == "large"
    assert "too large" in describe(form)
