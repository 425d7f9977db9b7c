"""Written answers: a page for each question, for a person to grade; the points come back from a CSV file."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from devopssim.course.grader.grades import CellGrade, Grade, verdict_of
from devopssim.course.grader.reports.pages import render
from devopssim.errors import InvalidInputError
from devopssim.files import write_text

FOLDER: Final = "written"
POINTS: Final = "points.csv"
COLUMNS: Final = ("student_id", "notebook", "grade_id", "max_points", "points", "comment")
Key = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """The points that a person gave for an answer, with a comment for the student."""

    points: float
    comment: str = ""


def write(grades: Sequence[Grade], out: Path) -> list[Path]:
    """Write `written/QUESTION.html` for each question, and `written/points.csv` with a row for each answer that waits.

    Points already in that file are kept. Without waiting answers, nothing is written.
    """
    waiting = [
        (grade, cell) for grade in grades for cell in grade.cells if cell.waiting or (cell.manual and cell.answer)
    ]
    if not waiting:
        return []
    folder = out / FOLDER
    folder.mkdir(exist_ok=True)
    paths = []
    for notebook, grade_id in dict.fromkeys((cell.notebook, cell.grade_id) for _, cell in waiting):
        answers = [(grade, cell) for grade, cell in waiting if (cell.notebook, cell.grade_id) == (notebook, grade_id)]
        paths.append(folder / f"{notebook}-{grade_id}.html")
        write_text(paths[-1], render("written.html", notebook=notebook, grade_id=grade_id, answers=answers))
    path = marks_path(out)
    write_text(path, _table(waiting, read_marks(path) if path.exists() else {}))
    return [*paths, path]


def marks_path(out: Path) -> Path:
    """Return where the reports in a folder keep the points that people give.

    Parameters
    ----------
    out : Path
        The folder of the reports.

    Returns
    -------
    Path
        The path of `points.csv`.

    Examples
    --------
    >>> marks_path(Path("results")).as_posix()
    'results/written/points.csv'
    """
    return out / FOLDER / POINTS


def read_marks(path: Path) -> dict[Key, Mark]:
    r"""Return the marks of a `points.csv` that a person filled in; rows without points are skipped.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    dict of (str, str, str) to Mark
        Marks by student's id, notebook's name and grade id.

    Raises
    ------
    InvalidInputError
        For an unreadable file, a missing column, or points outside [0, `max_points`], with the line.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "points.csv")
    ...     _ = path.write_text(",".join(COLUMNS) + "\nada,01-values,01-e,2,1.5,Well put.\n")
    ...     read_marks(path)
    {('ada', '01-values', '01-e'): Mark(points=1.5, comment='Well put.')}
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            f"{path}: cannot be read ({error}); it is the {POINTS} that grading wrote, with points filled in."
        ) from error
    marks: dict[Key, Mark] = {}
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if lacking := set(COLUMNS) - set(rows.fieldnames or ()):
        raise InvalidInputError(
            f"{path}: the column {min(lacking)!r} is missing; keep the columns {', '.join(COLUMNS)}."
        )
    for line, row in enumerate(rows, start=2):
        if (row["points"] or "").strip():
            key = (row["student_id"].removeprefix("'"), row["notebook"], row["grade_id"])
            marks[key] = Mark(
                points=_points(row["points"], row["max_points"], f"{path}, line {line}"), comment=row["comment"] or ""
            )
    return marks


def apply_marks(grades: Iterable[Grade], marks: Mapping[Key, Mark]) -> list[Grade]:
    """Return the grades with a person's points in place of those that waited.

    Parameters
    ----------
    grades : iterable of Grade
        The grades.
    marks : mapping of (str, str, str) to Mark
        Marks by student's id, notebook's name and grade id, as `read_marks` returns them.

    Returns
    -------
    list of Grade
        New grades; cells without a mark, and cells that neither wait nor are graded by a person, are unchanged.

    Examples
    --------
    >>> from devopssim.course.grader.grades import CheckResult
    >>> check = CheckResult(
    ...     exercise="01-e", title="Why", expected="an answer", verdict="waiting", points=0, max_points=2, remark=""
    ... )
    >>> cell = CellGrade(notebook="01-values", grade_id="01-e", points=0, max_points=2, checks=[check], manual=True)
    >>> [marked] = apply_marks(
    ...     [Grade(student="ada", assignment="delivery", cells=[cell])], {("ada", "01-values", "01-e"): Mark(points=1.5)}
    ... )
    >>> marked.points
    1.5
    """
    return [replace(grade, cells=[_marked(grade, cell, marks) for cell in grade.cells]) for grade in grades]


def _marked(grade: Grade, cell: CellGrade, marks: Mapping[Key, Mark]) -> CellGrade:
    """Return a cell with a person's points, handed out to its waiting checks in order, each up to its maximum."""
    mark = marks.get((grade.student, cell.notebook, cell.grade_id))
    if mark is None or not (cell.waiting or cell.manual):
        return cell
    left, checks = mark.points, []
    for check in cell.checks:
        if check.verdict == "waiting":
            given = min(left, check.max_points)
            left -= given
            remark = mark.comment or "graded by a person."
            checks.append(
                replace(
                    check,
                    verdict=verdict_of(given / check.max_points if check.max_points else 1),
                    points=given,
                    remark=remark,
                )
            )
        else:
            checks.append(check)
    return replace(cell, checks=checks, points=sum(check.points for check in checks))


def _points(text: str, most: str, location: str) -> float:
    """Read a person's points, with a comma or a point as decimal mark."""
    try:
        points, allowed = float(text.replace(",", ".")), float(most)
    except ValueError as error:
        raise InvalidInputError(f"{location}: points={text!r} must be a number; write for example 1.5.") from error
    if not 0 <= points <= allowed:
        raise InvalidInputError(f"{location}: points={points:g} must lie between 0 and {allowed:g}.")
    return points


def _table(waiting: Iterable[tuple[Grade, CellGrade]], marks: Mapping[Key, Mark]) -> str:
    """Return `points.csv` with a row for each answer that waits, and the marks that are there already."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for grade, cell in waiting:
        mark = marks.get((grade.student, cell.notebook, cell.grade_id))
        student = f"'{grade.student}" if grade.student[:1] in "=+-@" else grade.student
        most = sum(check.max_points for check in cell.checks if check.verdict == "waiting") or cell.max_points
        writer.writerow(
            [
                student,
                cell.notebook,
                cell.grade_id,
                f"{most:g}",
                f"{mark.points:g}" if mark else "",
                mark.comment if mark else "",
            ]
        )
    return stream.getvalue()
