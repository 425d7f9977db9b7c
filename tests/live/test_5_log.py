"""The log of all that happened in the lab: valid, and read by the same functions as that of a simulated year."""

from pathlib import Path

import pytest

from devopssim import events, kpis
from devopssim.cli import main
from devopssim.livelab import Lab, attach

pytestmark = pytest.mark.live


def test_the_log_is_valid_and_knows_each_commit_once(shipped: Lab) -> None:
    log = events.validate(shipped.log())
    created = log.loc[log["kind"] == "change.created", "change"]
    assert created.is_unique
    assert len(created) >= int(shipped.repository.git("rev-list", "--count", "--all"))
    assert log.attrs["source"]["engine"] == shipped.workspace.engine.version
    assert log.attrs["start"] == shipped.workspace.started


def test_each_deployment_was_made_of_a_published_image(shipped: Lab) -> None:
    log = shipped.log()
    published = set(events.details(log.loc[log["kind"] == "artifact.published"], "digest"))
    deployed = set(events.details(log.loc[log["kind"] == "service.deployed"], "digest"))
    assert deployed
    assert deployed <= published


def test_the_delivery_kpis_come_from_the_log(shipped: Lab) -> None:
    log = shipped.log()
    to_users = kpis.lead_time_for_changes(log).dropna()
    assert len(to_users) > 0
    assert (to_users > 0).all()
    assert kpis.deployment_frequency(log) > 0
    assert 0 <= kpis.change_failure_rate(log) <= 1
    assert (kpis.mttd(log).dropna() >= 0).all()


def test_every_incident_failed_was_detected_restored_and_resolved_in_this_order(shipped: Lab) -> None:
    log = shipped.log()
    kinds = ["service.failed", "incident.detected", "service.restored", "incident.resolved"]
    incidents = log[log["kind"].isin(kinds)].pivot_table(index="incident", columns="kind", values="time")[kinds]
    assert len(incidents) > 5
    assert incidents.notna().all(axis=None)
    assert (incidents.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    severities = set(events.details(log.loc[log["kind"] == "service.failed"], "severity"))
    assert severities <= {"total", "partial", "minor"}


def test_another_process_reads_the_same_log_and_its_kpis(
    shipped: Lab, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "log.csv"
    assert main(["livelab", "log", "--name", shipped.name, "--out", str(path)]) == 0
    assert main(["validate", str(path)]) == 0
    assert main(["kpis", str(path)]) == 0
    assert "change_failure_rate" in capsys.readouterr().out.replace(" ", "_").lower()
    again = attach(shipped.name)
    assert again.log()["kind"].tolist() == events.read(path)["kind"].tolist()
