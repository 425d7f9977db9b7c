"""Columns of a log: texts become numbers in the order in which they first appear, and a part of a log keeps them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devopssim.events import CodedLog, event, from_rows
from devopssim.kpis.columns import LogColumns, _numbered

LOG = from_rows(
    [
        event(0, "ticket.created", item="W2", detail="value=3;rework_of=W1"),
        event(1, "ticket.created", item="W1"),
        event(2, "stage.started", stage="code", role="developer", item="W2"),
        event(3, "service.deployed", change="C1", deployment="D1", item="W1"),
    ]
)


def in_codes(**codes: list[int]) -> CodedLog:
    """Return a log in codes: item 7 is called W7."""
    rows = len(next(iter(codes.values())))
    empty = {
        column: np.full(rows, -1)
        for column in ("kind", "item", "change", "stage", "deployment", "incident", "finding", "role", "detail")
    }
    return CodedLog(
        time=np.arange(float(rows)),
        codes=empty | {column: np.array(numbers) for column, numbers in codes.items()},
        texts=lambda column, numbers: [f"{column[0].upper()}{number}" for number in numbers],
        values=lambda key, numbers: [f"{key}{number}" if number else "" for number in numbers],
        attrs={"horizon": 10.0},
    )


@given(st.lists(st.integers(-1, 6)))
def test_codes_are_numbered_in_the_order_of_their_first_row(codes: list[int]) -> None:
    positions, different = _numbered(np.array(codes, dtype=int))
    assert different.tolist() == list(dict.fromkeys(code for code in codes if code >= 0))
    assert [different[place] if place >= 0 else -1 for place in positions] == codes


@pytest.mark.parametrize("rows", [[0, 1, 2, 3], [3], [1, 3]])
def test_ids_are_numbered_in_the_order_of_their_first_row(rows: list[int]) -> None:
    """However few of the log's rows are asked for."""
    columns = LogColumns(CodedLog.of(LOG))
    positions, names = columns.names("item", np.array(rows))
    asked = LOG["item"].iloc[rows].tolist()
    assert names.tolist() == columns.labels(names).tolist() == list(dict.fromkeys(asked))
    assert names[positions].tolist() == asked


def test_details_that_differ_are_read_once_and_rows_without_one_have_none() -> None:
    columns = LogColumns(CodedLog.of(LOG))
    positions, different = columns.details(np.array([0, 1]))
    assert positions.tolist() == [0, -1]
    assert columns.values(different, "value").tolist() == ["3"]
    assert columns.values(different, "cause").tolist() == [""]


def test_a_role_out_of_the_schema_is_none() -> None:
    assert LogColumns(
        CodedLog.of(LOG.assign(role=pd.Series(["boss", None, "developer", None], dtype=object)))
    ).roles.tolist() == [-1, -1, 1, -1]


def test_a_part_of_a_log_has_its_rows_and_other_attributes() -> None:
    for log in (CodedLog.of(LOG), in_codes(item=[7, 8, 9, 9])):
        part = LogColumns(log).part(1, 3, {"horizon": 3.0})
        assert part.time.tolist() == [1.0, 2.0]
        assert part.attrs == {"horizon": 3.0}
        assert part.log.attrs["horizon"] == 3.0
        assert part.log["item"].tolist() == log.log()["item"].tolist()[1:3]


def test_a_code_gets_its_name_where_somebody_reads_it() -> None:
    columns = LogColumns(in_codes(item=[7, 3, 7], detail=[5, -1, 0]))
    positions, ids = columns.names("item", np.arange(3))
    assert (positions.tolist(), ids.tolist()) == ([0, 1, 0], [7, 3])
    assert columns.labels(ids).tolist() == ["I7", "I3"]
