"""Strict JSON reads back as what was written; everything else is refused in one way."""

import json
import math
from typing import Any

import hypothesis.strategies as st
import pandas as pd
import pytest
from hypothesis import given
from logs import committed, deployed, log_of, requested

from devopssim import scenario
from devopssim.course.answers import Json, Tolerance, from_json, loads, log_to_json, same, to_json
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
    form = loads(json.dumps(to_json(answer), allow_nan=False))
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


def test_a_table_reads_back_as_a_table() -> None:
    table = pd.DataFrame({"role": ["tester", "developer"], "hours": [1.5, math.nan]})
    pd.testing.assert_frame_equal(
        from_json(loads(json.dumps(to_json(table), allow_nan=False))), table, check_dtype=False
    )


def test_a_log_reads_back_with_its_attributes() -> None:
    log = log_of(requested("W1"), committed("C1", item="W1"), deployed("C1", "D1", 1.0))
    back = from_json(log_to_json(log))
    pd.testing.assert_frame_equal(back, log)
    assert back.attrs == log.attrs


def test_a_scenario_reads_back_equal() -> None:
    assert from_json(to_json(scenario.WATERFALL)) == scenario.WATERFALL


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
