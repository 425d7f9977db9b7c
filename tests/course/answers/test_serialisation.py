"""Answers as strict JSON."""

import math
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from logs import committed, deployed, log_of, requested
from matplotlib.figure import Figure

from devopssim import scenario
from devopssim.course.answers.judging import Tolerance, same
from devopssim.course.answers.serialisation import Json, describe, dumps, from_json, loads, log_to_json, number, to_json
from devopssim.errors import InvalidInputError

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**62), 2**62)
    | st.floats()
    | st.text(max_size=20).filter(str.isprintable),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(min_size=1, max_size=5).filter(lambda key: key != "$" and key.isprintable()), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(PLAIN)
def test_a_plain_answer_reads_back_as_it_was(answer: Any) -> None:
    form = loads(dumps(to_json(answer)))
    assert same(to_json(from_json(form)), to_json(answer), Tolerance())


@given(st.binary(max_size=200))
def test_whatever_is_no_strict_json_is_refused_in_one_way(text: bytes) -> None:
    try:
        loads(text)
    except InvalidInputError:
        return


@pytest.mark.parametrize(
    "text", ["NaN", "-Infinity", "1e999", '{"a": 1, "a": 2}', "[" * 100_000, "1" * 5000, "{'a': 1}", "", b"\xff"]
)
def test_json_that_only_python_reads_is_refused(text: str | bytes) -> None:
    with pytest.raises(InvalidInputError):
        loads(text)


def test_nan_and_the_infinities_have_a_form_of_their_own() -> None:
    assert math.isnan(number(to_json(math.nan)) or 0)
    assert number(to_json(-math.inf)) == -math.inf
    assert number(True) is None


def test_numpy_and_pandas_values_are_what_they_hold() -> None:
    assert to_json(np.float64(2.5)) == 2.5
    assert to_json(np.arange(3)) == [0, 1, 2]
    assert to_json(pd.NA) == to_json(pd.NaT) == {"$": "float", "is": "nan"}
    assert to_json(pd.Timedelta(hours=3)) == {"$": "duration", "hours": 3.0}


def test_a_table_reads_back_as_a_table() -> None:
    table = pd.DataFrame({"role": ["tester", "developer"], "hours": [1.5, math.nan]})
    pd.testing.assert_frame_equal(from_json(loads(dumps(to_json(table)))), table, check_dtype=False)


def test_a_log_reads_back_with_its_attributes() -> None:
    log = log_of(requested("W1"), committed("C1", item="W1"), deployed("C1", "D1", 1.0))
    back = from_json(log_to_json(log))
    pd.testing.assert_frame_equal(back, log)
    assert back.attrs == log.attrs


def test_a_scenario_reads_back_equal() -> None:
    assert from_json(to_json(scenario.WATERFALL)) == scenario.WATERFALL


def test_a_figure_is_its_lines_and_labels() -> None:
    axes = Figure().subplots()
    axes.plot([1, 2], [3, 4], label="hours")
    axes.set_xlabel("change")
    form = to_json(axes)
    assert isinstance(form, dict)
    assert form == to_json(axes.figure)
    assert '"xlabel":"change"' in dumps(form)
    assert '"x":[1,2],"y":[3,4]' in dumps(form)


@pytest.mark.parametrize(
    "value", [10**30, "x" * 10**6, list(range(200_000)), pd.DataFrame({"a": range(200_000)}), np.zeros(10**6)]
)
def test_what_is_too_large_is_said_to_be(value: object) -> None:
    form = to_json(value)
    assert isinstance(form, dict)
    assert form["$"] == "large"
    assert "too large" in describe(form)


def test_what_has_no_form_is_named_by_its_type() -> None:
    assert to_json(object()) == {"$": "other", "type": "object"}
    assert describe(to_json(object())) == "a value of the type object"


@pytest.mark.parametrize(
    "form",
    [
        {"$": "table", "columns": 3},
        {"$": "series", "values": 7},
        {"$": []},
        {"$": "float", "is": 3},
        {"$": "figure", "axes": 1},
        {"$": "?"},
    ],
)
def test_a_forged_form_is_described_without_stumbling(form: Json) -> None:
    assert describe(form)


@pytest.mark.parametrize(
    "form",
    [
        {"$": "time", "is": "2024-01-01"},
        {"$": "time", "iso": "soon"},
        {"$": "table", "columns": ["a"], "index": [0], "values": []},
        {"$": "set", "of": [[1]]},
        {"$": "array", "of": [[1], [1, 2]]},
        {"$": "duration"},
        {"$": "log", "csv": 1},
        {"$": "scenario"},
    ],
)
def test_a_forged_form_is_refused_in_one_way(form: Json) -> None:
    with pytest.raises(InvalidInputError, match=r"no .* that an answer can be"):
        from_json([form])
