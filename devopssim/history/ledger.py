"""Ledger: the rows of a log in the making, and what their writers know of changes, deployments and incidents."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from typing import Any, Final

from devopssim.events import Row, encode_detail, event
from devopssim.history.commits import change_id
from devopssim.history.history import History
from devopssim.history.records import ChangeRecord, DeploymentRecord, IncidentRecord

TOLD: Final = {"service.deployed": "repair", "ticket.created": "rework_of", "service.failed": "cause"}
"""Keys of detail, by kind, that a source records if one row has them."""


@dataclass(kw_only=True)
class DeployedRecord:
    """A deployment as the log has it.

    Parameters
    ----------
    at : float
        When it came, in seconds since 1970, after its changes were created.
    name : str
        Its id in the log, for example `D3`.
    record : DeploymentRecord
        The record that it was made from.
    taken_back : float, default inf
        When it was rolled back.

    Examples
    --------
    >>> from devopssim.history import DeploymentRecord
    >>> DeployedRecord(at=60.0, name="D1", record=DeploymentRecord(id="7", at=60.0)).taken_back
    inf

    """

    at: float
    name: str
    record: DeploymentRecord
    taken_back: float = inf


Attribution = Callable[[IncidentRecord, float, Sequence[DeployedRecord]], DeployedRecord | None]
"""Strategy that attributes an incident to a deployment where the source leaves its cause open.

It maps the incident, the time of its failure (seconds since 1970) and the deployments so far (oldest first) to the deployment that
caused it, or None.
"""


@dataclass(kw_only=True)
class Ledger:
    """What is known of a history while its rows are written, with times in seconds since 1970."""

    history: History
    attribute: Attribution
    plain: Callable[[str], str]
    rows: list[Row] = field(default_factory=list)
    moved: int = 0
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """How many records were excluded or are doubtful, by reason."""
    changes: dict[str, ChangeRecord] = field(default_factory=dict)
    recorded: dict[str | None, str] = field(default_factory=dict)
    """The change of each commit, as the recorder names it."""
    created: dict[str, float] = field(default_factory=dict)
    """When each change was created."""
    shipped: dict[str, float] = field(default_factory=dict)
    """When each change first reached production."""
    deployed: list[DeployedRecord] = field(default_factory=list)
    by_record: dict[str, DeployedRecord] = field(default_factory=dict)
    """Deployments by their ids in the source."""
    reached: dict[str, str] = field(default_factory=dict)
    """Commit: the deployment (its id in the source) that first reached it."""
    incidents: dict[str, str] = field(default_factory=dict)
    """The id of each incident in the log, by its id in the source."""
    inferred: int = 0
    """How many incidents were inferred from deployments that repair another one."""
    carried_by: dict[str, DeployedRecord] = field(default_factory=dict)
    """The deployment that first carried each change."""
    versions: dict[str | None, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Commits that each service deployed, in any environment."""
    redeploys: bool = False
    """Whether a commit was deployed a second time, so that the sources would show a rollback."""
    why: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Why a deployment carries its changes, failed, or was followed by an incident, by its id in the log."""

    def add(self, at: float, kind: str, details: Mapping[str, str | None] | None = None, /, **ids: Any) -> None:
        """Add one row; empty details are omitted."""
        detail = encode_detail(**{key: self.plain(value) for key, value in (details or {}).items() if value})
        self.rows.append(event(at, kind, detail=detail, **ids))

    def after(self, at: float, *causes: float | None) -> float:
        """Return `at`, or the latest cause if that is later; count such moves."""
        latest = max((cause for cause in causes if cause is not None), default=at)
        self.moved += latest > at
        return max(at, latest)

    def change_of(self, commit: str | None) -> str | None:
        """Return the id of a commit's change: the recorder's id, else the one made from the hash; None for an unknown change."""
        name = self.recorded.get(commit) or change_id(self.history.copies.get(commit or "", commit or ""))
        return name if name in self.changes else None

    def observed(self) -> set[str]:
        """Return the kinds of the rows written, and the keys of detail in them; a commit deployed again would show a rollback."""
        kinds = {row[1] for row in self.rows}
        keys = {
            f"{row[1]} {TOLD[row[1]]}"
            for row in self.rows
            if row[1] in TOLD and row[9] and f"{TOLD[row[1]]}=" in row[9]
        }
        return {*kinds, *keys, *(["service.rolledback"] if self.redeploys else [])}


def moment(at: float) -> str:
    """Return a time as text, to the minute.

    >>> moment(0.0)
    '1970-01-01 00:00'
    """
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M}"


def earliest(*times: float | None) -> float | None:
    """Return the earliest of the known times; None where none is known."""
    return min((time for time in times if time is not None), default=None)


def yes_or_no(holds: bool | None) -> str | None:  # noqa: FBT001 - one value, no switch
    """Return a flag as a detail of an event has it."""
    return None if holds is None else "yes" if holds else "no"
