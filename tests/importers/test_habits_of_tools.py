"""Habits of teams in GitHub, GitLab, Jira, CDEvents and tables: what is production, what is an incident, what counts as delivered."""

import json
from pathlib import Path
from typing import Any

import pytest
from teams import DAY, HOUR, START, Import, address, exported, iso, issue, pull, rollout, sha, status

from devopssim import kpis
from devopssim.cli import INVALID_INPUT, main
from devopssim.events import details
from devopssim.exporters import openmetrics

PULLS = [pull(day) for day in range(1, 11)]
NOT_TOLD = (
    "change_failure_rate",
    "availability",
    "security_test_coverage",
    "failure_demand",
    "security_incidents_per_deployment",
)


def test_what_no_source_tells_is_not_observed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = exported(tmp_path / "a.json", *PULLS, *(rollout(day, day) for day in range(1, 11)))
    result = Import(tmp_path, capsys, "--github", page)
    assert result.n(*NOT_TOLD, "deployment_frequency") == [0, 0, 0, 0, 0, 10]
    assert {result.value(kpi) for kpi in NOT_TOLD} == {None}
    text = openmetrics(result.log, ["availability", "deployment_frequency"])
    assert "devopssim_availability_counted 0.0" in text
    assert "\ndevopssim_availability_ratio " not in text
    assert main(["validate", str(tmp_path / "team.csv")]) == 0
    assert "Change failure rate: not observed (n = 0)." in capsys.readouterr().out


def test_stated_kinds_of_incidents_that_did_not_happen_are_observed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = exported(tmp_path / "a.json", issue(1), *PULLS, *(rollout(day, day) for day in range(1, 11)))
    assert "state it with --incidents PATTERN" in Import(tmp_path, capsys, "--github", page).notes
    result = Import(tmp_path, capsys, "--github", page, "--incidents", "sev*")
    assert (result.value("change_failure_rate"), result.value("availability")) == (0, 1)


@pytest.mark.parametrize(
    "name", ["pre-prod", "non-prod", "pre-production", "review/product-page", "staging-live", "prod-like"]
)
def test_other_environments_are_not_production(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    others = [rollout(100 + day, day, environment=name) for day in range(1, 11)]
    page = exported(tmp_path / "a.json", *PULLS, *others, rollout(300, 10, hours=8))
    result = Import(tmp_path, capsys, "--github", page)
    assert result.deployments == 1
    assert f"production environments: production (1); others: {name} (10)" in result.notes
    assert Import(tmp_path, capsys, "--github", page, "--environment", name).deployments == 10


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ({"environment": "shop", "production_environment": True}, 3),
        ({"environment": "production", "production_environment": False}, 0),
        ({"environment": "prod-eu", "production_environment": False, "transient_environment": False}, 3),
        ({"environment": "prod-preview-7", "transient_environment": True}, 0),
        ({"environment": "prod", "transient_environment": True, "production_environment": False}, 0),
    ],
)
def test_what_github_states_of_an_environment_decides_before_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], flags: dict[str, Any], expected: int
) -> None:
    page = exported(tmp_path / "a.json", *PULLS, *(rollout(day, day, **flags) for day in (1, 2, 3)))
    assert Import(tmp_path, capsys, "--github", page).deployments == expected


@pytest.mark.parametrize(
    ("tier", "name", "expected"), [("production", "shop", 1), ("staging", "prod", 0), ("other", "prod", 1)]
)
def test_gitlabs_tier_decides_before_the_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], tier: str, name: str, expected: int
) -> None:
    rolled_out = {
        "id": 1,
        "sha": sha(1),
        "ref": "main",
        "status": "success",
        "updated_at": iso(START + DAY),
        "environment": {"name": name, "tier": tier},
    }
    page = exported(tmp_path / "a.json", rolled_out, {"iid": 1, "created_at": iso(START), "title": "x"})
    assert Import(tmp_path, capsys, "--gitlab", page).deployments == expected


