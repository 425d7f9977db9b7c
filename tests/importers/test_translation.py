"""Records of a history become the events of a log."""

from dataclasses import replace

from devopssim import kpis
from devopssim.history import (
    ChangeRecord,
    DeploymentRecord,
    History,
    IncidentRecord,
    by_id,
)
from devopssim.importers import join, log_of


def test_a_tag_counts_only_if_no_other_source_has_deployments() -> None:
    commit, provenance = "1" * 40, (("csv", "x", "rules"),)
    change = ChangeRecord(id="C111111111111", created=0.0, merged=0.0, commit=commit)
    tags = History(
        provenance=provenance,
        changes={change.id: change},
        graph={commit: ()},
        deployments={"tag v1": DeploymentRecord(id="tag v1", at=3600.0, commit=commit, tag=True)},
    )
    real = History(provenance=provenance, deployments={"7": DeploymentRecord(id="7", at=7200.0, commit=commit)})
    assert kpis.lead_time_for_changes(log_of(tags)).tolist() == [1]
    both = log_of(join(tags, real))
    assert kpis.lead_time_for_changes(both).tolist() == [2]
    assert both.attrs["source"]["counts"] == {"tags, because another source has deployments": 1}


def test_an_incident_is_attributed_to_a_recent_deployment_unless_its_cause_is_named() -> None:
    hour, provenance = 3600.0, (("csv", "x", "rules"),)
    history = History(
        provenance=provenance,
        deployments=by_id([DeploymentRecord(id="a", at=0.0), DeploymentRecord(id="b", at=100 * hour)]),
        incidents=by_id([IncidentRecord(id="i", occurred=110 * hour), IncidentRecord(id="j", occurred=150 * hour)]),
    )
    assert kpis.change_failure_rate(log_of(history)) == 1 / 2
    assert kpis.change_failure_rate(log_of(history, attribution_window=0)) == 0
    named = replace(history, incidents=by_id([IncidentRecord(id="i", occurred=110 * hour, deployment="a")]))
    assert log_of(named).query("kind == 'service.failed'")["deployment"].tolist() == ["D1"]
