"""`devopssim course start | release | grade | workflow`: student copies, releases, grades, and grading in CI."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from devopssim.course import Grade, Submission

KEY_VARIABLE: Final = "DEVOPSSIM_COURSE_KEY"
DEFAULT_OUT: Final = Path("report")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the commands and their arguments."""
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    start = commands.add_parser(
        "start", help="make a student's copy, or bring one up to date; no change of theirs is lost"
    )
    start.add_argument("folder", type=Path, metavar="DIR")
    start.add_argument("--student", metavar="ID", help="whose numbers the copy gets (needs the course's key)")
    start.set_defaults(action="start")
    release = commands.add_parser("release", help="write the notebooks without solutions and hidden tests")
    release.add_argument("folder", type=Path, metavar="DIR", help="a new or empty folder")
    release.set_defaults(action="release")
    grade = commands.add_parser("grade", help="grade notebooks, students' folders, or folders of those")
    grade.add_argument("submissions", type=Path, nargs="+", metavar="SUBMISSION")
    _configure_grade(grade)
    grade.set_defaults(action="grade")
    workflow = commands.add_parser("workflow", help="print what a CI service needs to grade from your repository")
    workflow.add_argument("name", metavar="NAME", help="github, gitlab, or sandbox: an image for students' code")
    workflow.add_argument("--out", type=Path, metavar="FILE", help="write it to a new file instead")
    workflow.set_defaults(action="workflow")
    for command in (start, release, grade):
        command.add_argument(
            "--source", type=Path, metavar="DIR", help="the instructor's notebooks (default: those of this package)"
        )
        command.add_argument(
            "--key", type=Path, metavar="FILE", help=f"the course's key, for students' own numbers (or ${KEY_VARIABLE})"
        )


