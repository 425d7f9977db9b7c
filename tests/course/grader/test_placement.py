"""Whose is what: the layouts in which an LMS, nbgrader and people hand in a class."""

import json
import zipfile
from pathlib import Path

import pytest
from course import courses
from course.grading import graded

from devopssim.course.author import Source
from devopssim.course.grader.placement import Placement, find_submissions
from devopssim.course.grader.roster import read_roster
from devopssim.errors import InvalidInputError

NAMES = ["01-values"]


def place(*paths: Path, **more: object) -> Placement:
    return find_submissions(paths, course="delivery", notebooks=NAMES, **more)  # type: ignore[arg-type]


def ids(placement: Placement) -> list[str]:
    return [submission.student for submission in placement]


def test_nbgraders_folders_hold_the_assignment_within_the_student(tmp_path: Path, values: Source) -> None:
    for student in ("ada", "grace"):
        courses.hand_in(tmp_path / "submitted" / student / "delivery", "01-values")
    (tmp_path / "source").mkdir()
    assert ids(place(tmp_path / "submitted")) == ids(place(tmp_path)) == ["ada", "grace"]
    assert graded(values, tmp_path / "submitted").points == 10
    assert ids(place(tmp_path / "submitted" / "ada")) == ["ada"], "a folder named like the course is no student"


def canvas(folder: Path, *names: str) -> Path:
    folder.mkdir()
    for name in names:
        (folder / name).write_text(json.dumps(courses.right_notebook()), encoding="utf-8")
    return folder


def test_canvas_puts_all_files_into_one_folder(tmp_path: Path) -> None:
    folder = canvas(
        tmp_path / "in",
        "hoppergrace_10002_20002_01-values-1.ipynb",
        "lovelaceada_10001_20001_01-values.ipynb",
        "lovelaceada_LATE_10001_20003_01-values-2.ipynb",
    )
    placement = place(folder)
    assert ids(placement) == ["hoppergrace", "lovelaceada (attempt 1)", "lovelaceada"]
    assert [submission.whose for submission in placement] == ["hoppergrace", "lovelaceada", "lovelaceada"]
    assert "LATE" in " ".join(placement[2].remarks)
    assert all(list(submission.files()) == ["01-values.ipynb"] for submission in placement)


def test_canvas_namesakes_are_told_apart_by_their_numbers(tmp_path: Path) -> None:
    folder = canvas(tmp_path / "in", "leeanne_1_7_01-values.ipynb", "leeanne_2_8_01-values.ipynb")
    assert ids(place(folder)) == ["leeanne-1", "leeanne-2"]


def test_moodles_folders_are_named_by_people(tmp_path: Path) -> None:
    for folder in (
        "Ada Lovelace_12_assignsubmission_file_",
        "Ana Lee_13_assignsubmission_file",
        "Ana Lee_14_assignsubmission_file_",
    ):
        courses.hand_in(tmp_path / "in" / folder, "01-values")
    assert ids(place(tmp_path / "in")) == ["Ada Lovelace", "Ana Lee-13", "Ana Lee-14"]


def test_a_table_of_students_maps_names_to_ids_and_lists_who_is_missing(tmp_path: Path) -> None:
    table = tmp_path / "students.csv"
    table.write_text("student;name;canvas\nada;Lovelace, Ada;10001\ngrace;Hopper, Grace;10002\nmary;Shaw, Mary;3\n")
    for name in (
        "Ada Lovelace_12_assignsubmission_file_",
        "Grace Hopper_13_assignsubmission_file_",
        "Mallory_9_assignsubmission_file_",
    ):
        courses.hand_in(tmp_path / "in" / name, "01-values")
    placement = place(tmp_path / "in", roster=read_roster(table))
    assert ids(placement) == ["ada", "grace", "Mallory"]
    assert "fits no student" in next(iter(placement.unplaced.values()))
    assert placement.absent == ["mary"]
    folder = canvas(tmp_path / "canvas", "xy_10001_7_01-values.ipynb")
    assert ids(place(folder, roster=read_roster(table))) == ["ada"], "an LMS's number is a name, too"


def test_an_id_twice_in_the_table_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "students.csv").write_text("student,name\nada,A\nada,B\n")
    with pytest.raises(InvalidInputError, match="line 3"):
        read_roster(tmp_path / "students.csv")


@pytest.mark.parametrize("inside", ["class/{}/01-values.ipynb", "{}/01-values.ipynb", "{}/delivery/01-values.ipynb"])
def test_the_archive_of_a_class(tmp_path: Path, inside: str) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for student in ("ada", "grace"):
            archive.writestr(inside.format(student), json.dumps(courses.right_notebook()))
        archive.writestr("__MACOSX/ada/._01-values.ipynb", "x")
    (tmp_path / "scratch").mkdir()
    assert ids(place(tmp_path / "all.zip", scratch=tmp_path / "scratch")) == ["ada", "grace"]
    with pytest.raises(InvalidInputError, match="unpack it first"):
        place(tmp_path / "all.zip")


def test_an_archive_for_each_student_and_a_broken_one(tmp_path: Path, values: Source) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "scratch").mkdir()
    for student in ("ada", "grace"):
        with zipfile.ZipFile(tmp_path / "in" / f"{student}.zip", "w") as archive:
            archive.writestr("my work/01-values.ipynb", json.dumps(courses.right_notebook()))
    (tmp_path / "in" / "eve.zip").write_bytes(b"PK not really")
    placement = place(tmp_path / "in", scratch=tmp_path / "scratch")
    assert ids(placement) == ["ada", "grace"]
    assert "cannot be unpacked" in placement.unplaced["eve.zip"]
    assert placement[0].notebook(values.notebooks[0]).worked_on == {"01-a", "01-b", "01-c", "01-d"}


def test_a_notebook_beside_the_folders_is_no_class_of_one(tmp_path: Path) -> None:
    courses.hand_in(tmp_path / "in" / "ada", "01-values")
    courses.hand_in(tmp_path / "in" / "grace", "01-values")
    (tmp_path / "in" / "notes.ipynb").write_text("{}")
    placement = place(tmp_path / "in")
    assert ids(placement) == ["ada", "grace"]
    assert "notes.ipynb" in placement.unplaced
    (tmp_path / "in" / "01-values.ipynb").write_text("{}")
    with pytest.raises(InvalidInputError, match="--student ID"):
        place(tmp_path / "in")
    assert ids(place(tmp_path / "in", student="ada")) == ["ada"]


def test_a_folder_within_a_submission_hands_in_for_nobody_else(tmp_path: Path) -> None:
    courses.hand_in(tmp_path / "in" / "ada", "01-values")
    courses.hand_in(tmp_path / "in" / "mallory" / "ada", "01-values")
    assert ids(place(tmp_path / "in")) == ["ada", "mallory"]
    assert ids(place(tmp_path / "in" / "ada", tmp_path / "in" / "mallory")) == ["ada", "mallory"]


def test_links_and_a_student_named_like_a_notebook_leave_the_class_alone(tmp_path: Path) -> None:
    courses.hand_in(tmp_path / "in" / "ada", "01-values")
    courses.hand_in(tmp_path / "in" / "x.ipynb", "01-values")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "in" / "ada")
    placement = place(tmp_path / "in")
    assert ids(placement) == ["ada", "x.ipynb"]
    assert "link" in placement.unplaced["link"]
