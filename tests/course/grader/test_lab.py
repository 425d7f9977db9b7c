"""A live lab is the work of one student: the one whose id it carries, else the one that an instructor names."""

from collections.abc import Callable
from pathlib import Path

import pytest
from course import courses

from devopssim.cli import main
from devopssim.course.author import load_source
from devopssim.course.grader.batch import fingerprint_of
from devopssim.course.grader.grading import Grader
from devopssim.course.grader.lab import lab_owner, waits_for
from devopssim.course.grader.placement import find_submissions
from devopssim.course.grader.sandbox.plain import Plain
from devopssim.errors import InvalidInputError
from devopssim.livelab.engine import Engine, Images, identity_of, lab_folder, make_private_folder
from devopssim.livelab.workspace import Workspace, free_ports, now

Lab = Callable[[str], Workspace]


@pytest.fixture(autouse=True)
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """A function that saves this machine's lab, with the id of a student, in a cache of this test."""
    monkeypatch.setenv("DEVOPSSIM_CACHE", str(tmp_path / "cache"))

    def save(student: str) -> Workspace:
        roles = dict.fromkeys(("python", "postgres", "registry", "prometheus", "haproxy", "alertmanager"), "image")
        made = Workspace(
            name="lab",
            identity=identity_of("lab"),
            folder=make_private_folder(lab_folder("lab")),
            started=now(),
            engine=Engine(host=f"unix://{tmp_path}/gone.sock", version="27", found="a test"),
            images=Images(origin="debian", **roles),
            ports=free_ports(),
            student=student,
        )
        made.save()
        return made

    return save


def test_a_lab_carries_its_students_id(lab: Lab) -> None:
    assert lab_owner() == ""
    lab("ada")
    assert lab_owner() == "ada"
    assert lab_owner("Ada ") == "ada"
    with pytest.raises(InvalidInputError, match=r"--lab-of 'bob' .* contradicts the lab, which is ada's"):
        lab_owner("bob")


@pytest.mark.parametrize("content", ["", "{", "[]"])
def test_a_lab_that_cannot_be_read_is_nobodys(lab: Lab, content: str) -> None:
    (lab("ada").folder / "lab.json").write_text(content)
    assert lab_owner() == ""


def test_a_lab_without_an_id_is_whose_the_instructor_says(lab: Lab) -> None:
    lab("")
    assert lab_owner("bob") == ""


@pytest.mark.parametrize(
    ("student", "owner", "sees_lab", "lab_of", "says"),
    [
        ("ada", "ada", False, "", None),
        ("ADA", "ada", False, "", None),
        ("bob", "ada", True, "", "another student's"),
        ("bob", "ada", True, "bob", "another student's"),
        ("ada", "", False, "", "--lab-of names whose it is"),
        ("ada", "", True, "ada", None),
        ("bob", "", True, "ada", "--lab-of names whose it is"),
        ("bob", "", True, "", None),
    ],
)
def test_the_lab_counts_for_its_student_alone(
    student: str, owner: str, lab_of: str, says: str | None, *, sees_lab: bool
) -> None:
    waiting = waits_for(student, owner=owner, sees_lab=sees_lab, lab_of=lab_of)
    if says is None:
        assert waiting is None
    else:
        assert waiting is not None
        assert (waiting.share, waiting.waiting, says in waiting.remark) == (0, True, True)
        assert "ada" not in waiting.remark, "a report names no other student"


def test_each_student_of_a_batch_is_compared_with_the_lab(tmp_path: Path) -> None:
    course = load_source(courses.only("02-delivery", tmp_path / "course"))
    for student in ("ada", "bob"):
        courses.hand_in(tmp_path / "in" / student, "02-delivery")
    placed = find_submissions([tmp_path / "in"])
    grader = Grader(source=course, sandbox=Plain(), lab_owner="ada")
    verdicts = {}
    for submission in placed:
        cells = grader.grade(submission).cells
        verdicts[submission.student] = {check.exercise: check.remark for cell in cells for check in cell.checks}["02-d"]
    assert "another student's" in verdicts["bob"]
    assert "another student's" not in verdicts["ada"]
    unbound = Grader(source=course, sandbox=grader.sandbox)
    assert fingerprint_of(grader, placed[0]) != fingerprint_of(unbound, placed[0]), (
        "a stored grade of another lab is old"
    )


def test_the_command_compares_and_says_whose_lab_it_is(
    lab: Lab, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = courses.only("02-delivery", tmp_path / "course")
    handed_in = courses.hand_in(tmp_path / "in" / "ada", "02-delivery").parent
    lab("ada")
    grade = [
        "course",
        "grade",
        str(handed_in),
        "--source",
        str(source),
        "--out",
        str(tmp_path / "out"),
        "--sandbox",
        "none",
    ]
    assert main([*grade, "--plan"]) == 0
    assert "the live lab of this machine is the work of ada" in capsys.readouterr().out
    assert main([*grade, "--lab-of", "bob"]) == 2
    assert "contradicts the lab, which is ada's" in capsys.readouterr().err