def test_regions_that_lag_are_not_rolled_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    eu = [rollout(100 + day, day, environment="production-eu") for day in range(1, 11)]
    us = [rollout(300 + day, day, hours=30, environment="production-us") for day in range(1, 11)]
    result = Import(tmp_path, capsys, "--github", exported(tmp_path / "a.json", *PULLS, *eu, *us))
    assert (result.deployments, result.count("service.rolledback"), result.value("change_failure_rate")) == (20, 0, 0)
    assert set(details(result.log, "environment").dropna()) == {"production-eu", "production-us"}
    assert result.value("lead_time_for_changes") == 5


def test_an_earlier_version_on_the_same_place_is_a_rollback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    eu = [
        rollout(1, 1, environment="prod-eu"),
        rollout(2, 2, environment="prod-eu"),
        rollout(3, 1, hours=40, environment="prod-eu"),
    ]
    us = [rollout(4, 1, hours=50, environment="prod-us")]
    result = Import(tmp_path, capsys, "--github", exported(tmp_path / "a.json", *PULLS, *eu, *us))
    assert (result.deployments, result.count("service.rolledback")) == (3, 1)
    assert result.value("change_failure_rate") == pytest.approx(1 / 3)
    assert "lower bound" in result.notes


def test_repositories_of_an_enterprise_server_are_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def at(number: int, hours: int, repository: str) -> dict[str, object]:
        url = f"https://ghe.acme.test/api/v3/repos/{repository}/deployments/{number}"
        return rollout(number, 1, hours=hours, repository=repository) | {"url": url}

    both = [at(number, number, "acme/shop" if number % 2 else "acme/api") for number in (1, 2, 3, 4)]
    result = Import(tmp_path, capsys, "--github", exported(tmp_path / "a.json", *both))
    assert (result.n("change_failure_rate"), result.value("change_failure_rate")) == ([4], 0)
    assert set(details(result.log, "service")) == {"acme/shop", "acme/api"}


