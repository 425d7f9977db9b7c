"""Three histories of different styles, with branches, reverts and hot fixes; and repositories that mean harm."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pandas as pd
import pytest

from devopssim import events, kpis
from devopssim.cli import main
from devopssim.errors import InvalidInputError
from devopssim.events import details
from devopssim.importers import git_history, github_history, join, log_of, read_git

HOUR: Final = 3600
START: Final = 1_700_000_000


class Repository:
    """A real repository whose clock the test sets, in hours; dates are written in different time zones."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *words: str, at: float = 0, authored: float | None = None, zone: str = "+0200") -> str:
        who = {f"GIT_{role}_{part}": "A" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
        dates = {"AUTHOR": at if authored is None else authored, "COMMITTER": at}
        when = {f"GIT_{role}_DATE": f"@{START + int(hours * HOUR)} {zone}" for role, hours in dates.items()}
        env = {**os.environ, **who, **when, "GIT_CONFIG_GLOBAL": os.devnull}
        return subprocess.run(
            ["git", *words], cwd=self.folder, env=env, check=True, capture_output=True, text=True
        ).stdout.strip()

    def commit(self, subject: str, at: float, authored: float | None = None, zone: str = "+0200") -> str:
        (self.folder / f"{at:g}.txt").write_text(subject)
        self.git("add", ".")
        self.git("commit", "--quiet", "-m", subject, at=at, authored=authored, zone=zone)
        return self.git("rev-parse", "HEAD")

    def tag(self, name: str, at: float) -> None:
        self.git("tag", "-a", name, "-m", name, at=at)

    def branch(self, name: str, start: str = "main") -> None:
        self.git("switch", "--quiet", "-c", name, start)

    def merge(self, name: str, at: float) -> None:
        self.git("switch", "--quiet", "main")
        self.git("merge", "--quiet", "--no-ff", "-m", f"merge {name}", name, at=at)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "shop")


def merge_style(repository: Repository) -> None:
    """Topic branches of two days, each merged and released the day after; the second release is reverted within hours."""
    repository.commit("begin", at=0)
    for week in range(6):
        at = 168 * week
        repository.branch(f"topic-{week}")
        repository.commit("first half", at=at + 24)
        bad = repository.commit("second half", at=at + 48)
        repository.merge(f"topic-{week}", at=at + 72)
        repository.tag(f"v1.{week}.0", at=at + 96)
        if week == 1:
            repository.git("revert", "--no-edit", bad, at=at + 98)
            repository.tag("v1.1.1", at=at + 100)


def squash_style(repository: Repository) -> None:
    """Each pull request one commit on main, made when it was merged; a release every two weeks."""
    for number in range(1, 13):
        repository.commit(f"Add a page (#{number})", at=84 * number)
        if number % 4 == 0:
            repository.tag(f"release-{number // 4}", at=84 * number + 12)


def trunk_style(repository: Repository) -> None:
    """Commits straight on main, in two time zones, each deployed within the hour by a light tag."""
    for number in range(40):
        repository.commit(f"step {number}", at=8 * number, zone=("+0900", "-0700")[number % 2])
        repository.git("tag", f"build-{number}")


STYLES: Final[dict[Callable[[Repository], None], dict[str, float]]] = {
    merge_style: {"deployment_frequency": 7, "lead_time_for_changes": 60.0, "change_failure_rate": 1 / 7},
    squash_style: {"deployment_frequency": 3, "lead_time_for_changes": 138.0},
    trunk_style: {"deployment_frequency": 40, "lead_time_for_changes": 0.0},
}


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.__name__)
def test_the_kpis_of_three_styles(repository: Repository, style: Callable[[Repository], None]) -> None:
    style(repository)
    log = read_git(repository.folder)
    found, wanted = kpis.values(events.validate(log)), dict(STYLES[style])
    assert kpis.table(log).loc["deployment_frequency", "n"] == wanted.pop("deployment_frequency")
    assert {name: found[name] for name in wanted} == pytest.approx(wanted)
    assert kpis.table(log).loc[["lead_time", "cycle_time", "mttd"], "n"].tolist() == [0, 0, 0]


