"""With and without AI assistance: the rows of one log that belong to marked changes, and those of all other changes.

    halves = kpis.by_assistance(log)
    kpis.table(halves["assisted"]), kpis.table(halves["not assisted"])

Rules, each of which can be argued about:

- A change is assisted if one of its events says `assisted=yes`; where people mark only some, the other half holds the rest.
- An item belongs to the half of its first change, so that its size does not decide: large items have more changes, of which one is
  likelier to be assisted. An item without a change belongs to neither half.
- A deployment that carries changes of both halves counts in both, and so do its failures, incidents and rollbacks: nobody knows which of
  its changes would have shipped or failed alone.
- A finding belongs to the half of the change that brought it, whoever repairs it. A finding in a dependency belongs to neither half.
- Rows that name none of these (interruptions, runs of the pipeline) belong to neither half.
"""

from typing import Final

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events import details

OF_CHANGES: Final = (
    "change.",
    "defect.",
    "build.",
    "artifact.",
    "testsuiterun.",
    "scan.",
    "service.deployed",
)
"""Beginnings of the kinds whose rows belong to a change before anything else."""


def by_assistance(log: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the two halves of a log: what belongs to assisted changes, and what belongs to the others.

    Parameters
    ----------
    log : DataFrame
        Event log of one replication or one team; cut the halves, not the log (`events.since`).

    Returns
    -------
    dict of str to DataFrame
        Event logs `assisted` and `not assisted`, over the whole time of observation. `attrs["shared_deployments"]` counts the
        deployments that are in both.

    Raises
    ------
    InvalidInputError
        If the log was cut, or marks no change.

    Examples
    --------
    >>> from devopssim import DEVOPS, adopt, kpis, simulate, vary
    >>> halves = by_assistance(simulate(adopt(vary(DEVOPS, {"years": 0.2}), {"assistance": 0.5}), seed=1))
    >>> [int((half["kind"] == "change.created").sum()) > 30 for half in halves.values()]
    [True, True]
    >>> bool(kpis.table(halves["assisted"]).loc["lead_time_for_changes", "n"] > 30)
    True
    """
    if log.attrs.get("warm_up"):
        raise InvalidInputError(
            "the log was cut, so the marks of earlier changes are gone; split the log, then cut the halves with devopssim.events.since."
        )
    marked = set(log.loc[(details(log, "assisted") == "yes").to_numpy(dtype=bool, na_value=False), "change"].dropna())
    if not marked:
        raise InvalidInputError(
            "no change of the log is marked as assisted; import with --assisted-label or --assisted-trailer, or simulate with "
            "--adopt assistance=0.5."
        )
    members = _members(log, marked)
    chosen = {half: _belongs(log, ids) for half, ids in members.items()}
    shared = len(members["assisted"]["deployment"] & members["not assisted"]["deployment"])
    halves = {}
    for half, rows in chosen.items():
        halves[half] = log[rows].reset_index(drop=True)
        halves[half].attrs = {**log.attrs, "shared_deployments": shared}
    return halves


def _members(log: pd.DataFrame, marked: set[str]) -> dict[str, dict[str, set[str]]]:
    """Return the ids of each half, by column."""
    changes = set(log["change"].dropna())
    first = log[log["change"].notna() & log["item"].notna()].drop_duplicates("item")
    assisted_items = set(first.loc[first["change"].isin(marked), "item"])
    halves = {
        "assisted": {"change": marked, "item": assisted_items},
        "not assisted": {"change": changes - marked, "item": set(first["item"]) - assisted_items},
    }
    deployed = log[(log["kind"] == "service.deployed") & log["change"].notna()]
    failed = log[log["deployment"].notna() & log["incident"].notna()]
    brought = log["kind"].isin(["vulnerability.injected", "finding.reported"])
    findings = log[brought & log["finding"].notna() & log["change"].notna()].drop_duplicates("finding")
    for ids in halves.values():
        ids["deployment"] = set(deployed.loc[deployed["change"].isin(ids["change"]), "deployment"].dropna())
        ids["incident"] = set(failed.loc[failed["deployment"].isin(ids["deployment"]), "incident"])
        ids["finding"] = set(findings.loc[findings["change"].isin(ids["change"]), "finding"])
    return halves


def _belongs(log: pd.DataFrame, ids: dict[str, set[str]]) -> pd.Series:
    """Return the mask of the rows that belong to a half: by what a row's kind is about, else by the first id that it names."""
    of_change = log["kind"].astype("str").str.startswith(OF_CHANGES)
    about = {
        True: ("change", "finding", "item", "deployment", "incident"),
        False: ("finding", "incident", "deployment", "item", "change"),
    }
    belongs = pd.Series(data=False, index=log.index)
    for about_change, columns in about.items():
        undecided = of_change == about_change
        for column in columns:
            named = undecided & log[column].notna()
            belongs |= named & log[column].isin(ids[column])
            undecided &= ~named
    return belongs
