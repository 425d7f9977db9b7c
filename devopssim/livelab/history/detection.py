"""What detects an incident: the first signal that means it.

A signal is an alert of Prometheus or, once somebody is on call (fact `on_call`), the message about it that reached a person. It
detects an incident if it concerns the service that failed, fits the cause, comes before the first act of recovery, and was not
raised by a restart that somebody ordered, as every release orders one. What a person notices counts like a signal.

Without any of them, the prober that declared the incident detected it; where people were on call and none was told, the act of
recovery shows the earliest moment at which somebody knew.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from devopssim.livelab.history.journal import Fact

UNREACHABLE: Final = frozenset({"InstanceDown", "ShopDown"})
"""Alerts that a restart raises as well."""
START_UP: Final = 15.0
"""Seconds after its start in which a service may not answer yet, also on a busy machine."""
PROBER: Final = "prober"
"""Detector of an incident that no alert and no person noticed."""
ACTS: Final = frozenset({"recovering", "rolled_back", "serving", "started"})
"""Facts that are acts of recovery if they come during an incident.

A shift is one if it takes a slot's whole traffic, a change of a flag if it hides the feature from everyone.
"""


@dataclass(frozen=True, kw_only=True)
class Signal:
    """An alert, or the message about it, from its begin until it cleared.

    Parameters
    ----------
    name : str
        Name of the alert.
    service : str
        Service that it concerns; empty where it concerns all.
    at, cleared : float
        Seconds since 1970; `cleared` is infinite while it lasts.

    Examples
    --------
    >>> Signal(name="InstanceDown", service="web", at=3.0, cleared=math.inf).service
    'web'
    """

    name: str
    service: str
    at: float
    cleared: float


@dataclass(frozen=True, kw_only=True)
class Detection:
    """When an incident was detected (seconds since 1970), by what, and whether a machine did it.

    Examples
    --------
    >>> Detection(at=3.0, by="HighErrorRate", by_machine=True).by
    'HighErrorRate'
    """

    at: float
    by: str | None
    by_machine: bool


def detection_of(incident: Fact, resolved: float, facts: Sequence[Fact]) -> Detection | None:
    """Return what detected an incident.

    Parameters
    ----------
    incident : dict
        Fact `incident.failed`: `at`, `declared` and, where they are known, `services` and the fitting `alerts`.
    resolved : float
        When users were served again, in seconds since 1970; infinite while the incident lasts.
    facts : Sequence of dict
        All facts of the journal, in the order of time.

    Returns
    -------
    Detection or None
        None for an incident that lasts and that nothing has detected yet.

    Examples
    --------
    >>> failed = {"fact": "incident.failed", "at": 10.0, "declared": 12.0, "alerts": ["HighErrorRate"]}
    >>> alerts = [{"fact": "alert", "at": at, "name": name, "instance": "web:5000"}
    ...           for at, name in ((10.2, "InstanceDown"), (11.4, "HighErrorRate"))]
    >>> detection_of(failed, 20.0, alerts)
    Detection(at=11.4, by='HighErrorRate', by_machine=True)
    """
    began = float(incident["at"])
    act = min((at for at in acts_on(facts) if began < at <= resolved), default=resolved)
    on_call = any(fact["fact"] == "on_call" and float(fact["at"]) <= act for fact in facts)
    detections = [
        Detection(at=max(signal.at, began), by=signal.name, by_machine=True)
        for signal in _signals(facts, "notified" if on_call else "alert")
        if signal.at < act and max(signal.at, signal.cleared) > began and _means(signal, incident, facts, act)
    ]
    detections += [
        Detection(at=float(fact["at"]), by=None, by_machine=False)
        for fact in facts
        if fact["fact"] == "noticed" and began <= float(fact["at"]) <= resolved
    ]
    if detections:
        return min(detections, key=lambda detection: detection.at)
    if math.isinf(resolved):
        return None
    known = act if on_call else min(act, float(incident["declared"]))
    return Detection(at=max(known, began), by=PROBER, by_machine=True)


def acts_on(facts: Sequence[Fact]) -> Iterator[float]:
    """Yield when people or scripts acted on the service.

    Parameters
    ----------
    facts : Sequence of dict
        Facts of the journal.

    Yields
    ------
    float
        Moments in the order of the facts, in seconds since 1970.

    Examples
    --------
    >>> list(acts_on([{"fact": "serving", "at": 3.0}, {"fact": "alert", "at": 4.0}]))
    [3.0]
    """
    for fact in facts:
        takes_all = fact["fact"] == "shifted" and 0 in (fact.get("blue"), fact.get("green"))
        if fact["fact"] in ACTS or takes_all or switched_off(fact):
            yield float(fact["at"])


def switched_off(fact: Fact) -> bool:
    """Return whether a fact hides a feature from all users.

    Examples
    --------
    >>> switched_off({"fact": "flag", "at": 3.0, "name": "special-offers", "percent": 0})
    True
    """
    return fact["fact"] == "flag" and not fact["percent"]


def _signals(facts: Sequence[Fact], kind: str) -> list[Signal]:
    """Return the signals of a kind, in the order of time.

    Each lasts until its fact `KIND.cleared`; where it fired again without one, the monitor missed how long it lasted.
    """
    signals: list[Signal] = []
    for number, fact in enumerate(facts):
        if fact["fact"] == kind:
            key = (fact["name"], fact.get("instance", ""))
            own = (it for it in facts[number + 1 :] if (it.get("name"), it.get("instance", "")) == key)
            following = next((it for it in own if it["fact"] in {kind, f"{kind}.cleared"}), None)
            at = float(fact["at"])
            cleared = math.inf if following is None else at if following["fact"] == kind else float(following["at"])
            signals.append(Signal(name=key[0], service=key[1].partition(":")[0], at=at, cleared=cleared))
    return signals


def _means(signal: Signal, incident: Fact, facts: Sequence[Fact], act: float) -> bool:
    """Return whether a signal means an incident: its service, its cause, and no ordered restart."""
    services, alerts = incident.get("services"), incident.get("alerts")
    if services and signal.service and signal.service not in services:
        return False
    if alerts is not None and signal.name not in alerts:
        return False
    return not _raised_by_a_restart(signal, facts, act)


def _raised_by_a_restart(signal: Signal, facts: Sequence[Fact], act: float) -> bool:
    """Return whether an ordered restart raised a signal: it came between the stop and the new start, and cleared by itself."""
    if signal.name not in UNREACHABLE or signal.cleared >= act:
        return False
    own = [fact for fact in facts if not signal.service or fact.get("service") == signal.service]
    stops = [float(fact["at"]) for fact in own if fact["fact"] == "stopping" and float(fact["at"]) <= signal.at]
    starts = [
        float(fact["at"]) for fact in own if fact["fact"] == "serving" and stops and float(fact["at"]) > stops[-1]
    ]
    return bool(stops) and signal.at <= (starts[0] if starts else math.inf) + START_UP