def test_squashed_commits_are_counted_for_their_lead_time_is_too_short(repository: Repository) -> None:
    squash_style(repository)
    ((reason, count),) = read_git(repository.folder).attrs["source"]["counts"].items()
    assert reason.startswith("commits that look squashed")
    assert count == 12


def test_a_revert_names_what_failed_even_if_other_releases_came_between(repository: Repository) -> None:
    repository.commit("good", at=0)
    repository.tag("v1.0", at=1)
    bad = repository.commit("bad", at=2)
    repository.tag("v2.0", at=3)
    repository.commit("more", at=4)
    repository.tag("v3.0", at=5)
    repository.git("revert", "--no-edit", bad, at=6)
    repository.tag("v4.0", at=7)
    log = read_git(repository.folder)
    assert details(log, "repair").dropna().tolist() == ["D2"]
    assert kpis.change_failure_rate(log) == 1 / 4
    assert kpis.table(log).loc[["mttr", "availability", "mtbf"], "n"].tolist() == [
        0,
        0,
        0,
    ]  # git cannot tell when it broke


def test_a_hot_fix_of_an_older_line_repairs_that_line(repository: Repository) -> None:
    repository.commit("one", at=0)
    repository.tag("v1.0.0", at=1)
    repository.commit("two", at=2)
    repository.tag("v2.0.0", at=3)
    repository.branch("hotfix", "v1.0.0")
    fix = repository.commit("hotfix: the cart", at=4)
    repository.tag("v1.0.1", at=5)
    log = read_git(repository.folder, branch="main")
    assert details(log, "repair").dropna().tolist() == ["D1"]
    own = log[log["change"] == f"C{fix[:12]}"]
    assert own["kind"].tolist() == ["change.created", "service.deployed"]  # it never came to main


def test_the_main_branch_is_selectable(repository: Repository) -> None:
    repository.commit("base", at=0)
    repository.branch("develop")
    repository.commit("work", at=1)
    repository.merge("develop", at=5)
    repository.tag("v1", at=6)
    merged = {branch: read_git(repository.folder, branch=branch) for branch in ("main", "develop")}
    times = {branch: log.query("kind == 'change.merged'")["time"].tolist() for branch, log in merged.items()}
    assert times == {"main": [0, 5], "develop": [0, 1]}
    for wrong in ("nowhere", "--output=/tmp/x", "main; touch x"):
        with pytest.raises(InvalidInputError, match="unknown branch"):
            read_git(repository.folder, branch=wrong)


def test_further_tags_of_a_commit_are_one_deployment(repository: Repository) -> None:
    repository.commit("one", at=0)
    for name, at in (("v1-rc1", 1), ("v1", 2), ("stable", 3)):
        repository.tag(name, at=at)
    log = read_git(repository.folder)
    assert log.query("kind == 'service.deployed'")["time"].tolist() == [2]
    expected = {"tags that look like pre-releases": 1, "tags that mark branches or carry no version": 1}
    assert log.attrs["source"]["counts"] == expected
    everything = read_git(repository.folder, tags="*")
    assert everything.query("kind == 'service.deployed'")["time"].tolist() == [1]
    assert everything.attrs["source"]["counts"] == {"further tags of the same commit": 2}


def test_a_date_of_1970_does_not_stretch_the_history(repository: Repository) -> None:
    repository.commit("one", at=0)
    repository.commit("from a board without a clock", at=2, authored=-START / HOUR + 1)
    repository.tag("v1", at=3)
    log = read_git(repository.folder)
    assert log.attrs["horizon"] == 3
    assert log.attrs["source"]["counts"] == {"dates before 1980": 1}


