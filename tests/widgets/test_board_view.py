"""The board of one replication or log."""

from typing import Any

import pandas as pd
import pytest
from logs import log_of
from widget_bench import SHORT, Bench

from devopssim import widgets
from devopssim.errors import InvalidInputError
from devopssim.widgets.board_view import Board, timeline_of


def test_a_log_in_which_nothing_moves_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="nothing moves"):
        widgets.board(log_of(horizon=10))


@pytest.mark.parametrize("given", ["devops", pd.DataFrame({"hours": [1.0]})])
def test_what_is_neither_a_scenario_nor_a_log_has_no_board(given: Any) -> None:
    with pytest.raises(InvalidInputError, match="this is no event log"):
        widgets.board(given)


def test_a_board_shows_the_replication_that_is_asked_for() -> None:
    bench = Bench()
    board = Board(scenario=SHORT, pools=bench)
    assert board.film == {}
    board.do_ready()
    bench.work()
    assert board.film == timeline_of(SHORT, 1, 0)
    board.do_replication(2)
    bench.work()
    assert board.film == timeline_of(SHORT, 1, 2)
    assert board.film["moves"] != timeline_of(SHORT, 1, 0)["moves"]
    board._receive(board, {"do": "replication", "number": -1}, [])
    assert "must be a whole number between 0 and 999" in board.note


def test_a_board_of_a_future_that_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="seed=-1 "):
        widgets.board(seed=-1)
    with pytest.raises(InvalidInputError, match="replication=1000 "):
        widgets.board(replication=1000)
