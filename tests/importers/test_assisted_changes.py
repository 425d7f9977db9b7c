"""Marks of AI assistance: labels of requests, trailers of commits, a column; they end as `assisted=yes` on the change's events."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pytest

from devopssim import cli, events, kpis
from devopssim.errors import InvalidInputError
from devopssim.events import details
from devopssim.exporters import write_git
from devopssim.history import ChangeRecord, History, by_id
from devopssim.importers import git_history, github_history, gitlab_history, join, log_of, mapped_history, read_git
from devopssim.scenario import DEVOPS, adopt, vary
from devopssim.simulation import simulate

HERE: Final = Path(__file__).parent
SECOND: Final = 1 / 3600


def marked(log: pd.DataFrame) -> list[str]:
    """Return kind and change of every event that says that its change is assisted."""
    rows = log[(details(events.validate(log), "assisted") == "yes").fillna(value=False)]
    return [f"{kind} {change}" for kind, change in zip(rows["kind"], rows["change"], strict=True)]


def with_label(folder: Path, tmp_path: Path, number: int, labels: list[Any]) -> Path:
    """Return a copy of an export in which the request of a number has these labels."""
    for path in folder.glob("*.json"):
        things = json.loads(path.read_text())
        for thing in things if isinstance(things, list) else []:
            if number in (thing.get("number"), thing.get("iid")) and ("base" in thing or "target_branch" in thing):
                thing["labels"] = labels
        (tmp_path / path.name).write_text(json.dumps(things))
    return tmp_path


@pytest.mark.parametrize(
    ("tool", "read", "labels"),
    [
        ("github", github_history, [{"name": "bug"}, {"name": "AI-assisted"}]),
        ("gitlab", gitlab_history, ["bug", "AI-assisted"]),
    ],
)
def test_a_label_marks_every_event_of_its_change(
    tool: str, read: Callable[..., History], labels: list[Any], tmp_path: Path
) -> None:
    export = with_label(HERE / tool, tmp_path, 2, labels)
    log = log_of(read(export, assisted_labels=("ai-*",)))
    assert marked(log) == ["change.created C111111111111", "change.merged C111111111111"]
    assert marked(log_of(read(export))) == []
    assert marked(log_of(read(export, assisted_labels=("copilot",)))) == []


def test_an_abandoned_change_keeps_its_mark(tmp_path: Path) -> None:
    export = with_label(HERE / "github", tmp_path, 4, ["ai"])
    kinds = [line.partition(" ")[0] for line in marked(log_of(github_history(export, assisted_labels=("ai",))))]
    assert kinds == ["change.created", "change.abandoned"]


@pytest.mark.parametrize(("cell", "count"), [("yes", 1), ("TRUE", 1), ("1", 1), ("no", 0), ("", 0)])
def test_a_column_marks_changes(cell: str, count: int, tmp_path: Path) -> None:
    (tmp_path / "changes.csv").write_text(f"Id,When,Copilot\nK1,2026-03-01,{cell}\nK2,2026-03-02,\n")
    (tmp_path / "mapping.toml").write_text(
        '[[table]]\nfile = "changes.csv"\nkind = "changes"\n'
        'columns = { id = "Id", created = "When", assisted = "Copilot" }\n'
    )
    assert marked(log_of(mapped_history(tmp_path / "mapping.toml"))) == ["change.created K1"] * count


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A history of three commits: a trailer, a line of the text that looks like one, and a trailer of somebody else."""
    folder = tmp_path / "shop"
    folder.mkdir()
    who = {
        f"GIT_{person}_{field}": value
        for person in ("AUTHOR", "COMMITTER")
        for field, value in (("NAME", "A"), ("EMAIL", "a@example.org"), ("DATE", "1700000000 +0000"))
    }

    def git(*words: str) -> None:
        env = {**os.environ, **who, "GIT_CONFIG_GLOBAL": os.devnull}
        subprocess.run(["git", *words], cwd=folder, env=env, check=True, capture_output=True)

    git("init", "--quiet", "--initial-branch=main")
    for message in (
        "one\n\nWhy.\n\nCo-authored-by: Copilot <copilot@example.org>",
        "Co-authored-by: Copilot is a subject\n\nthanks to Co-authored-by: Copilot, as git says",
        "three\n\nCo-authored-by: Ada <ada@example.org>",
    ):
        git("commit", "--quiet", "--allow-empty", "-m", message)
    git("tag", "-a", "v1", "-m", "v1")
    return folder


@pytest.mark.parametrize(
    ("pattern", "count"),
    [("Co-authored-by: .*Copilot", 1), ("co-authored-by:", 2), ("Assisted-by:", 0), ("Copilot", 0)],
)
def test_a_trailer_marks_its_commit(repository: Path, pattern: str, count: int) -> None:
    log = read_git(repository, assisted_trailer=pattern)
    assert len([line for line in marked(log) if line.startswith("change.created")]) == count


def test_a_pattern_that_is_none_is_refused(repository: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"trailer '\*' is not a regular expression"):
        git_history(repository, assisted_trailer="*")


def test_the_commits_of_a_labelled_request_are_marked() -> None:
    """The request came by a merge commit, so its two commits stand in its place."""
    merge, commits = "f" * 40, ("1" * 40, "2" * 40)
    request = History(changes=by_id([ChangeRecord(id="C" + "f" * 12, merged=30.0, commit=merge, assisted=True)]))
    git = History(
        changes=by_id(
            [
                ChangeRecord(id=f"C{commit[:12]}", created=10.0, merged=30.0, commit=commit, brought_by=merge)
                for commit in commits
            ]
        ),
        graph={merge: ("0" * 40, commits[1]), commits[1]: (commits[0],), commits[0]: ()},
    )
    assert sorted(marked(log_of(join(request, git)))) == [
        "change.created C111111111111",
        "change.created C222222222222",
        "change.merged C111111111111",
        "change.merged C222222222222",
    ]


def test_a_simulated_history_keeps_its_marks_in_git(tmp_path: Path) -> None:
    log = simulate(adopt(vary(DEVOPS, {"years": 0.2}), {"assistance": 0.4}), seed=2)
    read = read_git(write_git(log, tmp_path / "shop.git"), assisted_trailer="Assisted-by: AI")
    halves, from_git = kpis.by_assistance(log), kpis.by_assistance(read)
    for half in halves:
        written, found = (sorted(kpis.lead_time_for_changes(side[half])) for side in (halves, from_git))
        assert len(written) > 30
        assert found == pytest.approx(written, abs=2 * SECOND)


def test_the_command_imports_the_marks_and_compares(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export = with_label(HERE / "github", tmp_path, 2, ["ai"])
    out = f"{tmp_path}/team.csv"
    assert cli.main(["import", "--github", str(export), "--assisted-label", "AI", "--out", out]) == cli.SUCCESS
    assert cli.main(["kpis", out, "--by", "assisted", "--json"]) == cli.SUCCESS
    text = capsys.readouterr().out
    halves = json.loads(text[text.index('{\n "assisted"') :])
    lead = {half: next(row for row in rows if row["kpi"] == "lead_time_for_changes") for half, rows in halves.items()}
    assert {half: row["n"] for half, row in lead.items()} == {"assisted": 1, "not assisted": 1}