def test_git_and_github_together_know_more_than_each(repository: Repository, tmp_path: Path) -> None:
    """The pull request came by a merge commit: its commits are the changes, and belong to the issue that it closes."""
    repository.commit("begin", at=0)
    repository.branch("topic")
    first, second = repository.commit("half", at=30), repository.commit("whole", at=36)
    repository.merge("topic", at=48)
    merge = repository.git("rev-parse", "HEAD")

    def at(hours: float) -> str:
        return pd.Timestamp(START + hours * HOUR, unit="s", tz="UTC").isoformat()

    answers = [
        {"number": 1, "created_at": at(24), "closed_at": at(48), "state_reason": "completed"},
        {
            "number": 2, "created_at": at(40), "merged_at": at(48), "closed_at": at(48), "merge_commit_sha": merge,
            "title": "Topic", "body": "fixes #1", "base": {"ref": "main"},
        },
        {"id": 7, "sha": merge, "environment": "production", "created_at": at(60)},
    ]  # fmt: skip
    (tmp_path / "answers.json").write_text(json.dumps(answers))
    log = log_of(join(git_history(repository.folder), github_history(tmp_path / "answers.json")))
    created = log.query("kind == 'change.created'").set_index("change")["item"]
    assert created[[f"C{first[:12]}", f"C{second[:12]}"]].tolist() == ["#1", "#1"]
    assert len(created) == 3  # the pull request is no change of its own
    found = kpis.values(log)
    assert (found["lead_time"], found["cycle_time"]) == (
        36,
        18,
    )  # from 24 to 60; from the first commit, 30, to the merge, 48
    assert kpis.lead_time_for_changes(log).tolist() == [60, 30, 24]


def test_a_partial_clone_does_not_fetch_what_it_lacks(repository: Repository, tmp_path: Path) -> None:
    """A remote can be a program; git would start it for a missing object."""
    repository.commit("first", at=0)
    repository.tag("v1", at=1)
    repository.commit("second", at=2)
    sprung = tmp_path / "sprung"
    settings = {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::sh -c 'touch {sprung}'",
        "protocol.ext.allow": "always",
    }
    for key, value in settings.items():
        repository.git("config", key, value)
    missing = repository.git("rev-parse", "HEAD~1")
    (repository.folder / ".git" / "objects" / missing[:2] / missing[2:]).unlink()
    with pytest.raises(InvalidInputError) as refused:
        read_git(repository.folder)
    assert "\n" not in str(refused.value)
    assert not sprung.exists()


def test_variables_do_not_lead_elsewhere(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit("first", at=0)
    repository.tag("v1", at=1)
    trap = tmp_path / "sprung"
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", f"touch {trap}")
    monkeypatch.setenv("GIT_SSH_COMMAND", f"touch {trap}")
    assert len(read_git(repository.folder)) == 3
    assert not trap.exists()


@pytest.mark.parametrize("pattern", ["--exec=touch sprung", "$(touch sprung)", "'; touch sprung; '", "-", "[", "**"])
def test_a_pattern_is_only_a_pattern(repository: Repository, pattern: str, capsys: pytest.CaptureFixture[str]) -> None:
    repository.commit("first", at=0)
    repository.tag("v1", at=1)
    status = main(["kpis", "--git", str(repository.folder), f"--tags={pattern}"])
    assert status == (0 if pattern == "**" else 2)
    assert len(capsys.readouterr().err.splitlines()) == (2 if pattern == "**" else 1)
    assert not list(Path.cwd().glob("sprung"))


@pytest.mark.parametrize("folder", ["--upload-pack=touch", "-c", "a\nb"])
def test_a_folder_is_only_a_folder(tmp_path: Path, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Repository(tmp_path / folder).commit("first", at=0)
    with pytest.raises(InvalidInputError, match="the repository has no tags"):
        read_git(folder)


def test_a_damaged_repository_is_reported_in_one_line(repository: Repository) -> None:
    name = repository.commit("first", at=0)
    repository.tag("v1", at=1)
    lost = repository.folder / ".git" / "objects" / name[:2] / name[2:]
    lost.chmod(0o644)
    lost.write_bytes(b"no object")
    with pytest.raises(InvalidInputError) as refused:
        read_git(repository.folder)
    assert "\n" not in str(refused.value)


def test_words_that_are_no_utf8_are_read(repository: Repository) -> None:
    subject = b"gr\xfc\xdfe \x1f\x1b[31m aus K\xf6ln"
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "i18n.commitEncoding=ISO-8859-1"]
    (repository.folder / "message").write_bytes(subject)
    subprocess.run(
        ["git", *who, "commit", "--quiet", "--allow-empty", "-F", "message"], cwd=repository.folder, env=env, check=True
    )
    repository.git("tag", "v-ü=1;2")
    log = events.validate(read_git(repository.folder))
    assert log.query("kind == 'service.deployed'")["detail"].tolist() == ["name=v-ü_1_2;service=shop"]
