"""In a base installation, every command works or names in one line what to install."""

from pathlib import Path

import pytest
from course import courses
from installed import devopssim

from devopssim.cli import COMMANDS

CALLS = [
    *([name] for name in COMMANDS if name != "levels"),  # which simulates for minutes
    *([name, "--help"] for name in COMMANDS),
    ["course", "start", "copy", "--source", str(courses.SOURCE)],
    ["course", "release", "out", "--source", str(courses.SOURCE)],
    ["course", "grade", "in", "--source", str(courses.SOURCE), "--sandbox", "none"],
    ["course", "workflow", "github"],
    ["livelab", "status"],
    ["livelab", "up"],
    ["simulate", "devops", "--years", "0.1", "--out", "log.csv"],
]


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_every_command_works_or_says_what_to_install(tmp_path: Path, call: list[str]) -> None:
    (tmp_path / "in").mkdir()
    finished = devopssim(*call, folder=tmp_path)
    assert "Traceback" not in finished.stderr, finished.stderr[-2000:]
    if "needs the package" in finished.stderr:
        assert finished.returncode == 2
        assert finished.stderr.count("\n") == 1
        assert "pip install" in finished.stderr


def test_a_base_installation_can_be_examined(tmp_path: Path) -> None:
    finished = devopssim("doctor", folder=tmp_path)
    assert finished.returncode == 0, finished.stderr
    assert "packages: grading" in finished.stdout


def test_the_extra_grading_grades_and_copies_the_course_of_this_package(tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    finished = devopssim("course", "grade", "ada", "--sandbox", "none", folder=tmp_path, extras=("grading",))
    assert finished.returncode == 1, finished.stderr
    assert "NOT GRADED" in finished.stdout, "an empty folder, but every hidden test was read"
    assert devopssim("course", "start", "copy", folder=tmp_path, extras=("grading",)).returncode == 0
