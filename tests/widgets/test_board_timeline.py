"""Items move over the board as the log records."""

import pytest
from logs import closed, committed, deployed, done, failed, log_of, requested, resolved, worked

from devopssim import AGILE, DEVOPS, simulate, vary
from devopssim.events import STAGES, event
from devopssim.scenario import Scenario
from devopssim.widgets.board_timeline import COLUMNS, OPERATE, Move, moves, timeline


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
        (9, "operate", False),
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


@pytest.mark.parametrize("scenario", [AGILE, DEVOPS], ids=["agile", "devops"])
def test_no_item_is_lost_or_comes_back_from_production(scenario: Scenario) -> None:
    log = simulate(vary(scenario, {"years": 0.5}))
    last: dict[str, int] = {}
    for move in moves(log):
        assert last.get(move.item, 0) < OPERATE or move.column >= OPERATE
        last[move.item] = move.column
    assert len(last) == (log["kind"] == "ticket.created").sum()
    assert sum(column >= OPERATE for column in last.values()) == (log["kind"] == "ticket.closed").sum()


def test_an_item_is_in_monitor_while_its_deployment_is_monitored() -> None:
    log = log_of(
        [requested("W1", at=0), committed("C1", at=1, item="W1"), deployed("C1", "D1", at=2)],
        [event(2, "stage.started", stage="operate", deployment="D1"), closed("W1", at=2)],
        [event(3, "stage.finished", stage="operate", deployment="D1")],
        [event(3, "stage.started", stage="monitor", deployment="D1")],
        [event(9, "stage.finished", stage="monitor", deployment="D1")],
        horizon=10,
    )
    positions = [(move.time, COLUMNS[move.column], bool(move.working)) for move in moves(log)]
    assert positions == [
        (0, "requested", False),
        (2, "operate", True),
        (3, "monitor", True),
        (9, "operate", False),
    ]


def test_the_board_has_the_seven_stages_and_begins_with_something_on_it() -> None:
    shown = timeline(simulate(vary(DEVOPS, {"years": 0.5})))
    assert [name.lower() for name in shown["columns"]] == ["requested", *STAGES]
    assert shown["begin"] == 0.1 * shown["end"]
    at_first = {item: column for time, item, column, _ in shown["moves"] if time <= shown["begin"]}
    assert len(set(at_first.values())) > 3
    late = timeline(log_of([requested("W1", at=50)], horizon=100))
    assert late["begin"] == 50


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
