"""`devopssim course start | status | reset | release | grade | regrade | workflow`: student copies, releases, grades, grading in CI."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from devopssim.cli.command_group import CommandGroup
from devopssim.cli.course_options import REPORTS, key_of, key_option, source_of, source_option
from devopssim.cli.grading import grade, regrade
from devopssim.cli.options import FILE, json_option

if TYPE_CHECKING:
    from devopssim.course import Points


@click.group(cls=CommandGroup)
def command() -> None:
    """Create student copies and releases of the course, and grade submissions."""


@command.command("start", help="Create a student's copy or update one; files that the student changed are kept")
@click.argument("folder", type=FILE, metavar="DIR", help="New folder, or an existing copy to update.")
@click.option("--student", metavar="ID", help="Student whose variant the copy gets (requires the course's key).")
@source_option
@key_option
def start(*, folder: Path, student: str | None, source: Path | None, key: Path | None) -> None:
    """Create or update a student's copy."""
    from devopssim.course import start_copy

    copy = start_copy(folder, source_of(source), student=student, key=key_of(key))
    print(f"{folder}: {len(copy.written)} files written, {len(copy.kept)} files with your changes kept.")
    for name, beside in copy.beside.items():
        print(f"  {name} has your changes and is kept; the new version is in {beside}.")


@command.command("status", help="Print what is done in a student's copy, the points so far, and what is next")
@click.argument("folder", type=FILE, metavar="DIR", help="The copy.")
@click.option(
    "--report",
    type=FILE,
    default=REPORTS,
    show_default=True,
    metavar="DIR",
    help="Folder of `course grade`'s reports.",
)
@click.option("--page", type=FILE, metavar="FILE", help="Also write the progress as an HTML page.")
@json_option
def status(*, folder: Path, report: Path, page: Path | None, in_json: bool) -> None:
    """Print each exercise's state; write the page."""
    import json
    from dataclasses import asdict

    from devopssim.course import load_course, next_exercise, progress, write_progress_page

    course = load_course(folder).name
    states = progress(folder, _points(folder, report, course))
    if page is not None:
        write_progress_page(states, course, page)
    following = next_exercise(states)
    if in_json:
        rows = [
            {
                "exercise": state.exercise.id,
                "notebook": state.notebook,
                "state": state.state,
                "points": asdict(state.points) if state.points else None,
            }
            for state in states
        ]
        print(json.dumps({"exercises": rows, "next": following.exercise.id if following else None}))
        return
    for state in states:
        points = f"{state.points.earned:g}/{state.points.possible:g}" if state.points else ""
        print(f"{state.exercise.id}  {state.state:<9} {points:>7}  {state.exercise.title}")
    done = sum(state.state == "answered" for state in states)
    print(f"{done} of {len(states)} exercises answered.", end=" ")
    print(f"Next: {following.exercise.id} in {following.notebook}." if following else "All are done.")


def _points(folder: Path, report: Path, course: str) -> "dict[str, Points]":
    """Return the points of the copy's last grading, by exercise; none without one."""
    from devopssim.course import Points, stored_grades

    name = folder.resolve().name
    grade = next((grade for grade in stored_grades(report, course) if grade.student == name), None)
    checks = [check for cell in grade.cells for check in cell.checks] if grade else []
    return {
        exercise: Points(
            earned=sum(check.points for check in checks if check.exercise == exercise),
            possible=sum(check.max_points for check in checks if check.exercise == exercise),
            waiting=any(check.verdict == "waiting" for check in checks if check.exercise == exercise),
        )
        for exercise in dict.fromkeys(check.exercise for check in checks)
    }


@command.command("reset", help="Put an exercise's answer cell back as it was delivered; print what it held")
@click.argument("folder", type=FILE, metavar="DIR", help="The copy.")
@click.argument("exercise", metavar="EXERCISE", help="The exercise's id, such as 02-a.")
def reset(*, folder: Path, exercise: str) -> None:
    """Reset one exercise."""
    from devopssim.course import reset_exercise

    before = reset_exercise(folder, exercise)
    print(f"{exercise} is as it was delivered; in JupyterLab, choose File > Reload Notebook from Disk.")
    if before:
        print(f"The cell held:\n\n{before}")


@command.command("release", help="Write the student release: the notebooks without solutions and hidden tests")
@click.argument("folder", type=FILE, metavar="DIR", help="New or empty folder.")
@source_option
@key_option
def release(*, folder: Path, source: Path | None, key: Path | None) -> None:
    """Write the student release into a new or empty folder."""
    from devopssim.course import course_files, released_files, write_release

    home, secret = source_of(source), key_of(key)
    files = released_files(home, key=secret)
    write_release(files, folder)
    print(f"{folder}: {len(files)} files written.")
    for name, why in course_files(home, secret).left_out.items():
        print(f"  left out: {name} ({why})")


command.add_command(grade)
command.add_command(regrade)


@command.command("workflow", help="Print the CI workflow that grades from your repository")
@click.argument(
    "name", metavar="NAME", help="github, gitlab, or sandbox (the Dockerfile of an image for students' code)."
)
@click.option("--out", type=FILE, metavar="FILE", help="Write the workflow to this new file instead.")
def workflow(*, name: str, out: Path | None) -> None:
    """Print or write the workflow for GitHub or GitLab, or the Dockerfile of the sandbox."""
    from devopssim.course import workflow_text
    from devopssim.errors import InvalidInputError
    from devopssim.files import write_text

    text = workflow_text(name)
    if out is None:
        print(text, end="")
        return
    if out.exists():
        raise InvalidInputError(f"{out} already exists; pass a new file name or remove the file first.")
    write_text(out, text)
    print(f"{out}: written; its first lines list further requirements.")
