"""From what happened in the lab to the event log: deployments and their changes, incidents and their limits, findings."""

import datetime as dt
from itertools import pairwise
from typing import Any, Final

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devopssim import events, kpis
from devopssim.livelab.history.commits import ShopCommit
from devopssim.livelab.history.incident_limits import MOMENT, RECURS
from devopssim.livelab.history.journal import Fact
from devopssim.livelab.history.log import ATTRIBUTED, log_of

START: Final = "2026-03-02T09:00:00+00:00"
EPOCH: Final = dt.datetime.fromisoformat(START).timestamp()


def commit(sha: str, *parents: str, at: float = 0.0) -> ShopCommit:
    return ShopCommit(sha=sha, parents=parents, at=EPOCH + at, subject=f"commit {sha}")


def fact(name: str, at: float, **known: Any) -> Fact:
    return {"at": EPOCH + at, "fact": name, **known}


def serving(image: str, sha: str, at: float, *, container: str = "", service: str = "web") -> Fact:
    known = {"image": image, "sha": sha, "service": service, "container": container or f"{image}@{at}"}
    return fact("serving", at, digest=f"sha256:{image}", by_digest=f"shop@sha256:{image}", **known)


def broke(name: str, at: float, *, declared: float | None = None, **known: Any) -> Fact:
    said = {"severity": "total", "downtime": True, **known}
    return fact(
        "incident.failed", at, incident=name, declared=EPOCH + (at + 2 if declared is None else declared), **said
    )


def was_restored(name: str, at: float, *, declared: float | None = None) -> Fact:
    return fact("incident.resolved", at, incident=name, declared=EPOCH + (at + 2 if declared is None else declared))


def translated(*facts: Fact, commits: tuple[ShopCommit, ...] = (), until: float = 1000.0) -> pd.DataFrame:
    return log_of(facts, commits, start=START, now=EPOCH + until, source={"lab": "a test"})


def told(log: pd.DataFrame, kind: str, *columns: str) -> list[tuple[Any, ...]]:
    """The rows of a kind, as tuples of these columns; NA as None."""
    rows = log.loc[log["kind"] == kind, list(columns)]
    return [tuple(None if pd.isna(value) else value for value in row) for row in rows.itertuples(index=False)]


def seconds(log: pd.DataFrame, kind: str) -> list[float]:
    return [round(hours * 3600, 3) for hours in log.loc[log["kind"] == kind, "time"]]


HISTORY: Final = (commit("a", at=1), commit("b", "a", at=2), commit("c", "b", at=3))


def test_a_deployment_brings_the_commits_that_its_image_was_made_from() -> None:
    log = translated(serving("one", "a", 10), serving("two", "c", 20), commits=HISTORY)
    assert told(log, "service.deployed", "deployment", "change") == [("D1", "C1"), ("D2", "C2"), ("D2", "C3")]


def test_a_container_that_starts_again_is_no_deployment() -> None:
    again = serving("one", "a", 30, container="same")
    log = translated(serving("one", "a", 10, container="same"), again, commits=HISTORY)
    assert len(told(log, "service.deployed", "deployment")) == 1


def test_a_new_container_of_the_same_image_is_no_deployment() -> None:
    log = translated(serving("one", "a", 10), serving("one", "a", 30), commits=HISTORY)
    assert len(told(log, "service.deployed", "deployment")) == 1


def test_putting_an_earlier_image_back_takes_the_present_deployment_back() -> None:
    log = translated(serving("one", "a", 10), serving("two", "b", 20), serving("one", "a", 30), commits=HISTORY)
    assert told(log, "service.rolledback", "deployment") == [("D2",)]
    assert told(log, "service.deployed", "deployment") == [("D1",), ("D2",)]


def test_an_image_of_work_that_was_not_committed_is_a_deployment_without_a_change() -> None:
    log = translated(serving("one", "a", 10), serving("edited", "a", 20), commits=HISTORY)
    assert told(log, "service.deployed", "deployment", "change") == [("D1", "C1"), ("D2", None)]


