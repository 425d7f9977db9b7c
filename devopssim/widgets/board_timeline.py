"""The board's timeline: when each work item moves from column to column, derived from an event log.

An item is in the earliest stage in which work on it is open (queued or under way); between two stages it waits in the last one. It
is in "Ready to deploy" once it is done and in "Live" once it is closed; later repairs leave it there. In a log without work items,
the changes move.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events import HOURS_PER_WEEK, validate_columns
from devopssim.kpis import outages

COLUMNS: Final = ("requested", "plan", "code", "build", "test", "deploy", "live")
TITLES: Final = {
    "requested": "Requested",
    "plan": "Plan",
    "code": "Code",
    "build": "Build",
    "test": "Test",
    "deploy": "Ready to deploy",
    "live": "Live",
}
WAITING, WORKING = 0, 1
_STAGES: Final = ("plan", "code", "build", "test")
_STEPS: Final = {
    "change.created": ("code", WORKING),
    "change.merged": ("build", WAITING),
    "build.started": ("build", WORKING),
    "build.finished": ("test", WAITING),
    "testsuiterun.started": ("test", WORKING),
    "testsuiterun.finished": ("deploy", WAITING),
    "service.deployed": ("live", WAITING),
}
"""Column and state of a change after each event."""


class Move(NamedTuple):
    """One move: at `time` an item enters a column, or starts or stops being worked on there.

    Attributes
    ----------
    time : float
        Hours since the start of the log.
    item : str
        Id of the work item or change.
    column : int
        Index of `COLUMNS`.
    working : int
        1 while the item is worked on, 0 while it waits.
    """

    time: float
    item: str
    column: int
    working: int


@dataclass
class _Card:
    """State of an item on the board, with its open work: pieces that wait and pieces under way, by stage."""

    column: int = 0
    working: int = WAITING
    waiting: dict[str, int] = field(default_factory=dict)
    under_way: dict[str, int] = field(default_factory=dict)

    def position(self) -> tuple[int, int]:
        """Return column and state from the open work; without open work, the last column, waiting."""
        for stage in _STAGES:
            if self.under_way.get(stage, 0) > 0:
                return COLUMNS.index(stage), WORKING
            if self.waiting.get(stage, 0) > 0:
                return COLUMNS.index(stage), WAITING
        return self.column, WAITING


def moves(log: pd.DataFrame) -> list[Move]:
    """Return the moves of all items of a log, or of its changes if it has no items, sorted by time.

    Of several moves of one item at the same instant, the last one is kept.

    Parameters
    ----------
    log : DataFrame
        Event log.

    Examples
    --------
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(0.0, "change.created", change="C1"), event(5.0, "change.merged", change="C1")], horizon=9.0)
    >>> [(move.time, COLUMNS[move.column], move.working) for move in moves(log)]
    [(0.0, 'code', 1), (5.0, 'build', 0)]
    """
    result: list[Move] = []
    last: dict[str, int] = {}
    for move in _moves(log):
        before = last.get(move.item)
        if before is not None and result[before].time == move.time:
            result[before] = move
            continue
        last[move.item] = len(result)
        result.append(move)
    return result


def _moves(log: pd.DataFrame) -> Iterator[Move]:
    """Yield the moves of items, or of changes if the log has no items."""
    has_items = bool((log["kind"] == "ticket.created").any())
    yield from _moves_of_items(log) if has_items else _moves_of_changes(log)


def _moves_of_changes(log: pd.DataFrame) -> Iterator[Move]:
    """Yield the moves of changes, for logs without work items: those of an exercise or a repository."""
    seen: dict[str, tuple[int, int]] = {}
    chosen = log[log["kind"].isin(list(_STEPS)) & log["change"].notna()]
    columns = (chosen[name].to_numpy(object) for name in ("time", "kind", "change"))
    for time, kind, change in zip(*columns, strict=True):
        name, working = _STEPS[kind]
        position = COLUMNS.index(name), working
        if (change in seen or kind == "change.created") and position != seen.get(change):
            if seen.get(change, (0, 0))[0] == COLUMNS.index("live"):
                continue
            seen[change] = position
            yield Move(time, change, *position)


def _moves_of_items(log: pd.DataFrame) -> Iterator[Move]:
    """Yield the moves of work items; work on a change moves the item it belongs to."""
    cards: dict[str, _Card] = {}
    owner = _owners(log)
    for time, kind, item, change, stage in _rows(log):
        owner_item = item if isinstance(item, str) else owner.get(change)
        if owner_item is None or (owner_item not in cards and kind != "ticket.created"):
            continue
        card = cards.setdefault(owner_item, _Card())
        before = (card.column, card.working)
        card.column, card.working = _next(card, kind, stage)
        if kind == "ticket.created" or (card.column, card.working) != before:
            yield Move(time, owner_item, card.column, card.working)


def _next(card: _Card, kind: str, stage: Hashable) -> tuple[int, int]:
    """Return column and state of a card after an event."""
    live, deploy = COLUMNS.index("live"), COLUMNS.index("deploy")
    if card.column == live or kind == "ticket.created":
        return card.column, WAITING
    if kind == "ticket.closed":
        return live, WAITING
    if kind == "ticket.done":
        return deploy, WAITING
    if card.column == deploy:
        return deploy, WORKING if stage == "deploy" and kind == "stage.started" else WAITING
    if stage not in _STAGES:
        return card.column, card.working
    name = str(stage)
    if kind == "stage.queued":
        card.waiting[name] = card.waiting.get(name, 0) + 1
    elif kind == "stage.started":
        card.waiting[name] = max(0, card.waiting.get(name, 0) - 1)
        card.under_way[name] = card.under_way.get(name, 0) + 1
    elif kind == "stage.finished":
        card.under_way[name] = max(0, card.under_way.get(name, 0) - 1)
    return card.position()


def _rows(log: pd.DataFrame) -> Iterator[tuple[float, str, Any, Any, Any]]:
    """Yield time, kind, item, change and stage of the events that can move an item."""
    wanted = ("ticket.created", "ticket.done", "ticket.closed", "stage.queued", "stage.started", "stage.finished")
    chosen = log[log["kind"].isin(wanted)]
    columns = (chosen[name].to_numpy(object) for name in ("time", "kind", "item", "change", "stage"))
    yield from zip(*columns, strict=True)


def _owners(log: pd.DataFrame) -> dict[Hashable, str]:
    """Return the item of each change."""
    both = log[log["item"].notna() & log["change"].notna()]
    return dict(zip(both["change"], both["item"], strict=True))


def timeline(log: pd.DataFrame) -> dict[str, Any]:
    """Return a log's timeline for the browser.

    Parameters
    ----------
    log : DataFrame
        Event log.

    Returns
    -------
    dict
        JSON: `columns` (titles), `items` (ids), `moves` (hours, index of the item, column, 0 waiting or 1 worked on), `outages` (start
        and end in hours), `deployments` (hours), `end` (hours) and `week` (hours of a week).

    Raises
    ------
    InvalidInputError
        If the table is not an event log, or creates neither work items nor changes.

    Examples
    --------
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(0.0, "change.created", change="C1"), event(5.0, "change.merged", change="C1")], horizon=9.0)
    >>> timeline(log)["moves"], timeline(log)["end"]
    ([[0.0, 0, 2, 1], [5.0, 0, 3, 0]], 9.0)
    """
    validate_columns(log)
    board_moves = moves(log)
    if not board_moves:
        raise InvalidInputError(
            "the log has no ticket.created and no change.created event, so the board would be empty; pass a log with work items or changes."
        )
    items = list(dict.fromkeys(move.item for move in board_moves))
    number = {item: index for index, item in enumerate(items)}
    horizon = float(log.attrs.get("horizon") or board_moves[-1].time)
    down = outages(log).fillna({"end": horizon})
    deployed = log[log["kind"] == "service.deployed"].drop_duplicates("deployment")["time"]
    return {
        "columns": [TITLES[name] for name in COLUMNS],
        "items": items,
        "moves": [[round(move.time, 3), number[move.item], move.column, move.working] for move in board_moves],
        "outages": down[["start", "end"]].to_numpy(float).tolist(),
        "deployments": np.round(deployed.to_numpy(float), 3).tolist(),
        "end": horizon,
        "week": HOURS_PER_WEEK,
    }