def _configure_grade(grade: argparse.ArgumentParser) -> None:
    grade.add_argument(
        "--out", type=Path, default=DEFAULT_OUT, metavar="DIR", help="where reports go (default: %(default)s)"
    )
    grade.add_argument("--student", metavar="ID", help="whose submission it is (default: the name of the folder)")
    grade.add_argument(
        "--sandbox", default="auto", metavar="NAME", help="container, bubblewrap, none or auto (default: %(default)s)"
    )
    grade.add_argument(
        "--image", metavar="IMAGE", help="a container image with Python and this package (default: this machine's)"
    )
    grade.add_argument(
        "--workers", type=int, metavar="N", help="submissions at the same time (default: one for each core)"
    )
    grade.add_argument("--cell-seconds", type=float, metavar="S", help="time for one cell (default: 60)")
    grade.add_argument("--notebook-seconds", type=float, metavar="S", help="time for one notebook (default: 600)")
    grade.add_argument("--memory-mb", type=int, metavar="MB", help="memory for one notebook (default: 1024)")
    grade.add_argument(
        "--points", type=Path, metavar="FILE", help="points for written answers (default: OUT/written/points.csv)"
    )
    grade.add_argument(
        "--pass-mark",
        type=float,
        metavar="SHARE",
        help="exit with 1 where a submission has a smaller share of the points",
    )
    grade.add_argument("--fresh", action="store_true", help="grade again what was graded before")
    grade.add_argument("--json", action="store_true", help="print the grades as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Do it: 0 done, 1 where a submission could not be graded or missed the pass mark."""
    actions = {"start": _start, "release": _release, "grade": _grade, "workflow": _workflow}
    return actions[arguments.action](arguments)


def _start(arguments: argparse.Namespace) -> int:
    from devopssim.cli import DONE
    from devopssim.course import start_copy

    done = start_copy(arguments.folder, _source(arguments), student=arguments.student, key=_key(arguments))
    print(f"{arguments.folder}: {len(done.written)} files written, {len(done.kept)} of yours kept as they are.")
    for name, beside in done.beside.items():
        print(f"  {name} is yours and stays; the new version is {beside}.")
    return DONE


def _release(arguments: argparse.Namespace) -> int:
    from devopssim.cli import DONE
    from devopssim.course import released_files, write_release

    files = released_files(_source(arguments))
    write_release(files, arguments.folder)
    print(f"{arguments.folder}: {len(files)} files for students.")
    return DONE


def _grade(arguments: argparse.Namespace) -> int:
    import json

    from devopssim.cli import ANSWER_IS_NO, DONE
    from devopssim.course import (
        apply_marks,
        find_submissions,
        marks_path,
        read_marks,
        terminal_table,
        write_reports,
    )

    submissions = find_submissions(arguments.submissions, arguments.student)
    marks_file = arguments.points or marks_path(arguments.out)
    marks = read_marks(marks_file) if arguments.points or marks_file.exists() else {}
    grades = apply_marks(_graded(arguments, submissions), marks)
    write_reports(grades, arguments.out)
    print(json.dumps([grade.to_json() for grade in grades]) if arguments.json else terminal_table(grades))
    sys.stderr.write(f"Reports are in {arguments.out}: index.html, grades.csv, junit.xml and more.\n")
    missed = any(grade.points < (arguments.pass_mark or 0) * grade.max_points for grade in grades)
    return ANSWER_IS_NO if missed or any(grade.trouble for grade in grades) else DONE


def _graded(arguments: argparse.Namespace, submissions: "list[Submission]") -> "list[Grade]":
    from tqdm import tqdm

    from devopssim.course import Grader, Limits, choose_sandbox, grade_all, load_source

    names = ("cell_seconds", "notebook_seconds", "memory_mb")
    limits = Limits(**{name: getattr(arguments, name) for name in names if getattr(arguments, name) is not None})
    course = load_source(_source(arguments))
    sandbox = choose_sandbox(arguments.sandbox, secret=[course.folder, *arguments.submissions], image=arguments.image)
    grader = Grader(source=course, sandbox=sandbox, limits=limits, key=_key(arguments), sees_lab=len(submissions) == 1)
    grader.expected(grader.numbers("nobody"))
    with tqdm(total=len(submissions), unit="submission", disable=None) as bar:

        def advance(_: object) -> None:
            bar.update()

        return grade_all(
            grader,
            submissions,
            arguments.out,
            workers=arguments.workers,
            fresh=arguments.fresh,
            progress=advance,
        )


def _workflow(arguments: argparse.Namespace) -> int:
    from devopssim.cli import DONE
    from devopssim.course import workflow_text
    from devopssim.errors import InvalidInputError
    from devopssim.files import write_text

    text = workflow_text(arguments.name)
    if arguments.out is None:
        print(text, end="")
        return DONE
    if arguments.out.exists():
        raise InvalidInputError(f"{arguments.out}: is there already; name a new file, or remove it first.")
    write_text(arguments.out, text)
    print(f"{arguments.out}: written; its first lines say what else it needs.")
    return DONE


def _source(arguments: argparse.Namespace) -> Path:
    """Return the instructor's folder: the one that is named, that of the installed package, or that of its repository."""
    import devopssim
    from devopssim.errors import InvalidInputError

    if arguments.source is not None:
        return Path(arguments.source)
    package = Path(devopssim.__file__).parent
    for candidate in (package / "notebooks", package.parent / "notebooks"):
        if candidate.is_dir():
            return candidate
    raise InvalidInputError(
        "this installation has no notebooks of its own; give the folder of the course with --source DIR."
    )


def _key(arguments: argparse.Namespace) -> bytes | None:
    from devopssim.course import SHORTEST_KEY, read_key
    from devopssim.errors import InvalidInputError

    if arguments.key is not None:
        return read_key(arguments.key)
    key = os.environ.get(KEY_VARIABLE, "").strip().encode()
    if key and len(key) < SHORTEST_KEY:
        raise InvalidInputError(f"${KEY_VARIABLE} has {len(key)} bytes; a key must have at least {SHORTEST_KEY}.")
    return key or None