def test_starting_the_second_slot_with_the_image_in_force_is_no_deployment() -> None:
    log = translated(serving("one", "a", 10), serving("one", "a", 20, service="blue"), commits=HISTORY)
    assert len(told(log, "service.deployed", "deployment")) == 1


def test_a_failure_soon_after_a_deployment_is_put_down_to_it() -> None:
    log = translated(serving("one", "a", 10), broke("x", 10 + ATTRIBUTED), commits=HISTORY)
    assert told(log, "service.failed", "incident", "deployment") == [("I1", "D1")]


def test_a_failure_long_after_a_deployment_is_the_infrastructure_s() -> None:
    log = translated(serving("one", "a", 10), broke("x", 11 + ATTRIBUTED), commits=HISTORY)
    assert told(log, "service.failed", "deployment") == [(None,)]
    assert events.details(log, "cause").dropna().tolist() == ["infrastructure"]


def flagged(percent: int, at: float) -> Fact:
    return {**fact("flag", at, percent=percent), "name": "special-offers"}


def test_what_fails_once_a_flag_shows_deployed_code_is_put_down_to_its_deployment() -> None:
    shown = flagged(10, 200)
    log = translated(serving("one", "a", 10), shown, broke("x", 201), commits=HISTORY)
    assert told(log, "service.failed", "deployment") == [("D1",)]
    log = translated(serving("one", "a", 10), shown, broke("x", 201 + ATTRIBUTED), commits=HISTORY)
    assert told(log, "service.failed", "deployment") == [(None,)]


def test_a_kill_switch_mitigates_an_incident_at_the_moment_at_which_it_hid_the_feature() -> None:
    shown, hidden = flagged(10, 20), flagged(0, 30)
    facts = (serving("one", "a", 10), shown, broke("x", 21), hidden, was_restored("x", 29.5, declared=32))
    log = translated(*facts, commits=HISTORY)
    assert seconds(log, "service.restored") == [30 + MOMENT]
    assert events.details(log[log["kind"] == "incident.resolved"], "via").tolist() == ["mitigation"]
    detected = log[log["kind"] == "incident.detected"]
    assert seconds(detected, "incident.detected") == [23.0]  # declared; nothing else noticed it
    assert told(log, "service.rolledback", "deployment") == []


def test_a_flag_that_hides_a_feature_begins_no_incident() -> None:
    facts = (serving("one", "a", 10), flagged(10, 19), broke("x", 20, declared=22), flagged(0, 21))
    log = translated(*facts, was_restored("x", 20.9, declared=24), commits=HISTORY)
    assert (seconds(log, "service.failed"), seconds(log, "service.restored")) == ([20.0], [21 + MOMENT])


def test_a_flag_that_shows_a_feature_to_fewer_users_ends_no_incident() -> None:
    facts = (serving("one", "a", 10), flagged(10, 19), broke("x", 20), flagged(5, 25))
    log = translated(*facts, was_restored("x", 24.5, declared=27), commits=HISTORY)
    assert seconds(log, "service.restored") == [24.5]
    assert events.details(log[log["kind"] == "incident.resolved"], "via").tolist() == ["restart"]


def test_a_drill_that_deployed_nothing_blames_no_deployment() -> None:
    log = translated(serving("one", "a", 10), broke("x", 15, cause="crash", image=None), commits=HISTORY)
    assert told(log, "service.failed", "deployment") == [(None,)]


def test_the_planned_interruption_before_a_bad_release_is_not_part_of_the_incident() -> None:
    facts = (serving("one", "a", 10), serving("bad", "b", 50.5), broke("x", 50, declared=53, image="bad"))
    log = translated(*facts, commits=HISTORY)
    assert seconds(log, "service.failed") == [50.5 + MOMENT]
    assert told(log, "service.failed", "deployment") == [("D2",)]


def test_a_bad_release_that_was_slow_to_start_begins_its_incident_all_the_same() -> None:
    facts = (
        serving("one", "a", 10),
        broke("x", 50, declared=52, image="bad"),
        serving("bad", "b", 55),
        was_restored("x", 60),
    )
    log = translated(*facts, commits=HISTORY)
    assert seconds(log, "service.failed") == [55 + MOMENT]
    assert told(log, "service.failed", "deployment") == [("D2",)]
    assert seconds(log, "incident.detected") == [55 + MOMENT]


