"""The recorded logs: what a lesson shows where there is no engine."""

import pytest

from devopssim import events, kpis
from devopssim.errors import InvalidInputError
from devopssim.livelab import EngineMissingError, recorded, up_or_recorded
from devopssim.livelab.exercises import recording
from devopssim.livelab.exercises.scripted import EXERCISES
from devopssim.livelab.parts import DRILLS


def no_engine(*_words: object, **_options: object) -> None:
    message = "no container engine answers"
    raise EngineMissingError(message)


def test_each_exercise_was_recorded() -> None:
    assert recorded.names() == sorted(EXERCISES)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_recorded_log_is_valid_and_says_on_what_and_when_it_was_made(exercise: str) -> None:
    log = events.validate(recorded.log(exercise))
    made = log.attrs["source"]
    assert made["lab"] == exercise
    assert log.attrs["start"].startswith(made["recorded"])
    assert {"engine", "images", "by", "system", "compose", "act"} <= made.keys()


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_recorded_log_tells_of_one_lab_only(exercise: str) -> None:
    log = recorded.log(exercise)
    published = set(events.details(log.loc[log["kind"] == "artifact.published"], "digest"))
    assert set() < set(events.details(log.loc[log["kind"] == "service.deployed"], "digest")) <= published


def test_by_hand_two_releases_and_one_way_back() -> None:
    log = recorded.log("by_hand")
    assert log["kind"].value_counts()[["service.deployed", "service.rolledback"]].tolist() == [2, 1]
    assert kpis.change_failure_rate(log) == 1 / 2


def test_automated_the_change_that_the_tests_stopped_reached_users_only_with_its_repair() -> None:
    log = recorded.log("automate")
    tests = log.loc[log["kind"] == "testsuiterun.finished"]
    stopped = tests.loc[events.details(tests, "outcome") == "failure", "change"].tolist()
    assert len(stopped) == 1
    deployed = log.loc[log["kind"] == "service.deployed"].set_index("change")["deployment"]
    repair = f"C{int(stopped[0][1:]) + 1}"
    assert deployed[stopped[0]] == deployed[repair]
    assert kpis.change_failure_rate(log) == 0


def test_accepted_a_browser_stopped_what_the_unit_tests_let_through() -> None:
    log = recorded.log("accept")
    tests = log[log["kind"] == "testsuiterun.finished"]
    accepted = events.details(tests, "name") == "acceptance test"
    assert events.details(tests[accepted], "outcome").tolist() == ["failure", "success"]
    assert set(events.details(tests[~accepted], "outcome")) == {"success"}


def test_configured_the_broken_release_was_taken_back_before_users_noticed() -> None:
    log = recorded.log("configure")
    assert log["kind"].value_counts()[["service.deployed", "service.rolledback"]].tolist() == [4, 1]
    assert "service.failed" not in set(log["kind"])
    assert kpis.change_failure_rate(log) == 1 / 4


def test_operated_every_incident_was_detected_and_resolved() -> None:
    log = recorded.log("operate")
    failed = log.loc[log["kind"] == "service.failed"]
    drills = {name.replace("_", " ") for name in DRILLS if name != "exploit"}
    assert set(events.details(failed, "cause")) >= drills
    assert len(kpis.mttd(log).dropna()) == len(kpis.mttr(log).dropna()) == len(failed)
    assert (kpis.mttd(log) <= kpis.mttr(log)).all()


ORDER = ["service.failed", "incident.detected", "service.restored", "incident.resolved"]


