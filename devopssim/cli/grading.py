"""`devopssim course grade | regrade`: find submissions, grade them in a sandbox, and write the reports."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from devopssim.cli.course_options import REPORTS, key_of, key_option, source_of, source_option
from devopssim.cli.exit_status import CHECK_FAILED, SUCCESS
from devopssim.cli.options import FILE, json_option

if TYPE_CHECKING:
    from devopssim.course import Grade, Grader, Placement, Roster, Source

SECONDS_A_NOTEBOOK: Final = 0.5
"""About what a notebook takes on one core; cells that simulate take longer, as does a container, which starts anew each time."""


@dataclass(frozen=True, kw_only=True)
class Grading:
    """How submissions are graded: by which course and key, where their code runs, and with which limits."""

    paths: tuple[Path, ...]
    out: Path
    student: str | None
    students: Path | None
    points: tuple[Path, ...]
    source: Path
    key: bytes | None
    sandbox: str
    image: str | None
    workers: int | None
    cell_seconds: float | None
    notebook_seconds: float | None
    memory_mb: int | None
    fresh: bool
    lab_of: str | None
    secret: tuple[Path, ...]

    def roster(self) -> "Roster | None":
        """Return the table of students, None without one."""
        from devopssim.course import read_roster

        return read_roster(self.students) if self.students else None

    def limits(self) -> dict[str, Any]:
        """Return the limits that were given."""
        names = ("cell_seconds", "notebook_seconds", "memory_mb")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}


GRADING_OPTIONS: Final = (
    click.argument(
        "paths",
        type=FILE,
        nargs=-1,
        required=True,
        metavar="SUBMISSION...",
        help="Notebook, student's folder, or folder that contains these.",
    ),
    click.option("--out", type=FILE, default=REPORTS, show_default=True, metavar="DIR", help="Folder for the reports."),
    click.option("--student", metavar="ID", help="Student who submitted (default: the folder's name)."),
    click.option(
        "--students",
        type=FILE,
        metavar="FILE",
        help="CSV file with the column student (the id) and columns of names under which an LMS or a folder lists them.",
    ),
    click.option(
        "--lab-of",
        metavar="ID",
        help="Student whose work the live lab of this machine is (default: the one whose id the lab carries; without one, live exercises wait for a person).",
    ),
    click.option(
        "--sandbox",
        default="auto",
        show_default=True,
        metavar="NAME",
        help="Sandbox for students' code: container, bubblewrap, none or auto.",
    ),
    click.option(
        "--image",
        metavar="IMAGE",
        help="Container image with Python and this package (default: this machine's installation, read-only).",
    ),
    click.option("--workers", type=int, metavar="N", help="Submissions graded in parallel (default: one per core)."),
    click.option("--cell-seconds", type=float, metavar="S", help="Time limit for one cell (default 60)."),
    click.option("--notebook-seconds", type=float, metavar="S", help="Time limit for one notebook (default 600)."),
    click.option("--memory-mb", type=int, metavar="MB", help="Memory limit for one notebook (default 1024)."),
    click.option(
        "--points",
        type=FILE,
        multiple=True,
        metavar="FILE",
        help="CSV file with points for written answers, besides OUT/written/points.csv; may be given several times.",
    ),
    click.option(
        "--pass-mark",
        type=float,
        metavar="SHARE",
        help="Exit with status 1 if a submission earns a smaller share of the points.",
    ),
    click.option("--fresh", is_flag=True, help="Grade every submission again, including those already graded."),
    json_option,
    source_option,
    key_option,
)


def _grading_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the arguments and options of grading."""
    for option in reversed(GRADING_OPTIONS):
        function = option(function)
    return function


@click.command(
    "grade", help="Grade submissions: notebooks, students' folders, an LMS's download, or folders that contain these"
)
@_grading_options
@click.option("--plan", is_flag=True, help="Print what would be graded, for whom and with which limits, and stop.")
def grade(*, plan: bool, in_json: bool, pass_mark: float | None, **settings: Any) -> int:
    """Grade; return 0 on success, 1 if a submission could not be graded or placed, or missed the pass mark."""
    import json

    from devopssim.course import terminal_table

    grading = _grading(settings)
    with _placed(grading) as (course, placement, scratch):
        if plan:
            _print_plan(grading, course, placement)
            return SUCCESS
        graded = _graded(grading, course, placement, scratch)
    grades, notes = _reported(grading, placement, graded)
    print(json.dumps([grade.to_json() for grade in grades]) if in_json else terminal_table(grades))
    return _status(grades, notes, placement, pass_mark)


@click.command("regrade", help="Grade again after a correction of the course, and list whose points change")
@_grading_options
def regrade(*, in_json: bool, pass_mark: float | None, **settings: Any) -> int:
    """Grade again what the correction concerns; print each change; return as `grade` does."""
    import json
    from dataclasses import asdict

    from devopssim.course import changes, stored_grades

    grading = _grading(settings)
    with _placed(grading) as (course, placement, scratch):
        before = stored_grades(grading.out, course.course.name)
        graded = _graded(grading, course, placement, scratch)
    changed = changes(before, graded)
    grades, notes = _reported(grading, placement, graded)
    if in_json:
        print(json.dumps([asdict(change) for change in changed]))
    else:
        for change in changed:
            print(change)
        students = len({change.student for change in changed})
        print(f"{students} of {len(grades)} students have other points; marks that people gave are kept.")
    return _status(grades, notes, placement, pass_mark)