def test_each_repository_has_its_main_branch(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = [pull(day, repository="acme/api", branch="master") for day in range(1, 9)]
    releases = [pull(20 + day, branch="release-1") for day in range(3)]
    result = Import(tmp_path, capsys, "--github", exported(tmp_path / "a.json", *PULLS, *other, *releases))
    assert result.count("change.created") == 18
    assert "3 pull requests to other branches" in result.notes


def test_a_renamed_main_branch_is_one_branch(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    renamed = [pull(day, branch="master" if day < 5 else "main") for day in range(1, 11)]
    result = Import(tmp_path, capsys, "--github", exported(tmp_path / "a.json", *renamed))
    assert result.count("change.created") == 10
    assert "the main branch was renamed: main, master" in result.notes
    both = [pull(day, branch="develop" if day % 2 else "main") for day in range(1, 11)]
    assert Import(tmp_path, capsys, "--github", exported(tmp_path / "a.json", *both)).count("change.created") == 5


def test_a_deployment_ships_its_own_repositorys_changes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = [pull(day, repository="acme/api") for day in (1, 2)]
    page = exported(tmp_path / "a.json", pull(1), pull(2), *other, rollout(7, 2, repository="acme/api"))
    result = Import(tmp_path, capsys, "--github", page)
    assert result.n("lead_time_for_changes") == [2]
    assert set(result.log.loc[result.log["kind"] == "service.deployed", "change"]) == {
        f"C{sha(day, 'acme/api')[:12]}" for day in (1, 2)
    }


def test_without_a_graph_a_late_deployment_of_an_early_commit_carries_what_was_merged_until_that_commit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = exported(tmp_path / "a.json", pull(1), pull(2), pull(3), rollout(7, 1, hours=100))
    assert Import(tmp_path, capsys, "--github", page).n("lead_time_for_changes") == [1]


def test_an_incident_belongs_to_the_service_that_it_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def event(number: int, kind: str, hours: int, subject: str, **content: object) -> dict[str, object]:
        context = {"specversion": "0.5.0", "id": f"e{number}", "source": "/ci", "timestamp": iso(START + hours * HOUR)}
        return {
            "context": context | {"type": f"dev.cdevents.{kind}.0.3.0"},
            "subject": {"id": subject, "content": content},
        }

    production = {"id": "production"}
    page = exported(
        tmp_path / "a.json",
        event(1, "service.deployed", 1, "a", environment=production, artifactId="pkg:oci/a@1"),
        event(2, "service.deployed", 2, "b", environment=production, artifactId="pkg:oci/b@1"),
        event(3, "incident.detected", 3, "i1", service={"id": "a"}),
        event(4, "incident.resolved", 4, "i1"),
        event(5, "incident.detected", 9, "i1", service={"id": "b"}),
        event(6, "incident.resolved", 10, "i1"),
        event(7, "incident.detected", 11, "i2", service={"id": "unknown"}),
    )
    result = Import(tmp_path, capsys, "--cdevents", page)
    failed = result.log[result.log["kind"] == "service.failed"]
    assert failed["deployment"].fillna("none").tolist() == ["D1", "D2", "none"]  # one id, two outages
    assert kpis.mttr(result.log).tolist() == [1, 1]


def test_the_newer_export_wins(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = exported(
        tmp_path / "old.json",
        issue(1, updated_at=iso(START + 3 * DAY)),
        pull(2, merged_at=None, closed_at=None, state="open"),
    )
    reopened = issue(1, closed_at=None, updated_at=iso(START + 20 * DAY))
    new = exported(tmp_path / "new.json", reopened, issue(2, hours=300, updated_at=iso(START + 20 * DAY)), pull(2))
    for order in ((old, new), (new, old)):
        result = Import(tmp_path, capsys, *(word for path in order for word in ("--github", path)))
        assert (result.n("lead_time"), result.kpis["lead_time"]["unfinished"]) == ([1], 1)
        assert result.value("lead_time") == 300
        assert (result.count("change.created"), result.count("change.merged")) == (1, 1)


def test_labels_of_incidents_match_as_whole_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labels = ["P1", "enhancement", "non-incident", "incident-tooling", "not an incident", "outage-page"]
    page = exported(tmp_path / "a.json", *(issue(number, label) for number, label in enumerate(labels, start=1)))
    assert Import(tmp_path, capsys, "--github", page).count("service.failed") == 0
    chosen = Import(tmp_path, capsys, "--github", page, "--incidents", "p1")
    assert chosen.count("service.failed") == 1
    assert "incidents are the issues of these kinds: P1 (1)" in chosen.notes
    more = exported(tmp_path / "b.json", issue(1, "type: incident"), issue(2, "SEV-2"), issue(3, "production outage"))
    assert Import(tmp_path, capsys, "--github", more).count("service.failed") == 3


def test_inactive_was_active(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rollouts = [rollout(day, day) for day in range(1, 11)]
    statuses = [
        status(day, "inactive" if day < 10 else "success", START + day * DAY + 5 * HOUR) for day in range(1, 11)
    ]
    failed = [rollout(50, 5, hours=7), status(50, "failure", START + 6 * DAY), status(50, "inactive", START + 7 * DAY)]
    pending = [rollout(51, 5, hours=8), status(51, "in_progress", START + 6 * DAY)]
    page = exported(tmp_path / "a.json", *PULLS, *rollouts, *statuses, *failed, *pending)
    result = Import(tmp_path, capsys, "--github", page)
    assert (result.deployments, result.value("lead_time_for_changes")) == (10, 5)


def test_pages_of_pages_and_payloads_of_webhooks_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = {
        "total_count": 1,
        "workflow_runs": [{"id": 1, "name": "tests", "head_sha": sha(1), "run_number": 1, "conclusion": "success"}],
    }
    slurped = tmp_path / "slurped.json"
    slurped.write_text(json.dumps([[PULLS[0]], [PULLS[1]], runs]))
    assert Import(tmp_path, capsys, "--github", slurped).count("change.created") == 2
    repository = {"full_name": "acme/shop", "html_url": "https://github.com/acme/shop"}
    payloads = [
        {
            "action": "closed",
            "number": 1,
            "pull_request": PULLS[0],
            "repository": repository,
            "sender": {"login": "dev"},
        },
        {
            "deployment": rollout(7, 1),
            "deployment_status": status(7, "success", START + 2 * DAY),
            "repository": repository,
        },
        {"action": "closed", "issue": issue(4), "repository": repository},
    ]
    result = Import(tmp_path, capsys, "--github", exported(tmp_path / "hooks.json", *payloads))
    assert (result.count("change.merged"), result.deployments, result.count("ticket.closed")) == (1, 1, 1)
    assert result.value("lead_time_for_changes") == 24


def test_workflow_runs_deploy_if_people_say_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = [
        {
            "id": day,
            "name": "Deploy to production",
            "head_sha": sha(day),
            "run_number": day,
            "conclusion": "success" if day != 3 else "failure",
            "created_at": iso(START + day * DAY),
            "updated_at": iso(START + day * DAY + 5 * HOUR),
        }
        for day in range(1, 11)
    ]
    page = exported(tmp_path / "a.json", *PULLS, *runs)
    assert (
        "count them with --deploy-workflow 'Deploy to production'" in Import(tmp_path, capsys, "--github", page).notes
    )
    result = Import(tmp_path, capsys, "--github", page, "--deploy-workflow", "deploy to prod*")
    assert (result.deployments, result.n("lead_time_for_changes")) == (9, [10])


def test_drafts_robots_and_the_moment_of_readiness_are_options(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ready = {
        "event": "ready_for_review",
        "created_at": iso(START + DAY + 2 * HOUR),
        "issue": {"number": 1, "html_url": address("pull", 1)},
    }
    robot = pull(2, user={"login": "renovate[bot]", "type": "Bot"})
    draft = pull(3, draft=True, state="open", merged_at=None, closed_at=None)
    page = exported(tmp_path / "a.json", pull(1), ready, robot, draft, rollout(7, 1))
    assert Import(tmp_path, capsys, "--github", page).count("change.created") == 3
    result = Import(tmp_path, capsys, "--github", page, "--from", "ready", "--exclude-author", "*[bot]")
    assert (result.count("change.created"), result.value("lead_time_for_changes")) == (1, 3)


@pytest.mark.parametrize(
    ("option", "wanted"),
    [
        (("--assisted-label", "ai"), "--github or --gitlab"),
        (("--tags", "v*"), "--git"),
        (("--zone", "Europe/Berlin"), "--jira"),
    ],
)
def test_an_option_that_no_source_has_a_use_for_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: tuple[str, str], wanted: str
) -> None:
    page = exported(tmp_path / "a.csv", *PULLS)
    assert main(["import", "--cdevents", str(page), *option]) == INVALID_INPUT
    assert f"{option[0]} holds for {wanted}; pass one of them, or leave {option[0]} out." in capsys.readouterr().err


def review(number: int, hour: int, **fields: object) -> dict[str, object]:
    """Return an approving review of a pull request."""
    page = {"pull_request_url": address("pulls", number), "html_url": address("pull", number) + "#pullrequestreview-1"}
    return {"id": hour, "state": "APPROVED", "submitted_at": iso(START + DAY + hour * HOUR), **page, **fields}


def test_a_change_may_begin_with_its_first_approval(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    by_robot = review(1, 1, user={"login": "approve[bot]"})
    webhook = {
        "action": "submitted",
        "repository": {"full_name": "acme/shop"},
        "review": review(1, 2, state="approved"),
    }
    reviews = (by_robot, webhook, review(1, 3), review(1, 0, state="COMMENTED"))
    page = exported(tmp_path / "a.json", pull(1), pull(2), *reviews, rollout(7, 2))
    result = Import(tmp_path, capsys, "--github", page, "--from", "approved", "--exclude-author", "*[bot]")
    log = result.log[result.log["kind"] == "change.created"]
    assert log["time"].diff().max() == HOUR * 22 / 3600
    assert "1 changes without a moment at which they were approved: they begin when opened" in result.notes


def test_gitlabs_notes_tell_when_a_merge_request_was_ready_or_approved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def note(project: int, hours: int, body: str) -> dict[str, object]:
        of = {"noteable_type": "MergeRequest", "noteable_iid": 1, "project_id": project, "system": True}
        return {"id": hours, "body": body, "created_at": iso(START + hours * HOUR), **of}

    requests = [
        {
            "iid": 1,
            "project_id": project,
            "references": {"full": f"acme/{name}!1"},
            "source_branch": "cart",
            "target_branch": "main",
            "created_at": iso(START),
            "merged_at": iso(START + DAY),
            "state": "merged",
        }
        for project, name in ((7, "shop"), (8, "till"))
    ]
    notes = (note(7, 2, "marked this merge request as **ready**"), note(8, 3, "approved this merge request"))
    page = exported(tmp_path / "a.json", *requests, *notes)
    for begin, hours in (("ready", [0, 2]), ("approved", [0, 3])):
        log = Import(tmp_path, capsys, "--gitlab", page, "--from", begin).log
        assert log.loc[log["kind"] == "change.created", "time"].tolist() == hours


def test_gitlabs_moved_and_duplicate_issues_count_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def of(number: int, **fields: object) -> dict[str, object]:
        times = {"created_at": iso(START), "closed_at": iso(START + number * DAY), "state": "closed"}
        return {"iid": number, "id": number, "references": {"full": f"acme/shop#{number}"}, **times, **fields}

    page = exported(
        tmp_path / "a.json",
        of(1, moved_to_id=5),
        of(2),
        of(3, _links={"closed_as_duplicate_of": "https://gitlab.test/api/v4/issues/2"}),
        of(4, state="opened"),
    )
    result = Import(tmp_path, capsys, "--gitlab", page)
    assert (result.n("lead_time"), result.kpis["lead_time"]["unfinished"]) == ([1], 1)
    assert "1 issues that were moved to another project" in result.notes


def test_a_merge_request_merged_without_a_time_is_merged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    request = {
        "iid": 1,
        "source_branch": "x",
        "target_branch": "main",
        "state": "merged",
        "merged_at": None,
        "sha": sha(1),
    }
    page = exported(tmp_path / "a.json", request | {"created_at": iso(START), "updated_at": iso(START + DAY)})
    result = Import(tmp_path, capsys, "--gitlab", page)
    assert result.count("change.merged") == 1
    assert "1 merge requests merged without a time" in result.notes


def test_payloads_of_gitlabs_webhooks_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = {"path_with_namespace": "acme/shop", "web_url": "https://gitlab.test/acme/shop"}
    request = {
        "iid": 1,
        "source_branch": "x",
        "target_branch": "main",
        "state": "merged",
        "merge_commit_sha": sha(1),
        "created_at": "2024-01-01 09:00:00 UTC",
        "updated_at": "2024-01-01 13:00:00 UTC",
    }
    ticket = {"iid": 4, "state": "closed", "created_at": iso(START), "closed_at": iso(START + DAY)}
    rolled_out = {
        "object_kind": "deployment",
        "status": "success",
        "status_changed_at": "2024-01-01 16:00:00 +0100",
        "deployment_id": 15,
        "environment": "shop",
        "environment_tier": "production",
        "commit_url": f"https://gitlab.test/acme/shop/-/commit/{sha(1)}",
        "project": project,
    }
    page = exported(
        tmp_path / "a.json",
        {"object_kind": "merge_request", "project": project, "object_attributes": request},
        {"object_kind": "issue", "project": project, "object_attributes": ticket, "labels": [{"title": "outage"}]},
        rolled_out,
        {"object_kind": "push", "project": project},
    )
    result = Import(tmp_path, capsys, "--gitlab", page)
    assert (result.count("change.merged"), result.count("service.failed")) == (1, 1)
    assert (result.deployments, result.value("lead_time_for_changes")) == (1, 6)


def test_jobs_of_gitlab_deploy_if_people_say_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    job = {
        "id": 9,
        "name": "deploy-prod",
        "stage": "deploy",
        "status": "success",
        "ref": "main",
        "finished_at": iso(START + DAY),
        "commit": {"id": sha(1)},
        "web_url": "https://gitlab.test/acme/shop/-/jobs/9",
    }
    page = exported(tmp_path / "a.json", job, {"iid": 1, "created_at": iso(START)})
    assert Import(tmp_path, capsys, "--gitlab", page).deployments == 0
    assert Import(tmp_path, capsys, "--gitlab", page, "--deploy-workflow", "deploy-*").deployments == 1


HEAD = "Issue key,Issue Type,Status,Status Category,Resolution,Created,Resolved"


def jira(path: Path, *rows: str, head: str = HEAD) -> Path:
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "resolution",
    [
        "Obsolete",
        "Abandoned",
        "Rejected",
        "Canceled",
        "Cancelled",
        "Not a Problem",
        "Won\u2019t Do",
        "Won't Fix",
        "Works as Designed",
        "Duplicate",
    ],
)
def test_resolutions_that_mean_the_opposite_deliver_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], resolution: str
) -> None:
    done = "A-1,Story,Done,Done,Done,01/Jan/24 9:00 AM,05/Jan/24 9:00 AM"
    other = f"A-2,Story,Done,Done,{resolution},01/Jan/24 9:00 AM,05/Jan/24 9:00 AM"
    result = Import(tmp_path, capsys, "--jira", jira(tmp_path / "a.csv", done, other))
    assert result.n("lead_time", "flow_efficiency", "availability") == [1, 0, 0]
    assert "1 withdrawn items" in result.notes


def test_people_extend_the_list_of_resolutions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = "A-{},Story,Done,Done,{},01/Jan/24 9:00 AM,05/Jan/24 9:00 AM"
    page = jira(tmp_path / "a.csv", row.format(1, "Parked for 2025"), row.format(2, "Done"))
    assert Import(tmp_path, capsys, "--jira", page).n("lead_time") == [2]
    assert Import(tmp_path, capsys, "--jira", page, "--withdrawn", "parked*").n("lead_time") == [1]


def test_done_without_a_date_and_in_progress_again_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    undated = [f"A-{number},Story,Done,Done,,01/Jan/24 9:00 AM," for number in range(5)]
    again = "B-1,Story,Doing,In Progress,Done,01/Jan/24 9:00 AM,05/Jan/24 9:00 AM"
    result = Import(tmp_path, capsys, "--jira", jira(tmp_path / "a.csv", *undated, again))
    assert (result.n("lead_time"), result.kpis["lead_time"]["unfinished"]) == ([0], 6)
    assert "5 issues with the status category Done and no date in Resolved" in result.notes
    assert "1 issues with a date in Resolved that are in progress again" in result.notes


@pytest.mark.parametrize(
    ("written", "language"),
    [
        ("05/M\u00e4r/24 9:00 AM", None),
        ("05/mars/24 9:00", None),
        ("05/mrt/24 9:00", None),
        ("05/\u043c\u0430\u0440/24 9:00", None),
        ("05/lis/24 9:00 AM", "pl"),
    ],
)
def test_months_have_names_in_other_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], written: str, language: str | None
) -> None:
    page = jira(tmp_path / "a.csv", f"A-1,Story,Open,To Do,,{written},")
    stated = ["--language", language] if language else []
    result = Import(tmp_path, capsys, "--jira", page, *stated)
    assert result.log.attrs["start"] == f"2024-{11 if language else 3:02}-05T09:00:00+00:00"


