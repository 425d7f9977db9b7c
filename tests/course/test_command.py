"""The command `devopssim course`."""

import json
from pathlib import Path

import pytest
from course import courses

from devopssim.cli import main


def test_the_command_grades_and_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    course = courses.only("01-values", tmp_path / "course")
    courses.hand_in(tmp_path / "ada", "01-values", x01_a="median = 1.0")
    words = [
        "course",
        "grade",
        str(tmp_path / "ada"),
        "--source",
        str(course),
        "--sandbox",
        "none",
        "--out",
        str(tmp_path / "report"),
    ]
    assert main([*words, "--pass-mark", "0.5"]) == 0
    printed = capsys.readouterr().out
    assert "8/10" in printed
    assert "NO SANDBOX" in printed
    assert main([*words, "--pass-mark", "0.9", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)[0]["student"] == "ada"
    assert (tmp_path / "report" / "students" / "ada.html").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["grade", "nowhere"], "no such submission"),
        (["grade", ".", "--sandbox", "magic"], "sandbox='magic'"),
        (["grade", ".", "--cell-seconds", "0"], "cell_seconds=0"),
        (["grade", ".", "--source", "nowhere"], "no such folder"),
        (["start", "copy", "--source", ".", "--student", "ada"], "exercises.toml"),
        (["start", "copy", "--key", "nokey"], "course.key"),
    ],
)
def test_a_users_mistake_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with_source = words if "--source" in words else [*words, "--source", str(courses.SOURCE)]
    assert main(["course", *with_source]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1