def _grading(settings: dict[str, Any]) -> Grading:
    """Return the settings of grading; the course's key and everything of students are hidden from students' code."""
    key_file, source = settings.pop("key"), settings.pop("source")
    given = (*settings["paths"], settings["out"], key_file, settings["students"], *settings["points"])
    secret = tuple(path for path in given if path is not None)
    return Grading(source=source_of(source), key=key_of(key_file), secret=secret, **settings)


@contextmanager
def _placed(grading: Grading) -> "Iterator[tuple[Source, Placement, Path]]":
    """Yield the course, the submissions, and the folder into which archives were unpacked, which is removed at the end."""
    import tempfile

    from devopssim.course import find_submissions, load_source

    with tempfile.TemporaryDirectory(prefix="devopssim-handed-in-") as scratch:
        course = load_source(grading.source)
        placement = find_submissions(
            grading.paths,
            grading.student,
            roster=grading.roster(),
            course=course.course.name,
            notebooks=[notebook.name for notebook in course.notebooks],
            scratch=Path(scratch),
        )
        yield course, placement, Path(scratch)


def _reported(grading: Grading, placement: "Placement", graded: "list[Grade]") -> "tuple[list[Grade], list[str]]":
    """Merge the grades into the reports; return them with people's marks, and what could not be placed."""
    from devopssim.course import update_reports

    notes = [f"{path}: {why}" for path, why in placement.unplaced.items()]
    notes += [f"{name}: nothing was handed in" for name in placement.absent]
    grades, unknown = update_reports(graded, grading.out, points=grading.points, notes=notes, roster=grading.roster())
    for note in [*notes, *unknown]:
        sys.stderr.write(f"{note}\n")
    sys.stderr.write(f"{grading.out}: reports written (index.html, grades.csv, junit.xml and more).\n")
    return grades, unknown


def _status(grades: "list[Grade]", unknown: list[str], placement: "Placement", pass_mark: float | None) -> int:
    missed = any(grade.points < (pass_mark or 0) * grade.max_points for grade in grades)
    incomplete = any(grade.not_graded for grade in grades) or placement.unplaced or unknown
    return CHECK_FAILED if missed or incomplete else SUCCESS


def _print_plan(grading: Grading, course: "Source", placement: "Placement") -> None:
    """Print whose work would be graded with what, and about how long it takes."""
    from devopssim.course import is_stored

    grader = _grader(grading, course, Path(os.devnull))
    notebooks = len(course.notebooks)
    ready = [is_stored(grader, submission, grading.out) and not grading.fresh for submission in placement]
    for submission, stored in zip(placement, ready, strict=True):
        files = sum(name.lower().endswith(".ipynb") for name in submission.files())
        what = (
            "graded before, nothing changed"
            if stored
            else f"{files} notebook{'' if files == 1 else 's'} of {notebooks}"
        )
        print(
            f"{submission.student}: {what} ({submission.path})"
            + "".join(f"; {remark}" for remark in submission.remarks)
        )
    for path, why in placement.unplaced.items():
        print(f"not placed: {path}: {why}")
    for name in placement.absent:
        print(f"nothing handed in: {name}")
    runs = ready.count(False) * notebooks
    workers = grading.workers or os.cpu_count() or 1
    limits = grader.limits
    if grader.lab_owner:
        print(
            f"the live lab of this machine is the work of {grader.lab_owner}; live exercises of others wait for a person"
        )
    print(
        f"{ready.count(False)} to grade, up to {runs} notebooks in {grader.sandbox.name}, {workers} at a time: about "
        f"{max(1, round(runs * SECONDS_A_NOTEBOOK / workers / 60))} minutes, {limits.notebook_seconds:g} s at most for a notebook. "
        f"Reports go to {grading.out}; nothing was started."
    )


def _graded(grading: Grading, course: "Source", placement: "Placement", scratch: Path) -> "list[Grade]":
    from tqdm import tqdm

    from devopssim.course import grade_all

    tqdm.monitor_interval = 0  # its thread would be copied into the processes that grade
    grader = _grader(grading, course, scratch)
    grader.expected(grader.numbers("nobody"))
    with tqdm(total=len(placement), unit="submission", disable=None) as bar:

        def advance(_: object) -> None:
            bar.update()

        return grade_all(grader, placement, grading.out, workers=grading.workers, fresh=grading.fresh, progress=advance)


def _grader(grading: Grading, course: "Source", scratch: Path) -> "Grader":
    from devopssim.course import Grader, Limits, choose_sandbox, lab_owner

    limits = Limits(**grading.limits())
    sandbox = choose_sandbox(grading.sandbox, secret=[course.folder, *grading.secret, scratch], image=grading.image)
    return Grader(
        source=course,
        sandbox=sandbox,
        limits=limits,
        key=grading.key,
        sees_lab=grading.lab_of is not None,
        lab_of=grading.lab_of or "",
        lab_owner=lab_owner(grading.lab_of) if course.course.has_live_exercises else "",
    )