def test_an_ambiguous_month_and_an_unknown_language_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = jira(tmp_path / "a.csv", "A-1,Story,Open,To Do,,05/lis/24 9:00 AM,")
    for words, reason in (([], "unknown time format '05/lis/24 9:00 AM'"), (["--language", "xx-yy-zz"], "is unknown")):
        assert main(["import", "--jira", str(page), *words]) == INVALID_INPUT
        assert reason in capsys.readouterr().err


def test_empty_columns_of_a_spreadsheet_are_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = (
        "A-1,Story,Done,Done,Done,2024-01-01 09:00:00,2024-01-05 09:00:00,,,",
        "A-2,Story,Open,To Do,,2024-01-01 09:00:00,",
    )
    result = Import(tmp_path, capsys, "--jira", jira(tmp_path / "a.csv", *rows, head=f"{HEAD},,"))
    assert (result.n("lead_time"), result.kpis["lead_time"]["unfinished"]) == ([1], 1)


def table(folder: Path, kind: str, header: str, *rows: str) -> Path:
    """Write a table and its mapping, whose columns are called like the fields, and return the mapping."""
    (folder / f"{kind}.csv").write_text("\n".join([header, *rows]) + "\n")
    columns = ", ".join(f'{name} = "{name}"' for name in header.split(","))
    mapping = folder / f"{kind}.toml"
    mapping.write_text(f'[[table]]\nfile = "{kind}.csv"\nkind = "{kind}"\ncolumns = {{ {columns} }}\n')
    return mapping


