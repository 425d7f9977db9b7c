"""Cut the beginning off a log: the rows that are left, and what was in progress at the cut."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events.detail import details
from devopssim.events.kinds import ROLES


def check_warm_up(warm_up: float, horizon: float) -> None:
    """Raise InvalidInputError unless 0 <= warm_up < horizon.

    Parameters
    ----------
    warm_up : float
        Hours to cut off the front.
    horizon : float
        Hour at which observation ends.

    Raises
    ------
    InvalidInputError
        If the warm-up is negative or reaches the horizon.

    Examples
    --------
    >>> check_warm_up(100, 168)
    >>> check_warm_up(200, 168)
    Traceback (most recent call last):
    devopssim.errors.InvalidInputError: warm_up=200 h ... must lie between 0 and the horizon, 168 h.
    """
    if not 0 <= warm_up < horizon:
        message = f"warm_up={warm_up:g} h (the start of a run that is cut off) must lie between 0 and the horizon, {horizon:g} h."
        raise InvalidInputError(message)


def since(log: pd.DataFrame, warm_up: float) -> pd.DataFrame:
    """Return the log without its first `warm_up` hours.

    Parameters
    ----------
    log : DataFrame
        Event log with a `horizon` among its attributes.
    warm_up : float
        Hours to cut off, 0 or more and below the horizon.

    Returns
    -------
    DataFrame
        Rows from `warm_up` on. `attrs` holds the cut as `warm_up` and what was in progress at that moment: `open_items` (their
        number), `open_work` (people at work by role), `open_incidents` (ids of those that still kept users from the service) and
        `open_findings` (ids); where the log states them also `open_affected` (share of users by open incident), `open_values`
        (value per week by open item) and `open_hidden` (the change of each vulnerability that nobody has reported; an empty text for
        those in production). With `warm_up=0` the log itself.

    Raises
    ------
    InvalidInputError
        If the warm-up is negative or reaches the horizon.

    Examples
    --------
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(1, "ticket.created", item="W1"), event(8, "ticket.closed", item="W1")], horizon=10)
    >>> later = since(log, 5)
    >>> later["kind"].tolist(), later.attrs["warm_up"], later.attrs["open_items"]
    (['ticket.closed'], 5.0, 1)
    """
    check_warm_up(warm_up, float(log.attrs["horizon"]))
    if warm_up == 0:
        return log
    before = log["time"] < warm_up
    later = log.loc[~before].reset_index(drop=True)
    later.attrs = {**log.attrs, "warm_up": float(warm_up), **_in_progress(log.loc[before], log.attrs)}
    return later


def _in_progress(past: pd.DataFrame, attrs: Mapping[Any, Any]) -> dict[Hashable, Any]:
    """Return what was in progress at the end of the rows of the past, beginning with what the attributes say."""
    kinds = past["kind"]
    work: Mapping[str, int] = attrs.get("open_work") or {}
    started, finished = (past.loc[kinds == f"stage.{end}", "role"].value_counts() for end in ("started", "finished"))
    at_work = {role: int(work.get(role, 0)) + int(started.get(role, 0)) - int(finished.get(role, 0)) for role in ROLES}
    incidents = _open_ids(past, "incident", "service.failed", ("service.restored", "incident.resolved"), attrs)
    return {
        "open_items": int(attrs.get("open_items", 0))
        + int(kinds.eq("ticket.created").sum())
        - int(kinds.eq("ticket.closed").sum()),
        "open_work": {role: number for role, number in at_work.items() if number},
        "open_incidents": incidents,
        "open_findings": _open_ids(
            past, "finding", "finding.reported", ("finding.fixed", "finding.dismissed", "patch.deployed"), attrs
        ),
        **_open_affected(past, incidents, attrs),
        **_open_values(past, attrs),
        **_open_hidden(past, attrs),
    }


def _open_affected(past: pd.DataFrame, incidents: list[str], attrs: Mapping[Any, Any]) -> dict[Hashable, Any]:
    """Return the share of users whom each open incident affects, as the attribute `open_affected`."""
    failed = past.loc[past["kind"] == "service.failed"]
    return _open_numbers("open_affected", details(failed, "affected").set_axis(failed["incident"]), incidents, attrs)


def _open_values(past: pd.DataFrame, attrs: Mapping[Any, Any]) -> dict[Hashable, Any]:
    """Return the value of a week of each open item, as the attribute `open_values`."""
    created = past.loc[past["kind"] == "ticket.created"]
    closed = set(past.loc[past["kind"] == "ticket.closed", "item"])
    items = [item for item in [*(attrs.get("open_values") or {}), *created["item"]] if item not in closed]
    return _open_numbers("open_values", details(created, "value").set_axis(created["item"]), items, attrs)


def _open_numbers(name: str, stated: pd.Series, ids: list[str], attrs: Mapping[Any, Any]) -> dict[Hashable, Any]:
    """Return the numbers of these ids, those of an earlier cut included; no attribute if the log never states one."""
    numbers = pd.to_numeric(stated).dropna()
    if attrs.get(name) is None and numbers.empty:
        return {}
    known = {**(attrs.get(name) or {}), **dict(zip(numbers.index, numbers.tolist(), strict=True))}
    return {name: {entity: known[entity] for entity in ids if entity in known}}


def _open_hidden(past: pd.DataFrame, attrs: Mapping[Any, Any]) -> dict[Hashable, Any]:
    """Return as `open_hidden` the vulnerabilities that came into being and were not reported, fixed or patched."""
    kinds = past["kind"]
    injected = past.loc[kinds == "vulnerability.injected", ["finding", "change"]].astype(object)
    earlier: Mapping[str, str] | None = attrs.get("open_hidden")
    if earlier is None and injected.empty:
        return {}
    settled = set(past.loc[kinds.isin(["finding.reported", "finding.fixed", "patch.deployed"]), "finding"])
    deployed = set(past.loc[kinds == "service.deployed", "change"])
    changes = {**(earlier or {}), **dict(zip(injected["finding"], injected["change"].fillna(""), strict=True))}
    hidden = {name: change for name, change in changes.items() if name not in settled}
    return {"open_hidden": {name: "" if change in deployed else change for name, change in hidden.items()}}


def _open_ids(
    past: pd.DataFrame, column: str, start: str, ends: tuple[str, ...], attrs: Mapping[Any, Any]
) -> list[str]:
    """Return the ids in a column that started and did not end, in the order of their starts."""
    ended = set(past.loc[past["kind"].isin(ends), column])
    begun = [*(attrs.get(f"open_{column}s") or []), *past.loc[past["kind"] == start, column]]
    return [name for name in dict.fromkeys(begun) if name not in ended]