def test_a_release_is_not_to_blame_for_what_was_over_before_it_came() -> None:
    facts = (
        serving("one", "a", 10),
        broke("x", 50, declared=52, image="bad"),
        was_restored("x", 53),
        serving("bad", "b", 55),
    )
    log = translated(*facts, commits=HISTORY)
    assert seconds(log, "service.failed") == [50]
    assert told(log, "service.failed", "deployment") == [(None,)]


def test_an_incident_of_a_canary_lasts_until_its_traffic_is_taken_away() -> None:
    """With one request in ten failing, the last failure that a user saw may lie before the rollback."""
    facts = (
        serving("one", "a", 10, service="blue"),
        serving("bad", "b", 20, service="green"),
        broke("x", 25),
        was_restored("x", 28, declared=31),
        fact("rolled_back", 29, image="bad", slot="green"),
    )
    log = translated(*facts, commits=HISTORY)
    assert seconds(log, "service.restored") == [29 + MOMENT]
    assert seconds(log, "incident.resolved") == [31]
    assert told(log, "service.rolledback", "deployment", "incident") == [("D2", "I1")]
    assert events.details(log, "via").dropna().tolist() == ["rollback", "rollback"]


def test_a_release_whose_failures_come_and_go_is_one_incident_until_it_is_taken_back() -> None:
    """What needs more and more memory ends, starts again, serves for a while, and ends again; a recovery may begin in between."""
    known: dict[str, Any] = {"cause": "out of memory", "image": "bad"}
    facts = (
        serving("one", "a", 10),
        serving("bad", "b", 20),
        broke("x", 22, **known),
        was_restored("x", 28),
        broke("y", 33, **known),
        was_restored("y", 40),
        fact("recovering", 42),
        broke("z", 42.5, declared=45, **known),
        serving("one", "a", 44),
        was_restored("z", 46, declared=49),
    )
    log = translated(*facts, commits=HISTORY)
    assert seconds(log, "service.failed") == [22]
    assert seconds(log, "service.restored") == [46]
    assert seconds(log, "incident.resolved") == [49]
    assert told(log, "service.rolledback", "deployment", "incident") == [("D2", "I1")]


def test_failures_that_two_probers_see_at_a_time_stay_apart() -> None:
    through = {"web": broke("x", 20, services=["web"]), "balancer": broke("y", 21, services=["blue", "green"])}
    again = broke("z", 35, services=["web"])
    log = translated(*through.values(), was_restored("x", 30), was_restored("y", 50), again, was_restored("z", 40))
    assert seconds(log, "service.failed") == [20, 21]
    assert seconds(log, "service.restored") == [40, 50]


@pytest.mark.parametrize(
    ("between", "later", "cause"),
    [(serving("one", "a", 30), 35, "x"), (fact("noticed", 30), 28 + RECURS + 1, "x"), (fact("noticed", 30), 35, "y")],
    ids=["the release before was put back", "much later", "another cause"],
)
def test_what_fails_after_the_cause_was_removed_or_for_another_one_is_a_new_incident(
    between: Fact, later: float, cause: str
) -> None:
    facts = (serving("one", "a", 10), serving("bad", "b", 20), broke("x", 22, cause="x"), was_restored("x", 28))
    log = translated(*facts, between, broke("y", later, cause=cause), was_restored("y", later + 5), commits=HISTORY)
    assert seconds(log, "service.failed") == [22, later]


def test_the_first_alert_detects_an_incident_and_later_ones_do_not() -> None:
    alerts = [{**fact("alert", at, instance="web"), "name": "HighErrorRate"} for at in (90, 103, 104)]
    log = translated(broke("x", 100), *alerts, was_restored("x", 110))
    assert seconds(log, "incident.detected") == [103.0]


def test_a_person_may_notice_before_any_alert() -> None:
    log = translated(broke("x", 100), fact("noticed", 101), was_restored("x", 110))
    assert seconds(log, "incident.detected") == [101.0]
    assert events.details(log, "automated").dropna().tolist() == ["no"]


