"""A table in codes, and back."""

import numpy as np
import pandas as pd
import pytest

from devopssim import events
from devopssim.events import COLUMNS, KINDS, STAGES, CodedLog, event, from_rows

LOG = from_rows(
    [
        event(0, "ticket.created", item="W2", detail="value=3;rework_of=W1"),
        event(1, "ticket.created", item="W1"),
        event(2, "stage.started", stage="code", role="developer", item="W2"),
        event(3, "service.deployed", change="C1", deployment="D1", item="W1", detail="version=3"),
    ],
    horizon=10,
)


def test_kinds_stages_and_roles_are_their_places_in_the_schema_and_ids_are_numbered_by_their_first_row() -> None:
    codes = CodedLog.of(LOG).codes
    assert [list(KINDS)[code] for code in codes["kind"]] == LOG["kind"].tolist()
    assert codes["stage"].tolist() == [-1, -1, 1, -1]
    assert codes["role"].tolist() == [-1, -1, 1, -1]
    assert codes["item"].tolist() == [0, 1, 0, 1]
    assert set(codes) == set(COLUMNS) - {"time"}
    assert len(codes) == len(COLUMNS) - 1


def test_a_name_out_of_the_schema_gets_the_number_after_the_last() -> None:
    log = LOG.assign(stage=pd.Series(["paint", None, "code", "polish"], dtype=object))
    assert CodedLog.of(log).codes["stage"].tolist() == [len(STAGES), -1, 1, len(STAGES)]


def test_codes_have_their_texts_and_values() -> None:
    log = CodedLog.of(LOG)
    assert list(log.texts("item", np.array([1, 0]))) == ["W1", "W2"]
    assert log.values("value", np.array([1, 0])) == ["", "3"]


def test_a_table_in_codes_is_that_table_and_codes_alone_make_it_anew() -> None:
    log = CodedLog.of(LOG)
    assert log.log() is LOG
    alone = CodedLog(time=log.time, codes=dict(log.codes), texts=log.texts, values=log.values, attrs=log.attrs)
    pd.testing.assert_frame_equal(alone.log(), LOG)
    assert alone.log().attrs == LOG.attrs


@pytest.mark.parametrize("rows", [[], [event(0, "build.started")]])
def test_a_log_without_ids_has_codes(rows: list[events.Row]) -> None:
    assert CodedLog.of(from_rows(rows)).codes["item"].tolist() == [-1] * len(rows)
