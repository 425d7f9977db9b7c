"""Workflows that instructors copy: they parse, are safe, fetch what students handed in, and grade it."""

import csv
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from course import courses

from devopssim.cli import main
from devopssim.course import workflow_text
from devopssim.course.author import file_rules
from devopssim.course.author.file_rules import pipelines

BIN: Final = Path(sys.executable).parent
WHO: Final = {
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@b",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@b",
}


def parsed(name: str) -> Any:
    return file_rules.parse(
        {"github": "workflow", "gitlab": "gitlab", "sandbox": "dockerfile"}[name], workflow_text(name)
    )


def script(name: str) -> str:
    """Return the shell lines with which a workflow fetches the submissions."""
    steps = parsed("github")["jobs"]["grade"]["steps"] if name == "github" else []
    lines = [step.get("run", "") for step in steps] if steps else parsed("gitlab")["grade"]["script"]
    return next(str(line) for line in lines if "git clone" in line)


def commit(folder: Path, when: str) -> None:
    """Commit all that is in a student's repository, on a day."""
    day = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "work"]):
        subprocess.run(["git", *words], cwd=folder, env={**os.environ, **WHO, **day}, check=True)


def fetched(name: str, folder: Path, **variables: str) -> None:
    environment = {
        **os.environ,
        "HOST": f"file://{folder / 'host'}",
        "TOKEN": "t",
        "SUBMISSIONS_TOKEN": "t",
        "BEFORE": "",
        **variables,
    }
    shell = ["bash", "-e", "-o", "pipefail"] if name == "github" else ["sh", "-e"]
    subprocess.run([*shell, "-c", script(name)], cwd=folder, env=environment, check=True, capture_output=True)


@pytest.fixture
def hosted(tmp_path: Path) -> Path:
    """A host with two students' repositories, one of which changed after the deadline, and a list that names a third."""
    for student in ("ada", "grace"):
        courses.hand_in(tmp_path / "host" / "class" / student, "01-values")
        commit(tmp_path / "host" / "class" / student, "2030-01-01T12:00:00Z")
    late = courses.hand_in(tmp_path / "host" / "class" / "grace", "01-values", x01_a="median = 1.0")
    commit(late, "2030-02-01T12:00:00Z")
    (tmp_path / "students.csv").write_bytes(
        b"student,repository\r\nada,class/ada\r\ngrace,class/grace\r\nmary,class/mary"
    )
    return tmp_path


@pytest.mark.parametrize("name", ["github", "gitlab"])
def test_submissions_are_fetched_and_one_that_is_not_there_is_empty(name: str, hosted: Path) -> None:
    fetched(name, hosted)
    assert sorted(path.name for path in (hosted / "submissions").iterdir()) == ["ada", "grace", "mary"]
    assert (hosted / "submissions" / "ada" / "01-values.ipynb").exists()
    assert list((hosted / "submissions" / "mary").iterdir()) == []


@pytest.mark.parametrize("name", ["github", "gitlab"])
def test_what_came_before_the_deadline_counts(name: str, hosted: Path) -> None:
    fetched(name, hosted, BEFORE="2030-01-15T00:00:00Z")
    assert "median = 1.0" not in (hosted / "submissions" / "grace" / "01-values.ipynb").read_text(encoding="utf-8")
    (hosted / "early").mkdir()
    (hosted / "students.csv").rename(hosted / "early" / "students.csv")
    (hosted / "host").rename(hosted / "early" / "host")
    fetched(name, hosted / "early", BEFORE="2029-01-01T00:00:00Z")
    assert not (hosted / "early" / "submissions" / "ada" / "01-values.ipynb").exists()


@pytest.mark.parametrize(("name", "more"), [("github", []), pytest.param("gitlab", ["--sandbox", "none"], id="gitlab")])
def test_the_command_of_a_workflow_grades_what_was_fetched(
    name: str, more: list[str], hosted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the workflow calls it, but for the sandbox of the service that only GitLab has."""
    fetched(name, hosted, BEFORE="2030-01-15T00:00:00Z")
    courses.only("01-values", hosted / "notebooks")
    line = next(words for words in pipelines.scripts(parsed(name)) if "course grade" in words)
    words = line.split()[1:]
    words = [*(words[: words.index("--sandbox")] if more else words), *(more or ["--sandbox", "none"])]
    monkeypatch.chdir(hosted)
    assert main(words) == 1, "a repository that could not be fetched is not graded"
    rows = csv.DictReader((hosted / "report" / "grades.csv").read_text(encoding="utf-8").splitlines())
    assert {row["student_id"]: row["score"] for row in rows} == {"ada": "10.0", "grace": "10.0", "mary": ""}


def test_the_github_workflow_passes_a_security_audit(tmp_path: Path) -> None:
    path = tmp_path / ".github" / "workflows" / "grade.yml"
    path.parent.mkdir(parents=True)
    path.write_text(workflow_text("github"), encoding="utf-8")
    audit = subprocess.run(
        [BIN / "zizmor", "--offline", "--no-progress", "--persona=pedantic", path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert audit.returncode == 0, audit.stdout + audit.stderr


def test_no_workflow_gives_students_more_than_reading() -> None:
    tree = parsed("github")
    assert tree["permissions"] == {"contents": "read"}
    assert set(tree["on"]) == {"workflow_dispatch"}, "never on a push or a pull request of a student's"
    assert "pull_request" not in workflow_text("gitlab")


def test_the_sandboxs_image_holds_no_solutions() -> None:
    copied = [each.value for each in parsed("sandbox") if each.name in {"COPY", "ADD"}]
    assert copied
    assert not any(word in {".", "notebooks", "tests"} for line in copied for word in line.split()[:-1])
    assert file_rules.runs_as_a_user().holds(parsed("sandbox"))


def test_the_command_prints_or_writes_a_file_and_overwrites_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["course", "workflow", "github"]) == 0
    assert capsys.readouterr().out == workflow_text("github")
    words = ["course", "workflow", "gitlab", "--out", str(tmp_path / "ci.yml")]
    assert main(words) == 0
    assert (tmp_path / "ci.yml").read_text(encoding="utf-8") == workflow_text("gitlab")
    assert main(words) == 2
    assert main(["course", "workflow", "jenkins"]) == 2
    assert "github, gitlab, sandbox" in capsys.readouterr().err