def test_an_old_ticket_and_a_wrong_year_move_no_rate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ten weeks of an export: an item requested and one delivered each day, old requests that are open or were just delivered."""
    daily = [f"T{day},{iso(START + day * DAY)},{iso(START + (day + 3) * DAY)}" for day in range(70)]
    old = [f"OLD-1,{iso(START - 900 * DAY)},{iso(START + 10 * DAY)}", f"OLD-2,{iso(START - 2000 * DAY)},"]
    odd = [
        f"ODD-1,{iso(START - 1900 * DAY)},{iso(START - 1800 * DAY)}",
        f"ODD-2,{iso(START)},{iso(START + 38 * 365 * DAY)}",
    ]
    result = Import(tmp_path, capsys, "--csv", table(tmp_path, "items", "id,created,closed", *daily, *old, *odd))
    assert result.value("throughput") == pytest.approx(7, rel=0.05)
    assert result.value("lead_time") == 72
    assert result.value("wip") == pytest.approx(3 + 2, abs=0.6)  # three on their way, OLD-2 and ODD-2
    assert "1 times before 1980 or in the future: left out" in result.notes
    assert (
        "2 merges, deployments or deliveries before 2024-01-04 are outside the window" in result.notes
    )  # ODD-1: done, closed
    assert "Window: 2024-01-04 to" in result.notes


def test_tidying_up_is_no_begin_of_observation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A quarter's tickets are all closed on its last two days."""
    rows = [f"T{day},{iso(START + day * DAY)},{iso(START + 90 * DAY + day * HOUR // 2)}" for day in range(90)]
    result = Import(tmp_path, capsys, "--csv", table(tmp_path, "items", "id,created,closed", *rows))
    assert result.value("throughput") == pytest.approx(90 / (92 / 7), rel=0.02)


