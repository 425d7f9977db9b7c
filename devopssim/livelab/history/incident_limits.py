"""When an incident begins and ends: what users saw, corrected by what is known of its cause.

The planned interruption before a bad release belongs to the release, so the incident begins with the release. Where only some requests
failed, the last failure that a user saw may precede the moment at which the cause was removed (by a rollback, or a flag that hides the
feature), so users are served again with that removal (`service.restored`). The incident is closed (`incident.resolved`) when the prober has
seen no failure for a while; where users are hurt again soon by the same cause, and nothing else was put in force in between, it never ended.
"""

import math
from collections.abc import Sequence
from typing import Final

from devopssim.livelab.history.detection import acts_on, switched_off
from devopssim.livelab.history.journal import Fact

RECURS: Final = 60.0
"""Seconds within which a failure that comes back belongs to the incident before."""
MOMENT: Final = 1e-3
"""Seconds by which an effect follows its cause."""


def with_real_limits(facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts in the order of time, with one incident for one cause, and its begin and end at what caused and removed it.

    Parameters
    ----------
    facts : Sequence of dict
        Facts of the journal, in any order.

    Returns
    -------
    list of dict
        The same facts, but for the times of `incident.failed` and `incident.resolved`, and without those that are another's.

    Examples
    --------
    A planned interruption from second 50 on, and a release in second 50.5 that keeps users from being served:

    >>> serving = {"fact": "serving", "at": 50.5, "image": "bad"}
    >>> failed = {"fact": "incident.failed", "at": 50.0, "declared": 53.0, "incident": "x", "image": "bad"}
    >>> [(fact["fact"], fact["at"]) for fact in with_real_limits([failed, serving])]
    [('serving', 50.5), ('incident.failed', 50.501)]
    """
    facts = _with_recurrences_joined(facts)
    acts = [float(fact["at"]) for fact in facts if fact["fact"] in {"serving", "rolled_back"}]
    ends = [*acts, *(float(fact["at"]) for fact in facts if switched_off(fact))]
    resolved = {fact["incident"]: float(fact["at"]) for fact in facts if fact["fact"] == "incident.resolved"}
    corrected = []
    for fact in facts:
        limited = fact
        if fact["fact"] in {"incident.failed", "incident.resolved"}:
            limits = acts if fact["fact"] == "incident.failed" else ends
            between = [at for at in limits if float(fact["at"]) < at <= float(fact["declared"])]
            limited = {**fact, "at": max(between) + MOMENT} if between else fact
        if fact["fact"] == "incident.failed":
            limited = _not_before_its_cause(limited, facts, resolved.get(fact["incident"], math.inf))
        corrected.append(limited)
    return sorted(corrected, key=lambda fact: float(fact["at"]))


def _with_recurrences_joined(facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts in the order of time, with one incident for failures that come and go while their cause stays in force."""
    ordered = sorted(facts, key=lambda fact: float(fact["at"]))
    ends = {fact["incident"]: fact for fact in ordered if fact["fact"] == "incident.resolved"}
    first: dict[str, str] = {}
    latest: dict[str, Fact] = {}
    for failed in (fact for fact in ordered if fact["fact"] == "incident.failed"):
        cause = str([failed.get(name) for name in ("cause", "image", "services")])
        before = latest.get(cause)
        if before and _recurs(failed, before, ends.get(before["incident"]), facts):
            first[failed["incident"]] = first[before["incident"]]
        else:
            first[failed["incident"]] = failed["incident"]
        latest[cause] = failed
    last = {name: incident for incident, name in first.items()}
    kept = {"incident.failed": set(last), "incident.resolved": set(last.values())}
    return [
        {**fact, "incident": first[fact["incident"]]} if fact["fact"] in kept else fact
        for fact in ordered
        if fact["fact"] not in kept or fact["incident"] in kept[fact["fact"]]
    ]


def _recurs(failed: Fact, before: Fact, ended: Fact | None, facts: Sequence[Fact]) -> bool:
    """Return whether a failure is the one before that comes back: soon after its end, and nothing else was put in force."""
    if ended is None or float(failed["at"]) - float(ended["at"]) > RECURS:
        return False
    own = before.get("image")
    changes = [it for it in facts if it["fact"] != "recovering" and (it["fact"] != "serving" or it["image"] != own)]
    return not any(float(before["declared"]) < at <= float(failed["at"]) for at in acts_on(changes))


def _not_before_its_cause(incident: Fact, facts: Sequence[Fact], resolved: float) -> Fact:
    """Return the incident, begun no earlier than the release that caused it, however long that took to start."""
    served = [
        float(fact["at"]) for fact in facts if fact["fact"] == "serving" and fact["image"] == incident.get("image")
    ]
    begun = min(served, default=0.0) + MOMENT
    if not float(incident["at"]) < begun < resolved:
        return incident
    return {**incident, "at": begun, "declared": max(begun, float(incident["declared"]))}
