"""The board's timeline: when each work item moves from column to column, derived from an event log.

An item is in the earliest stage in which work on it is open (queued or under way); between two stages it waits in the last one. It
is in "Deploy" once it is done. Once it is closed it stays in "Operate", whatever is repaired later, and is in "Monitor" while its
deployment is monitored. In a log without work items, the changes move.
"""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events import HOURS_PER_WEEK, STAGES, validate_columns
from devopssim.kpis import outages

COLUMNS: Final = ("requested", *STAGES)
"""Columns of the board from left to right."""
DEPLOY: Final = COLUMNS.index("deploy")
"""Column of items that are done and wait for their deployment."""
OPERATE: Final = COLUMNS.index("operate")
"""First column of items in production; its right neighbour is "Monitor"."""
WAITING, WORKING = 0, 1
BEGIN: Final = 0.1
"""Share of the log after which the board begins, so that there is something to see."""
_DEVELOPMENT: Final = ("plan", "code", "build", "test")
_PRODUCTION: Final = ("monitor", "operate")
_STEPS: Final = {
    "change.created": ("code", WORKING),
    "change.merged": ("build", WAITING),
    "build.started": ("build", WORKING),
    "build.finished": ("test", WAITING),
    "testsuiterun.started": ("test", WORKING),
    "testsuiterun.finished": ("deploy", WAITING),
    "service.deployed": ("operate", WAITING),
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
    waiting: dict[str, int] = field(default_factory=dict)
    under_way: dict[str, int] = field(default_factory=dict)

    def position(self) -> tuple[int, int]:
        """Return column and state from the open work; without open work, the last column, waiting."""
        for stage in _PRODUCTION if self.column == OPERATE else _DEVELOPMENT:
            if self.under_way.get(stage, 0) > 0:
                return COLUMNS.index(stage), WORKING
            if self.waiting.get(stage, 0) > 0:
                return COLUMNS.index(stage), WAITING
        return self.column, WAITING

    def count(self, kind: str, stage: str) -> None:
        """Count the open work of a stage after one of its events."""
        if kind == "stage.queued":
            self.waiting[stage] = self.waiting.get(stage, 0) + 1
        elif kind == "stage.started":
            self.waiting[stage] = max(0, self.waiting.get(stage, 0) - 1)
            self.under_way[stage] = self.under_way.get(stage, 0) + 1
        elif kind == "stage.finished":
            self.under_way[stage] = max(0, self.under_way.get(stage, 0) - 1)


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
            if seen.get(change, (0, 0))[0] == OPERATE:
                continue
            seen[change] = position
            yield Move(time, change, *position)


def _moves_of_items(log: pd.DataFrame) -> Iterator[Move]:
    """Yield the moves of work items; work on a change or a deployment moves the items it belongs to."""
    cards: dict[str, _Card] = {}
    shown: dict[str, tuple[int, int]] = {}
    owner = _owners(log)
    deployed = _deployed_items(log, owner)
    for time, kind, item, change, stage, deployment in _rows(log):
        owner_item = item if isinstance(item, str) else owner.get(change)
        if kind == "ticket.created":
            cards[item] = _Card()
        for name in deployed.get(deployment, []) if owner_item is None else [owner_item]:
            if name not in cards:
                continue
            position = _next(cards[name], kind, stage)
            if position != shown.get(name):
                shown[name] = position
                yield Move(time, name, *position)


def _next(card: _Card, kind: str, stage: Hashable) -> tuple[int, int]:
    """Return column and state of a card after an event; a deployed card keeps its column."""
    card.count(kind, str(stage))
    if kind == "ticket.closed":
        card.column = OPERATE
    if card.column == OPERATE:
        return card.position()
    if kind == "ticket.done":
        card.column = DEPLOY
    if card.column == DEPLOY:
        return DEPLOY, WORKING if stage == "deploy" and kind == "stage.started" else WAITING
    card.column, working = card.position()
    return card.column, working


def _rows(log: pd.DataFrame) -> Iterator[tuple[float, str, Any, Any, Any, Any]]:
    """Yield time, kind, item, change, stage and deployment of the events that can move an item."""
    wanted = ("ticket.created", "ticket.done", "ticket.closed", "stage.queued", "stage.started", "stage.finished")
    chosen = log[log["kind"].isin(wanted)]
    columns = (chosen[name].to_numpy(object) for name in ("time", "kind", "item", "change", "stage", "deployment"))
    yield from zip(*columns, strict=True)


def _owners(log: pd.DataFrame) -> dict[Hashable, str]:
    """Return the item of each change."""
    both = log[log["item"].notna() & log["change"].notna()]
    return dict(zip(both["change"], both["item"], strict=True))


def _deployed_items(log: pd.DataFrame, owner: Mapping[Hashable, str]) -> dict[Hashable, list[str]]:
    """Return the items of each deployment."""
    rows = log[log["kind"] == "service.deployed"]
    items = rows["item"].fillna(rows["change"].map(owner))
    pairs = pd.DataFrame({"deployment": rows["deployment"], "item": items}).dropna().drop_duplicates()
    return {deployment: list(group) for deployment, group in pairs.groupby("deployment")["item"]}


def timeline(log: pd.DataFrame) -> dict[str, Any]:
    """Return a log's timeline for the browser.

    Parameters
    ----------
    log : DataFrame
        Event log.

    Returns
    -------
    dict
        JSON: `columns` (titles), `production` (index of the first column in production), `items` (ids), `moves` (hours, index of the
        item, column, 0 waiting or 1 worked on), `outages` (start and end in hours), `deployments` (hours), `begin` (hours at which the
        board begins: a tenth of the log, or the first move if that is later), `end` (hours) and `week` (hours of a week).

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
        "columns": [name.capitalize() for name in COLUMNS],
        "production": OPERATE,
        "items": items,
        "moves": [[round(move.time, 3), number[move.item], move.column, move.working] for move in board_moves],
        "outages": down[["start", "end"]].to_numpy(float).tolist(),
        "deployments": np.round(deployed.to_numpy(float), 3).tolist(),
        "begin": max(BEGIN * horizon, board_moves[0].time),
        "end": horizon,
        "week": HOURS_PER_WEEK,
    }
