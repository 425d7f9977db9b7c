"""Items move over the board as the log records."""

from logs import closed, committed, deployed, done, failed, log_of, requested, resolved, worked

from devopssim import AGILE, simulate, vary
from devopssim.events import event
from devopssim.widgets.board_timeline import COLUMNS, Move, moves, timeline


def test_items_move_as_the_log_records() -> None:
    log = log_of(
        [requested("W1", at=0)],
        worked("plan", start=1, end=2, item="W1", role="analyst"),
        worked("code", start=4, end=6, item="W1", change="C1", role="developer"),
        [committed("C1", at=6, item="W1"), done("W1", at=7), deployed("C1", "D1", at=9), closed("W1", at=9)],
        horizon=10,
    )
    positions = [(move.time, COLUMNS[move.column], bool(move.working)) for move in moves(log)]
    assert positions == [
        (0, "requested", False),
        (1, "plan", True),
        (2, "plan", False),
        (4, "code", True),
        (6, "code", False),
        (7, "deploy", False),
        (9, "live", False),
    ]


def test_an_item_with_work_in_two_stages_is_in_the_earlier_one() -> None:
    log = log_of(
        [requested("W1", at=0)],
        worked("code", start=1, end=2, item="W1", change="C1", role="developer"),
        [committed("C1", at=2, item="W1")],
        worked("code", start=2, end=5, item="W1", change="C2", role="developer"),
        worked("test", start=3, end=4, change="C1", role="tester"),
        horizon=6,
    )
    assert [COLUMNS[move.column] for move in moves(log) if 1 < move.time < 5] == ["code"]


def test_no_item_is_lost_or_comes_back_from_live() -> None:
    log = simulate(vary(AGILE, {"years": 0.5}))
    last: dict[str, int] = {}
    for move in moves(log):
        assert last.get(move.item) != COLUMNS.index("live")
        last[move.item] = move.column
    assert len(last) == (log["kind"] == "ticket.created").sum()
    assert sum(column == COLUMNS.index("live") for column in last.values()) == (log["kind"] == "ticket.closed").sum()


def test_changes_move_in_a_log_without_items() -> None:
    log = log_of(
        [event(1, "change.created", change="C1"), event(2, "change.merged", change="C1")],
        [event(3, "build.started", change="C1"), event(4, "build.finished", change="C1")],
        [deployed("C1", "D1", at=5)],
        horizon=6,
    )
    assert moves(log) == [
        Move(1, "C1", 2, 1),
        Move(2, "C1", 3, 0),
        Move(3, "C1", 3, 1),
        Move(4, "C1", 4, 0),
        Move(5, "C1", 6, 0),
    ]


def test_the_timeline_has_the_outages() -> None:
    log = log_of(
        [requested("W1", at=0), committed("C1", at=1, item="W1"), deployed("C1", "D1", at=2)],
        [failed("D1", at=3), resolved("I1", at=5)],
        horizon=10,
    )
    result = timeline(log)
    assert result["outages"] == [[3.0, 5.0]]
    assert result["deployments"] == [2.0]
    assert result["end"] == 10
