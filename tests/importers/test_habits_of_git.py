"""Habits of repositories: pre-releases, planned patches, wrong clocks, late tags, several services, backports, hotfixes."""

from pathlib import Path
from typing import Any

import pytest
from teams import DAY, HOUR, START, WEEK, Import, Repository

from devopssim.cli import INVALID_INPUT, main
from devopssim.events import details

FAILURE_KPIS = ("change_failure_rate", "mttr", "availability", "mtbf", "security_test_coverage", "security_downtime")


def weekly(folder: Path, weeks: int = 10, **odd: int) -> Repository:
    """A release a week, a day after its commit; the clocks of the fifth commit are given by `odd`."""
    repository, mark = Repository(folder), 0
    for week in range(weeks):
        clocks: dict[str, Any] = {"at": START + week * WEEK, **(odd if week == 4 else {})}
        mark = repository.commit(**clocks, parents=[mark] if mark else None)
        repository.tag(f"v1.{week}.0", START + week * WEEK + DAY, mark)
    return repository


def pre_releases(folder: Path, form: str) -> Path:
    """A release every four weeks, with a pre-release in each week before it."""
    repository, at, mark = Repository(folder), START, 0
    for release in range(1, 5):
        for candidate in range(1, 4):
            mark = repository.commit(at, parents=[mark] if mark else None)
            repository.tag(form.format(release=release, candidate=candidate), at + DAY, mark)
            at += WEEK
        mark = repository.commit(at, parents=[mark])
        repository.tag(f"v1.{release}.0", at + DAY, mark)
        at += WEEK
    return repository.written()


@pytest.mark.parametrize(
    "form",
    [
        "v1.{release}.0-rc{candidate}",
        "1.{release}.0b{candidate}",
        "v1.{release}.0-beta.{candidate}",
        "1.{release}.0.dev{candidate}",
    ],
)
def test_lead_times_end_with_releases_not_with_pre_releases(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    folder = pre_releases(tmp_path / "shop", form)
    result = Import(tmp_path, capsys, "--git", folder)
    assert (result.deployments, result.value("lead_time_for_changes")) == (4, 11.5 * 24)
    assert "Note: 12 tags that look like " in result.notes
    everything = Import(tmp_path, capsys, "--git", folder, "--tags", "*")
    assert (everything.deployments, everything.value("lead_time_for_changes")) == (16, 24)
    assert "12 of the chosen tags look like a " in everything.notes
    chosen = Import(
        tmp_path,
        capsys,
        "--git",
        folder,
        "--tags",
        "*",
        "--not-tags",
        "*rc*",
        "--not-tags",
        "*b*",
        "--not-tags",
        "*dev*",
    )
    assert chosen.deployments == 4


def test_a_repository_of_pre_releases_only_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository = Repository(tmp_path / "shop")
    repository.tag("v0.1.0-alpha1", START + DAY, repository.commit(START))
    assert main(["kpis", "--git", str(repository.written())]) == INVALID_INPUT
    assert "no tag is a release (1 tags that look like pre-releases)" in capsys.readouterr().err


def test_nightly_builds_marks_of_branches_and_tags_of_nothing_new_are_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = weekly(tmp_path / "shop", weeks=2)
    for name in ("nightly-2024-01-03", "1.0-branch", "stable"):
        repository.tag(name, START + 2 * DAY, 1)
    last = repository.commit(START + 8 * DAY, parents=[2])
    repository.tag("v1.2.0", START + 9 * DAY, last)
    repository.tag("v1.0.1", START + 10 * DAY, 1)
    result = Import(tmp_path, capsys, "--git", repository.written())
    assert result.deployments == 3
    for note in (
        "1 tags that look like nightly builds",
        "2 tags that mark branches",
        "1 further tags of the same commit",
    ):
        assert note in result.notes


def test_planned_fixes_and_patches_are_no_failures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository, mark = Repository(tmp_path / "shop"), None
    for day in range(20):
        subject = "fix(deps): update x" if day % 2 else "chore(deps): update y"
        mark = repository.commit(START + day * DAY, subject, parents=[mark] if mark else None)
        repository.tag(f"1.0.{day}", START + day * DAY + HOUR, mark)
    folder = repository.written()
    result = Import(tmp_path, capsys, "--git", folder)
    assert result.n(*FAILURE_KPIS) == [0] * len(FAILURE_KPIS)
    assert {result.value(kpi) for kpi in FAILURE_KPIS} == {None}
    assumed = Import(tmp_path, capsys, "--git", folder, "--repair-window", "72")
    assert assumed.value("change_failure_rate") == 19 / 20
    assert "Assumption: a tag within 72 hours" in assumed.notes
    assert all("assumption" in assumed.kpis[kpi] for kpi in ("change_failure_rate", "mttr", "availability"))
    assert "assumption" not in assumed.kpis["lead_time_for_changes"]


def test_a_hotfix_branch_and_a_revert_of_a_pull_request_are_evidence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = Repository(tmp_path / "shop")
    one = repository.commit(START, "Add a page (#1)")
    repository.tag("v1", START + HOUR, one)
    side = repository.commit(START + DAY, "repair the cart", branch="hotfix/cart", parents=[one])
    merge = repository.commit(START + DAY + HOUR, "Merge branch 'hotfix/cart'", parents=[one, side])
    repository.tag("v2", START + DAY + 2 * HOUR, merge)
    bad = repository.commit(START + 2 * DAY, "Add a shelf (#3)", parents=[merge])
    repository.tag("v3", START + 3 * DAY, bad)
    good = repository.commit(START + 4 * DAY, "more", parents=[bad])
    repository.tag("v4", START + 5 * DAY, good)
    revert = repository.commit(START + 6 * DAY, 'Revert "Add a shelf" (#5)\n\nReverts acme/shop#3', parents=[good])
    repository.tag("v5", START + 7 * DAY, revert)
    result = Import(tmp_path, capsys, "--git", repository.written())
    assert details(result.log, "repair").dropna().tolist() == ["D1", "D3"]
    assert result.value("change_failure_rate") == 2 / 5
    assert result.n("mttr", "availability") == [0, 0]
    assert "lower bound" in result.notes


def test_the_revert_of_a_revert_is_no_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository = Repository(tmp_path / "shop")
    folder, at, mark = tmp_path / "shop", START, repository.commit(START, "feature")
    repository.tag("v1", START + HOUR, mark)
    repository.written()
    clone = tmp_path / "clone"
    repository.git("clone", "--quiet", str(folder), str(clone))
    for number in (2, 3):
        at += DAY
        repository.git("-C", str(clone), "revert", "--no-edit", "HEAD", at=at)
        repository.git("-C", str(clone), "tag", "-a", f"v{number}", "-m", "t", at=at + HOUR)
    result = Import(tmp_path, capsys, "--git", clone)
    assert details(result.log, "repair").dropna().tolist() == ["D1"]


@pytest.mark.parametrize("seconds", [900_000_000, 1])
def test_an_authors_wrong_clock_moves_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], seconds: int
) -> None:
    result = Import(tmp_path, capsys, "--git", weekly(tmp_path / "shop", authored=seconds).written())
    assert result.value("deployment_frequency") == pytest.approx(10 / (64 / 7))
    assert result.value("lead_time_for_changes") == 24
    assert "date" in result.notes


