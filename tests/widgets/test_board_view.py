"""The board of one replication or log."""

from typing import Any

import pandas as pd
import pytest
from logs import log_of
from widget_bench import SHORT, Bench

from devopssim import widgets
from devopssim.errors import InvalidInputError
from devopssim.widgets.board_view import Board, timeline_of


def test_a_log_without_items_and_changes_is_refused() -> None:
    with pytest.raises(
        InvalidInputError,
        match=r"no ticket\.created and no change\.created event.*pass a log with work items or changes",
    ):
        widgets.board(log_of(horizon=10))


@pytest.mark.parametrize("given", ["devops", pd.DataFrame({"hours": [1.0]})])
def test_a_board_requires_a_scenario_or_an_event_log(given: Any) -> None:
    with pytest.raises(InvalidInputError, match="event log"):
        widgets.board(given)


def test_a_board_shows_the_chosen_replication() -> None:
    bench = Bench()
    board = Board(scenario=SHORT, pools=bench)
    assert board.timeline == {}
    board.do_ready()
    bench.work()
    assert board.timeline == timeline_of(SHORT, 1, 0)
    board.do_replication(2)
    bench.work()
    assert board.timeline == timeline_of(SHORT, 1, 2)
    assert board.timeline["moves"] != timeline_of(SHORT, 1, 0)["moves"]
    board._receive(board, {"do": "replication", "number": -1}, [])
    assert "must be a whole number between 0 and 999" in board.note


def test_a_seed_or_replication_out_of_range_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="seed=-1 "):
        widgets.board(seed=-1)
    with pytest.raises(InvalidInputError, match="replication=1000 "):
        widgets.board(replication=1000)