def test_without_an_alert_the_prober_that_declared_the_incident_detected_it() -> None:
    log = translated(broke("x", 100, declared=102), was_restored("x", 110))
    assert seconds(log, "incident.detected") == [102.0]


def test_an_incident_that_a_new_release_ended_was_fixed() -> None:
    facts = (serving("one", "a", 10), broke("x", 100), serving("two", "b", 105), was_restored("x", 106))
    log = translated(*facts, commits=HISTORY)
    assert events.details(log, "via").dropna().tolist() == ["fix", "fix"]  # restored, then resolved
    assert events.details(log, "repair").dropna().tolist() == ["I1"]


def found(name: str, at: float, sha: str) -> Fact:
    known = {"scanner": "bandit", "severity": "high", "rule": "B602"}
    return fact("finding.reported", at, finding=name, id=name, sha=sha, **known)


def test_a_vulnerability_that_was_in_production_is_patched_by_the_deployment_of_its_repair() -> None:
    facts = (
        serving("vulnerable", "a", 10),
        found("v", 20, "a"),
        fact("finding.fixed", 30, finding="v", sha="b"),
        serving("repaired", "b", 40),
    )
    log = translated(*facts, commits=HISTORY)
    assert told(log, "patch.deployed", "finding", "deployment") == [("V1", "D2")]


def test_a_vulnerability_that_the_gate_held_back_needs_no_patch() -> None:
    facts = (
        serving("sound", "a", 10),
        found("v", 20, "b"),
        fact("finding.fixed", 30, finding="v", sha="c"),
        serving("repaired", "c", 40),
    )
    log = translated(*facts, commits=HISTORY)
    assert told(log, "finding.fixed", "finding") == [("V1",)]
    assert told(log, "patch.deployed", "finding") == []


def test_a_judgement_is_a_verification_of_its_artifact_and_neither_a_scan_nor_work() -> None:
    allowed = fact("judged", 20, image="one", sha="b", reasons=[], seconds=0.1)
    refused = fact(
        "judged", 30, image="two", sha="elsewhere", reasons=["tests: failed", "built; on a laptop"], seconds=0.1
    )
    log = translated(allowed, refused, serving("one", "b", 40), commits=HISTORY)
    assert told(log, "artifact.verified", "change", "detail") == [
        ("C2", "outcome=success;digest=sha256:one"),
        (None, "outcome=failure;digest=sha256:two;reason=tests: failed, built, on a laptop"),
    ]
    assert not set(log["kind"]) & {"scan.finished", "stage.started", "stage.finished"}
    assert kpis.attestation_coverage(log) == 1
    assert kpis.gate_refusal_share(log) == 1 / 2


def test_a_scan_names_the_deployment_that_brought_what_it_looked_at() -> None:
    scan = fact("scan", 20, scanner="bandit", automated="yes", covered="0.5", sha="b", seconds=1.0)
    log = translated(scan, serving("one", "b", 30), commits=HISTORY)
    assert told(log, "scan.finished", "change", "deployment") == [("C2", "D1")]


def test_words_that_would_break_the_form_of_a_detail_are_replaced() -> None:
    odd = ShopCommit(sha="a", parents=(), at=EPOCH + 1, subject="a=b; c\nd")
    log = translated(commits=(odd,))
    assert events.details(log, "name").tolist() == ["a:b, c d"]


@given(data=st.data())
def test_whatever_images_are_put_in_force_each_commit_is_deployed_once_and_the_log_is_valid(
    data: st.DataObject,
) -> None:
    number = data.draw(st.integers(1, 6))
    history = tuple(commit(str(n), *([str(n - 1)] if n else []), at=n) for n in range(number))
    chosen = data.draw(
        st.lists(st.tuples(st.integers(0, number - 1), st.sampled_from(["web", "blue", "green"])), max_size=8)
    )
    facts = [serving(f"image {n}", str(n), 10.0 + at, service=service) for at, (n, service) in enumerate(chosen)]
    log = translated(*facts, commits=history)
    changes = [change for (change,) in told(log, "service.deployed", "change") if change]
    assert len(set(changes)) == len(changes)
    assert all(before <= after for before, after in pairwise(log["time"]))
