"""Write every report of a batch of grades into one folder."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from devopssim.course.grader.batch import stored_grades
from devopssim.course.grader.grades import Grade
from devopssim.course.grader.reports import gradebooks, gradescope, junit, overview, pages, summary, tables, written
from devopssim.course.grader.roster import Roster
from devopssim.files import write_text

SUMMARY_VARIABLE: Final = "GITHUB_STEP_SUMMARY"
LOCK: Final = ".lock"


def write_reports(
    grades: Sequence[Grade], out: Path, notes: Sequence[str] = (), roster: Roster | None = None
) -> list[Path]:
    """Write every report into an existing folder.

    In GitHub Actions, the step summary (`GITHUB_STEP_SUMMARY`) gets the summary, too.

    Parameters
    ----------
    grades : sequence of Grade
        The grades.
    out : Path
        The folder.
    notes : sequence of str, default ()
        What could not be placed; the summary and the index list it.
    roster : Roster, optional
        Whose columns identify students in the files for gradebooks.

    Returns
    -------
    list of Path
        `grades.csv`, `checks.csv`, `canvas.csv`, `moodle.csv`, `junit.xml`, `summary.md`, Gradescope's results, HTML pages, and, if answers wait for a person,
        the pages of written answers and `written/points.csv`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     paths = write_reports([Grade(student="ada", assignment="delivery", cells=[])], Path(folder))
    >>> sorted({path.suffix for path in paths})
    ['.csv', '.html', '.json', '.md', '.xml']
    """
    made = {
        out / "grades.csv": tables.grades_csv(grades),
        out / "checks.csv": tables.checks_csv(grades),
        out / "canvas.csv": gradebooks.canvas_csv(grades, roster),
        out / "moodle.csv": gradebooks.moodle_csv(grades, roster),
        out / "junit.xml": junit.document(grades),
        out / "summary.md": summary.markdown(grades, notes),
    }
    for path, text in made.items():
        write_text(path, text)
    paths = [*made, *gradescope.write(grades, out), *pages.write(grades, out, notes), *overview.write(grades, out)]
    paths += written.write(grades, out)
    if step_summary := os.environ.get(SUMMARY_VARIABLE):
        with Path(step_summary).open("a", encoding="utf-8") as stream:
            stream.write(summary.markdown(grades, notes))
    return paths


def update_reports(
    grades: Sequence[Grade],
    out: Path,
    *,
    points: Sequence[Path] = (),
    notes: Sequence[str] = (),
    roster: Roster | None = None,
) -> tuple[list[Grade], list[str]]:
    """Merge a batch into the reports of a folder: students of earlier batches stay, and so does every mark.

    Several graders may work into one folder; a lock lets one at a time write.

    Parameters
    ----------
    grades : sequence of Grade
        The grades of the batch, as `grade_all` returns them.
    out : Path
        The folder.
    points : sequence of Path, default ()
        Further tables with points that people gave.
    notes : sequence of str, default ()
        What could not be placed.
    roster : Roster, optional
        Whose columns identify students in the files for gradebooks.

    Returns
    -------
    tuple of list of Grade and list of str
        The batch's grades with the marks that people gave; and a sentence for each mark that fits no answer.

    Raises
    ------
    InvalidInputError
        For a malformed table of points.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     update_reports([Grade(student="ada", assignment="delivery", cells=[])], Path(folder))[1]
    []
    """
    out.mkdir(parents=True, exist_ok=True)
    with _locked(out):
        batch = {grade.student for grade in grades}
        assignments = dict.fromkeys(grade.assignment for grade in grades)
        earlier = [grade for name in assignments for grade in stored_grades(out, name, batch)]
        everyone = [*grades, *earlier]
        if earlier:
            everyone.sort(key=lambda grade: grade.student)
        marks, unknown = written.keep_marks(out, everyone, points)
        marked = written.apply_marks(everyone, marks)
        write_reports(marked, out, [*notes, *unknown], roster)
    order = {grade.student: grade for grade in marked}
    return [order[grade.student] for grade in grades], unknown


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Hold the lock of a folder of reports inside the block; wait for another grader that holds it."""
    import fcntl  # noqa: PLC0415 - grading runs where there are sandboxes, the package's other rooms anywhere

    with (out / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
