"""Clauses of a what-if's sentence: what becomes of lead times, of failed deployments and of downtime.

An effect whose interval holds 0 is unclear: a clause says *perhaps* and states both means, unless they are about the same.
"""

from collections.abc import Hashable, Mapping
from math import isfinite
from typing import Any, Final

from devopssim.events import HOURS_PER_DAY
from devopssim.experiment import CLEAR, Difference

Row = Mapping[Hashable, Any]
"""Row of `WhatIf.table`, by column."""
SLIGHT: Final = 0.05
"""Share of the value before below which an unclear effect is called about the same."""


def lead_time(row: Row, of: str = "request") -> str:
    """Return the clause on the lead time of requests, or of changes.

    Examples
    --------
    >>> effect = {"low": -72.0, "high": -24.0, "difference": -48.0, "replications": 30, "verdict": "better"}
    >>> lead_time({"before": 240.0, "after": 192.0, **effect})
    'a request is with its users 2 days earlier (1 to 3): after 8 days, not 10'
    >>> lead_time({"before": 240.0, "after": 192.0, **effect, "high": 24.0, "verdict": "unclear"})
    'perhaps requests reach their users earlier (after 8 days on average, not 10)'
    >>> lead_time({"before": 240.0, "after": 192.0, **effect}, "change")
    'a change is with its users 2 days earlier (1 to 3): after 8 days, not 10'

    """
    before, after = row["before"] / HOURS_PER_DAY, row["after"] / HOURS_PER_DAY
    if not row["replications"]:
        if isfinite(after):
            return f"{of}s reach their users, after {after:.3g} days; as it is, no {of} does"
        if isfinite(before):
            return f"no {of} reaches its users; as it is, {of}s do after {before:.3g} days"
        return f"no {of} reaches its users, now or then"
    direction = "earlier" if row["difference"] < 0 else "later"
    if row["verdict"] in CLEAR:
        bounds = sorted(abs(bound) / HOURS_PER_DAY for bound in (row["low"], row["high"]))
        gain = abs(row["difference"]) / HOURS_PER_DAY
        spread = "in every run" if bounds[0] == bounds[1] else f"{bounds[0]:.3g} to {bounds[1]:.3g}"
        return (
            f"a {of} is with its users {gain:.3g} days {direction} ({spread}): after {after:.3g} days, not {before:.3g}"
        )
    if _is_slight(row["difference"], row["before"]):
        name = "lead time for changes" if of == "change" else "lead time"
        return f"the {name} stays {_about(row['verdict'])}the same ({before:.3g} days)"
    return f"perhaps {of}s reach their users {direction} (after {after:.3g} days on average, not {before:.3g})"


def failures(row: Row) -> str:
    """Return the clause on deployments that fail.

    Examples
    --------
    >>> effect = {"difference": -0.07, "replications": 30, "verdict": "unclear"}
    >>> failures({"before": 0.124, "after": 0.054, **effect})
    'perhaps fewer deployments fail (5.4% on average, not 12.4%)'

    """
    if not row["replications"]:
        return "failed deployments are not observed"
    before, after = (f"{row[when]:.1%}" for when in ("before", "after"))
    if row["verdict"] in CLEAR:
        return f"{after} of the deployments fail, not {before}"
    if _is_slight(row["difference"], row["before"]):
        return f"{_about(row['verdict'])}as many deployments fail as now ({before})"
    amount = "fewer" if row["difference"] < 0 else "more"
    return f"perhaps {amount} deployments fail ({after} on average, not {before})"


def downtime(effect: Difference, before: float, cost: float | None) -> str:
    """Return the clause on downtime, and on its money if an hour has a cost.

    Parameters
    ----------
    effect : Difference
        Hours a year.
    before : float
        Hours a year without the change.
    cost : float or None
        Cost of an hour; None without an answer in money.

    Examples
    --------
    >>> downtime(Difference(-12.0, -20.0, -5.0, 30, better="lower"), 30.0, 100)
    'the service is down 12 hours a year less, which saves 1,200 a year (500 to 2,000) at 100 an hour'
    >>> downtime(Difference(-12.0, -20.0, 5.0, 30, better="lower"), 30.0, 100)
    'perhaps the service is down less (18 hours a year on average, not 30), so no amount of money is stated'

    """
    if effect.verdict not in CLEAR and _is_slight(effect.estimate, before):
        return f"downtime stays {_about(effect.verdict)}the same" + (
            "" if cost is None else ", so no money is saved there"
        )
    direction = "less" if effect.estimate < 0 else "more"
    if effect.verdict not in CLEAR:
        means = f"({before + effect.estimate:,.0f} hours a year on average, not {before:,.0f})"
        money = "" if cost is None else ", so no amount of money is stated"
        return f"perhaps the service is down {direction} {means}{money}"
    clause = f"the service is down {abs(effect.estimate):,.0f} hours a year {direction}"
    if cost is None:
        return clause
    low, high = sorted(abs(bound) * cost for bound in (effect.low, effect.high))
    verb = "saves" if effect.estimate < 0 else "costs"
    return f"{clause}, which {verb} {abs(effect.estimate) * cost:,.0f} a year ({low:,.0f} to {high:,.0f}) at {cost:,.0f} an hour"


def _is_slight(effect: float, before: float) -> bool:
    return abs(effect) <= SLIGHT * before


def _about(verdict: str) -> str:
    return "" if verdict == "same" else "about "
