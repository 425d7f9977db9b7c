"""Habits of deploying: what is production, what a deployment carries, and which one is a rollback."""

from pathlib import Path
from typing import Any

import pytest
from teams import DAY, HOUR, PULLS, START, Import, exported, iso, issue, pull, rollout, sha, status

from devopssim.cli import INVALID_INPUT, main
from devopssim.events import details


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
