"""What leaves the instructor's folder: the notebooks without solutions, the other public files, and nothing else."""

import json
from pathlib import Path

import pytest
from course import courses

from devopssim.cli import main
from devopssim.course.author import course_files, released_files
from devopssim.errors import InvalidInputError

KEY = b"a secret of the course"
PRIVATE = [
    "course.key", "gradebook.db", "report/grades.csv", "submissions/ada/notes.txt", "class/ada/01-values.ipynb", "class/ada/notes.txt",
    "01-values.py", "01-values.md", "01-values.html", "01-values.ipynb.orig", "01-values.ipynb~", "old/01-values.ipynb", ".env",
    "__pycache__/x.pyc", "x/written/points.csv", "notes.txt.bak", "01-VALUES.slides.html",
]  # fmt: skip


@pytest.fixture
def course(tmp_path: Path) -> Path:
    home = courses.only("01-values", tmp_path / "course")
    for name in (*PRIVATE, "data/log.csv", "README.md"):
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (home / "data" / "config.toml").write_bytes(b"key = '" + KEY + b"'")
    (home / "data" / "link.csv").symlink_to(home / "course.key")
    return home


def test_keys_grades_submissions_backups_and_second_forms_stay(course: Path) -> None:
    public = set(released_files(course, key=KEY))
    assert public == {"01-values.ipynb", "exercises.toml", "data/log.csv", "README.md"}
    assert set(course_files(course, KEY).left_out) > {
        "course.key",
        "report/",
        "01-values.py",
        "data/link.csv",
        "data/config.toml",
    }


@pytest.mark.parametrize("mark", ["### BEGIN SOLUTION", "### BEGIN HIDDEN TESTS", "=== BEGIN MARK SCHEME ==="])
def test_another_file_with_our_marks_is_refused_by_name(
    course: Path, mark: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (course / "data" / "helper.py").write_text(f"x = 1\n{mark}\n")
    with pytest.raises(InvalidInputError, match=r"data/helper\.py"):
        released_files(course)
    assert main(["course", "release", str(course.parent / "out"), "--source", str(course)]) == 2
    assert "data/helper.py" in capsys.readouterr().err
    assert not (course.parent / "out").exists()


def test_the_command_lists_what_it_leaves_out(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (course / "course.key").write_bytes(KEY)
    words = [
        "course",
        "release",
        str(course.parent / "out"),
        "--source",
        str(course),
        "--key",
        str(course / "course.key"),
    ]
    assert main(words) == 0
    assert "left out: course.key (a key)" in capsys.readouterr().out


def test_a_notebook_keeps_no_trace_of_the_instructors_session(course: Path) -> None:
    path = course / "01-values.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["metadata"]["widgets"] = {"state": {"answer": 6.5}}
    notebook["cells"][0] |= {
        "attachments": {"shown.png": {"image/png": "AA=="}, "solution.png": {"image/png": "AA=="}},
        "source": "![a](attachment:shown.png)",
    }
    notebook["cells"][1]["metadata"]["execution"] = {"iopub.execute_input": "2026-01-01"}
    path.write_text(json.dumps(notebook), encoding="utf-8")
    text = released_files(course)["01-values.ipynb"].decode()
    released = json.loads(text)
    assert list(released["cells"][0]["attachments"]) == ["shown.png"]
    assert "iopub" not in text
    assert "widgets" not in released["metadata"]