def test_a_tracker_that_begins_later_begins_the_window(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Pull requests of half a year, of the last quarter with issues; then issues from the first day on."""
    pulls = [pull(day) for day in range(1, 182)]
    late = exported(
        tmp_path / "late.json", *pulls, *({**issue(1), "number": 5000 + day, **dated(day)} for day in range(90, 180))
    )
    result = Import(tmp_path, capsys, "--github", late)
    assert result.value("throughput") == pytest.approx(7, rel=0.03)
    assert "merges, deployments or deliveries before 2024-04-02 are outside the window" in result.notes
    always = exported(
        tmp_path / "always.json", *pulls, *({**issue(1), "number": 5000 + day, **dated(day)} for day in range(1, 180))
    )
    result = Import(tmp_path, capsys, "--github", always)
    assert result.value("throughput") == pytest.approx(7, rel=0.03)
    assert "outside the window" not in result.notes


def dated(day: int) -> dict[str, str]:
    """The times of an issue of a day, closed two days later, and its address."""
    opened = START + day * DAY
    return {"created_at": iso(opened), "closed_at": iso(opened + 2 * DAY), "html_url": address("issues", day + 5000)}


def test_people_choose_the_window(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    daily = [f"T{day},{iso(START + day * DAY)},{iso(START + (day + 3) * DAY)}" for day in range(70)]
    page = table(tmp_path, "items", "id,created,closed", *daily)
    january = Import(tmp_path, capsys, "--csv", page, "--since", "2024-01-08", "--until", "2024-01-21")
    assert (january.value("throughput"), january.n("throughput"), january.n("lead_time")) == (7, [14], [14])
    assert "items open at its begin: 3, at its end: 3" in january.notes
    longer = Import(tmp_path, capsys, "--csv", page, "--since", "2023-12-18", "--until", "2024-04-07")
    assert longer.value("throughput") == pytest.approx(70 / 16)
    log = str(tmp_path / "team.csv")
    assert main(["kpis", log, "--since", "2024-01-08", "--until", "2024-01-21", "--json"]) == 0
    assert {row["kpi"]: row for row in json.loads(capsys.readouterr().out)}["throughput"]["value"] == 7
    for words, reason in (
        (["--since", "soon"], "is not a date"),
        (["--since", "2024-02-01", "--until", "2024-01-01"], "is empty"),
    ):
        assert main(["kpis", log, *words]) == INVALID_INPUT
        assert reason in capsys.readouterr().err


def test_calibration_counts_requests_of_the_window(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    daily = [f"T{day},{iso(START + day * DAY)},{iso(START + (day + 3) * DAY)}" for day in range(70)]
    old = f"OLD-1,{iso(START - 2000 * DAY)},{iso(START + 10 * DAY)}"
    Import(tmp_path, capsys, "--csv", table(tmp_path, "items", "id,created,closed", old, *daily))
    assert main(["calibrate", str(tmp_path / "team.csv"), "--replications", "0", "--json"]) == 0
    fitted = {row["parameter"]: row["value"] for row in json.loads(capsys.readouterr().out)["fitted"]}
    assert fitted["demand.requests_per_week"] == pytest.approx(7, rel=0.1)


def test_several_outages_under_one_number_are_several(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"INC-1,{iso(START)},{iso(START + HOUR)}", f"INC-1,{iso(START + DAY)},{iso(START + DAY + 3 * HOUR)}"]
    result = Import(tmp_path, capsys, "--csv", table(tmp_path, "incidents", "id,detected,resolved", *rows))
    assert kpis.mttr(result.log).tolist() == [1, 3]


def test_a_deployment_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = exported(
        tmp_path / "a.json",
        pull(1, body="Closes #9"),
        issue(9),
        rollout(7, 1),
        issue(2, "incident", hours=3),
        rollout(8, 2),
    )
    assert main(["import", "--github", str(page), "--explain", "D1"]) == 0
    text = capsys.readouterr().out
    assert "D1 (main) reached production of acme/shop, production at 2024-01-02 14:00" in text
    assert (
        f"- C{sha(1)[:12]}: created 2024-01-02 09:00, merged 2024-01-02 13:00, 5 h before it was deployed, for acme/shop#9"
        in text
    )
    assert (
        "It failed: incident I1 (acme/shop#2) at 2024-01-03 09:00; the last deployment before it of acme/shop." in text
    )
    assert main(["import", "--github", str(page), "--explain", "D9"]) == INVALID_INPUT
    assert "--explain 'D9': no such deployment; the last ones are D1 (main), D2 (main)." in capsys.readouterr().err


@pytest.mark.parametrize("case", ["item", "incident", "finding"])
def test_a_table_of_cases_that_the_log_lacks_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    Import(tmp_path, capsys, "--github", exported(tmp_path / "a.json", *PULLS, rollout(7, 1)))
    command = [
        "export",
        str(tmp_path / "team.csv"),
        "--to",
        "process",
        "--case",
        case,
        "--out",
        str(tmp_path / "p.csv"),
    ]
    assert main(command) == INVALID_INPUT
    (line,) = capsys.readouterr().err.splitlines()
    assert f"the log names no {case}" in line
    assert "pass --case change" in line
