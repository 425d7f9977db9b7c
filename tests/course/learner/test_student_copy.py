"""Releases are nbgrader's; student copies lose nothing."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from course import courses

from devopssim.cli import main
from devopssim.course.author import released_files, write_release
from devopssim.course.author.recorded_outputs import RECORDED_FILE
from devopssim.course.learner.student_copy import MANIFEST, start_copy
from devopssim.errors import InvalidInputError

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
KEY = b"0123456789abcdef"


@pytest.fixture(scope="module")
def released() -> dict[str, bytes]:
    return released_files(courses.SOURCE)


def _changed_source(folder: Path) -> Path:
    """Make a course in which a sentence of the first notebook has changed."""
    shutil.copytree(courses.SOURCE, folder)
    path = folder / "01-values.ipynb"
    path.write_text(
        path.read_text(encoding="utf-8").replace("How long do changes take?", "How long does a change take?"),
        encoding="utf-8",
    )
    return folder


@pytest.mark.parametrize("folder", [courses.SOURCE, NOTEBOOKS], ids=["the tests' course", "the course"])
def test_a_release_is_what_nbgrader_makes_of_the_same_source(tmp_path: Path, folder: Path) -> None:
    shutil.copytree(folder, tmp_path / "source" / "delivery", ignore=shutil.ignore_patterns(".*"))
    programs = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))  # nbgrader calls alembic
    words = [sys.executable, "-m", "nbgrader", "generate_assignment", "delivery"]
    subprocess.run(words, cwd=tmp_path, check=True, capture_output=True, env={**os.environ, "PATH": programs})
    theirs = tmp_path / "release" / "delivery"
    ours = released_files(tmp_path / "source" / "delivery")
    ours.pop(RECORDED_FILE, None)  # nbgrader throws the outputs of live cells away
    assert {
        path.relative_to(theirs).as_posix(): path.read_bytes() for path in theirs.rglob("*") if path.is_file()
    } == ours


def test_a_release_holds_no_solution_and_no_hidden_test(released: dict[str, bytes]) -> None:
    text = b"".join(released.values()).decode()
    assert "HIDDEN" not in text
    assert "SOLUTION" not in text
    assert "expect." not in text
    assert "YOUR CODE HERE" in text


def test_a_copy_is_the_release_with_a_readme(tmp_path: Path, released: dict[str, bytes]) -> None:
    done = start_copy(tmp_path / "copy", courses.SOURCE)
    assert set(done.written) == {*released, "README.md"}
    assert (tmp_path / "copy" / "01-values.ipynb").read_bytes() == released["01-values.ipynb"]


def test_a_copy_is_made_in_folders_that_are_not_there_yet(tmp_path: Path) -> None:
    """As the guide has it: one folder for all copies, one in it for each student."""
    assert start_copy(tmp_path / "copies" / "ada", courses.SOURCE).written


def test_starting_again_changes_nothing(tmp_path: Path) -> None:
    start_copy(tmp_path / "copy", courses.SOURCE)
    again = start_copy(tmp_path / "copy", courses.SOURCE)
    assert (again.written, again.kept, again.beside) == ((), (), {})


def test_a_changed_file_stays_and_the_new_version_lies_beside_it(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    start_copy(copy, courses.SOURCE)
    (copy / "01-values.ipynb").write_text("my work")
    (copy / "notes.txt").write_text("mine too")
    assert start_copy(copy, courses.SOURCE).beside == {}, "nothing is new, so nothing is put beside it"
    new = _changed_source(tmp_path / "new")
    done = start_copy(copy, new)
    assert done.beside == {"01-values.ipynb": "01-values.new.ipynb"}
    assert (copy / "01-values.ipynb").read_text() == "my work"
    assert (copy / "notes.txt").read_text() == "mine too"
    assert "does a change take" in (copy / "01-values.new.ipynb").read_text(encoding="utf-8")
    assert start_copy(copy, new).beside == {}


def test_a_changed_new_version_is_the_students_too(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    start_copy(copy, courses.SOURCE)
    (copy / "01-values.ipynb").write_text("my work")
    (copy / "01-values.new.ipynb").write_text("also mine")
    assert start_copy(copy, _changed_source(tmp_path / "new")).beside == {"01-values.ipynb": "01-values.new2.ipynb"}
    assert (copy / "01-values.new.ipynb").read_text() == "also mine"


def test_an_unchanged_file_is_brought_up_to_date(tmp_path: Path) -> None:
    start_copy(tmp_path / "copy", courses.SOURCE)
    done = start_copy(tmp_path / "copy", _changed_source(tmp_path / "new"))
    assert done.written == ("01-values.ipynb",)
    assert "does a change take" in (tmp_path / "copy" / "01-values.ipynb").read_text(encoding="utf-8")


@pytest.mark.parametrize("manifest", [None, "no json", "[]", '{"files": 3}'])
def test_without_a_manifest_everything_there_is_the_students(tmp_path: Path, manifest: str | None) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "01-values.ipynb").write_text("mine")
    if manifest is not None:
        (copy / MANIFEST).write_text(manifest)
    assert start_copy(copy, courses.SOURCE).beside == {"01-values.ipynb": "01-values.new.ipynb"}
    assert (copy / "01-values.ipynb").read_text() == "mine"


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    copy, precious = tmp_path / "copy", tmp_path / "precious"
    precious.write_text("precious")
    copy.mkdir()
    (copy / "01-values.ipynb").symlink_to(precious)
    start_copy(copy, courses.SOURCE)
    assert precious.read_text() == "precious"
    assert (copy / "01-values.ipynb").is_symlink()


def test_a_copy_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InvalidInputError, match=r"cannot write .* name a folder in a place"):
        start_copy(tmp_path / "file" / "ada", courses.SOURCE)
    with pytest.raises(InvalidInputError, match="not a folder"):
        start_copy(tmp_path / "file", courses.SOURCE)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


def test_a_release_that_is_interrupted_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if path.name == "b":
            raise OSError(28, "No space left on device")
        return written(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        write_release({"a": b"1", "b": b"2"}, tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []


def test_a_students_copy_has_their_numbers_and_nobody_elses(tmp_path: Path) -> None:
    for student in ("ada", "grace"):
        start_copy(tmp_path / student, courses.SOURCE, student=student, key=KEY)
    ada, grace = (
        json.loads((tmp_path / student / "variant.json").read_text())["numbers"] for student in ("ada", "grace")
    )
    assert ada != grace
    with pytest.raises(InvalidInputError, match="--key"):
        start_copy(tmp_path / "x", courses.SOURCE, student="x")


def test_a_release_goes_into_a_new_folder_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["course", "release", str(tmp_path / "out"), "--source", str(courses.SOURCE)]
    assert main(words) == 0
    assert main(words) == 2
    assert "not empty" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("### END SOLUTION", "### FINIS"), "end solution"),
        (("### BEGIN HIDDEN TESTS", "###"), "no hidden tests"),
        (('"grade_id": "01-b"', '"grade_id": "01-a"'), "01-a"),
        (('"cells"', '"sells"'), "cannot be read"),
    ],
)
def test_a_source_with_wrong_marks_is_refused_in_one_line(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    shutil.copytree(courses.SOURCE, tmp_path / "course")
    path = tmp_path / "course" / "01-values.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(InvalidInputError, match=says) as caught:
        released_files(tmp_path / "course")
    assert "\n" not in str(caught.value)
