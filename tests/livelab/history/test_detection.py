"""An alert detects an incident if it means it: by its cause and service, before anybody acts, and not because of a release's restart."""

import math
from typing import Any

import pytest

from devopssim.livelab.history.detection import PROBER, Detection, detection_of
from devopssim.livelab.history.journal import Fact


def fact(kind: str, at: float, **details: Any) -> Fact:
    return {"fact": kind, "at": at, **details}


def alert(at: float, name: str = "HighErrorRate", service: str = "web", kind: str = "alert") -> Fact:
    return fact(kind, at, name=name, instance=f"{service}:5000")


def failed(*alerts: str, at: float = 100.0, services: tuple[str, ...] = ("web",)) -> Fact:
    known = {"alerts": list(alerts)} if alerts else {}
    return fact("incident.failed", at, incident="x", declared=at + 2, services=list(services), **known)


def detected(*facts: Fact, incident: Fact | None = None, resolved: float = 120.0) -> tuple[float, str | None]:
    given = sorted([incident or failed(), *facts], key=lambda each: float(each["at"]))
    found = detection_of(incident or failed(), resolved, given)
    assert found is not None
    return found.at, found.by


def restart(at: float, service: str = "web") -> list[Fact]:
    """A release: the container is stopped on command, and another one starts."""
    return [
        fact("stopping", at, service=service),
        fact("ended", at + 0.1, service=service),
        fact("serving", at + 0.4, service=service),
    ]


def test_the_restart_of_a_bad_release_is_not_its_detection() -> None:
    release = restart(99.5)
    noise = [alert(100.2, "InstanceDown"), alert(101.0, "InstanceDown", kind="alert.cleared")]
    assert detected(*release, *noise, alert(101.4)) == (101.4, "HighErrorRate")


def test_a_release_that_never_comes_up_is_detected_by_the_same_alert() -> None:
    assert detected(*restart(99.5), alert(101.0, "InstanceDown")) == (101.0, "InstanceDown")


def test_a_crash_is_detected_by_the_alert_that_a_restart_raises_as_well() -> None:
    ended = [*restart(50.0), fact("ended", 99.9, service="web")]
    assert detected(*ended, alert(101.0, "InstanceDown")) == (101.0, "InstanceDown")


def test_a_crash_long_after_a_release_is_detected_also_where_the_engine_reports_it_late() -> None:
    crash = alert(101.0, "InstanceDown")
    late = [*restart(60.0), crash, fact("ended", 101.2, service="web")]
    assert detected(*late, alert(110.0, "InstanceDown", kind="alert.cleared"), fact("recovering", 112.0)) == (
        101.0,
        "InstanceDown",
    )
    assert detection_of(failed(), math.inf, [*restart(60.0), failed(), crash]) is not None


def test_an_alert_of_another_cause_or_service_does_not_count() -> None:
    incident = failed("SlowAnswers")
    noise = [alert(100.5), alert(100.6, "SlowAnswers", service="green")]
    assert detected(*noise, alert(103.0, "SlowAnswers"), incident=incident) == (103.0, "SlowAnswers")


@pytest.mark.parametrize("act", ["recovering", "rolled_back", "started", "serving"])
def test_nothing_after_the_first_act_of_recovery_detects(act: str) -> None:
    acted = fact(act, 105.0, service="postgres")
    assert detected(acted, alert(105.1)) == (102.0, PROBER)
    assert detected(acted, alert(104.9)) == (104.9, "HighErrorRate")


def test_taking_all_traffic_from_a_slot_is_an_act_and_a_new_canary_is_none() -> None:
    away, canary = fact("shifted", 103.0, blue=100, green=0), fact("shifted", 100.5, blue=90, green=10)
    assert detected(canary, alert(101.0)) == (101.0, "HighErrorRate")
    assert detected(away, alert(103.5)) == (102.0, PROBER)


def test_who_acts_before_the_prober_declares_knew_it_by_then() -> None:
    assert detected(fact("recovering", 101.0)) == (101.0, PROBER)


def test_an_alert_that_lasts_from_before_the_failure_detects_it_at_once_and_one_that_cleared_does_not() -> None:
    memory = failed("MemoryNearLimit", "InstanceDown")
    early = alert(99.0, "MemoryNearLimit")
    assert detected(early, incident=memory) == (100.0, "MemoryNearLimit")
    cleared = alert(99.5, "MemoryNearLimit", kind="alert.cleared")
    assert detected(early, cleared, alert(104.0, "InstanceDown"), incident=memory) == (104.0, "InstanceDown")


def test_a_person_who_notices_first_detects() -> None:
    assert detected(fact("noticed", 101.0), alert(103.0)) == (101.0, None)
    assert detected(fact("noticed", 99.0), alert(103.0)) == (103.0, "HighErrorRate")


def test_with_people_on_call_an_alert_counts_when_its_message_arrives() -> None:
    on_call = fact("on_call", 10.0)
    assert detected(on_call, alert(101.0), alert(103.2, kind="notified")) == (103.2, "HighErrorRate")
    assert detected(on_call, alert(101.0), fact("recovering", 110.0)) == (110.0, PROBER)


def test_an_incident_that_lasts_and_that_nothing_noticed_is_not_detected_yet() -> None:
    assert detection_of(failed(), math.inf, []) is None
    late = [alert(101.0)]
    assert detection_of(failed(), math.inf, late) == Detection(at=101.0, by="HighErrorRate", by_machine=True)