@pytest.mark.parametrize("seconds", [2_120_000_000, START + 200 * DAY, START + 40 * DAY, 1, START - 5 * 365 * DAY])
def test_a_committers_wrong_clock_moves_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], seconds: int
) -> None:
    odd = weekly(tmp_path / "shop", at=seconds).written()
    result = Import(tmp_path, capsys, "--git", odd)
    shipped = result.log[result.log["kind"] == "service.deployed"].drop_duplicates("deployment")["time"].diff().dropna()
    assert shipped.tolist() == [168.0] * 9
    assert result.value("lead_time_for_changes") == 24
    assert result.value("deployment_frequency") == pytest.approx(10 / (64 / 7), rel=0.02)
    assert (
        "clock" in result.notes
        or "dated" in result.notes
        or "before 1980" in result.notes
        or seconds == START + 40 * DAY
    )


def test_tags_made_afterwards_count_at_their_commits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository, mark = Repository(tmp_path / "shop"), None
    for week in range(10):
        mark = repository.commit(START + week * WEEK, parents=[mark] if mark else None)
        repository.tag(f"v1.{week}.0", START + 730 * DAY + week * 60, mark)
    result = Import(tmp_path, capsys, "--git", repository.written())
    assert result.value("lead_time_for_changes") == 0
    assert "10 tags were made together, 667 days and more after their commits" in result.notes


