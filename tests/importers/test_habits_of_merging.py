"""Habits of merging: which changes count, and from when."""

import json
from pathlib import Path

import pytest
from teams import DAY, HOUR, PULLS, START, Import, address, exported, iso, issue, pull, rollout, sha, status

from devopssim.cli import INVALID_INPUT, main


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
