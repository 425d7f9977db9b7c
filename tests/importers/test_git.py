"""A git history tells of changes, deployments and repairs; what it cannot tell is absent."""

import os
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from devopssim import events, kpis
from devopssim.cli import main
from devopssim.errors import InvalidInputError
from devopssim.importers import read_git

HOUR = 3600
START = 1_700_000_000


class Repository:
    """A real repository whose clock the test sets, in hours."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *words: str, at: float = 0) -> str:
        when = f"{START + int(at * HOUR)} +0200"
        who = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org"}
        who |= {"GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org"}
        env = {
            **os.environ,
            **who,
            "GIT_AUTHOR_DATE": when,
            "GIT_COMMITTER_DATE": when,
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        done = subprocess.run(["git", *words], cwd=self.folder, env=env, check=True, capture_output=True, text=True)
        return done.stdout

    def commit(self, subject: str, at: float) -> None:
        self.git("commit", "--quiet", "--allow-empty", "-m", subject, at=at)

    def tag(self, name: str, at: float) -> None:
        self.git("tag", "-a", name, "-m", name, at=at)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "shop")


def values(log: pd.DataFrame) -> dict[str, float]:
    return kpis.values(events.validate(log))


def test_commits_are_changes_and_tags_deploy_what_no_earlier_tag_reached(repository: Repository) -> None:
    for number in range(3):
        repository.commit(f"change {number}", at=number)
    repository.tag("v1.0.0", at=10)
    repository.commit("change 3", at=200)
    repository.tag("v1.1.0", at=204)
    log = read_git(repository.folder)
    assert kpis.lead_time_for_changes(log).tolist() == [10, 9, 8, 4]
    assert kpis.table(log).loc[["change_failure_rate", "availability", "security_test_coverage"], "n"].tolist() == [
        0,
        0,
        0,
    ]
    assert len(kpis.lead_time(log)) == 0  # a git history knows no tickets


@pytest.mark.parametrize(
    ("subject", "tag", "hours", "failed"),
    [
        ("Revert 'change 0'", "v1.1.0", 5, True),
        ("fix: the cart", "v1.1.0", 5, True),
        ("wording", "v1.0.1", 5, True),
        ("a new page", "v1.1.0", 5, False),
        ("fix: the cart", "v1.0.1", 100, False),
        ("fixture for tests", "v1.1.0", 5, False),
    ],
)
def test_what_only_looks_like_a_repair_is_an_assumption_that_people_ask_for(
    repository: Repository, subject: str, tag: str, hours: float, *, failed: bool
) -> None:
    repository.commit("change 0", at=0)
    repository.tag("v1.0.0", at=1)
    repository.commit(subject, at=hours)
    repository.tag(tag, at=hours + 1)
    assert kpis.table(read_git(repository.folder)).loc[["change_failure_rate", "mttr"], "n"].tolist() == [0, 0]
    log = read_git(repository.folder, repair_window=72)
    assert values(log)["change_failure_rate"] == (0.5 if failed else 0)
    assert "is assumed to repair" in log.attrs["source"]["assumptions"]["service.failed"]
    if failed:
        assert values(log)["mttr"] == hours
    stated = {record["kpi"]: record.get("assumption") for record in kpis.records(log)}
    assert stated["mttr"] == stated["change_failure_rate"] == log.attrs["source"]["assumptions"]["service.failed"]
    assert stated["lead_time_for_changes"] is None


def test_a_branch_is_merged_when_its_merge_commit_is_made(repository: Repository) -> None:
    repository.commit("base", at=0)
    repository.git("switch", "--quiet", "-c", "feature")
    repository.commit("feature", at=1)
    repository.git("switch", "--quiet", "main")
    repository.commit("main", at=2)
    repository.git("merge", "--quiet", "--no-ff", "-m", "merge", "feature", at=9)
    repository.tag("v1", at=10)
    log = read_git(repository.folder)
    assert log.loc[log["kind"] == "change.merged", "time"].tolist() == [0, 2, 9]
    assert (log["kind"] == "change.created").sum() == 3


def test_a_clock_that_runs_ahead_moves_the_deployment_and_is_counted(repository: Repository) -> None:
    repository.commit("first", at=0)
    repository.commit("from tomorrow", at=24)
    repository.tag("v1", at=2)
    log = read_git(repository.folder)
    assert log.loc[log["kind"] == "service.deployed", "time"].unique().tolist() == [24]
    assert log.attrs["source"]["moved"] == 1


def test_only_the_tags_of_the_pattern_are_deployments(repository: Repository) -> None:
    repository.commit("first", at=0)
    repository.tag("nightly-1", at=1)
    repository.tag("v1", at=3)
    log = read_git(repository.folder, tags="v*")
    assert log.loc[log["kind"] == "service.deployed", "time"].tolist() == [3]


def test_an_unreadable_repository_is_reported_in_one_line(repository: Repository, tmp_path: Path) -> None:
    def refused(folder: Path, reason: str) -> None:
        with pytest.raises(InvalidInputError, match=reason) as error:
            read_git(folder)
        assert "\n" not in str(error.value)

    (tmp_path / "empty").mkdir()
    refused(tmp_path / "nowhere", "no such folder")
    refused(tmp_path / "empty", "not a git repository")
    refused(repository.folder, "the repository has no commits")
    repository.commit("first", at=0)
    repository.commit("second", at=1)
    refused(repository.folder, "the repository has no tags")
    shallow = tmp_path / "shallow"
    clone = ["git", "clone", "--quiet", "--depth=1", repository.folder.as_uri(), str(shallow)]
    subprocess.run(clone, check=True, capture_output=True)
    refused(shallow, "shallow clone")


def test_a_pattern_without_matches_and_a_repository_without_tags_are_distinguished(repository: Repository) -> None:
    repository.commit("first", at=0)
    with pytest.raises(InvalidInputError, match="the repository has no tags"):
        read_git(repository.folder, tags="v*")
    repository.tag("release-1", at=1)
    with pytest.raises(InvalidInputError, match=r"no tag matches 'v\*'.* such as 'release-1'"):
        read_git(repository.folder, tags="v*")


def test_hooks_and_settings_of_the_repository_start_nothing(repository: Repository, tmp_path: Path) -> None:
    repository.commit("first", at=0)
    repository.tag("v1;detail=x", at=1)
    trap, sprung = tmp_path / "trap.sh", tmp_path / "sprung"
    trap.write_text(f"#!/bin/sh\ntouch {sprung}\n")
    trap.chmod(0o755)
    repository.git("config", "core.fsmonitor", str(trap))
    repository.git("config", "core.pager", str(trap))
    events.validate(read_git(repository.folder))
    assert not sprung.exists()


def test_the_command_prints_the_same_table_and_how_to_read_it(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.commit("first", at=0)
    repository.tag("v1", at=1)
    assert main(["kpis", "--git", str(repository.folder)]) == 0
    printed = capsys.readouterr()
    assert "lead_time_for_changes" in printed.out.replace(" ", "_").lower()
    assert "tags are deployments" in printed.err
    assert main(["kpis"]) == 2