def test_a_backport_is_one_change_with_its_original(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository = Repository(tmp_path / "shop")
    base = repository.commit(START, "base")
    repository.tag("v1.0.0", START + HOUR, base)
    fix = repository.commit(START + DAY, "repair the cart (#7)", parents=[base], file="cart.txt", content="repaired")
    picked = repository.commit(
        START + 2 * DAY,
        "[1.x] repair the cart (#8)",
        branch="release-1",
        parents=[base],
        file="cart.txt",
        content="repaired",
    )
    repository.tag("v1.0.1", START + 2 * DAY + HOUR, picked)
    other = repository.commit(
        START + 3 * DAY, "repair the cart (#7)", branch="release-1", parents=[picked], content="another"
    )
    repository.tag("v1.0.2", START + 4 * DAY, other)
    repository.tag("v2.0.0", START + 9 * DAY, fix)
    result = Import(tmp_path, capsys, "--git", repository.written())
    assert result.count("change.created") == 3
    assert result.value("lead_time_for_changes") == 24  # 1, 25 (by the backport), 24
    assert "1 cherry-picks and backports" in result.notes


def test_a_service_of_a_monorepo_has_its_own_changes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository, mark = Repository(tmp_path / "shop"), None
    for day in range(12):
        service = "b" if day % 6 == 0 else "a"
        mark = repository.commit(
            START + day * DAY, parents=[mark] if mark else None, file=f"services/{service}/{day}.txt"
        )
        repository.tag(f"svc-{service}/v1.{day}.0", START + day * DAY + HOUR, mark)
    folder = repository.written()
    both = Import(tmp_path, capsys, "--git", folder)
    assert set(details(both.log, "service").dropna()) == {"svc-a", "svc-b"}
    only = Import(tmp_path, capsys, "--git", folder, "--path", "services/b", "--tags", "svc-b/*")
    assert (only.count("change.created"), only.deployments, only.value("lead_time_for_changes")) == (2, 2, 1)
    assert only.value("deployment_frequency") == pytest.approx(2 / (11 / 7))  # over the repository's eleven days
    assert main(["import", "--git", str(folder), "--path", "services/nowhere"]) == INVALID_INPUT
    assert "no commit touches services/nowhere" in capsys.readouterr().err


def test_versions_of_one_second_come_in_their_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository = Repository(tmp_path / "shop")
    one = repository.commit(START)
    two = repository.commit(START, "more", parents=[one])
    repository.light("v0.9.0", one)
    repository.light("v0.10.0", two)
    result = Import(tmp_path, capsys, "--git", repository.written())
    assert details(result.log, "name").dropna().unique().tolist() == ["v0.9.0", "v0.10.0"]


def test_a_head_that_names_no_branch_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository = Repository(tmp_path / "shop")
    repository.tag("v1", START + DAY, repository.commit(START, branch="trunk"))
    folder = repository.written()
    assert main(["kpis", "--git", str(folder)]) == INVALID_INPUT
    assert "HEAD names refs/heads/main, which does not exist; its branches are trunk" in capsys.readouterr().err
    assert Import(tmp_path, capsys, "--git", folder, "--branch", "trunk").deployments == 1


def test_a_tag_of_a_tag_names_its_commit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository = Repository(tmp_path / "shop")
    repository.tag("inner", START + DAY, repository.commit(START))
    folder = repository.written()
    repository.git("-C", str(folder), "tag", "-a", "v1.0", "-m", "t", "inner", at=START + DAY)
    assert Import(tmp_path, capsys, "--git", folder).deployments == 1


def test_changes_of_robots_are_left_out_on_demand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository = Repository(tmp_path / "shop")
    one = repository.commit(START, author="renovate[bot] <bot@example.org>")
    repository.tag("v1", START + DAY, repository.commit(START + HOUR, parents=[one]))
    folder = repository.written()
    assert Import(tmp_path, capsys, "--git", folder).n("lead_time_for_changes") == [2]
    result = Import(tmp_path, capsys, "--git", folder, "--exclude-author", "*[bot]")
    assert result.n("lead_time_for_changes") == [1]
    assert "1 commits of excluded authors" in result.notes


def test_kpis_of_a_repository_print_the_same_notes_as_the_import(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = pre_releases(tmp_path / "shop", "v1.{release}.0-rc{candidate}")
    assert main(["kpis", "--git", str(folder)]) == 0
    kpis = capsys.readouterr().err.splitlines()
    assert main(["import", "--git", str(folder)]) == 0
    assert capsys.readouterr().err.splitlines() == kpis
    assert main(["kpis", "--git", str(folder), "--since", "2024-02-01", "--until", "2024-03-31"]) == 0
    assert "Window: 2024-02-01 to 2024-03-31" in capsys.readouterr().err


def test_two_repositories_with_the_same_tags_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop, api = weekly(tmp_path / "shop", weeks=3), weekly(tmp_path / "api.git", weeks=4)
    api.stream = [line.replace("work", "page") for line in api.stream]
    sources: list[str | Path] = ["--git", shop.written(), "--git", api.written()]
    table = tmp_path / "incidents.csv"
    table.write_text("id,detected,of\nI,2024-01-02T10:00:00Z,shop\n")
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        '[[table]]\nfile = "incidents.csv"\nkind = "incidents"\ncolumns = { id = "id", detected = "detected", of = "of" }\n'
    )
    result = Import(tmp_path, capsys, *sources, "--csv", mapping)
    assert result.deployments == 7
    assert details(result.log, "service").value_counts().to_dict() == {
        "api": 4,
        "shop": 4,
    }  # three deployments, one incident
    (failed,) = result.log.loc[result.log["kind"] == "service.failed", "deployment"]
    carried = result.log[(result.log["kind"] == "service.deployed") & (result.log["deployment"] == failed)]
    assert details(carried, "service").tolist() == ["shop"]