@pytest.mark.parametrize("exercise", ["operate", "release", "on_call", "secure"])
def test_each_incident_failed_was_detected_restored_and_resolved_in_this_order(exercise: str) -> None:
    log = recorded.log(exercise)
    incidents = log[log["kind"].isin(ORDER)].pivot_table(index="incident", columns="kind", values="time")[ORDER]
    assert len(incidents) > 0
    assert incidents.notna().all(axis=None)
    assert (incidents.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    failed = log[log["kind"] == "service.failed"]
    assert set(events.details(failed, "severity")) <= {"total", "partial", "minor"}
    blamed = failed.dropna(subset=["deployment"])
    deployed = log[log["kind"] == "service.deployed"].groupby("deployment")["time"].min()
    assert (blamed["time"].to_numpy() >= deployed[blamed["deployment"]].to_numpy()).all()


def test_each_drill_was_detected_by_what_fits_and_a_faulty_release_is_to_blame_for_its_own() -> None:
    log = recorded.log("operate")
    failed = log[log["kind"] == "service.failed"].set_index("incident")
    causes = events.details(failed, "cause")
    alerts = events.details(log[log["kind"] == "incident.detected"].set_index("incident"), "name")
    for name in (name for name in DRILLS if name != "exploit"):
        own = causes.index[causes == name.replace("_", " ")]
        assert len(own) > 0, name
        assert set(alerts[own]) <= set(DRILLS[name].alerts), name
        assert failed.loc[own, "deployment"].notna().any() == (name in {"bad_release", "slow_release", "out_of_memory"})


def test_released_by_a_flag_the_feature_that_failed_was_hidden_without_a_deployment() -> None:
    log = recorded.log("release")
    ended = log[log["kind"] == "incident.resolved"]
    assert events.details(ended, "via").tolist() == ["mitigation"]
    assert events.details(log[log["kind"] == "incident.detected"], "name").tolist() == ["HighErrorRate"]
    deployed = log[log["kind"] == "service.deployed"].groupby("deployment")["time"].min()
    failed = log[log["kind"] == "service.failed"].iloc[0]
    assert failed["deployment"] == "D2"
    assert deployed["D2"] < failed["time"] < ended["time"].iloc[0] < deployed["D3"]
    assert "service.rolledback" not in set(log["kind"])


def test_on_call_people_were_told_of_the_outage_and_of_the_bad_release() -> None:
    log = recorded.log("on_call")
    told = set(events.details(log[log["kind"] == "incident.detected"], "name"))
    assert "HighErrorRate" in told
    assert told & set(DRILLS["crash"].alerts)


@pytest.mark.parametrize("exercise", ["operate", "on_call"])
def test_the_signals_of_an_exercise_lie_in_its_log(exercise: str) -> None:
    signals, log = recorded.signals(exercise), recorded.log(exercise)
    assert signals.columns.tolist() == ["traffic", "errors", "latency", "saturation"]
    assert signals.index.is_monotonic_increasing
    assert 0 < signals.index.max() <= log.attrs["horizon"] + 0.01
    assert signals["errors"].max() > 0.5
    with pytest.raises(
        InvalidInputError, match="exercise='by_hand' has no recorded signals; use on_call, operate or release"
    ):
        recorded.signals("by_hand")


def test_secured_the_exploit_was_an_incident_of_the_release_that_brought_the_vulnerability() -> None:
    log = recorded.log("secure")
    assert kpis.security_incidents_per_deployment(log) == pytest.approx(1 / 4)
    reported, fixed, dismissed = (
        set(log.loc[log["kind"] == f"finding.{end}", "finding"]) for end in ("reported", "fixed", "dismissed")
    )
    assert fixed | dismissed <= reported
    assert len(dismissed) == 1
    assert kpis.false_positive_rate(log) > 0
    assert 0 < kpis.automated_scan_share(log) < 1


def test_secured_the_attested_release_passed_the_policy_and_what_was_tampered_with_did_not() -> None:
    log = recorded.log("secure")
    verified = log[log["kind"] == "artifact.verified"]
    assert events.details(verified, "outcome").tolist() == ["success"] + ["failure"] * 9
    assert events.details(verified, "reason").isna().tolist() == [True] + [False] * 9
    assert kpis.attestation_coverage(log) == 1 / 4
    assert "attestation" not in set(events.details(log[log["kind"] == "scan.finished"], "scanner"))


def test_without_an_engine_the_lesson_goes_on_with_the_recorded_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEVOPSSIM_RECORDED", raising=False)
    monkeypatch.setattr(recording, "up", no_engine)
    shown = up_or_recorded("operate")
    assert not shown.live
    assert "no live lab: no container engine answers" in repr(shown)
    assert len(shown.log()) > 0
    shown.down()


def test_where_a_recorded_log_is_no_answer_a_missing_engine_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVOPSSIM_RECORDED", "never")
    monkeypatch.setattr(recording, "up", no_engine)
    with pytest.raises(EngineMissingError):
        up_or_recorded("operate")


def test_an_exercise_that_was_not_recorded_is_named_with_those_that_were() -> None:
    with pytest.raises(
        InvalidInputError,
        match="exercise='juggling' has no recorded log; the recorded exercises are accept, automate, by_hand, ",
    ):
        up_or_recorded("juggling")
